//! Tests: a new key-encryption key that cannot be written, and jobs that meet it.

use super::*;

fn kek(first: u8) -> Kek {
    Kek::from_bytes(std::array::from_fn(|index| index as u8 + first)).unwrap()
}

fn open_with(path: &Path, first: u8) -> Result<Store, StoreError> {
    let options = Options { sessions_cached_max: 1, ..Options::default() };
    Store::open(path, &kek(first), &options, NOW).map(|(store, _)| store)
}

async fn all_are_there(store: &Store, count: u32) {
    for number in 0..count {
        assert!(
            store.find(&digest(number), NOW, &Tally::default()).await.unwrap().is_some(),
            "{number}"
        );
    }
}

/// What keeps it from being written, and what it says then.
#[test]
fn what_fails_anywhere_changes_nothing_and_can_be_asked_again() {
    let halfway = "CREATE TEMP TRIGGER halfway BEFORE UPDATE OF data_key ON main.session \
                   WHEN old.rowid = 1500 BEGIN SELECT RAISE(ABORT, 'no more'); END";
    // As where the disk is full: everything is undone by the database itself.
    let undone = "CREATE TEMP TRIGGER undone BEFORE UPDATE OF data_key ON main.session \
                  WHEN old.rowid = 1500 BEGIN SELECT RAISE(ROLLBACK, 'no more'); END";
    let at_the_end = "PRAGMA foreign_keys = ON; \
                      CREATE TEMP TABLE above (id INTEGER PRIMARY KEY); \
                      CREATE TEMP TABLE below (id REFERENCES above DEFERRABLE INITIALLY DEFERRED); \
                      CREATE TEMP TRIGGER at_the_end AFTER UPDATE OF data_key ON main.meta \
                      BEGIN INSERT INTO below VALUES (1); END";
    for (breaks, mends) in [
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
        (halfway, "DROP TRIGGER halfway"),
        (undone, "DROP TRIGGER undone"),
        (at_the_end, "DROP TRIGGER at_the_end"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        run(async {
            let store = open_with(&path, 0).unwrap();
            // More than are read at a time.
            fill(&store, 2000).await;
            say(&store, breaks).await;
            assert!(store.rekey(&kek(1)).await.is_err(), "{breaks}");
            assert!(store.is_under(&kek(0)));
            all_are_there(&store, 2000).await;
            // Nothing is left half begun that others would fail with.
            let others = store.open_session(facts(2000), NOW).await;
            assert_eq!(others.is_ok(), mends.starts_with("DROP"), "{breaks}");
            say(&store, mends).await;
            if others.is_err() {
                store.open_session(facts(2000), NOW).await.unwrap();
            }
            drop(store);
            assert!(matches!(open_with(&path, 1).err(), Some(StoreError::WrongKek { .. })));
            let store = open_with(&path, 0).unwrap();
            all_are_there(&store, 2001).await;
            assert_eq!(store.rekey(&kek(1)).await.unwrap().rows, 2002);
            drop(store);
            all_are_there(&open_with(&path, 1).unwrap(), 2001).await;
        });
    }
}

/// Many sessions in one batch.
async fn fill(store: &Store, count: u32) {
    let sealer = Arc::clone(&store.0.sealer);
    Write {
        now: NOW,
        revokes: |(): &()| false,
        run: move |connection: &Connection| {
            for number in 0..count {
                let facts = facts(number);
                let kept = Kept { facts, version: 1, before: None, refreshed: None, touched: NOW };
                rows::write(connection, &sealer, &kept)?;
            }
            Ok(())
        },
        then: |_: &Connection, _: Option<()>, outcome| outcome,
    }
    .by(&store.0.writer)
    .await
    .unwrap();
}

/// Logins that lie in the queue before it and after it.
#[test]
fn what_is_written_beside_it_lies_under_the_key_of_its_turn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open_with(&path, 0).unwrap();
        let release = stuck(&store);
        let key = kek(1);
        let (before, rekeyed, after, again, ()) = tokio::join!(
            store.open_session(facts(0), NOW),
            store.rekey(&key),
            store.open_session(facts(1), NOW),
            store.rekey(&key),
            async { release.send(()).unwrap() }
        );
        assert!(before.is_ok() && after.is_ok());
        assert_eq!((rekeyed.unwrap().rows, again), (2, Err(StoreError::SameKek)));
        all_are_there(&store, 2).await;
        drop(store);
        all_are_there(&open_with(&path, 1).unwrap(), 2).await;
    });
}

