//! API keys in the files of a store, and what happens when these are not as they were left.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::fs;

use fake::{DAY, HOUR, NOW, holds, issue, kek, key, key_id, later, open, run, try_open};
use portcullis_model::KeyRules;
use portcullis_store::{KeyFacts, KeyWhich, Options, Store, StoreError};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    (folder, store)
}

type Change = fn(&Store) -> Result<(), StoreError>;

#[test]
fn an_older_copy_with_keys_that_were_revoked_is_refused() {
    let ways: [Change; 3] = [
        |store| run(store.revoke_keys(KeyWhich::Id(key_id(1)), NOW)).map(|_| ()),
        |store| run(store.expire_key(key_id(1), later(HOUR), NOW)),
        |store| run(store.used_first(key_id(2), NOW)),
    ];
    for change in ways {
        let folder = tempfile::tempdir().unwrap();
        let (path, backup) = (folder.path().join("store"), folder.path().join("backup.db"));
        let store = open(&path);
        run(async {
            issue(&store, key(1)).await;
            issue(&store, KeyFacts { replaces: Some((key_id(1), HOUR)), ..key(2) }).await;
        });
        drop(store);
        fs::copy(path.join("store.db"), &backup).unwrap();
        let store = open(&path);
        change(&store).unwrap();
        drop(store);
        fs::copy(&backup, path.join("store.db")).unwrap();
        assert!(matches!(try_open(&path).err(), Some(StoreError::Older { .. })));
        let options = Options { accept_older: true, ..Options::default() };
        assert_eq!(Store::open(&path, &kek(), &options, NOW).unwrap().1.keys, 2);
    }
}

/// Somebody who can write the file and lacks the key.
#[test]
fn a_row_that_was_changed_moved_or_made_keeps_the_store_from_starting() {
    let first = "WHERE owner = 'owner-1'";
    for change in [
        "UPDATE api_key SET id = x'000000000000000000000001'",
        "UPDATE api_key SET id = x'ff0000000000000000000001'",
        "UPDATE api_key SET id = x'01'",
        "UPDATE api_key SET mac = zeroblob(32)",
        "UPDATE api_key SET mac = x'00'",
        "UPDATE api_key SET mac = (SELECT mac FROM api_key WHERE owner = 'owner-2')",
        "UPDATE api_key SET owner = 'owner-2'",
        "UPDATE api_key SET label = ''",
        "UPDATE api_key SET parent = (SELECT id FROM api_key WHERE owner = 'owner-2')",
        "UPDATE api_key SET parent = x'01'",
        "UPDATE api_key SET created = created + 1",
        "UPDATE api_key SET expires = NULL",
        "UPDATE api_key SET expires = expires + 1",
        "UPDATE api_key SET expires = 0",
        "UPDATE api_key SET rules = (SELECT rules FROM api_key WHERE owner = 'owner-2')",
        "UPDATE api_key SET rules = x''",
        "UPDATE api_key SET replaces = NULL, overlap = NULL",
        "UPDATE api_key SET replaces = NULL",
        "UPDATE api_key SET overlap = overlap + 1",
        "UPDATE api_key SET is_used = 1",
        "UPDATE api_key SET is_used = 256",
        "UPDATE api_key SET last_used = 60000",
        "UPDATE api_key SET check_value = x''",
        "UPDATE api_key SET check_value = zeroblob(32)",
        "INSERT INTO api_key SELECT x'000000000000000000000001', mac, owner, label, parent, created, \
         expires, rules, replaces, overlap, is_used, last_used, check_value FROM api_key",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        run(async {
            let store = open(&path);
            issue(&store, KeyFacts { rules: KeyRules::default(), ..key(2) }).await;
            let (expires, replaces) = (Some(later(DAY)), Some((key_id(2), HOUR)));
            issue(&store, KeyFacts { expires, replaces, ..key(1) }).await;
        });
        let database = rusqlite::Connection::open(path.join("store.db")).unwrap();
        assert_eq!(database.execute(&format!("{change} {first}"), []).unwrap(), 1, "{change}");
        drop(database);
        let error = try_open(&path).err().unwrap_or(StoreError::Closed);
        assert!(matches!(error, StoreError::Damaged { .. }), "{change}: {error}");
        assert!(error.to_string().contains("a key cannot be read"), "{error}");
    }
}

/// A row cannot be carried from one store to another, whatever the key-encryption key.
#[test]
fn keys_of_one_store_are_none_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    run(async {
        issue(&open(&one), key(1)).await;
        let store = open(&other);
        assert!(!holds(&store, 1));
        issue(&store, key(2)).await;
    });
    let database = rusqlite::Connection::open(other.join("store.db")).unwrap();
    let one = one.join("store.db");
    database.execute("ATTACH ?1 AS one", [one.to_str().unwrap()]).unwrap();
    database.execute("INSERT INTO api_key SELECT * FROM one.api_key", []).unwrap();
    drop(database);
    assert!(matches!(try_open(&other).err(), Some(StoreError::Damaged { .. })));
}

