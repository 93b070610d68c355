//! Keys that others issued: found by what their digest makes, ended as any other, and not revived by a second import.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use fake::{DAY, HOUR, NOW, holds, issue, kek, key, key_id, later, open, run, try_open};
use portcullis_credential::api_key::Pepper;
use portcullis_model::KeyRules;
use portcullis_store::{
    IMPORT_MAX, ImportRefused, Kek, KeyFacts, KeyWhich, Options, Store, StoreError,
};

fn pepper() -> Pepper {
    Pepper::parse(&std::array::from_fn::<u8, 32, _>(|index| index as u8 + 0xd8)).unwrap()
}

fn text(number: u32) -> String {
    format!("obviously-fake-key-of-others-{number}")
}

fn facts(number: u32) -> KeyFacts {
    let kept = pepper().imported_text(&text(number)).unwrap();
    KeyFacts { id: kept.id, mac: kept.mac, expires: Some(later(90 * DAY)), ..key(number) }
}

fn import(store: &Store, numbers: impl IntoIterator<Item = u32>) -> portcullis_store::Imported {
    run(store.import_keys(numbers.into_iter().map(facts).collect(), false, NOW)).unwrap()
}

/// Whose a text is, as the gateway asks.
fn owner(store: &Store, text: &str) -> Option<String> {
    let shown = pepper().imported_text(text)?;
    let key = store.imported_key(&shown.id, NOW).filter(|key| shown.is(&key.mac))?;
    Some(key.owner.to_string())
}

#[test]
fn a_key_of_others_opens_by_its_text_alone_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(&path);
    assert!(!store.has_imported() && owner(&store, &text(1)).is_none());
    run(issue(&store, key(9)));
    assert!(!store.has_imported(), "a key of ours is none");
    let found = import(&store, 1..=3);
    assert_eq!((found.added, found.known, found.refused.len()), (3, 0, 0));
    let mut store = Some(store);
    for _ in 0..2 {
        let store = store.take().unwrap_or_else(|| open(&path));
        for number in 1..=3 {
            assert_eq!(owner(&store, &text(number)), Some(format!("owner-{number}")));
        }
        let digest = "obviously-fake-key-of-others-";
        for wrong in
            [digest, "obviously-fake-key-of-others-4", "obviously-fake-key-of-others-12", ""]
        {
            assert_eq!(owner(&store, wrong), None, "{wrong}");
        }
        assert!(holds(&store, 9) && store.imported_key(&key_id(9), NOW).is_none());
        let listed = store.list_keys(&KeyWhich::All, 10);
        let imported: Vec<bool> = listed.iter().map(|key| key.is_imported).collect();
        assert_eq!((imported.iter().filter(|is| **is).count(), imported.len()), (3, 4));
    }
}

#[test]
fn what_was_revoked_does_not_come_back_with_the_next_import_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(&path);
    import(&store, 1..=2);
    assert_eq!(import(&store, 1..=2).known, 2, "the same again is no error");
    run(store.revoke_keys(KeyWhich::Id(facts(1).id), NOW)).unwrap();
    run(store.expire_key(facts(2).id, NOW, NOW)).unwrap();
    drop(store);
    let store = open(&path);
    let found = import(&store, 1..=3);
    let ended = |number| (facts(number).id, ImportRefused::Ended);
    assert_eq!(found.refused, [ended(1), ended(2)]);
    assert!((1..=3).all(|number| owner(&store, &text(number)).is_none()), "all of them or none");
    let all: Vec<KeyFacts> = (1..=3).map(facts).collect();
    let again = run(store.import_keys(all, true, NOW)).unwrap();
    assert_eq!(again.added, 3);
    drop(store);
    let store = open(&path);
    assert!((1..=3).all(|number| owner(&store, &text(number)).is_some()));
}

#[test]
fn one_that_is_over_and_still_has_its_place_comes_again_only_if_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(&path);
    let short = KeyFacts { expires: Some(later(HOUR)), ..facts(1) };
    run(store.import_keys(vec![short], false, NOW)).unwrap();
    let after = later(2 * HOUR);
    let found = run(store.import_keys(vec![facts(1)], false, after)).unwrap();
    assert_eq!(found.refused, [(facts(1).id, ImportRefused::Ended)]);
    assert_eq!(run(store.import_keys(vec![facts(1)], true, after)).unwrap().added, 1);
    drop(store);
    let (store, _) = Store::open(&path, &kek(), &Options::default(), after).unwrap();
    assert!(store.imported_key(&facts(1).id, after).is_some(), "its new row was not deleted");
}

