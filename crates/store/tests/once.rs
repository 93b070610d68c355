//! What happens once happens once: of any number at a time, after a kill, and after a restart.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::path::Path;

use fake::{NOW, open, run, try_open};
use portcullis_store::{GivenBack, Kek, Once, OnceMark, OnceTaken, Options, Store, StoreError};
use rusqlite::Connection;

fn mark(store: &Store, who: &str) -> OnceMark {
    store.once_mark("of: applyCoupon, per: caller, once: true", &[b"issuer", who.as_bytes()])
}

async fn take(store: &Store, who: &str) -> Option<OnceTaken> {
    match store.take_once(&[mark(store, who)], NOW).await.unwrap() {
        Once::Taken(taken) => Some(taken),
        Once::Before(_) => None,
    }
}

/// Takes it, and the API did it.
async fn done(store: &Store, who: &str) -> bool {
    let taken = take(store, who).await;
    taken.map(|mut taken| taken.keep(true)).is_some()
}

/// The files as they are while the store is open: what a kill leaves.
fn killed(from: &Path, to: &Path) -> Store {
    std::fs::create_dir(to).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(to, private).unwrap();
    for name in ["store.db", "store.db-wal", "store.epoch"] {
        std::fs::copy(from.join(name), to.join(name)).unwrap();
    }
    open(to)
}

fn rows(path: &Path) -> Vec<(Vec<u8>, i64, Vec<u8>)> {
    let database = Connection::open(path.join("store.db")).unwrap();
    let mut all = database.prepare("SELECT mark, taken, check_value FROM once").unwrap();
    let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn it_happens_once_and_a_restart_does_not_make_it_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path);
        assert!(done(&store, "alice").await);
        assert!(!done(&store, "alice").await);
        assert!(done(&store, "bob").await, "bob is not alice");
        drop(store);
        let store = open(&path);
        assert!(!done(&store, "alice").await, "after a restart");
        assert!(done(&store, "carol").await);
    });
}

#[test]
fn of_ten_thousand_at_a_time_one_passes() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    let count: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    run(async {
                        let mut count = 0;
                        for _ in 0..625 {
                            count += usize::from(done(&store, "alice").await);
                        }
                        count
                    })
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(count, 1);
}

#[test]
fn a_kill_before_the_answer_leaves_it_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path);
        let taken = take(&store, "alice").await;
        assert!(taken.is_some());
        let other = killed(&path, &folder.path().join("killed"));
        assert!(take(&other, "alice").await.is_none(), "nobody knows what became of it");
        assert!(take(&other, "bob").await.is_some());
    });
}

#[test]
fn who_administers_gives_one_back_and_only_that_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path);
        assert!(done(&store, "alice").await && done(&store, "bob").await);
        let give = async |store: &Store, who: &str| {
            store.give_back_once(mark(store, who), NOW).await.unwrap()
        };
        assert_eq!(give(&store, "carol").await, GivenBack::Never);
        assert_eq!(give(&store, "alice").await, GivenBack::Free);
        assert_eq!(give(&store, "alice").await, GivenBack::Never, "once");
        // What a kill leaves now knows it, too.
        let other = killed(&path, &folder.path().join("killed"));
        assert!(take(&other, "bob").await.is_none());
        assert!(done(&other, "alice").await && !done(&other, "alice").await);
        let taken = take(&store, "alice").await.unwrap();
        assert_eq!(give(&store, "alice").await, GivenBack::UnderWay);
        drop(taken);
        assert!(done(&store, "alice").await, "it is free");
        drop(store);
        let store = open(&path);
        assert!(!done(&store, "alice").await && !done(&store, "bob").await);
    });
}

#[test]
fn what_did_not_happen_is_given_back_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path);
        drop(take(&store, "alice").await.unwrap());
        assert_eq!(store.was_once(&[mark(&store, "alice")]), None);
        drop(take(&store, "alice").await.unwrap());
        // Taken anew before the row is gone: it must not be deleted behind that.
        assert!(done(&store, "alice").await);
        drop(take(&store, "bob").await.unwrap());
        drop(store);
        let store = open(&path);
        assert!(!done(&store, "alice").await);
        assert!(done(&store, "bob").await);
    });
}

#[test]
fn whoever_does_not_wait_has_taken_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    run(async {
        let marks = [mark(&store, "alice")];
        let mut taking = Box::pin(store.take_once(&marks, NOW));
        let waker = std::task::Waker::noop();
        let _ = taking.as_mut().poll(&mut std::task::Context::from_waker(waker));
        drop(taking);
        // Behind it in the writer's queue.
        assert!(done(&store, "bob").await);
        assert!(done(&store, "alice").await);
    });
}

#[test]
fn an_older_copy_does_not_start_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        drop(open(&path));
        let before = std::fs::read(path.join("store.db")).unwrap();
        let store = open(&path);
        assert!(done(&store, "alice").await);
        drop(store);
        std::fs::write(path.join("store.db"), before).unwrap();
        assert!(matches!(try_open(&path).map(drop), Err(StoreError::Older { .. })));
    });
}

#[test]
fn rows_name_nobody_and_one_that_was_changed_or_copied_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path);
        assert!(done(&store, "alice").await && done(&store, "bob").await);
        drop(store);
    });
    let [alice, bob]: [_; 2] = rows(&path).try_into().unwrap();
    assert!(alice.0.len() == 16 && alice.0 != bob.0);
    let database = || Connection::open(path.join("store.db")).unwrap();
    let changes = |sql: &str| {
        database().execute(sql, [&alice.0]).unwrap();
        let damaged = matches!(try_open(&path).map(drop), Err(StoreError::Damaged { .. }));
        assert!(damaged, "{sql}");
    };
    changes("UPDATE once SET taken = taken + 1 WHERE mark = ?1");
    database().execute("UPDATE once SET taken = taken - 1", []).unwrap();
    changes("UPDATE once SET check_value = (SELECT check_value FROM once WHERE mark != ?1)");
    database().execute("DELETE FROM once", []).unwrap();
    changes("INSERT INTO once VALUES (?1, 7, zeroblob(32))");
}

#[test]
fn another_key_of_the_store_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path);
        assert!(done(&store, "alice").await);
        let next = Kek::from_bytes(std::array::from_fn(|index| index as u8)).unwrap();
        store.rekey(&next).await.unwrap();
        assert!(!done(&store, "alice").await);
        drop(store);
        let (store, _) = Store::open(&path, &next, &Options::default(), NOW).unwrap();
        assert!(!done(&store, "alice").await);
    });
}