/// Whatever bit was flipped: the store does not start, or every key is as it was.
#[test]
fn a_flipped_bit_changes_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path);
        for number in 0..40 {
            issue(&store, KeyFacts { expires: Some(later(DAY)), ..key(number) }).await;
        }
    });
    let whole = fs::read(path.join("store.db")).unwrap();
    let epoch = fs::read(path.join("store.epoch")).unwrap();
    // Where there is nothing, nothing can change.
    let said: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != 0).collect();
    let mut told = 0;
    for round in 0..400_u64 {
        let mut flipped = whole.clone();
        let chance = round.wrapping_mul(0x9e37_79b9_7f4a_7c15) as usize;
        let (at, bit) = (said[chance % said.len()], chance >> 61);
        flipped[at] ^= 1 << bit;
        fs::write(path.join("store.db"), flipped).unwrap();
        fs::write(path.join("store.epoch"), &epoch).unwrap();
        match try_open(&path) {
            Err(_) => told += 1,
            Ok((store, opened)) => {
                assert_eq!(opened.keys, 40, "byte {at}, bit {bit}");
                for number in 0..40 {
                    let found = store.key(&key_id(number), NOW).unwrap();
                    assert_eq!((found.mac, found.expires), ([number as u8; 32], Some(later(DAY))));
                    assert_eq!(&*found.owner, format!("owner-{number}"));
                }
            }
        }
    }
    assert!(told > 300, "{told}");
}

#[test]
fn a_truncated_database_of_keys_is_told() {
    let (folder, store) = store();
    run(async {
        for number in 0..40 {
            issue(&store, key(number)).await;
        }
    });
    drop(store);
    let path = folder.path().join("store");
    let whole = fs::read(path.join("store.db")).unwrap();
    for length in [1, 4096, whole.len() / 2, whole.len() - 4096, whole.len() - 1] {
        fs::write(path.join("store.db"), &whole[..length]).unwrap();
        assert!(try_open(&path).is_err(), "{length}");
    }
}

#[test]
fn stores_of_earlier_formats_open_and_take_keys() {
    for (format, sql) in [
        (
            1,
            "DROP TABLE held; DROP TABLE api_key; DROP TABLE key_use; DROP TABLE wrapped_key; \
             DROP TABLE password; DROP TABLE imported_key; DROP TABLE once; PRAGMA user_version = 1",
        ),
        (
            2,
            "DROP TABLE api_key; DROP TABLE key_use; DROP TABLE wrapped_key; DROP TABLE password; DROP TABLE imported_key; \
             DROP TABLE once; PRAGMA user_version = 2",
        ),
        (
            3,
            "DROP TABLE key_use; DROP TABLE wrapped_key; DROP TABLE password; DROP TABLE imported_key; DELETE FROM api_key; \
             DROP TABLE once; PRAGMA user_version = 3",
        ),
        (
            4,
            "DROP TABLE wrapped_key; DROP TABLE password; DROP TABLE imported_key; DELETE FROM api_key; DROP TABLE once; PRAGMA user_version = 4",
        ),
        (
            5,
            "DROP TABLE password; DROP TABLE imported_key; DELETE FROM api_key; DROP TABLE once; PRAGMA user_version = 5",
        ),
        (
            6,
            "DROP TABLE imported_key; DELETE FROM api_key; DROP TABLE once; PRAGMA user_version = 6",
        ),
        (7, "DROP TABLE once; DELETE FROM api_key; PRAGMA user_version = 7"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        run(async {
            fake::add(&open(&path), 1).await;
            let database = rusqlite::Connection::open(path.join("store.db")).unwrap();
            database.execute_batch(sql).unwrap();
            drop(database);
            for round in 0..2 {
                let (store, opened) = try_open(&path).unwrap();
                assert_eq!(opened.keys, round, "format {format}");
                assert!(fake::find(&store, 1).await.is_some());
                if round == 0 {
                    issue(&store, key(1)).await;
                }
            }
        });
    }
}

#[test]
fn no_text_of_a_key_lies_in_any_file_or_is_printed() {
    use portcullis_credential::api_key::{Pepper, generate, parse};
    let (folder, store) = store();
    let pepper = Pepper::parse(&std::array::from_fn::<u8, 32, _>(|index| index as u8 + 0xd8));
    let pepper = pepper.unwrap();
    let planted: Vec<_> = (0..1000).map(|_| generate("acme", "test").unwrap()).collect();
    let mut printed = Vec::new();
    run(async {
        for (id, text) in &planted {
            let facts = KeyFacts { id: *id, mac: pepper.mac(text), ..key(1) };
            printed.push(format!("{facts:?}"));
            issue(&store, facts).await;
            let found = store.key(id, NOW).unwrap();
            assert!(pepper.matches(text, &found.mac));
            printed.push(format!("{found:?} {:?}", parse(text)));
        }
        printed.push(format!("{:?}", store.list_keys(&KeyWhich::All, 1000)));
        for entry in fs::read_dir(folder.path().join("store")).unwrap() {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            printed.push(String::from_utf8_lossy(&bytes).into_owned());
        }
    });
    let printed = printed.concat();
    assert!(printed.contains("owner-1"), "the search finds what is there");
    for (_, text) in &planted {
        // The secret alone, too.
        assert!(!printed.contains(&text[27..70]), "{text}");
    }
}
