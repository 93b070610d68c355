//! What lies in the files, and what happens when they are not as they were left.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use fake::{
    HOUR, NOW, add, add_many, digest, facts, find, kek, later, open, run, secret_text, try_open,
};
use portcullis_model::Tally;
use portcullis_store::{Change, Kek, Options, Revocation, Revoked, Store, StoreError, Which};

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn contains(path: &Path, text: &[u8]) -> bool {
    fs::read(path).unwrap().windows(text.len()).any(|window| window == text)
}

#[test]
fn no_secret_lies_in_any_file_and_no_file_is_open_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path);
        add_many(&store, 0..1000).await;
        for number in 0..50 {
            let session = find(&store, number).await.unwrap();
            let change = Change {
                attributes: Some(format!("{{\"secret\":\"{}\"}}", secret_text(number))),
                token: Some((digest(number + 5000), 1000)),
                ..Change::until(later(HOUR))
            };
            store.replace(&session, change, NOW, &Tally::default()).await.unwrap().unwrap();
            store.end(Which::Id(facts(&store, number + 100).id), NOW).await.unwrap();
        }
        store.worked(fake::account(&store, 1), "192.0.2.0/24", NOW).await.unwrap();
        let look = || {
            let mut names = Vec::new();
            for entry in fs::read_dir(&path).unwrap() {
                let file = entry.unwrap().path();
                assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600, "{file:?}");
                for text in [
                    "obviously-fake",
                    "api-token",
                    "subject-",
                    "customer_id",
                    "@example.com",
                    "access_token",
                ] {
                    assert!(!contains(&file, text.as_bytes()), "`{text}` in {file:?}");
                }
                names.push(file.file_name().unwrap().to_string_lossy().into_owned());
            }
            names.sort();
            names
        };
        // With the log, and without.
        assert_eq!(look(), ["store.db", "store.db-shm", "store.db-wal", "store.epoch"]);
        // The search finds what is there.
        assert!(contains(&path.join("store.db-wal"), b"192.0.2.0/24"));
        drop(store);
        assert_eq!(look(), ["store.db", "store.epoch"]);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
    });
}

fn with_another_key(path: &Path) -> Result<(), StoreError> {
    let kek = Kek::from_bytes(std::array::from_fn(|index| index as u8)).unwrap();
    Store::open(path, &kek, &Options::default(), NOW).map(|_| ())
}

fn all_bytes(path: &Path) -> Vec<Vec<u8>> {
    ["store.db", "store.epoch"].map(|name| fs::read(path.join(name)).unwrap()).into()
}

#[test]
fn another_key_is_told_at_once_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path);
        add(&store, 1).await;
        drop(store);
        let before = all_bytes(&path);
        let error = with_another_key(&path).unwrap_err();
        assert!(matches!(error, StoreError::WrongKek { .. }));
        assert!(error.to_string().contains("store.db"), "{error}");
        assert!(all_bytes(&path) == before);
        assert!(find(&open(&path), 1).await.is_some());
    });
}

#[test]
fn a_store_in_use_and_one_of_a_newer_version_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(&path);
    assert!(matches!(try_open(&path).err(), Some(StoreError::InUse { .. })));
    drop(store);
    let database = rusqlite::Connection::open(path.join("store.db")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    let error = try_open(&path).err().unwrap();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
}

/// A tool that somebody left open.
#[test]
fn a_database_that_somebody_else_has_locked_is_told_and_ends_hold() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let lock = || {
        let other = rusqlite::Connection::open(path.join("store.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        other
    };
    run(async {
        let store = open(&path);
        let held = add(&store, 1).await;
        let other = lock();
        let outcome = store.end(Which::Id(held.id), NOW).await;
        assert_eq!(outcome, Err(StoreError::NotDurable(Box::new(StoreError::Busy))));
        assert!(held.is_ended() && find(&store, 1).await.is_none());
        drop(other);
        drop((held, store));
        assert!(find(&open(&path), 1).await.is_none(), "written when that was possible");
    });
    let other = lock();
    assert!(matches!(try_open(&path).err(), Some(StoreError::InUse { .. })));
    drop(other);
    assert!(try_open(&path).is_ok());
}

#[test]
fn something_else_is_not_taken_for_a_store() {
    let folder = tempfile::tempdir().unwrap();
    for (name, make) in [
        ("text", (|file: &Path| fs::write(file, "not a database at all").unwrap()) as fn(&Path)),
        ("other", |file| {
            let other = rusqlite::Connection::open(file).unwrap();
            other.execute_batch("CREATE TABLE other (column) STRICT").unwrap_or_default();
            other.execute_batch("CREATE TABLE other (x)").unwrap();
        }),
    ] {
        let path = folder.path().join(name);
        drop(open(&path));
        for file in ["store.db", "store.epoch"] {
            fs::remove_file(path.join(file)).unwrap();
        }
        let file = path.join("store.db");
        make(&file);
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let error = try_open(&path).err().unwrap();
        assert!(matches!(error, StoreError::NotOurs { .. }), "{name}: {error}");
    }
}

/// Never empty over what was there.
#[test]
fn a_database_that_is_gone_empty_or_cut_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    run(async {
        let store = open(&whole);
        add_many(&store, 0..100).await;
    });
    let length = fs::metadata(whole.join("store.db")).unwrap().len();
    for (index, left) in [
        None,
        Some(0),
        Some(1),
        Some(16),
        Some(100),
        Some(4096),
        Some(length / 2),
        Some(length - 4096),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(index.to_string());
        copy(&whole, &path);
        let file = path.join("store.db");
        match left {
            None => fs::remove_file(&file).unwrap(),
            Some(left) => {
                fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(left).unwrap();
            }
        }
        let error = try_open(&path).err().unwrap_or(StoreError::Closed);
        assert!(
            matches!(error, StoreError::Missing { .. } | StoreError::Damaged { .. }),
            "{left:?}: {error}"
        );
        assert!(error.to_string().contains("store.db"), "{error}");
    }
}

