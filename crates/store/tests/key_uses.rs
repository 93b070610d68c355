//! How often keys were used: never more than their quota, and no restart gives anything anew.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use std::path::Path;

use fake::{DAY, NOW, issue, key, key_id, later, open, run, try_open};
use portcullis_model::{KeyQuota, UnixMillis};
use portcullis_store::{KeyUses, KeyWhich, Left, Store, StoreError, Window};
use proptest::prelude::*;
use rusqlite::Connection;

const fn a_day(limit: u64) -> KeyQuota {
    KeyQuota { rate: None, day: Some(limit), month: None }
}

async fn used(store: &Store, line: &[(u32, KeyQuota)], now: UnixMillis) -> KeyUses {
    let line: Vec<_> = line.iter().map(|(number, quota)| (key_id(*number), *quota)).collect();
    store.use_key(&line, now).await.unwrap()
}

/// How many uses there are until none is left.
async fn all(store: &Store, line: &[(u32, KeyQuota)], now: UnixMillis) -> u64 {
    let mut count = 0;
    while let KeyUses::Counted(_) = used(store, line, now).await {
        count += 1;
    }
    count
}

fn left(uses: &KeyUses) -> Vec<(Window, u64)> {
    match uses {
        KeyUses::Counted(left) => left.iter().map(|left| (left.window, left.left)).collect(),
        KeyUses::Over(_) => Vec::new(),
    }
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

#[test]
fn a_quota_is_used_up_and_begins_anew_with_its_window() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    run(async {
        let quota = KeyQuota { rate: None, day: Some(3), month: Some(5) };
        let line = [(1, quota)];
        assert_eq!(left(&used(&store, &line, NOW).await), [(Window::Day, 2), (Window::Month, 4)]);
        assert_eq!(all(&store, &line, NOW).await, 2);
        let KeyUses::Over(Left { window, left, until, .. }) = used(&store, &line, NOW).await else {
            panic!("a fourth one")
        };
        assert_eq!((window, left), (Window::Day, 0));
        assert!(until > NOW && until.0 - NOW.0 <= DAY && until.0 % DAY == 0);
        assert_eq!(all(&store, &line, until).await, 2, "what the month has left");
        assert_eq!(all(&store, &line, NOW).await, 0, "a clock that goes back");
        assert_eq!(all(&store, &line, later(32 * DAY)).await, 3);
    });
}

#[test]
fn what_keys_below_use_is_used_of_the_one_above_and_nothing_where_one_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    run(async {
        let (first, second) = ([(2, a_day(4)), (1, a_day(6))], [(3, a_day(9)), (1, a_day(6))]);
        assert_eq!(all(&store, &first, NOW).await, 4);
        assert_eq!(left(&used(&store, &second, NOW).await), [(Window::Day, 1)], "of the tightest");
        assert_eq!(all(&store, &second, NOW).await, 1);
        assert_eq!(all(&store, &[(3, a_day(9))], NOW).await, 7, "its own are left");
        assert_eq!(all(&store, &[(1, a_day(6))], NOW).await, 0);
    });
}

#[test]
fn an_orderly_end_costs_nothing_and_a_kill_a_little_and_neither_gives_anything() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("store");
    run(async {
        let store = open(&place);
        issue(&store, key(1)).await;
        let line = [(1, a_day(1000))];
        for _ in 0..200 {
            used(&store, &line, NOW).await;
        }
        let other = killed(&place, &folder.path().join("killed"));
        let after = all(&other, &line, NOW).await;
        assert!((780..=800).contains(&after), "{after}: two blocks of ten at most are lost");
        drop(store);
        let store = open(&place);
        assert_eq!(all(&store, &line, NOW).await, 800);
    });
}

#[test]
fn many_at_once_use_no_more_than_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    let counts: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (2..10)
            .map(|number| {
                let store = store.clone();
                scope.spawn(move || run(all(&store, &[(number, a_day(90)), (1, a_day(300))], NOW)))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(counts.iter().sum::<u64>(), 300, "{counts:?}");
    assert!(counts.iter().all(|count| *count <= 90), "{counts:?}");
}

#[test]
fn uses_of_a_key_that_is_gone_leave_no_row_and_no_row_can_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("store");
    let database = place.join("store.db");
    let rows = || -> i64 {
        let connection = Connection::open(&database).unwrap();
        connection.query_row("SELECT count(*) FROM key_use", [], |row| row.get(0)).unwrap()
    };
    run(async {
        let store = open(&place);
        for number in [1, 2] {
            issue(&store, key(number)).await;
            used(&store, &[(number, a_day(10))], NOW).await;
        }
        assert_eq!(rows(), 2);
        store.revoke_keys(KeyWhich::Id(key_id(1)), NOW).await.unwrap();
        assert_eq!(rows(), 1);
        // In use while it was revoked.
        used(&store, &[(1, a_day(10))], NOW).await;
        drop(store);
        let store = open(&place);
        issue(&store, key(3)).await;
        assert_eq!(rows(), 1);
        drop(store);
        let connection = Connection::open(&database).unwrap();
        connection.execute("UPDATE key_use SET day_used = 0", []).unwrap();
        drop(connection);
        assert!(matches!(try_open(&place), Err(StoreError::Damaged { .. })));
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A key and the one above it, used in any order, over days, with orderly ends and kills.
    #[test]
    fn no_day_has_more_than_its_quota(
        steps in proptest::collection::vec((0_u8..3, 0_u64..3, 0_u8..12), 1..60),
        (own, above) in (1_u64..8, 1_u64..12),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut place = folder.path().join("0");
        let mut store = open(&place);
        let mut counted = std::collections::HashMap::<(u32, u64), u64>::new();
        let mut day = 0;
        run(async { for number in [1, 2] { issue(&store, key(number)).await; } });
        for (step, (who, ahead, what)) in steps.into_iter().enumerate() {
            match what {
                0 => {
                    drop(store);
                    store = open(&place);
                }
                1 => {
                    let next = folder.path().join((step + 1).to_string());
                    store = killed(&place, &next);
                    place = next;
                }
                2 => day += ahead,
                _ => {}
            }
            let now = later(day * DAY);
            let line = if who == 0 { vec![(1, a_day(above))] } else { vec![(2, a_day(own)), (1, a_day(above))] };
            if let KeyUses::Counted(_) = run(used(&store, &line, now)) {
                for (number, _) in &line {
                    *counted.entry((*number, day)).or_default() += 1;
                }
            }
        }
        for ((number, day), count) in counted {
            let limit = if number == 1 { above } else { own };
            prop_assert!(count <= limit, "key {number} {count} times on day {day}");
        }
    }
}
