//! What the register promises, one by one.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use fake::{DAY, NOW, kek, later, open, run, try_open};
use portcullis_model::UnixMillis;
use portcullis_store::{
    Bounds, Caller, Forget, How, Learned, Object, Options, Register, Standing, Store, StoreError,
};

fn caller(register: &Register, subject: &str) -> Caller {
    register.caller("pharmacy", "https://login.example.com", subject).unwrap()
}

fn order(register: &Register, id: &str) -> Object {
    register.object("pharmacy", "Order", 0, id).unwrap()
}

fn learn(register: &Register, subject: &str, id: &str, how: How, now: UnixMillis) -> Learned {
    let (by, of) = (caller(register, subject), order(register, id));
    register.learn(&by, &[of], how, register.since(), now)
}

fn standing(register: &Register, subject: &str, id: &str, now: UnixMillis) -> Standing {
    register.standing(&caller(register, subject), &order(register, id), now)
}

#[test]
fn alice_is_known_to_hold_her_order_and_bob_is_not() {
    let register = Register::in_memory(Bounds::default()).unwrap();
    assert_eq!(standing(&register, "alice", "7", NOW), Standing::Unknown);
    assert_eq!(learn(&register, "alice", "7", How::Created, NOW).learned, 1);
    assert_eq!(standing(&register, "alice", "7", NOW), Standing::Known);
    assert_eq!(standing(&register, "bob", "7", NOW), Standing::OthersOnly);
    for other in ["07", "7 ", "", "8"] {
        assert_eq!(standing(&register, "alice", other, NOW), Standing::Unknown);
    }
    assert_eq!(standing(&register, "Alice", "7", NOW), Standing::OthersOnly);
    let issuer = register.caller("pharmacy", "https://login.example.org", "alice").unwrap();
    assert_eq!(register.standing(&issuer, &order(&register, "7"), NOW), Standing::OthersOnly);
}

#[test]
fn who_says_to_have_created_what_others_hold_is_not_believed() {
    let register = Register::in_memory(Bounds::default()).unwrap();
    learn(&register, "alice", "7", How::Created, NOW);
    let told = learn(&register, "bob", "7", How::Created, NOW);
    assert_eq!(told, Learned { of_others: 1, ..Learned::default() });
    assert_eq!(standing(&register, "bob", "7", NOW), Standing::OthersOnly);
    // The API itself says that it is his, too.
    assert_eq!(learn(&register, "bob", "7", How::Listed, NOW).learned, 1);
    for name in ["alice", "bob"] {
        assert_eq!(standing(&register, name, "7", NOW), Standing::Known);
        assert_eq!(learn(&register, name, "7", How::Created, NOW).of_others, 1);
    }
    // What has expired is nobody's.
    let now = later(31 * DAY);
    assert_eq!(learn(&register, "carol", "7", How::Created, now).learned, 1);
}

#[test]
fn a_fact_expires_thirty_days_after_it_was_last_confirmed() {
    let register = Register::in_memory(Bounds::default()).unwrap();
    learn(&register, "alice", "7", How::Listed, NOW);
    let last = later(30 * DAY - 1000);
    assert_eq!(standing(&register, "alice", "7", last), Standing::Known);
    assert_eq!(standing(&register, "bob", "7", last), Standing::OthersOnly);
    assert_eq!(standing(&register, "alice", "7", later(30 * DAY)), Standing::Unknown);
    assert_eq!(standing(&register, "bob", "7", later(30 * DAY)), Standing::Unknown);
    learn(&register, "alice", "7", How::Listed, last);
    assert_eq!(standing(&register, "alice", "7", later(59 * DAY)), Standing::Known);
    assert_eq!(standing(&register, "alice", "7", later(60 * DAY)), Standing::Unknown);
}

#[test]
fn an_answer_that_was_under_way_does_not_bring_back_what_was_forgotten() {
    let register = Register::in_memory(Bounds::default()).unwrap();
    let (by, of) = (caller(&register, "alice"), order(&register, "7"));
    let asked = register.since();
    drop(register.forget(Forget::Held(&by, &of), NOW));
    let told = register.learn(&by, &[of], How::Listed, asked, NOW);
    assert_eq!(told, Learned { outdated: 1, ..Learned::default() });
    assert_eq!(standing(&register, "alice", "7", NOW), Standing::Unknown);
    assert_eq!(register.learn(&by, &[of], How::Listed, register.since(), NOW).learned, 1);
}

