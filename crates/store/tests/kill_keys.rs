//! Killed at any instant: keys that were issued hold, and those that were revoked do not.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use fake::{HOUR, NOW, child as below, holds, issue, key, key_id, later, open, try_open};
use portcullis_store::{KeyFacts, KeyWhich, Store};

const FOLDER: &str = "PORTCULLIS_TEST_KEYS";
const FIRST: &str = "PORTCULLIS_TEST_KEYS_FIRST";
const ROUNDS: u32 = 14;

/// Numbers of one round, of each of its tasks.
const ROUND: u32 = 100_000;
const TASK: u32 = 10_000;

fn say(what: &str, number: u32) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "fact {what} {number}").unwrap();
    out.flush().unwrap();
}

async fn issued(store: &Store, facts: KeyFacts, number: u32) {
    say("issuing", number);
    issue(store, facts).await;
    say("issued", number);
}

/// Four keys at a time: one, one below it, one that is rolled, and its successor. Then the first is
/// revoked, or what is below it, or neither.
async fn work(store: Store, first: u32) {
    for one in (first..).step_by(4) {
        issued(&store, key(one), one).await;
        issued(&store, below(one + 1, one), one + 1).await;
        issued(&store, key(one + 2), one + 2).await;
        let replaces = Some((key_id(one + 2), HOUR));
        issued(&store, KeyFacts { replaces, ..key(one + 3) }, one + 3).await;
        say("rolling", one + 2);
        store.used_first(key_id(one + 3), NOW).await.unwrap();
        say("rolled", one + 2);
        let (which, number) = match one / 4 % 3 {
            0 => (KeyWhich::Id(key_id(one)), one),
            1 => (KeyWhich::Parent(key_id(one)), one + 1),
            _ => continue,
        };
        say("revoking", number);
        store.revoke_keys(which, NOW).await.unwrap();
        say("revoked", number);
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
            tasks.spawn(work(store.clone(), first + task * TASK));
        }
        tasks.join_all().await;
    });
}

/// What was said, and of which numbers.
#[derive(Default)]
struct Facts(BTreeMap<String, BTreeSet<u32>>);

impl Facts {
    fn has(&self, what: &str, number: u32) -> bool {
        self.0.get(what).is_some_and(|numbers| numbers.contains(&number))
    }

    fn all(&self, what: &str) -> impl Iterator<Item = u32> {
        self.0.get(what).into_iter().flatten().copied()
    }

    /// Of the key, or of the one above it.
    fn is_gone(&self, what: &str, number: u32) -> bool {
        self.has(what, number) || (number % 4 == 1 && self.has(what, number - 1))
    }
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
        facts.0.entry(what.to_owned()).or_default().insert(number.parse().unwrap());
        count += 1;
        if count == lines {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(count >= lines, "the child ended by itself after {count} facts");
}

/// Says how many keys hold.
fn check(store: &Store, facts: &Facts) -> usize {
    for number in facts.all("issued") {
        let is_there = holds(store, number);
        if facts.is_gone("revoked", number) {
            assert!(!is_there, "{number} was revoked");
        } else if !facts.is_gone("revoking", number) {
            assert!(is_there, "{number} was issued");
        }
    }
    for number in facts.all("rolled") {
        let before = store.key(&key_id(number), NOW).unwrap();
        assert_eq!(before.expires, Some(later(HOUR)), "{number} was rolled");
        assert!(!store.key(&key_id(number + 1), NOW).unwrap().is_first_use);
    }
    for number in facts.all("issued").filter(|number| number % 4 == 2) {
        let expires = store.key(&key_id(number), NOW).unwrap().expires;
        assert!(expires.is_none() || facts.has("rolling", number));
    }
    facts.all("issuing").filter(|number| holds(store, *number)).count()
}

#[test]
fn what_was_revoked_stays_so_after_a_kill_and_what_was_issued_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let mut facts = Facts::default();
    for round in 0..ROUNDS {
        let lines = 1 + (round as usize * 97) % 400;
        kill_after(&path, round, lines, &mut facts);
        let (store, opened) = try_open(&path).unwrap();
        assert!(!opened.is_older);
        assert_eq!(check(&store, &facts), opened.keys, "and no others");
    }
    let count = |what| facts.all(what).count();
    assert!(count("revoked") > 50, "too few were revoked: {}", count("revoked"));
    assert!(count("rolled") > 100, "too few were rolled: {}", count("rolled"));
}
