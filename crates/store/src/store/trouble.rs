//! Tests: what happens when the database cannot be written, and when threads meet.

use std::path::Path;

use super::*;
use crate::example::{HOUR, NOW, digest, facts, later};
use crate::kek::Kek;
use crate::revoked::{Claims, Revocation};
use crate::rows::Which;

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(future)
}

fn open(folder: &Path, options: &Options) -> Store {
    let kek = Kek::from_bytes(std::array::from_fn(|index| index as u8)).unwrap();
    Store::open(folder, &kek, options, NOW).unwrap().0
}

/// Says something to the database on the thread that writes, after a batch that may have failed.
async fn say(store: &Store, sql: &str) {
    let sql = sql.to_owned();
    Write {
        now: NOW,
        revokes: |(): &()| false,
        run: |_: &Connection| Ok(()),
        then: move |connection: &Connection, _: Option<()>, _: Result<(), StoreError>| {
            connection.execute_batch(&sql).map_err(StoreError::from)
        },
    }
    .by(&store.0.writer)
    .await
    .unwrap();
}

/// As on a disk that was mounted anew because of errors.
#[test]
fn on_a_disk_that_cannot_be_written_ends_hold_and_are_written_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, &Options::default());
        for number in 1..4 {
            store.open_session(facts(number), NOW).await.unwrap();
        }
        let held = store.find(&digest(1), NOW, &Tally::default()).await.unwrap().unwrap();
        say(&store, "PRAGMA query_only = ON").await;
        assert_eq!(store.open_session(facts(9), NOW).await.unwrap_err(), StoreError::ReadOnly);
        let not_durable = Err(StoreError::NotDurable(Box::new(StoreError::ReadOnly)));
        assert_eq!(store.end(Which::Id(held.id), NOW).await, not_durable);
        assert!(held.is_ended());
        // Also for who reads it anew, and for one that nobody had read.
        assert_eq!(store.end(Which::Token(digest(2)), NOW).await, not_durable);
        for number in 1..3 {
            assert!(store.find(&digest(number), NOW, &Tally::default()).await.unwrap().is_none());
        }
        assert!(
            store.find(&digest(3), NOW, &Tally::default()).await.unwrap().is_some(),
            "others are served"
        );
        say(&store, "PRAGMA query_only = OFF").await;
        store.open_session(facts(9), NOW).await.unwrap();
        drop(store);
        let store = open(&path, &Options::default());
        for number in 1..3 {
            assert!(
                store.find(&digest(number), NOW, &Tally::default()).await.unwrap().is_none(),
                "after a restart"
            );
        }
        assert!(store.find(&digest(9), NOW, &Tally::default()).await.unwrap().is_some());
    });
}

#[test]
fn an_end_that_could_not_be_written_is_written_before_the_store_closes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, &Options::default());
        let held = store.open_session(facts(1), NOW).await.unwrap();
        say(&store, "PRAGMA query_only = ON").await;
        let outcome = store.end(Which::Id(held.id), NOW).await;
        assert!(matches!(outcome, Err(StoreError::NotDurable(_))));
        say(&store, "PRAGMA query_only = OFF").await;
        drop(store);
        let store = open(&path, &Options::default());
        assert!(store.find(&digest(1), NOW, &Tally::default()).await.unwrap().is_none());
    });
}

#[test]
fn a_revocation_of_others_tokens_that_cannot_be_written_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, &Options::default());
        say(&store, "PRAGMA query_only = ON").await;
        let of = revoked::Revoked::Token { jti: "1".to_owned() };
        let revocation = Revocation { issuer: "issuer".to_owned(), of, until: later(HOUR) };
        let outcome = store.revoke(revocation.clone(), NOW).await;
        assert!(matches!(outcome, Err(StoreError::NotDurable(_))), "{outcome:?}");
        let claims = Claims { issuer: "issuer", subject: None, jti: Some("1"), issued: Some(NOW) };
        assert!(store.is_revoked(&claims));
        say(&store, "PRAGMA query_only = OFF").await;
        store.revoke(revocation, NOW).await.unwrap();
        drop(store);
        assert!(open(&path, &Options::default()).is_revoked(&claims));
    });
}

#[test]
fn a_full_store_says_so_ends_what_it_is_told_and_takes_more_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let options = Options { bytes_max: 40 * schema::PAGE, ..Options::default() };
        let store = open(&path, &options);
        let mut number = 0;
        let why = loop {
            match store.open_session(facts(number), NOW).await {
                Ok(_) => number += 1,
                Err(why) => break why,
            }
        };
        assert_eq!(why, StoreError::Full);
        assert!(number > 20, "{number} fit");
        assert!(store.find(&digest(0), NOW, &Tally::default()).await.unwrap().is_some());
        for one in 0..number / 2 {
            assert_eq!(store.end(Which::Token(digest(one)), NOW).await, Ok(1));
        }
        store.open_session(facts(number), NOW).await.unwrap();
    });
}

/// A disk that hangs: the writer is stuck, and everything waits.
#[test]
fn an_end_that_finds_no_place_in_the_queue_holds_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, &Options::default());
        let held = store.open_session(facts(1), NOW).await.unwrap();
        let release = stuck(&store);
        while store.0.writer.send(Box::new(Touch { session: held.id, now: NOW })).is_ok() {}
        let outcome = store.end(Which::Token(digest(1)), NOW).await;
        assert_eq!(outcome, Err(StoreError::NotDurable(Box::new(StoreError::Busy))));
        assert!(held.is_ended());
        assert!(store.find(&digest(1), NOW, &Tally::default()).await.unwrap().is_none());
        drop(release);
        drop(store);
        let store = open(&path, &Options::default());
        assert!(
            store.find(&digest(1), NOW, &Tally::default()).await.unwrap().is_none(),
            "and was written"
        );
    });
}