/// A row that was read is opened with the key that it was read under, however long that takes.
#[test]
fn nothing_is_committed_between_a_read_and_its_opening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open_with(&path, 0).unwrap();
        store.open_session(facts(0), NOW).await.unwrap();
        let (reading, is_reading) = std::sync::mpsc::channel::<()>();
        let (release, wait) = std::sync::mpsc::channel::<()>();
        let sealer = Arc::clone(&store.0.sealer);
        let held = std::thread::spawn(move || {
            let wrapper = sealer.wrapper();
            reading.send(()).unwrap();
            let _ = wait.recv();
            drop(wrapper);
        });
        is_reading.recv().unwrap();
        let key = kek(1);
        let other = Connection::open(path.join("store.db")).unwrap();
        let epoch =
            || -> i64 { other.query_row("SELECT epoch FROM meta", [], |row| row.get(0)).unwrap() };
        let before = epoch();
        let (rekeyed, ()) = tokio::join!(store.rekey(&key), async {
            // It is written and waits: everything else takes a few milliseconds.
            let begun = std::time::Instant::now();
            while begun.elapsed() < std::time::Duration::from_millis(300) {
                assert_eq!(epoch(), before);
                std::thread::yield_now();
            }
            drop(release);
        });
        assert_eq!(rekeyed.unwrap().rows, 2);
        assert_eq!(epoch(), before + 1);
        held.join().unwrap();
    });
}

#[test]
fn a_session_that_was_damaged_before_stays_so_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open_with(&path, 0).unwrap();
        fill(&store, 3).await;
        say(&store, "UPDATE session SET data_key = zeroblob(61) WHERE rowid = 2").await;
        let rekeyed = store.rekey(&kek(1)).await.unwrap();
        assert_eq!((rekeyed.rows, rekeyed.damaged), (3, 1));
        drop(store);
        let store = open_with(&path, 1).unwrap();
        let found = store.find(&digest(1), NOW, &Tally::default()).await;
        assert!(matches!(found, Err(StoreError::DamagedSession(_))), "{found:?}");
        for number in [0, 2] {
            assert!(store.find(&digest(number), NOW, &Tally::default()).await.unwrap().is_some());
        }
    });
}

/// The writer is at it for seconds, where there are many sessions.
#[test]
fn ends_hold_while_a_key_is_exchanged_although_the_writer_comes_to_them_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open_with(&path, 0).unwrap();
        for number in 0..4 {
            let account = facts(number % 2).account;
            store.open_session(Facts { account, ..facts(number) }, NOW).await.unwrap();
        }
        let held = store.find(&digest(1), NOW, &Tally::default()).await.unwrap().unwrap();
        let release = stuck(&store);
        let (key, account) = (kek(1), facts(1).account);
        let which = Which::Account { api: held.api.clone(), account };
        let (rekeyed, ended, ()) = tokio::join!(store.rekey(&key), store.end(which, NOW), async {
            while !held.is_ended() {
                tokio::task::yield_now().await;
            }
            assert!(
                store.find(&digest(3), NOW, &Tally::default()).await.unwrap().is_none(),
                "read anew"
            );
            assert!(store.find(&digest(0), NOW, &Tally::default()).await.unwrap().is_some());
            release.send(()).unwrap();
        });
        assert_eq!((rekeyed.map(|rekeyed| rekeyed.damaged), ended), (Ok(0), Ok(2)));
        drop(store);
        let store = open_with(&path, 1).unwrap();
        for (number, is_there) in [(0, true), (1, false), (2, true), (3, false)] {
            let found = store.find(&digest(number), NOW, &Tally::default()).await.unwrap();
            assert_eq!(found.is_some(), is_there, "{number}");
        }
    });
}
