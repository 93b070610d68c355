//! Killed at any instant of an import: each key is whole or is not there, what was revoked stays so, and the import
//! can be run again.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use fake::{NOW, key, open, run};
use portcullis_credential::api_key::Pepper;
use portcullis_store::{ImportRefused, KeyFacts, KeyWhich, Store};

const FOLDER: &str = "PORTCULLIS_TEST_IMPORTS";
const ROUNDS: u32 = 6;
/// Keys of the file, and of one batch.
const KEYS: u32 = 4000;
const BATCH: u32 = 40;

fn facts(number: u32) -> KeyFacts {
    let pepper = Pepper::parse(&std::array::from_fn::<u8, 32, _>(|index| index as u8 + 0xd8));
    let kept = pepper.unwrap().imported_text(&format!("obviously-fake-key-{number}")).unwrap();
    KeyFacts { id: kept.id, mac: kept.mac, ..key(number) }
}

fn say(what: &str, number: u32) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "fact {what} {number}").unwrap();
    out.flush().unwrap();
}

fn holds(store: &Store, number: u32) -> bool {
    store.imported_key(&facts(number).id, NOW).is_some()
}

/// All batches that are not there yet; the first of each is revoked at once.
async fn work(store: &Store) {
    for first in (0..KEYS).step_by(BATCH as usize) {
        let all: Vec<KeyFacts> = (first..first + BATCH).map(facts).collect();
        let found = store.import_keys(all, false, NOW).await.unwrap();
        if found.refused.is_empty() && found.added == 0 {
            continue;
        }
        say("imported", first);
        if found.refused.is_empty() {
            say("revoking", first);
            store.revoke_keys(KeyWhich::Id(facts(first).id), NOW).await.unwrap();
            say("revoked", first);
        }
    }
}

#[test]
#[ignore = "runs inside the test below, and is killed"]
#[expect(clippy::disallowed_methods, reason = "what the parent says")]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let store = open(Path::new(&folder));
    run(work(&store));
}

/// Runs a child until it has said so many things, and kills it. What was imported, what revoked, and what was to be.
fn kill_after(folder: &Path, lines: usize, said: &mut [BTreeSet<u32>; 3]) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    for (count, line) in out.lines().map_while(Result::ok).enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        let ["fact", what, number] = words.as_slice() else { continue };
        let place = ["imported", "revoked", "revoking"].iter().position(|known| known == what);
        said.get_mut(place.unwrap()).unwrap().insert(number.parse().unwrap());
        if count >= lines {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
}

#[test]
fn an_import_that_was_cut_short_left_whole_keys_and_revives_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let mut said: [BTreeSet<u32>; 3] = Default::default();
    for round in 0..ROUNDS {
        kill_after(&path, 7 + 5 * round as usize, &mut said);
        let store = open(&path);
        let [imported, revoked, revoking] = &said;
        assert!(!imported.is_empty());
        for first in imported {
            assert!(!revoked.contains(first) || !holds(&store, *first), "{first} was revoked");
            assert!(revoking.contains(first) || holds(&store, *first), "{first} was imported");
            assert!((first + 1..first + BATCH).all(|number| holds(&store, number)), "{first}");
        }
        // All of a batch, or nothing of it.
        for first in (0..KEYS).step_by(BATCH as usize) {
            let count = (first + 1..first + BATCH).filter(|number| holds(&store, *number)).count();
            assert!(count == 0 || count == BATCH as usize - 1, "{first}: {count}");
        }
        // Again: what is there is there, and what was revoked is told.
        for first in imported {
            let all = vec![facts(*first), facts(first + 1)];
            let found = run(store.import_keys(all, false, NOW)).unwrap();
            assert_eq!(found.added, 0);
            if revoked.contains(first) {
                assert_eq!(found.refused, [(facts(*first).id, ImportRefused::Ended)]);
            }
        }
    }
}
