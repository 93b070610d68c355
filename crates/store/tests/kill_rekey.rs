//! Killed at any instant, or out of room, while the key-encryption key is exchanged: one of both keys opens
//! everything, and the other one nothing.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fake::{NOW, add, add_many, find, run};
use portcullis_store::{Kek, Options, Store, StoreError};

const FOLDER: &str = "PORTCULLIS_TEST_STORE";
const SESSIONS: u32 = 1500;

fn kek(last: u8) -> Kek {
    let bytes = std::array::from_fn(|index| if index == 31 { last } else { index as u8 + 0x60 });
    Kek::from_bytes(bytes).unwrap()
}

fn open(path: &Path, last: u8) -> Result<Store, StoreError> {
    Store::open(path, &kek(last), &Options::default(), NOW).map(|(store, _)| store)
}

/// Opens with the one key of two that does, and says which.
fn open_either(path: &Path) -> (Store, u8) {
    match open(path, 1) {
        Ok(store) => {
            drop(store);
            assert!(matches!(open(path, 2).err(), Some(StoreError::WrongKek { .. })));
            (open(path, 1).unwrap(), 1)
        }
        Err(error) => {
            assert!(matches!(error, StoreError::WrongKek { .. }), "{error}");
            (open(path, 2).unwrap(), 2)
        }
    }
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "fact {what}").unwrap();
    out.flush().unwrap();
}

/// Exchanges the two keys for each other, for ever, while somebody logs in.
#[test]
#[ignore = "runs inside a test below, and is killed"]
#[expect(clippy::disallowed_methods, reason = "what the parent says")]
fn exchanging() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let (store, mut last) = open_either(Path::new(&folder));
    run(async {
        for number in SESSIONS.. {
            say("exchanging");
            last = 3 - last;
            let _ = store.rekey(&kek(last)).await.unwrap();
            say("exchanged");
            // A number may be there already, from the child before.
            if find(&store, number).await.is_none() {
                add(&store, number).await;
            }
        }
    });
}

/// Tries it once, and looks at what holds in the process in which it failed.
#[test]
#[ignore = "runs inside a test below, with no room for the log"]
#[expect(clippy::disallowed_methods, reason = "what the parent says")]
fn without_room() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let store = open(Path::new(&folder), 1).unwrap();
    run(async {
        let outcome = store.rekey(&kek(2)).await;
        assert!(matches!(outcome, Err(StoreError::Io(_) | StoreError::Full)), "{outcome:?}");
        assert!(store.is_under(&kek(1)));
        for number in 0..SESSIONS {
            assert!(find(&store, number).await.is_some());
        }
        // There is room for less.
        add(&store, SESSIONS).await;
    });
    say("refused");
}

fn child(name: &str, folder: &Path, before: Option<&str>) -> Command {
    let this = std::env::current_exe().unwrap();
    let mut command = match before {
        None => Command::new(this),
        Some(before) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("{before}; exec \"$0\" \"$@\"")]).arg(this);
            shell
        }
    };
    command.args(["--exact", name, "--ignored", "--nocapture"]).env(FOLDER, folder);
    command
}

async fn all_are_there(store: &Store) {
    for number in 0..SESSIONS {
        assert!(find(store, number).await.is_some(), "{number}");
    }
}

#[test]
fn after_a_kill_at_any_instant_one_key_of_both_opens_everything() {
    const ROUNDS: u64 = 24;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async { add_many(&open(&path, 1).unwrap(), 0..SESSIONS).await });
    let mut seen = [0; 3];
    for round in 0..ROUNDS {
        let mut child = child("exchanging", &path, None)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut begun = 0;
        while begun < 1 + round % 2 {
            let line = lines.next().expect("the child goes on").unwrap();
            begun += u64::from(line == "fact exchanging");
        }
        // Busy waiting, so that the kill comes at a time that nobody chose.
        let since = Instant::now();
        while since.elapsed() < Duration::from_millis(round * 7 / 2) {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let (store, last) = open_either(&path);
        seen[usize::from(last)] += 1;
        run(all_are_there(&store));
    }
    assert!(seen[1] > 2 && seen[2] > 2, "{seen:?}: the kills came at one time only");
}

/// The log may not grow as far as it must.
#[test]
fn without_room_for_all_rows_the_old_key_opens_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async { add_many(&open(&path, 1).unwrap(), 0..SESSIONS).await });
    // In blocks of 512 or 1,024 bytes; the log would take two million.
    let output = child("without_room", &path, Some("trap '' XFSZ; ulimit -f 1000")).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("fact refused"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let store = open(&path, 1).unwrap();
    run(all_are_there(&store));
    run(async { assert!(find(&store, SESSIONS).await.is_some()) });
}
