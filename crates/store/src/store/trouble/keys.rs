//! Tests: what becomes of API keys when the database cannot be written, and when acts meet.

use portcullis_model::{KeyId, KeyRules};

use super::*;
use crate::keys::facts::{KeyFacts, KeyWhich};

fn id(number: u32) -> KeyId {
    KeyId::parse(&format!("{number:016}")).unwrap()
}

fn key(number: u32) -> KeyFacts {
    KeyFacts {
        id: id(number),
        mac: [number as u8; 32],
        owner: format!("owner-{number}"),
        label: String::new(),
        parent: None,
        created: NOW,
        expires: None,
        rules: KeyRules::default(),
        replaces: None,
    }
}

fn end_of(store: &Store, number: u32) -> Option<UnixMillis> {
    store.key(&id(number), NOW).unwrap().expires
}

/// As a kill leaves it: a copy of the files.
fn killed(path: &Path, to: &Path) -> Store {
    std::fs::create_dir(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(path).unwrap().permissions()).unwrap();
    for file in ["store.db", "store.db-wal", "store.epoch"] {
        std::fs::copy(path.join(file), to.join(file)).unwrap();
    }
    open(to, &Options::default())
}

#[test]
fn on_a_disk_that_cannot_be_written_revocations_hold_and_are_written_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, &Options::default());
        for number in 0..4 {
            store.issue_key(key(number), NOW).await.unwrap();
        }
        store.issue_key(KeyFacts { replaces: Some((id(2), HOUR)), ..key(4) }, NOW).await.unwrap();
        say(&store, "PRAGMA query_only = ON").await;
        let not_durable = StoreError::NotDurable(Box::new(StoreError::ReadOnly));
        assert_eq!(store.issue_key(key(9), NOW).await, Err(StoreError::ReadOnly));
        assert!(store.key(&id(9), NOW).is_none());
        let revoked = store.revoke_keys(KeyWhich::Id(id(0)), NOW).await;
        assert_eq!(revoked, Err(not_durable.clone()));
        assert_eq!(store.expire_key(id(1), later(HOUR), NOW).await, Err(not_durable.clone()));
        assert_eq!(store.used_first(id(4), NOW).await, Err(not_durable));
        assert!(store.key(&id(0), NOW).is_none());
        assert_eq!(
            [1, 2, 3].map(|number| end_of(&store, number)),
            [Some(later(HOUR)), Some(later(HOUR)), None]
        );
        say(&store, "PRAGMA query_only = OFF").await;
        assert_eq!(store.revoke_keys(KeyWhich::Id(id(0)), NOW).await, Ok(0), "and it lasts now");
        store.issue_key(key(9), NOW).await.unwrap();
        store.used_first(id(4), NOW).await.unwrap();
        let copied = killed(&path, &folder.path().join("copy"));
        assert!(copied.key(&id(0), NOW).is_none() && copied.key(&id(9), NOW).is_some());
        drop(store);
        let store = open(&path, &Options::default());
        assert!(store.key(&id(0), NOW).is_none());
        assert_eq!(
            [1, 2, 3].map(|number| end_of(&store, number)),
            [Some(later(HOUR)), Some(later(HOUR)), None]
        );
        assert!(!store.key(&id(4), NOW).unwrap().is_first_use);
    });
}

#[test]
fn a_full_store_says_so_and_revokes_and_takes_more_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let options = Options { bytes_max: 40 * schema::PAGE, ..Options::default() };
        let store = open(&path, &options);
        let mut number = 0;
        let why = loop {
            match store.issue_key(key(number), NOW).await {
                Ok(()) => number += 1,
                Err(why) => break why,
            }
        };
        assert_eq!(why, StoreError::Full);
        assert!(number > 20 && store.key(&id(number), NOW).is_none(), "{number} fit");
        // What is written beside must not keep others from being revoked.
        (0..number).for_each(|number| store.touch_key(id(number), NOW));
        for number in 0..number / 2 {
            assert_eq!(store.revoke_keys(KeyWhich::Id(id(number)), NOW).await, Ok(1), "{number}");
        }
        store.issue_key(key(number), NOW).await.unwrap();
    });
}

