//! API keys: who has one, below which, until when; and what becomes of them in the files.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::path::Path;

use fake::{DAY, HOUR, NOW, child, holds, issue, kek, key, key_id, later, open, run, try_open};
use portcullis_model::{KeyRules, UnixMillis};
use portcullis_store::{KeyFacts, KeyWhich, Options, Store, StoreError};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    (folder, store)
}

fn held(store: &Store, numbers: std::ops::Range<u32>) -> Vec<u32> {
    numbers.filter(|number| holds(store, *number)).collect()
}

#[test]
fn a_key_that_was_issued_is_found_now_and_after_a_restart() {
    let (folder, store) = store();
    run(async {
        let facts = KeyFacts { expires: Some(later(DAY)), ..key(1) };
        issue(&store, facts.clone()).await;
        drop(store);
        let (store, opened) = try_open(&folder.path().join("store")).unwrap();
        assert_eq!(opened.keys, 1);
        let found = store.key(&key_id(1), NOW).unwrap();
        assert_eq!((found.id, found.mac, &*found.owner), (facts.id, facts.mac, "owner-1"));
        assert_eq!(
            found.rules.iter().map(|rules| (**rules).clone()).collect::<Vec<_>>(),
            [facts.rules]
        );
        assert_eq!((found.expires, found.is_first_use), (facts.expires, false));
        assert!(store.key(&key_id(2), NOW).is_none());
    });
}

#[test]
fn a_name_is_given_once() {
    let (_folder, store) = store();
    run(async {
        issue(&store, key(1)).await;
        let again = KeyFacts { mac: [9; 32], ..key(1) };
        assert_eq!(store.issue_key(again, NOW).await, Err(StoreError::Known));
        assert_eq!(store.key(&key_id(1), NOW).unwrap().mac, [1; 32]);
        store.revoke_keys(KeyWhich::Id(key_id(1)), NOW).await.unwrap();
        issue(&store, KeyFacts { mac: [9; 32], ..key(1) }).await;
        assert_eq!(store.key(&key_id(1), NOW).unwrap().mac, [9; 32]);
    });
}

#[test]
fn a_key_below_another_has_its_owner_its_rules_besides_and_its_end() {
    let (folder, store) = store();
    run(async {
        let attributes = vec![("role".to_owned(), "pharmacist".to_owned())];
        let rules = KeyRules { attributes, ..KeyRules::default() };
        issue(&store, KeyFacts { rules: rules.clone(), expires: Some(later(DAY)), ..key(1) }).await;
        issue(&store, KeyFacts { expires: Some(later(HOUR)), ..child(2, 1) }).await;
        issue(&store, KeyFacts { expires: Some(later(2 * DAY)), ..child(3, 2) }).await;
        drop(store);
        let store = open(&folder.path().join("store"));
        let found = store.key(&key_id(3), NOW).unwrap();
        assert_eq!((&*found.owner, found.expires), ("owner-1", Some(later(HOUR))));
        let all: Vec<KeyRules> = found.rules.iter().map(|rules| (**rules).clone()).collect();
        assert_eq!(all, [key(3).rules, key(2).rules, rules]);
        assert!(store.key(&key_id(3), later(HOUR - 1)).is_some());
        assert!(store.key(&key_id(3), later(HOUR)).is_none(), "one above it is over");
        assert!(store.key(&key_id(1), later(HOUR)).is_some());
    });
}