/// Two jobs about one session in one batch: it is opened, and ended by its owner.
#[test]
fn what_is_opened_and_ended_in_one_batch_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder.path().join("store"), &Options::default());
        let release = stuck(&store);
        // Begun after the end's own bound, as after a step of the clock.
        let begun = Facts { created: UnixMillis(NOW.0 + 10), ..facts(1) };
        let which = Which::Account { api: begun.api.clone(), account: begun.account };
        // Both lie in the queue before the writer goes on.
        let (opened, ended, ()) =
            tokio::join!(store.open_session(begun, NOW), store.end(which, NOW), async {
                release.send(()).unwrap();
            });
        assert_eq!(ended, Ok(1));
        assert!(opened.unwrap().is_ended());
        assert!(store.find(&digest(1), NOW, &Tally::default()).await.unwrap().is_none());
    });
}

/// Holds the writer until what it returns is used or dropped. The writer has taken nothing else with it: what is
/// sent from here on lies in the queue.
fn stuck(store: &Store) -> std::sync::mpsc::Sender<()> {
    let (release, wait) = std::sync::mpsc::channel();
    let (begins, begun) = std::sync::mpsc::channel();
    store.0.writer.send(Box::new(Stuck { begins, wait })).unwrap();
    begun.recv().unwrap();
    release
}

struct Stuck {
    begins: std::sync::mpsc::Sender<()>,
    wait: std::sync::mpsc::Receiver<()>,
}

impl Job for Stuck {
    fn run(&mut self, _: &Connection) -> Result<(), StoreError> {
        let _ = self.begins.send(());
        let _ = self.wait.recv();
        Ok(())
    }

    fn finish(self: Box<Self>, _: &Connection, _: Result<(), StoreError>) {}

    fn revokes(&self) -> bool {
        false
    }

    fn now(&self) -> UnixMillis {
        NOW
    }
}

/// A read that began before the end and is let in after it.
#[test]
fn a_read_that_an_end_overtook_brings_nothing_back() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder.path().join("store"), &Options::default());
        store.open_session(facts(1), NOW).await.unwrap();
        let (before, sealer) = (store.0.memory.before(), Arc::clone(&store.0.sealer));
        let read = move |connection: &Connection| {
            rows::by_token(connection, &sealer, &digest(1), &Tally::default())
        };
        let kept = store.0.reader.ask(read).await.unwrap().unwrap();
        assert_eq!(store.end(Which::Token(digest(1)), NOW).await, Ok(1));
        assert!(store.0.memory.admit(kept, digest(1), before).is_none());
        assert!(store.find(&digest(1), NOW, &Tally::default()).await.unwrap().is_none());
    });
}

#[test]
fn a_row_that_was_changed_opens_nothing() {
    let changes = [
        "UPDATE session SET expires = expires + 1000000",
        "UPDATE session SET api = 'other'",
        "UPDATE session SET state = 1 - state",
        "UPDATE session SET origin = 1",
        "UPDATE session SET account = zeroblob(32)",
        "UPDATE session SET network = 'other'",
        "UPDATE session SET version = 7",
        "UPDATE session SET refreshed = 7",
        "UPDATE session SET idle = 1000000000",
        "UPDATE session SET before_digest = zeroblob(32), before_until = 5",
        "UPDATE session SET sealed = zeroblob(100)",
        "UPDATE session SET data_key = x''",
        "UPDATE session SET id = zeroblob(16)",
        // One row's secrets in another one's place.
        "UPDATE session SET (data_key, sealed) = (SELECT data_key, sealed FROM session AS other \
         WHERE other.rowid = 2)",
    ];
    let folder = tempfile::tempdir().unwrap();
    for (index, sql) in changes.into_iter().enumerate() {
        let path = folder.path().join(index.to_string());
        run(async {
            let store = open(&path, &Options { sessions_cached_max: 1, ..Options::default() });
            store.open_session(facts(1), NOW).await.unwrap();
            store.open_session(facts(2), NOW).await.unwrap();
            say(&store, &format!("{sql} WHERE rowid = 1")).await;
            drop(store);
            let store = open(&path, &Options::default());
            let found = store.find(&digest(1), NOW, &Tally::default()).await;
            assert!(
                store.find(&digest(2), NOW, &Tally::default()).await.unwrap().is_some(),
                "others are served"
            );
            assert!(matches!(found, Err(StoreError::DamagedSession(_))), "{sql}: {found:?}");
        });
    }
}

mod canaries;
mod keys;
mod passwords;
mod register;
mod rekey;

#[test]
fn what_cannot_be_written_did_not_happen_and_may_happen_later() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"), &Options::default());
    run(async {
        let marks = [store.once_mark("what", &[b"alice"])];
        say(&store, "PRAGMA query_only = ON").await;
        assert_eq!(store.take_once(&marks, NOW).await.unwrap_err(), StoreError::ReadOnly);
        assert_eq!(store.was_once(&marks), None);
        say(&store, "PRAGMA query_only = OFF").await;
        let taken = store.take_once(&marks, NOW).await.unwrap();
        assert!(matches!(taken, crate::once::Once::Taken(_)));
    });
}