#[test]
fn a_revocation_that_finds_no_place_in_the_queue_holds_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, &Options::default());
        for number in 0..2 {
            store.issue_key(key(number), NOW).await.unwrap();
        }
        let session = store.open_session(facts(1), NOW).await.unwrap().id;
        let release = stuck(&store);
        while store.0.writer.send(Box::new(Touch { session, now: NOW })).is_ok() {}
        let busy = StoreError::NotDurable(Box::new(StoreError::Busy));
        let revoked = store.revoke_keys(KeyWhich::Id(id(0)), NOW).await;
        assert_eq!(revoked, Err(busy.clone()));
        assert_eq!(store.expire_key(id(1), later(HOUR), NOW).await, Err(busy));
        assert!(store.key(&id(0), NOW).is_none());
        assert_eq!(store.issue_key(key(2), NOW).await, Err(StoreError::Busy));
        assert!(store.list_keys(&KeyWhich::Id(id(2)), 1).is_empty());
        drop(release);
        drop(store);
        let store = open(&path, &Options::default());
        assert!(store.key(&id(0), NOW).is_none() && store.key(&id(2), NOW).is_none());
        assert_eq!(end_of(&store, 1), Some(later(HOUR)), "both were written");
    });
}

#[test]
fn a_key_that_is_revoked_while_it_is_issued_never_opens() {
    for which in [KeyWhich::Id(id(1)), KeyWhich::All, KeyWhich::Id(id(0)), KeyWhich::Parent(id(0))]
    {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        run(async {
            let store = open(&path, &Options::default());
            store.issue_key(key(0), NOW).await.unwrap();
            let release = stuck(&store);
            let below = KeyFacts { parent: Some(id(0)), ..key(1) };
            let (issued, revoked, ()) = tokio::join!(
                store.issue_key(below, NOW),
                store.revoke_keys(which.clone(), NOW),
                async {
                    assert!(store.key(&id(1), NOW).is_none());
                    release.send(()).unwrap();
                }
            );
            assert_eq!(issued, Err(StoreError::EndedMeanwhile), "{which:?}");
            assert!(revoked.unwrap() > 0);
            assert!(store.key(&id(1), NOW).is_none());
            let copied = killed(&path, &folder.path().join("copy"));
            assert!(copied.key(&id(1), NOW).is_none(), "{which:?}");
        });
    }
}

/// Its row is written, and is not yet known to last.
#[test]
fn a_key_opens_nothing_before_it_lasts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, &Options::default());
        let reserved = store.0.keys.reserve(&key(1), NOW).unwrap();
        assert!(store.key(&id(1), NOW).is_none());
        assert!(store.list_keys(&KeyWhich::All, 9).is_empty());
        assert_eq!(store.issue_key(key(1), NOW).await, Err(StoreError::Known));
        let below = KeyFacts { parent: Some(id(1)), ..key(2) };
        assert_eq!(store.issue_key(below, NOW).await, Err(StoreError::NoKey));
        assert_eq!(store.expire_key(id(1), NOW, NOW).await, Err(StoreError::NoKey));
        drop(reserved);
        store.issue_key(key(1), NOW).await.unwrap();
        assert!(store.key(&id(1), NOW).is_some());
    });
}

/// The row of a key that was given up waits to be deleted, behind more than a batch of others.
#[test]
fn a_name_that_was_given_up_and_is_issued_anew_keeps_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, &Options::default());
        for number in 0..5000 {
            drop(store.0.keys.reserve(&key(number), NOW).unwrap());
        }
        store.issue_key(key(4999), NOW).await.unwrap();
        drop(store);
        assert!(open(&path, &Options::default()).key(&id(4999), NOW).is_some());
    });
}

#[test]
fn an_end_that_came_nearer_while_another_was_written_is_still_to_be_written() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder.path().join("store"), &Options::default());
        store.issue_key(key(1), NOW).await.unwrap();
        // Nobody else writes meanwhile.
        let release = stuck(&store);
        let elsewhere = Connection::open_in_memory().unwrap();
        elsewhere.execute_batch(crate::keys::rows::TABLE).unwrap();
        let keys = &store.0.keys;
        keys.expire(&id(1), later(HOUR)).unwrap();
        let first = keys.rewrite(&elsewhere, &[id(1)]).unwrap();
        keys.expire(&id(1), later(1)).unwrap();
        keys.rewritten(&first);
        assert!(keys.has_unwritten());
        let second = keys.rewrite(&elsewhere, &[id(1)]).unwrap();
        keys.rewritten(&second);
        assert!(!keys.has_unwritten());
        drop(release);
    });
}