#[test]
fn a_key_of_somebody_else_or_of_no_import_is_refused_and_nothing_comes() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    import(&store, [1]);
    let other = KeyFacts { owner: "bob".to_owned(), ..facts(1) };
    let mac = KeyFacts { mac: [1; 32], ..facts(1) };
    for (facts_of_one, why) in
        [(other, ImportRefused::OtherOwner("owner-1".to_owned())), (mac, ImportRefused::Known)]
    {
        let id = facts_of_one.id;
        for again in [false, true] {
            let all = vec![facts_of_one.clone(), facts(2)];
            let found = store.look_at_import(&all, again, NOW).unwrap();
            assert_eq!(found.refused, [(id, why.clone())]);
            assert_eq!(run(store.import_keys(all, again, NOW)).unwrap(), found);
        }
    }
    assert_eq!(owner(&store, &text(2)), None);
    assert_eq!(owner(&store, &text(1)).as_deref(), Some("owner-1"));
    let below = KeyFacts { parent: Some(facts(1).id), ..facts(2) };
    let twice = vec![facts(2), facts(2)];
    for (all, is_unfit) in [(vec![below], true), (twice, false)] {
        let refused = run(store.import_keys(all, false, NOW)).unwrap_err();
        assert_eq!(matches!(refused, StoreError::Unfit(_)), is_unfit);
    }
    let many = (0..=IMPORT_MAX as u32).map(facts).collect();
    let refused = run(store.import_keys(many, false, NOW));
    assert!(matches!(refused, Err(StoreError::TooMany { max: IMPORT_MAX, .. })));
}

#[test]
fn there_is_room_for_so_many_and_those_that_are_gone_count() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { keys_max: 3, ..Options::default() };
    let (store, _) = Store::open(&folder.path().join("store"), &kek(), &options, NOW).unwrap();
    import(&store, 1..=2);
    run(store.revoke_keys(KeyWhich::All, NOW)).unwrap();
    let all: Vec<KeyFacts> = (3..=4).map(facts).collect();
    assert_eq!(store.look_at_import(&all, false, NOW).unwrap().room, 1);
    let refused = run(store.import_keys(all, false, NOW));
    assert!(matches!(refused, Err(StoreError::TooMany { max: 3, .. })));
    assert_eq!(import(&store, [3]).added, 1);
}

#[test]
fn it_rolls_ends_and_is_limited_as_one_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    let rules = KeyRules { operations: vec!["getMe".to_owned()], ..KeyRules::default() };
    run(store.import_keys(vec![KeyFacts { rules: rules.clone(), ..facts(1) }], false, NOW))
        .unwrap();
    let old = facts(1).id;
    run(async {
        issue(&store, KeyFacts { replaces: Some((old, HOUR)), ..key(2) }).await;
        store.used_first(key_id(2), NOW).await.unwrap();
    });
    let known = store.imported_key(&old, NOW).unwrap();
    assert_eq!((known.expires, &*known.rules[0]), (Some(later(HOUR)), &rules));
    assert!(store.imported_key(&old, later(HOUR)).is_none());
}

#[test]
fn another_key_encryption_key_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(&path);
    import(&store, 1..=2);
    let next = Kek::from_bytes(std::array::from_fn(|index| index as u8 + 0x90)).unwrap();
    run(store.rekey(&next)).unwrap();
    drop(store);
    let (store, _) = Store::open(&path, &next, &Options::default(), NOW).unwrap();
    assert_eq!(owner(&store, &text(2)).as_deref(), Some("owner-2"));
}

/// Somebody who can write the file and lacks the key.
#[test]
fn a_row_that_was_changed_keeps_the_store_from_starting_and_one_that_is_gone_opens_nothing() {
    for (change, starts) in [
        ("UPDATE imported_key SET check_value = zeroblob(32)", false),
        ("UPDATE imported_key SET check_value = x''", false),
        ("UPDATE imported_key SET id = x'01'", false),
        ("UPDATE imported_key SET id = x'000000000000000000000001'", false),
        (
            "INSERT INTO imported_key SELECT (SELECT id FROM api_key WHERE owner = 'owner-9'), check_value FROM imported_key",
            false,
        ),
        ("DELETE FROM imported_key", true),
        ("DELETE FROM api_key WHERE owner = 'owner-1'", true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let store = open(&path);
        run(issue(&store, key(9)));
        import(&store, [1]);
        drop(store);
        let database = rusqlite::Connection::open(path.join("store.db")).unwrap();
        database.execute_batch(change).unwrap();
        drop(database);
        let opened = try_open(&path);
        assert_eq!(opened.is_ok(), starts, "{change}");
        if let Ok((store, _)) = opened {
            assert_eq!(owner(&store, &text(1)), None, "{change}");
            assert!(holds(&store, 9));
        }
    }
}