#[test]
fn what_cannot_be_below_another_is_refused() {
    let (_folder, store) = store();
    run(async {
        issue(&store, KeyFacts { expires: Some(later(HOUR)), ..key(0) }).await;
        assert_eq!(store.issue_key(child(9, 8), NOW).await, Err(StoreError::NoKey));
        let late = store.issue_key(child(9, 0), later(HOUR)).await;
        assert_eq!(late, Err(StoreError::NoKey), "it is over by then");
        let mut own = child(9, 0);
        own.rules.attributes = vec![("role".to_owned(), "admin".to_owned())];
        assert_eq!(store.issue_key(own, NOW).await, Err(StoreError::OwnAttributes));
        for number in 1..=4 {
            issue(&store, child(number, number - 1)).await;
        }
        let deeper = store.issue_key(child(5, 4), NOW).await;
        assert!(matches!(deeper, Err(StoreError::TooMany { max: 4, .. })), "{deeper:?}");
        assert_eq!(store.key(&key_id(4), NOW).unwrap().rules.len(), 5);
        let replaces = Some((key_id(8), 0));
        let roll = store.issue_key(KeyFacts { replaces, ..key(9) }, NOW).await;
        assert_eq!(roll, Err(StoreError::NoKey));
        assert!(!holds(&store, 9) && !holds(&store, 5));
    });
}

#[test]
fn there_are_no_more_keys_than_there_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let options = Options { keys_max: 3, ..Options::default() };
    run(async {
        let store = Store::open(&path, &kek(), &options, NOW).unwrap().0;
        for number in 0..3 {
            issue(&store, key(number)).await;
        }
        let more = store.issue_key(key(3), NOW).await;
        assert_eq!(more, Err(StoreError::TooMany { what: "keys", max: 3 }));
        let long = KeyFacts { label: "x".repeat(257), ..key(3) };
        assert!(matches!(store.issue_key(long, NOW).await, Err(StoreError::TooMany { .. })));
        store.revoke_keys(KeyWhich::Id(key_id(0)), NOW).await.unwrap();
        issue(&store, key(3)).await;
        drop(store);
        let fewer = Options { keys_max: 2, ..Options::default() };
        let error = Store::open(&path, &kek(), &fewer, NOW).map(|_| ()).unwrap_err();
        assert_eq!(error, StoreError::TooMany { what: "keys", max: 2 });
    });
}

#[test]
fn a_key_that_was_rolled_ends_when_its_successor_was_used_and_the_overlap_is_over() {
    let (folder, store) = store();
    run(async {
        issue(&store, key(1)).await;
        issue(&store, KeyFacts { replaces: Some((key_id(1), HOUR)), ..key(2) }).await;
        assert!(store.key(&key_id(2), NOW).unwrap().is_first_use);
        assert_eq!(store.key(&key_id(1), NOW).unwrap().expires, None, "nobody has used it");
        store.used_first(key_id(2), NOW).await.unwrap();
        store.used_first(key_id(2), later(DAY)).await.unwrap();
        for round in 0..2 {
            let (before, after) = (store.key(&key_id(1), NOW), store.key(&key_id(2), NOW));
            assert_eq!(before.unwrap().expires, Some(later(HOUR)), "{round}");
            assert!(!after.unwrap().is_first_use);
            let listed = &store.list_keys(&KeyWhich::Id(key_id(2)), 1)[0];
            assert_eq!(listed.replaces, Some((key_id(1), HOUR)));
            if round == 0 {
                drop(store);
                return assert_rolled(&folder.path().join("store"));
            }
        }
    });
}

fn assert_rolled(path: &Path) {
    let store = open(path);
    assert_eq!(store.key(&key_id(1), NOW).unwrap().expires, Some(later(HOUR)));
    assert!(!store.key(&key_id(2), NOW).unwrap().is_first_use);
    assert!(store.key(&key_id(1), later(HOUR)).is_none());
}

#[test]
fn a_first_use_makes_no_end_later_and_needs_no_predecessor() {
    let (_folder, store) = store();
    run(async {
        issue(&store, KeyFacts { expires: Some(later(HOUR)), ..key(1) }).await;
        issue(&store, KeyFacts { replaces: Some((key_id(1), DAY)), ..key(2) }).await;
        store.used_first(key_id(2), NOW).await.unwrap();
        assert_eq!(store.key(&key_id(1), NOW).unwrap().expires, Some(later(HOUR)));
        issue(&store, KeyFacts { replaces: Some((key_id(1), DAY)), ..key(3) }).await;
        store.revoke_keys(KeyWhich::Id(key_id(1)), NOW).await.unwrap();
        store.used_first(key_id(3), NOW).await.unwrap();
        assert!(!store.key(&key_id(3), NOW).unwrap().is_first_use);
        assert_eq!(store.used_first(key_id(1), NOW).await, Err(StoreError::NoKey));
    });
}

