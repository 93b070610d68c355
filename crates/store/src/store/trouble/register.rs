//! Tests: what becomes of the register when the database cannot be written.

use super::*;
use crate::held::table::{How, Standing};
use crate::names::SessionId;
use crate::register::{Forget, Register};

fn known(register: &Register, of: u32) -> bool {
    let by = register.caller("shop", "issuer", "alice").unwrap();
    let of = register.object("shop", "Order", 0, &of.to_string()).unwrap();
    register.standing(&by, &of, NOW) == Standing::Known
}

fn learn(register: &Register, of: std::ops::Range<u32>) {
    let by = register.caller("shop", "issuer", "alice").unwrap();
    let objects: Vec<_> =
        of.map(|of| register.object("shop", "Order", 0, &of.to_string()).unwrap()).collect();
    let learned = register.learn(&by, &objects, How::Listed, register.since(), NOW);
    assert_eq!(learned.learned, objects.len());
}

#[test]
fn what_is_forgotten_and_cannot_be_written_is_forgotten_and_written_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, &Options::default());
        learn(&Register::of(&store), 0..4);
        drop(store);
        let store = open(&path, &Options::default());
        let register = Register::of(&store);
        assert!((0..4).all(|of| known(&register, of)));
        say(&store, "PRAGMA query_only = ON").await;
        let object = register.object("shop", "Order", 0, "2").unwrap();
        let waiting = register.forget(Forget::Object(&object), NOW);
        assert!(!known(&register, 2), "at once, whoever waits for it");
        assert_eq!(waiting.await, Err(StoreError::NotDurable(Box::new(StoreError::ReadOnly))));
        assert!(!known(&register, 2));
        learn(&register, 5..6);
        say(&store, "PRAGMA query_only = OFF").await;
        let again = register.forget(Forget::Object(&object), NOW);
        assert_eq!(again.await, Ok(()), "what failed before is among what is waited for");
        // As a kill leaves it: a copy of the files.
        let copy = folder.path().join("copy");
        std::fs::create_dir(&copy).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions();
        std::fs::set_permissions(&copy, mode).unwrap();
        for file in ["store.db", "store.db-wal", "store.epoch"] {
            std::fs::copy(path.join(file), copy.join(file)).unwrap();
        }
        let copied = Register::of(&open(&copy, &Options::default()));
        assert_eq!([0, 1, 2, 3].map(|of| known(&copied, of)), [true, true, false, true]);
        drop((store, register));
        let register = Register::of(&open(&path, &Options::default()));
        let all = [0, 1, 2, 3].map(|of| known(&register, of));
        assert_eq!(all, [true, true, false, true]);
    });
}

/// Facts are the first to go without, and cost nobody else their room.
#[test]
fn a_store_without_room_for_facts_opens_and_ends_sessions_and_forgets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let options = Options { bytes_max: 60 * schema::PAGE, ..Options::default() };
        let store = open(&path, &options);
        let register = Register::of(&store);
        let ids: Vec<SessionId> = (0..4).map(|number| facts(number).id).collect();
        for number in 0..4 {
            store.open_session(facts(number), NOW).await.unwrap();
        }
        for turn in 0..20 {
            learn(&register, turn * 500..turn * 500 + 400);
            let object = register.object("shop", "Order", 0, &(turn * 500).to_string()).unwrap();
            assert_eq!(register.forget(Forget::Object(&object), NOW).await, Ok(()), "{turn}");
            assert!(known(&register, turn * 500 + 1) && !known(&register, turn * 500));
        }
        for id in ids {
            assert_eq!(store.end(Which::Id(id), NOW).await, Ok(1));
        }
        drop((store, register));
        let register = Register::of(&open(&path, &options));
        assert!((0..20).all(|turn| !known(&register, turn * 500)));
        assert!(register.len() < 7000, "{} had room", register.len());
    });
}

/// Written while another object takes the place of one that was forgotten.
#[test]
fn a_slot_that_is_used_again_has_the_newer_fact_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        for turn in 0..3 {
            let store = open(&path, &Options::default());
            let register = Register::of(&store);
            let next = 10 * (turn + 1);
            learn(&register, 10 * turn..10 * turn + 3);
            for of in 10 * turn..10 * turn + 3 {
                let object = register.object("shop", "Order", 0, &of.to_string()).unwrap();
                drop(register.forget(Forget::Object(&object), NOW));
            }
            learn(&register, next..next + 3);
            drop((store, register));
            let register = Register::of(&open(&path, &Options::default()));
            assert!((next..next + 3).all(|of| known(&register, of)));
            assert!((0..next).all(|of| !known(&register, of)));
            assert_eq!(register.len(), 3);
        }
    });
}