#[test]
fn an_object_of_another_api_is_nobodys() {
    let register = Register::in_memory(Bounds::default()).unwrap();
    let (by, of) =
        (caller(&register, "alice"), register.object("clinic", "Order", 0, "7").unwrap());
    assert_eq!(register.learn(&by, &[of], How::Listed, register.since(), NOW).outdated, 1);
    assert_eq!(register.standing(&by, &of, NOW), Standing::Unknown);
}

#[test]
fn of_a_shared_object_the_holders_that_were_confirmed_last_are_known() {
    let register = Register::in_memory(Bounds::default()).unwrap();
    for number in 0..30_u64 {
        learn(&register, &number.to_string(), "7", How::Listed, later(number * 1000));
    }
    for number in 0..30 {
        let expected = if number < 14 { Standing::OthersOnly } else { Standing::Known };
        assert_eq!(standing(&register, &number.to_string(), "7", later(DAY)), expected, "{number}");
    }
    drop(register.forget(Forget::Object(&order(&register, "7")), NOW));
    assert!(register.is_empty());
}

#[test]
fn what_is_over_leaves_with_what_comes() {
    let register = Register::in_memory(Bounds::default()).unwrap();
    for number in 0..1000 {
        learn(&register, "alice", &number.to_string(), How::Listed, NOW);
    }
    for number in 1000..1500 {
        learn(&register, "bob", &number.to_string(), How::Listed, later(31 * DAY));
    }
    assert_eq!(register.len(), 500);
}

/// Many ask while others learn and forget: nobody is told of what was never so.
#[test]
fn threads_that_learn_and_forget_do_not_disturb_who_asks() {
    let register = Register::in_memory(Bounds::default()).unwrap();
    learn(&register, "alice", "always", How::Listed, NOW);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for name in ["bob", "carol"] {
            let (register, is_over) = (register.clone(), &is_over);
            scope.spawn(move || {
                for round in 0_u32..20_000 {
                    let id = format!("{name}-{}", round % 50);
                    learn(&register, name, &id, How::Created, NOW);
                    let (by, of) = (caller(&register, name), order(&register, &id));
                    assert_eq!(register.standing(&by, &of, NOW), Standing::Known);
                    let what = match round % 3 {
                        0 => Forget::Object(&of),
                        1 => Forget::Held(&by, &of),
                        _ => Forget::Caller(&by),
                    };
                    drop(register.forget(what, NOW));
                    assert_eq!(register.standing(&by, &of, NOW), Standing::Unknown);
                }
                is_over.store(true, Ordering::SeqCst);
            });
        }
        while !is_over.load(Ordering::SeqCst) {
            assert_eq!(standing(&register, "alice", "always", NOW), Standing::Known);
            assert_ne!(standing(&register, "alice", "bob-1", NOW), Standing::Known);
        }
    });
}

fn files_hold(path: &Path, text: &[u8]) -> bool {
    fs::read_dir(path).unwrap().any(|entry| {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(text.len()).any(|window| window == text)
    })
}

#[test]
fn no_id_and_no_caller_lies_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let register = Register::of(&open(&path));
    learn(&register, "alice-obviously", "order-4711-0815", How::Listed, NOW);
    let other = order(&register, "other");
    run(register.forget(Forget::Object(&other), NOW)).unwrap();
    drop(register);
    assert_eq!(try_open(&path).unwrap().1.facts, 1);
    for text in ["alice-obviously", "4711-0815", "login.example.com", "pharmacy", "Order"] {
        assert!(!files_hold(&path, text.as_bytes()), "{text}");
    }
}

#[test]
fn an_older_copy_that_is_accepted_knows_no_facts() {
    let folder = tempfile::tempdir().unwrap();
    let (path, backup) = (folder.path().join("store"), folder.path().join("backup.db"));
    let register = Register::of(&open(&path));
    for id in ["7", "8"] {
        learn(&register, "alice", id, How::Listed, NOW);
    }
    drop(register);
    fs::copy(path.join("store.db"), &backup).unwrap();
    let register = Register::of(&open(&path));
    assert_eq!(standing(&register, "alice", "7", NOW), Standing::Known);
    run(register.forget(Forget::Object(&order(&register, "7")), NOW)).unwrap();
    drop(register);
    fs::copy(&backup, path.join("store.db")).unwrap();
    assert!(matches!(try_open(&path).err(), Some(StoreError::Older { .. })));
    let options = Options { accept_older: true, ..Options::default() };
    let (store, opened) = Store::open(&path, &kek(), &options, NOW).unwrap();
    assert_eq!((opened.is_older, opened.facts), (true, 0));
    assert_eq!(standing(&Register::of(&store), "alice", "7", NOW), Standing::Unknown);
}