#[test]
fn an_end_only_comes_nearer_and_lasts() {
    let (folder, store) = store();
    run(async {
        issue(&store, key(1)).await;
        let mut changes = store.keys_changed();
        store.expire_key(key_id(1), later(DAY), NOW).await.unwrap();
        assert!(changes.has_changed().unwrap());
        changes.mark_unchanged();
        let later_end = store.expire_key(key_id(1), later(DAY + 1), NOW).await;
        assert_eq!(later_end, Err(StoreError::LaterEnd));
        store.expire_key(key_id(1), later(HOUR), NOW).await.unwrap();
        assert_eq!(store.expire_key(key_id(2), NOW, NOW).await, Err(StoreError::NoKey));
        drop(store);
        let store = open(&folder.path().join("store"));
        assert_eq!(store.key(&key_id(1), NOW).unwrap().expires, Some(later(HOUR)));
        store.expire_key(key_id(1), NOW, NOW).await.unwrap();
        assert!(!holds(&store, 1));
    });
}

/// Two families, and one more of an owner who has two.
async fn families(store: &Store) {
    issue(store, key(0)).await;
    issue(store, child(1, 0)).await;
    issue(store, child(2, 1)).await;
    issue(store, child(3, 0)).await;
    issue(store, key(4)).await;
    issue(store, child(5, 4)).await;
    issue(store, KeyFacts { owner: "owner-4".to_owned(), ..key(6) }).await;
}

#[test]
fn what_is_revoked_is_what_was_named_and_all_below_it_for_good() {
    for (which, count, left) in [
        (KeyWhich::Id(key_id(1)), 2, &[0, 3, 4, 5, 6][..]),
        (KeyWhich::Id(key_id(0)), 4, &[4, 5, 6]),
        (KeyWhich::Id(key_id(7)), 0, &[0, 1, 2, 3, 4, 5, 6]),
        (KeyWhich::Parent(key_id(0)), 3, &[0, 4, 5, 6]),
        (KeyWhich::Parent(key_id(6)), 0, &[0, 1, 2, 3, 4, 5, 6]),
        (KeyWhich::Owner("owner-4".to_owned()), 3, &[0, 1, 2, 3]),
        (KeyWhich::Owner("owner-1".to_owned()), 0, &[0, 1, 2, 3, 4, 5, 6]),
        (KeyWhich::IssuedBefore(later(2)), 4, &[4, 5, 6]),
        (KeyWhich::IssuedBefore(later(5)), 6, &[6]),
        (KeyWhich::All, 7, &[]),
    ] {
        let (folder, store) = store();
        run(async {
            families(&store).await;
            let mut changes = store.keys_changed();
            assert_eq!(store.revoke_keys(which.clone(), NOW).await, Ok(count), "{which:?}");
            assert_eq!(changes.has_changed().unwrap(), count > 0);
            changes.mark_unchanged();
            assert_eq!(held(&store, 0..7), left, "{which:?}");
            assert_eq!(store.revoke_keys(which.clone(), NOW).await, Ok(0));
            drop(store);
            let (store, opened) = try_open(&folder.path().join("store")).unwrap();
            assert_eq!((held(&store, 0..7).as_slice(), opened.keys), (left, left.len()));
        });
    }
}

