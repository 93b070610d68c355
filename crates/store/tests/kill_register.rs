//! Killed at any instant: what was forgotten stays so, and what is known is what was learned.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use fake::{NOW, open, try_open};
use portcullis_store::{Caller, Forget, How, Object, Register, Standing, Store};

const FOLDER: &str = "PORTCULLIS_TEST_REGISTER";
const FIRST: &str = "PORTCULLIS_TEST_REGISTER_FIRST";
const ROUNDS: u32 = 14;

/// Numbers of one round, of each of its tasks.
const ROUND: u32 = 100_000;
const TASK: u32 = 10_000;

/// Objects of each number.
const EACH: u32 = 20;

fn say(what: &str, number: u32) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "fact {what} {number}").unwrap();
    out.flush().unwrap();
}

fn caller(register: &Register, number: u32) -> Caller {
    register.caller("pharmacy", "issuer", &format!("caller-{number}")).unwrap()
}

fn object(register: &Register, number: u32, index: u32) -> Object {
    register.object("pharmacy", "Order", 0, &format!("{number}-{index}")).unwrap()
}

fn objects(register: &Register, number: u32) -> Vec<Object> {
    (0..EACH).map(|index| object(register, number, index)).collect()
}

/// Learns, and forgets in turn one object, one pair, one caller or nothing.
async fn work(store: Store, first: u32) {
    let register = Register::of(&store);
    for number in first.. {
        let (by, all) = (caller(&register, number), objects(&register, number));
        let one = object(&register, number, 0);
        say("learning", number);
        register.learn(&by, &all, How::Listed, register.since(), NOW);
        let what = match number % 4 {
            0 => Forget::Object(&one),
            1 => Forget::Held(&by, &one),
            2 => Forget::Caller(&by),
            _ => {
                tokio::task::yield_now().await;
                continue;
            }
        };
        // Some of it is in the database by then, some is on its way, some not yet.
        if number % 5 == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        say("forgetting", number);
        register.forget(what, NOW).await.unwrap();
        say("forgotten", number);
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

#[derive(Default)]
struct Facts {
    learning: BTreeSet<u32>,
    forgetting: BTreeSet<u32>,
    forgotten: BTreeSet<u32>,
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
            "learning" => facts.learning.insert(number),
            "forgetting" => facts.forgetting.insert(number),
            "forgotten" => facts.forgotten.insert(number),
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

/// Says how many facts there are.
fn check(register: &Register, facts: &Facts) -> usize {
    let mut known = 0;
    for number in &facts.learning {
        let by = caller(register, *number);
        let mut standings =
            objects(register, *number).into_iter().map(|of| register.standing(&by, &of, NOW));
        let first = standings.next().unwrap();
        let others = standings.filter(|standing| *standing == Standing::Known).count();
        known += others + usize::from(first == Standing::Known);
        if facts.forgotten.contains(number) {
            assert_eq!(first, Standing::Unknown, "{number} was forgotten");
            assert!(number % 4 != 2 || others == 0, "all of {number} was forgotten");
        }
        // Never somebody else's.
        let stranger = caller(register, number + 1);
        let of = object(register, *number, 1);
        assert_ne!(register.standing(&stranger, &of, NOW), Standing::Known);
    }
    known
}

#[test]
fn what_was_forgotten_stays_so_after_a_kill_and_nothing_is_made_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let mut facts = Facts::default();
    let mut known = 0;
    for round in 0..ROUNDS {
        let lines = 1 + (round as usize * 97) % 400;
        kill_after(&path, round, lines, &mut facts);
        let (store, opened) = try_open(&path).unwrap();
        assert!(!opened.is_older);
        assert_eq!(opened.facts_damaged, 0);
        let register = Register::of(&store);
        known = check(&register, &facts);
        assert_eq!(known, opened.facts, "and no others");
    }
    assert!(facts.forgotten.len() > 200, "too little was forgotten: {}", facts.forgotten.len());
    assert!(known > 1000, "too little lasts: {known}");
}
