//! Another key-encryption key: what was there holds under it, and the one before opens nothing.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use fake::{HOUR, NOW, add, add_many, digest, find, holds, issue, key, later, run, secret_text};
use portcullis_model::Tally;
use portcullis_store::{
    Change, Claims, Kek, Opened, Options, Register, Revocation, Revoked, Standing, Store,
    StoreError, Which,
};

/// Keys with different last bytes.
fn kek(last: u8) -> Kek {
    let bytes = std::array::from_fn(|index| if index == 31 { last } else { index as u8 + 0x60 });
    Kek::from_bytes(bytes).unwrap()
}

/// Keeps one session in memory: the others are read.
fn try_open(path: &Path, last: u8) -> Result<(Store, Opened), StoreError> {
    let options = Options { sessions_cached_max: 1, ..Options::default() };
    Store::open(path, &kek(last), &options, NOW)
}

fn open(path: &Path, last: u8) -> Store {
    try_open(path, last).unwrap().0
}

async fn rekey(store: &Store, last: u8) -> usize {
    let rekeyed = store.rekey(&kek(last)).await.unwrap();
    assert_eq!((rekeyed.damaged, rekeyed.left), (0, None));
    rekeyed.rows
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

async fn all_are_there(store: &Store, count: u32) {
    for number in 0..count {
        let session = find(store, number).await.unwrap();
        let secret = session.credentials.values().next().unwrap().expose_secret();
        assert_eq!(secret, secret_text(number).as_bytes());
    }
}

#[test]
fn all_that_lasts_holds_under_the_new_key_and_the_old_one_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let claims = Claims { issuer: "issuer", subject: None, jti: Some("one"), issued: Some(NOW) };
    run(async {
        let store = open(&path, 1);
        add_many(&store, 0..3000).await;
        issue(&store, key(1)).await;
        let of = Revoked::Token { jti: "one".to_owned() };
        let revocation = Revocation { issuer: "issuer".to_owned(), of, until: later(HOUR) };
        store.revoke(revocation, NOW).await.unwrap();
        let account = fake::account(&store, 1);
        store.worked(account, "192.0.2.0/24", NOW).await.unwrap();
        let register = Register::of(&store);
        let by = register.caller("shop", "issuer", "alice").unwrap();
        let order = register.object("shop", "Order", 0, "7").unwrap();
        let how = portcullis_store::How::Listed;
        register.learn(&by, &[order], how, register.since(), NOW);

        assert_eq!(rekey(&store, 2).await, 3001);
        assert!(store.is_under(&kek(2)) && !store.is_under(&kek(1)));
        all_are_there(&store, 3000).await;
        // What is written from now on lies under the new one, and changes of what was there, too.
        add(&store, 3000).await;
        let session = find(&store, 5).await.unwrap();
        let change = Change { token: Some((digest(9005), 0)), ..Change::until(later(HOUR)) };
        store.replace(&session, change, NOW, &Tally::default()).await.unwrap().unwrap();
        assert_eq!(store.end(Which::Token(digest(6)), NOW).await, Ok(1));
        drop((store, register));

        let before = ["store.db", "store.epoch"].map(|name| fs::read(path.join(name)).unwrap());
        let error = try_open(&path, 1).err().unwrap();
        assert!(matches!(error, StoreError::WrongKek { .. }), "{error}");
        assert!(error.to_string().contains("store.db"), "{error}");
        assert!(error.to_string().contains("portcullis store rekey"), "{error}");
        let after = ["store.db", "store.epoch"].map(|name| fs::read(path.join(name)).unwrap());
        assert!(before == after, "nothing was changed");

        let store = open(&path, 2);
        assert!(find(&store, 6).await.is_none() && find(&store, 5).await.is_none());
        for number in [0, 4, 7, 2999, 3000, 9005] {
            assert!(find(&store, number).await.is_some(), "{number}");
        }
        assert!(holds(&store, 1) && store.is_revoked(&claims));
        assert!(store.has_worked(account, "192.0.2.0/24", NOW).await.unwrap());
        let register = Register::of(&store);
        assert_eq!(register.standing(&by, &order, NOW), Standing::Known);
    });
}

#[test]
fn the_key_is_exchanged_again_and_again_and_the_first_may_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, 1);
        add_many(&store, 0..20).await;
        for last in [2, 3, 1, 2] {
            assert_eq!(rekey(&store, last).await, 21);
            all_are_there(&store, 20).await;
        }
        drop(store);
        for last in [1, 3] {
            assert!(matches!(try_open(&path, last).err(), Some(StoreError::WrongKek { .. })));
        }
        all_are_there(&open(&path, 2), 20).await;
    });
}

#[test]
fn the_key_in_use_is_no_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, 1);
        add_many(&store, 0..3).await;
        assert_eq!(store.rekey(&kek(1)).await, Err(StoreError::SameKek));
        rekey(&store, 2).await;
        assert_eq!(store.rekey(&kek(2)).await, Err(StoreError::SameKek));
        all_are_there(&store, 3).await;
        drop(store);
        all_are_there(&open(&path, 2), 3).await;
    });
}