#[test]
fn keys_are_listed_newest_first_and_without_what_proves_them() {
    let (_folder, store) = store();
    run(async {
        families(&store).await;
        let numbers = |which: KeyWhich, max| {
            let listed = store.list_keys(&which, max);
            let number = |id: portcullis_model::KeyId| id.to_string()[4..].parse::<u32>().unwrap();
            listed.into_iter().map(|key| number(key.id)).collect::<Vec<u32>>()
        };
        assert_eq!(numbers(KeyWhich::All, 100), [6, 5, 4, 3, 2, 1, 0]);
        assert_eq!(numbers(KeyWhich::All, 2), [6, 5]);
        assert_eq!(numbers(KeyWhich::All, 0), []);
        assert_eq!(numbers(KeyWhich::Owner("owner-4".to_owned()), 9), [6, 5, 4]);
        assert_eq!(numbers(KeyWhich::Owner("nobody".to_owned()), 9), []);
        assert_eq!(numbers(KeyWhich::Parent(key_id(0)), 9), [3, 2, 1]);
        assert_eq!(numbers(KeyWhich::IssuedBefore(later(2)), 9), [1, 0]);
        let one = &store.list_keys(&KeyWhich::Id(key_id(2)), 9)[0];
        assert_eq!((one.owner.as_str(), one.label.as_str()), ("owner-0", "label 2"));
        assert_eq!((one.parent, one.created), (Some(key_id(1)), later(2)));
        assert_eq!((one.expires, one.last_used, one.replaces), (None, None, None));
        assert_eq!(*one.rules, key(2).rules);
    });
}

#[test]
fn the_last_use_is_known_to_the_minute_and_lasts() {
    let (folder, store) = store();
    let last = |store: &Store| store.list_keys(&KeyWhich::Id(key_id(1)), 1)[0].last_used;
    run(async {
        issue(&store, key(1)).await;
        store.touch_key(key_id(1), later(0));
        store.touch_key(key_id(1), later(125_000));
        store.touch_key(key_id(7), NOW);
        assert_eq!(last(&store), Some(later(120_000)));
        drop(store);
        let store = open(&folder.path().join("store"));
        assert_eq!(last(&store), Some(later(120_000)));
    });
}

#[test]
fn what_is_over_leaves_with_what_comes_and_so_does_what_was_below_it() {
    let (folder, store) = store();
    run(async {
        issue(&store, KeyFacts { expires: Some(later(HOUR)), ..key(0) }).await;
        issue(&store, child(1, 0)).await;
        issue(&store, child(2, 1)).await;
        issue(&store, KeyFacts { expires: Some(later(DAY)), ..key(3) }).await;
        for number in 10..16 {
            store.issue_key(key(number), later(2 * HOUR)).await.unwrap();
        }
        let listed = store.list_keys(&KeyWhich::IssuedBefore(later(9)), 9);
        assert_eq!(listed.iter().map(|key| key.id).collect::<Vec<_>>(), [key_id(3)]);
        drop(store);
        let database = rusqlite::Connection::open(folder.path().join("store/store.db")).unwrap();
        let rows: u32 =
            database.query_row("SELECT count(*) FROM api_key", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 7);
    });
}

#[test]
fn a_key_that_expired_while_nobody_looked_is_not_loaded_nor_what_was_below_it() {
    let (folder, store) = store();
    run(async {
        issue(&store, KeyFacts { expires: Some(later(HOUR)), ..key(0) }).await;
        issue(&store, child(1, 0)).await;
        issue(&store, child(2, 1)).await;
        issue(&store, key(3)).await;
        drop(store);
        let path = folder.path().join("store");
        let opened = |now| Store::open(&path, &kek(), &Options::default(), now).unwrap().1.keys;
        assert_eq!(opened(later(HOUR - 1)), 4);
        assert_eq!(opened(later(HOUR)), 1);
        assert_eq!(opened(NOW), 1, "they are gone");
    });
}

/// Times beyond what a row can say are its latest.
#[test]
fn the_end_of_time_is_no_end_before() {
    let (folder, store) = store();
    run(async {
        let expires = Some(UnixMillis(u64::MAX));
        issue(&store, KeyFacts { expires, replaces: None, ..key(1) }).await;
        let replaces = Some((key_id(1), u64::MAX));
        issue(&store, KeyFacts { replaces, created: UnixMillis(u64::MAX), ..key(2) }).await;
        store.used_first(key_id(2), NOW).await.unwrap();
        drop(store);
        let store = open(&folder.path().join("store"));
        assert_eq!(held(&store, 0..4), [1, 2]);
    });
}
