//! Killed at any instant: a password that was set is the user's, and one that was removed opens nothing.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use fake::{NOW, open, try_open};
use portcullis_credential::password::Hashed;
use portcullis_store::{PasswordFacts, Store};

const FOLDER: &str = "PORTCULLIS_TEST_PASSWORDS";
const FIRST: &str = "PORTCULLIS_TEST_PASSWORDS_FIRST";
const ROUNDS: u32 = 8;
/// Acts of one round, of each of its tasks.
const ROUND: u32 = 100_000;
const TASK: u32 = 10_000;

fn say(what: &str, user: &str, number: u32) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "fact {what} {user} {number}").unwrap();
    out.flush().unwrap();
}

fn facts(user: &str, number: u32) -> PasswordFacts {
    let hash = "$argon2id$v=19$m=64,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk";
    let attributes = vec![("number".to_owned(), number.to_string())];
    PasswordFacts { user: user.to_owned(), hash: Hashed::parse(hash).unwrap(), attributes }
}

async fn work(store: Store, task: u32, first: u32) {
    for number in first.. {
        let user = format!("user-{task}-{}", number % 7);
        if number % 3 == 2 {
            say("removing", &user, number);
            store.remove_password(&user, NOW).await.unwrap();
        } else {
            say("setting", &user, number);
            store.set_password(facts(&user, number), NOW).await.unwrap();
        }
        say("done", &user, number);
    }
}

#[test]
#[ignore = "runs inside the test below, and is killed"]
#[expect(clippy::disallowed_methods, reason = "what the parent says")]
fn child() {
    let (Ok(folder), Ok(first)) = (std::env::var(FOLDER), std::env::var(FIRST)) else { return };
    let first: u32 = first.parse().unwrap();
    let store = open(Path::new(&folder));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for task in 0..4 {
            tasks.spawn(work(store.clone(), task, first + task * TASK));
        }
        tasks.join_all().await;
    });
}

/// What each user may have by now: the number of a password, or none.
type May = BTreeMap<String, Vec<Option<u32>>>;

/// Runs a child until it has said so many things, and kills it. Adds what follows.
fn kill_after(folder: &Path, round: u32, lines: usize, may: &mut May) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(FIRST, (round * ROUND).to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let mut count = 0;
    for line in out.lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        // A line that was cut short is no fact.
        let ["fact", what, user, number] = words.as_slice() else { continue };
        let Ok(number) = number.parse() else { continue };
        let known = may.entry((*user).to_owned()).or_insert_with(|| vec![None]);
        match *what {
            "setting" => known.push(Some(number)),
            "removing" => known.push(None),
            // What was under way is all that there is now.
            _ => *known = vec![*known.last().unwrap()],
        }
        count += 1;
        if count == lines {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(count >= lines, "it said {count} things");
}

#[test]
fn killed_at_any_instant_no_password_has_two_meanings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let mut may = May::new();
    for round in 0..ROUNDS {
        kill_after(&path, round, 40 + 31 * round as usize, &mut may);
        let (store, _) = try_open(&path).unwrap();
        for (user, known) in &mut may {
            let number = |known: &(String, String)| known.1.parse().unwrap();
            let found = store.password(user);
            let found = found.and_then(|one| one.rules.attributes.first().map(number));
            assert!(known.contains(&found), "{user} has {found:?} of {known:?}");
            *known = vec![found];
        }
    }
    assert!(may.len() > 7);
}