/// At the start, or where it is read; never another meaning.
#[test]
fn a_flipped_bit_is_told_or_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    run(async {
        let store = open(&whole);
        add_many(&store, 0..20).await;
        let of = Revoked::Subject { subject: "alice".to_owned(), before: later(1) };
        let revocation =
            Revocation { issuer: "https://login.example.com".to_owned(), of, until: later(HOUR) };
        store.revoke(revocation, NOW).await.unwrap();
    });
    let bytes = fs::read(whole.join("store.db")).unwrap();
    let (mut told, mut harmless) = (0, 0);
    for round in 0..400_u64 {
        let mut flipped = bytes.clone();
        let bit = (round.wrapping_mul(0x9e37_79b9_7f4a_7c15) % (bytes.len() as u64 * 8)) as usize;
        flipped[bit / 8] ^= 1 << (bit % 8);
        let path = folder.path().join("flipped");
        copy(&whole, &path);
        fs::write(path.join("store.db"), flipped).unwrap();
        match try_open(&path) {
            Err(_) => told += 1,
            Ok((store, opened)) => run(async {
                assert_eq!(opened.revocations, 1, "bit {bit}");
                for number in 0..20 {
                    match store.find(&digest(number), NOW, &Tally::default()).await {
                        Ok(Some(session)) => {
                            assert_eq!(session.subject, format!("subject-{number}"));
                            assert_eq!(session.expires, later(HOUR), "bit {bit}");
                        }
                        Ok(None) => panic!("bit {bit}: session {number} is lost without a word"),
                        Err(StoreError::DamagedSession(_)) => told += 1,
                        Err(other) => panic!("bit {bit}: {other}"),
                    }
                }
                harmless += 1;
            }),
        }
        fs::remove_dir_all(&path).unwrap();
    }
    assert!(told > 50, "{told} told, {harmless} harmless");
}

fn accepting(path: &Path) -> Result<bool, StoreError> {
    let options = Options { accept_older: true, ..Options::default() };
    Store::open(path, &kek(), &options, NOW).map(|(_, opened)| opened.is_older)
}

#[test]
fn an_older_copy_of_the_database_starts_only_when_it_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let backup = folder.path().join("backup");
    run(async {
        let store = open(&path);
        let held = add(&store, 1).await;
        drop((held, store));
        copy(&path, &backup);
        let store = open(&path);
        store.end(Which::Token(digest(1)), NOW).await.unwrap();
        drop(store);
    });
    fs::copy(backup.join("store.db"), path.join("store.db")).unwrap();
    let error = try_open(&path).err().unwrap();
    assert!(matches!(error, StoreError::Older { last: Some(_), .. }), "{error}");
    assert_eq!(accepting(&path), Ok(true));
    assert!(try_open(&path).is_ok(), "once is enough");
    // Nobody can tell.
    fs::remove_file(path.join("store.epoch")).unwrap();
    assert!(matches!(try_open(&path).err(), Some(StoreError::Older { last: None, .. })));
    assert_eq!(accepting(&path), Ok(true));
    // Another store's database.
    let other = folder.path().join("other");
    drop(open(&other));
    fs::copy(other.join("store.db"), path.join("store.db")).unwrap();
    assert!(matches!(try_open(&path).err(), Some(StoreError::Older { .. })));
    // What was lost is not replaced by nothing, whatever is accepted.
    fs::remove_file(path.join("store.db")).unwrap();
    assert!(matches!(accepting(&path), Err(StoreError::Missing { .. })));
}

/// The log holds what the database does not yet.
#[test]
fn a_log_that_was_cut_or_flipped_does_not_bring_back_what_was_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let (path, cut) = (folder.path().join("store"), folder.path().join("cut"));
    run(async {
        let store = open(&path);
        add(&store, 1).await;
        store.end(Which::Token(digest(1)), NOW).await.unwrap();
        // As a kill would leave it.
        copy(&path, &cut);
    });
    let log = cut.join("store.db-wal");
    let bytes = fs::read(&log).unwrap();
    let mut flipped = bytes.clone();
    let at = bytes.len() - 2000;
    flipped[at] ^= 1;
    for bad in [flipped, bytes[..bytes.len() - 4096].to_vec()] {
        let round = folder.path().join("round");
        copy(&cut, &round);
        fs::write(round.join("store.db-wal"), bad).unwrap();
        let error = try_open(&round).err().unwrap();
        assert!(matches!(error, StoreError::Older { .. }), "{error}");
        fs::remove_dir_all(&round).unwrap();
    }
    run(async { assert!(find(&open(&cut), 1).await.is_none()) });
}