#[test]
fn a_copy_from_before_is_an_older_one_and_opens_with_the_old_key_when_it_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let (path, backup) = (folder.path().join("store"), folder.path().join("backup"));
    run(async {
        let store = open(&path, 1);
        add_many(&store, 0..3).await;
        drop(store);
        copy(&path, &backup);
        let store = open(&path, 1);
        rekey(&store, 2).await;
    });
    fs::copy(backup.join("store.db"), path.join("store.db")).unwrap();
    let accept = Options { accept_older: true, ..Options::default() };
    let accepting = |last| Store::open(&path, &kek(last), &accept, NOW);
    assert!(matches!(try_open(&path, 1).err(), Some(StoreError::Older { last: Some(_), .. })));
    for refused in [try_open(&path, 2), accepting(2)] {
        assert!(matches!(refused.err(), Some(StoreError::WrongKek { .. })));
    }
    let (store, opened) = accepting(1).unwrap();
    assert!(opened.is_older);
    run(all_are_there(&store, 3));
}

/// Whoever gets the old key later must find nothing that it opens.
#[test]
fn no_data_key_under_the_old_key_is_left_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let data_keys = || -> Vec<Vec<u8>> {
        let other = rusqlite::Connection::open(path.join("store.db")).unwrap();
        let sql = "SELECT data_key FROM session UNION ALL SELECT data_key FROM meta";
        let mut rows = other.prepare(sql).unwrap();
        rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let lie_there = |wanted: &[Vec<u8>]| {
        let files = fs::read_dir(&path).unwrap();
        let files: Vec<_> = files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
        let is_in = |file: &Vec<u8>, key: &Vec<u8>| {
            file.windows(key.len()).any(|window| window == key.as_slice())
        };
        wanted.iter().filter(|key| files.iter().any(|file| is_in(file, key))).count()
    };
    run(async {
        let store = open(&path, 1);
        add_many(&store, 0..30).await;
        let old = data_keys();
        assert_eq!((old.len(), lie_there(&old)), (31, 31));
        rekey(&store, 2).await;
        let new = data_keys();
        assert_eq!((lie_there(&new), lie_there(&old)), (31, 0));
    });
}

/// Somebody has the database open, and looks at it as it was.
#[test]
fn what_is_left_in_the_log_because_somebody_looks_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, 1);
        add_many(&store, 0..3).await;
        let other = rusqlite::Connection::open(path.join("store.db")).unwrap();
        other.execute_batch("BEGIN").unwrap();
        other.query_row("SELECT count(*) FROM session", [], |_| Ok(())).unwrap();
        let rekeyed = store.rekey(&kek(2)).await.unwrap();
        assert_eq!((rekeyed.rows, rekeyed.left), (4, Some(StoreError::Busy)));
        all_are_there(&store, 3).await;
        drop(other);
        drop(store);
        all_are_there(&open(&path, 2), 3).await;
    });
}

/// What one does who logs in again and again, until it is over. Says which numbers there were.
async fn work(store: &Store, first: u32, over: &AtomicBool) -> std::ops::Range<u32> {
    for number in first.. {
        if over.load(Ordering::SeqCst) {
            return first..number;
        }
        add(store, number).await;
        for known in 0..20 {
            assert!(find(store, (number * 20 + known) % 200).await.is_some());
        }
        let session = find(store, number).await.unwrap();
        let change = Change { attributes: Some(String::new()), ..Change::until(later(HOUR)) };
        store.replace(&session, change, NOW, &Tally::default()).await.unwrap().unwrap();
        if number % 2 == 0 {
            assert_eq!(store.end(Which::Id(session.id), NOW).await, Ok(1));
        }
        assert_eq!(store.list("pharmacy", 50, NOW, &Tally::default()).await.unwrap().damaged, 0);
    }
    first..first
}

/// Several threads at once, and nobody ever meets the wrong key: not the reader, not the writer.
#[test]
fn who_logs_in_is_looked_up_or_ended_meanwhile_meets_one_key() {
    const EXCHANGES: u8 = 60;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(&path, 1);
    run(add_many(&store, 0..200));
    let over = AtomicBool::new(false);
    let done: Vec<_> = std::thread::scope(|scope| {
        let begin = |task| {
            let (store, over) = (store.clone(), &over);
            scope.spawn(move || run(work(&store, 100_000 * task, over)))
        };
        let tasks: Vec<_> = (1..5_u32).map(begin).collect();
        run(async {
            for turn in 0..EXCHANGES {
                rekey(&store, 2 + turn % 2).await;
            }
        });
        over.store(true, Ordering::SeqCst);
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    });
    drop(store);
    let store = open(&path, 2 + (EXCHANGES - 1) % 2);
    run(async {
        all_are_there(&store, 200).await;
        assert!(done.iter().map(ExactSizeIterator::len).sum::<usize>() > 8, "{done:?}");
        for number in done.into_iter().flatten() {
            assert_eq!(find(&store, number).await.is_some(), number % 2 == 1, "{number}");
        }
    });
}