#[test]
fn a_store_of_the_first_format_opens_and_has_a_register() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        fake::add(&open(&path), 1).await;
    });
    let database = rusqlite::Connection::open(path.join("store.db")).unwrap();
    database
        .execute_batch(
            "DROP TABLE held; DROP TABLE api_key; DROP TABLE key_use; DROP TABLE wrapped_key; \
             DROP TABLE password; DROP TABLE imported_key; DROP TABLE once; PRAGMA user_version = 1",
        )
        .unwrap();
    drop(database);
    for round in 0..2 {
        let (store, opened) = try_open(&path).unwrap();
        assert_eq!(opened.facts, round);
        assert!(run(fake::find(&store, 1)).is_some());
        let register = Register::of(&store);
        drop(store);
        learn(&register, "alice", "7", How::Listed, NOW);
    }
}

/// Somebody who can write the file and lacks the key.
#[test]
fn rows_that_were_changed_moved_or_made_are_deleted_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    for change in [
        "UPDATE held SET expires = expires + 1000 WHERE slot = 1",
        "UPDATE held SET slot = 77 WHERE slot = 1",
        "UPDATE held SET api = api + 1 WHERE slot = 1",
        "UPDATE held SET caller = (SELECT caller FROM held WHERE slot = 2) WHERE slot = 1",
        "UPDATE held SET object = x'00' WHERE slot = 1",
        "UPDATE held SET check_value = x'' WHERE slot = 1",
        "UPDATE held SET slot = -5, expires = 9000000000000000000 WHERE slot = 1",
        "UPDATE held SET api = -1 WHERE slot = 1",
    ] {
        let register = Register::of(&open(&path));
        drop(register.forget(Forget::Api("pharmacy"), NOW));
        for (name, id) in [("alice", "0"), ("alice", "1"), ("bob", "2")] {
            learn(&register, name, id, How::Listed, NOW);
        }
        drop(register);
        let database = rusqlite::Connection::open(path.join("store.db")).unwrap();
        assert_eq!(database.execute(change, []).unwrap(), 1, "{change}");
        drop(database);
        let (store, opened) = try_open(&path).unwrap();
        assert_eq!((opened.facts, opened.facts_damaged), (2, 1), "{change}");
        let register = Register::of(&store);
        let known = |name, id| standing(&register, name, id, NOW) == Standing::Known;
        assert!(!known("bob", "1") && !known("alice", "2"), "{change}");
        let mine = ["0", "1"].into_iter().filter(|id| known("alice", id)).count();
        assert_eq!(mine + usize::from(known("bob", "2")), 2, "{change}");
        drop((register, store));
        assert_eq!(try_open(&path).unwrap().1.facts_damaged, 0, "{change}: it is gone");
    }
}

#[test]
fn what_expired_or_has_no_room_any_more_is_not_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let opened = |bounds: Bounds, now| {
        let options = Options { register: bounds, ..Options::default() };
        Store::open(&path, &kek(), &options, now).unwrap()
    };
    let register = Register::of(&opened(Bounds::default(), NOW).0);
    for number in 0..50 {
        let now = later(number * 2000);
        learn(&register, "alice", &number.to_string(), How::Listed, now);
    }
    learn(&register, "bob", "50", How::Listed, later(2 * DAY));
    drop(register);
    let (store, told) = opened(Bounds { objects_max: 10, ..Bounds::default() }, NOW);
    assert_eq!(told.facts, 11);
    let register = Register::of(&store);
    drop(store);
    let known = |id: u32| standing(&register, "alice", &id.to_string(), NOW) == Standing::Known;
    assert!((40..50).all(known) && !(0..40).any(known), "the newest stay");
    drop(register);
    assert_eq!(opened(Bounds::default(), later(30 * DAY)).1.facts, 11);
    assert_eq!(opened(Bounds::default(), later(31 * DAY)).1.facts, 1);
    assert_eq!(opened(Bounds { pairs_max: 5, ..Bounds::default() }, NOW).1.facts, 0);
}
