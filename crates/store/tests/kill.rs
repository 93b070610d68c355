//! Killed at any instant: what was said to last lasts, and nothing is half there.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use fake::{HOUR, NOW, digest, facts, later, open, run, try_open};
use portcullis_model::Tally;
use portcullis_store::{Change, Claims, Revocation, Revoked, Store, Which};

const FOLDER: &str = "PORTCULLIS_TEST_STORE";
const FIRST: &str = "PORTCULLIS_TEST_FIRST";
const ROUNDS: u32 = 12;

/// Numbers of one round, of each of its tasks.
const ROUND: u32 = 100_000;
const TASK: u32 = 10_000;

fn say(what: &str, number: u32) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "fact {what} {number}").unwrap();
    out.flush().unwrap();
}

/// Opens, changes and ends sessions, and says what it begins and what it has done.
async fn work(store: Store, first: u32) {
    for number in first.. {
        say("opening", number);
        let session = store.open_session(facts(&store, number), NOW).await.unwrap();
        say("opened", number);
        if number % 3 == 0 {
            let token = Some((digest(number + 1_000_000_000), 0));
            let change = Change { token, ..Change::until(later(HOUR)) };
            say("ending", number);
            store.replace(&session, change, NOW, &Tally::default()).await.unwrap().unwrap();
            say("ended", number);
        }
        if number % 3 == 1 {
            say("ending", number);
            store.end(Which::Id(session.id), NOW).await.unwrap();
            say("ended", number);
        }
        if number % 4 == 0 {
            store.revoke(revocation(number), NOW).await.unwrap();
            say("revoked", number);
        }
    }
}

fn revocation(number: u32) -> Revocation {
    let of = Revoked::Token { jti: number.to_string() };
    Revocation { issuer: "https://login.example.com".to_owned(), of, until: later(HOUR) }
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
            tasks.spawn(work(store.clone(), first + task * TASK));
        }
        tasks.join_all().await;
    });
}

#[derive(Default)]
struct Facts {
    opening: BTreeSet<u32>,
    opened: BTreeSet<u32>,
    ending: BTreeSet<u32>,
    ended: BTreeSet<u32>,
    revoked: BTreeSet<u32>,
}

/// Runs a child until it has said so many things, and kills it. Adds all that it said.
fn kill_after(folder: &Path, round: u32, lines: usize, facts: &mut Facts) {
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
        let mut words = line.split(' ');
        // A line that was cut short is no fact.
        let (Some("fact"), Some(what), Some(number)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        let number = number.parse().unwrap();
        match what {
            "opening" => facts.opening.insert(number),
            "opened" => facts.opened.insert(number),
            "ending" => facts.ending.insert(number),
            "ended" => facts.ended.insert(number),
            "revoked" => facts.revoked.insert(number),
            _ => false,
        };
        count += 1;
        if count == lines {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(count >= lines, "the child ended by itself after {count} facts");
}

async fn check(store: &Store, facts: &Facts) {
    for number in &facts.opening {
        let found = store.find(&digest(*number), NOW, &Tally::default()).await.unwrap();
        if facts.ended.contains(number) {
            assert!(found.is_none(), "{number} was ended");
        } else if facts.opened.contains(number) && !facts.ending.contains(number) {
            assert!(found.is_some(), "{number} was opened");
        }
        if let Some(session) = found {
            assert_eq!(session.subject, format!("subject-{number}"));
        }
        if facts.ended.contains(number) && number % 3 == 0 {
            let newer =
                store.find(&digest(number + 1_000_000_000), NOW, &Tally::default()).await.unwrap();
            assert!(newer.is_some(), "{number} has a new token");
        }
    }
    for number in &facts.revoked {
        let jti = number.to_string();
        let claims = Claims {
            issuer: "https://login.example.com",
            subject: None,
            jti: Some(&jti),
            issued: Some(NOW),
        };
        assert!(store.is_revoked(&claims), "{number} was revoked");
    }
}

#[test]
fn a_revocation_that_returned_is_never_lost_and_no_session_is_half_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let mut facts = Facts::default();
    for round in 0..ROUNDS {
        // Also in its first moments, when the store is made or read.
        let lines = 1 + (round as usize * 37) % 120;
        kill_after(&path, round, lines, &mut facts);
        let (store, opened) = try_open(&path).unwrap();
        assert!(!opened.is_older);
        run(check(&store, &facts));
    }
    assert!(facts.ended.len() > 50 && facts.revoked.len() > 20, "too little happened");
}

/// The same while the store is being made, by time instead of by what it says.
#[test]
fn a_making_that_was_cut_short_goes_on_with_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..20_u64 {
        let path = folder.path().join(round.to_string());
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--ignored", "--nocapture"])
            .env(FOLDER, &path)
            .env(FIRST, "0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Busy waiting, so that the kill comes at a time that nobody chose.
        let begun = std::time::Instant::now();
        while !path.exists() && begun.elapsed().as_secs() < 5 {
            std::hint::spin_loop();
        }
        let begun = std::time::Instant::now();
        while begun.elapsed() < std::time::Duration::from_micros(round * 1500) {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let (store, opened) = try_open(&path).unwrap();
        assert!(!opened.is_older, "{round}");
        drop(store);
        assert!(!try_open(&path).unwrap().1.is_new, "{round}");
    }
}
