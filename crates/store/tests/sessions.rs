//! What a session promises, to its caller and to everybody else.

mod fake;

use fake::{
    DAY, HOUR, NOW, account, add, add_many, digest, facts, find, later, open, run, secret,
    secret_text,
};
use portcullis_model::Tally;
use portcullis_store::{
    Change, Claims, Origin, Revocation, Revoked, Session, State, Store, StoreError, Which,
};

/// The same store after a restart.
fn again(store: Store, path: &std::path::Path) -> Store {
    drop(store);
    open(path)
}

#[test]
fn a_session_is_found_by_its_token_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let mut store = open(&path);
        let mut given = facts(&store, 1);
        given.state = State::SecondStep;
        given.origin = Origin::Adopted;
        store.open_session(given, NOW).await.unwrap();
        for restart in [false, true] {
            if restart {
                store = again(store, &path);
            }
            let session = find(&store, 1).await.unwrap();
            assert_eq!(session.subject, "subject-1");
            assert_eq!(session.attributes, "{\"customer_id\":1}");
            assert_eq!(session.account, account(&store, 1));
            assert_eq!((session.state, session.origin), (State::SecondStep, Origin::Adopted));
            assert!(session.credentials["access_token"].matches(secret_text(1).as_bytes()));
            assert!(find(&store, 2).await.is_none());
        }
    });
}

#[test]
fn two_sessions_of_one_token_or_name_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder.path().join("store"));
        add(&store, 1).await;
        for (id, token) in [(1, 2), (2, 1)] {
            let mut given = facts(&store, id);
            given.digest = digest(token);
            assert_eq!(store.open_session(given, NOW).await.unwrap_err(), StoreError::Known);
        }
        assert!(find(&store, 1).await.is_some() && find(&store, 2).await.is_none());
    });
}

#[test]
fn what_is_too_large_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder.path().join("store"));
        let too_large = |change: fn(&mut portcullis_store::Facts)| {
            let mut given = facts(&store, 1);
            change(&mut given);
            store.open_session(given, NOW)
        };
        for outcome in [
            too_large(|facts| facts.attributes = "x".repeat(100_000)).await,
            too_large(|facts| facts.subject = "x".repeat(10_000)).await,
            too_large(|facts| {
                facts.credentials =
                    [("cookie".to_owned(), portcullis_model::Secret::new(vec![b'x'; 100_000]))]
                        .into();
            })
            .await,
        ] {
            assert!(matches!(outcome, Err(StoreError::TooMany { .. })));
        }
    });
}

#[test]
fn a_session_ends_with_its_time_and_when_idle() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let mut store = open(&path);
        add(&store, 1).await;
        let mut idle = facts(&store, 2);
        idle.expires = later(DAY);
        idle.idle_ms = Some(HOUR);
        store.open_session(idle, NOW).await.unwrap();
        let at = async |store: &Store, number, ms| {
            store.find(&digest(number), later(ms), &Tally::default()).await.unwrap().is_some()
        };
        assert!(at(&store, 1, HOUR - 1).await && !at(&store, 1, HOUR).await);
        assert!(at(&store, 2, HOUR - 1).await && !at(&store, 2, HOUR).await);
        let session =
            store.find(&digest(2), later(HOUR - 1), &Tally::default()).await.unwrap().unwrap();
        store.touch(&session, later(HOUR - 1)).unwrap();
        assert!(at(&store, 2, 2 * HOUR - 2).await && !at(&store, 2, 2 * HOUR - 1).await);
        drop((session, store));
        store = open(&path);
        assert!(at(&store, 2, 2 * HOUR - 2).await, "the use was written");
        let mut now = 2 * HOUR - 2;
        while let Some(session) =
            store.find(&digest(2), later(now), &Tally::default()).await.unwrap()
        {
            store.touch(&session, later(now)).unwrap();
            now += HOUR - 1;
        }
        assert!(now >= DAY, "no use goes beyond the end");
    });
}

#[test]
fn a_new_token_replaces_the_old_one_which_lives_for_a_short_grace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let mut store = open(&path);
        let first = add(&store, 1).await;
        let change = Change {
            credentials: Some([("access_token".to_owned(), secret(77))].into()),
            token: Some((digest(2), 10_000)),
            ..Change::until(later(2 * HOUR))
        };
        let second = store
            .replace(&first, change.clone(), later(1), &Tally::default())
            .await
            .unwrap()
            .unwrap();
        assert!(first.is_stale() && !first.is_ended() && !second.is_stale());
        assert_eq!(second.refreshed(), Some(later(1)));
        assert!(
            store.replace(&first, change, NOW, &Tally::default()).await.unwrap().is_none(),
            "of an old version"
        );
        for restart in [false, true] {
            if restart {
                store = again(store, &path);
            }
            let with = async |token, ms| {
                store.find(&digest(token), later(ms), &Tally::default()).await.unwrap()
            };
            assert!(with(1, 10_000).await.is_some() && with(1, 10_001).await.is_none());
            let session = with(2, 2 * HOUR - 1).await.unwrap();
            assert!(session.credentials["access_token"].matches(secret_text(77).as_bytes()));
            assert_eq!(session.attributes, "{\"customer_id\":1}", "the rest stays");
        }
    });
}

/// Whoever holds one, and the token before a change, too.
#[test]
fn an_ended_session_is_ended_for_everybody_who_holds_it_and_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let ways: [fn(&Store, &Session) -> Which; 6] = [
        |_, session| Which::Id(session.id),
        |_, _| Which::Token(digest(2)),
        |_, _| Which::Token(digest(1)),
        |store, _| Which::Account { api: "pharmacy".to_owned(), account: account(store, 1) },
        |_, _| Which::Subject { api: "pharmacy".to_owned(), subject: "subject-1".to_owned() },
        |_, _| Which::OpenedBefore { api: "pharmacy".to_owned(), before: later(1) },
    ];
    run(async {
        for (number, way) in ways.into_iter().enumerate() {
            let mut store = open(&path);
            let held = add(&store, 1).await;
            let change = Change { token: Some((digest(2), HOUR)), ..Change::until(later(HOUR)) };
            let newer =
                store.replace(&held, change, NOW, &Tally::default()).await.unwrap().unwrap();
            let mut later_one = facts(&store, 100 + number as u32);
            later_one.created = later(5);
            store.open_session(later_one, NOW).await.unwrap();
            let mut ends = store.ends();
            ends.borrow_and_update();
            assert_eq!(store.end(way(&store, &held), NOW).await, Ok(1), "{number}");
            assert!(held.is_ended() && newer.is_ended(), "{number}");
            assert!(ends.has_changed().unwrap(), "{number}");
            assert_eq!(store.end(way(&store, &held), NOW).await, Ok(0), "{number}");
            for restart in [false, true] {
                if restart {
                    store = again(store, &path);
                }
                assert!(find(&store, 1).await.is_none() && find(&store, 2).await.is_none());
                assert!(find(&store, 100 + number as u32).await.is_some(), "others stay");
            }
        }
    });
}

/// Somebody begins a login with the old password, the owner changes it, and then the login succeeds.
#[test]
fn a_login_that_was_under_way_when_all_were_ended_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder.path().join("store"));
        let api = || "pharmacy".to_owned();
        for (number, which) in [
            Which::Account { api: api(), account: account(&store, 0) },
            Which::Subject { api: api(), subject: "subject-1".to_owned() },
            Which::OpenedBefore { api: api(), before: later(10) },
        ]
        .into_iter()
        .enumerate()
        {
            let mut begun = facts(&store, number as u32);
            begun.created = later(9);
            assert_eq!(store.end(which, later(9)).await, Ok(0));
            let outcome = store.open_session(begun.clone(), later(20)).await;
            assert_eq!(outcome.unwrap_err(), StoreError::EndedMeanwhile, "{number}");
            begun.created = later(10);
            store.open_session(begun, later(20)).await.unwrap();
        }
    });
}

#[test]
fn other_apis_and_accounts_keep_their_sessions() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder.path().join("store"));
        add(&store, 1).await;
        let api = || "orders".to_owned();
        for which in [
            Which::Account { api: api(), account: account(&store, 1) },
            Which::Subject { api: api(), subject: "subject-1".to_owned() },
            Which::OpenedBefore { api: api(), before: later(HOUR) },
            Which::Account { api: "pharmacy".to_owned(), account: account(&store, 2) },
        ] {
            assert_eq!(store.end(which, NOW).await, Ok(0));
        }
        assert!(find(&store, 1).await.is_some());
        assert_ne!(store.account("orders", "a"), store.account("pharmacy", "a"));
    });
}

/// Several workers look for sessions while these are ended one by one, by every way, with a cache that
/// holds almost nothing.
#[test]
fn nobody_is_served_after_an_end_returned() {
    const SESSIONS: u32 = 150;
    let folder = tempfile::tempdir().unwrap();
    let options = portcullis_store::Options { sessions_cached_max: 1, ..Default::default() };
    let path = folder.path().join("store");
    let store = Store::open(&path, &fake::kek(), &options, NOW).unwrap().0;
    run(add_many(&store, 0..SESSIONS));
    let ended = std::sync::atomic::AtomicU32::new(0);
    let order = std::sync::atomic::Ordering::SeqCst;
    let served = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..3)
            .map(|_| {
                let (store, ended) = (&store, &ended);
                scope.spawn(move || {
                    let mut served = 0;
                    while ended.load(order) < SESSIONS {
                        let before = ended.load(order);
                        for number in before.saturating_sub(3)..(before + 3).min(SESSIONS) {
                            let over = ended.load(order);
                            // Busy is no answer, and none that serves.
                            if let Ok(Some(session)) =
                                run(store.find(&digest(number), NOW, &Tally::default()))
                            {
                                assert!(number >= over, "{number} was ended, and is served");
                                assert!(number >= ended.load(order) || session.is_ended());
                                served += 1;
                            }
                        }
                    }
                    served
                })
            })
            .collect();
        let mut outcomes = Vec::new();
        for number in 0..SESSIONS {
            let api = || "pharmacy".to_owned();
            let which = match number % 4 {
                0 => Which::Token(digest(number)),
                1 => Which::Id(facts(&store, number).id),
                2 => Which::Account { api: api(), account: account(&store, number) },
                _ => Which::Subject { api: api(), subject: format!("subject-{number}") },
            };
            outcomes.push(run(store.end(which, NOW)));
            ended.store(number + 1, order);
        }
        assert!(outcomes.iter().all(|outcome| *outcome == Ok(1)), "{outcomes:?}");
        workers.into_iter().map(|worker| worker.join().unwrap()).sum::<u32>()
    });
    assert!(served > 0, "nobody was served at all");
}

/// Workers with several threads may come.
#[test]
fn what_is_asked_may_be_waited_for_on_any_thread() {
    fn any_thread<T: Send>(_: T) {}
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    let session = run(add(&store, 1));
    any_thread(store.find(&digest(1), NOW, &Tally::default()));
    any_thread(store.replace(&session, Change::until(NOW), NOW, &Tally::default()));
    any_thread(store.end(Which::Id(session.id), NOW));
    any_thread(store.has_worked(account(&store, 1), "192.0.2.0/24", NOW));
    any_thread(store.worked(account(&store, 1), "192.0.2.0/24", NOW));
}

/// A client that leaves while its logout is written.
#[test]
fn an_end_that_nobody_waits_for_still_comes() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder.path().join("store"));
        let held = add(&store, 1).await;
        let mut ends = store.ends();
        {
            let mut end = std::pin::pin!(store.end(Which::Id(held.id), NOW));
            let first = std::future::poll_fn(|context| {
                std::task::Poll::Ready(end.as_mut().poll(context).is_ready())
            });
            first.await;
        }
        ends.changed().await.unwrap();
        assert!(held.is_ended());
    });
}

#[test]
fn revoked_tokens_of_others_stay_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let issuer = "https://login.example.com";
    let claims =
        |subject, jti| Claims { issuer, subject: Some(subject), jti: Some(jti), issued: Some(NOW) };
    run(async {
        let mut store = open(&path);
        let mut ends = store.ends();
        for of in [
            Revoked::Token { jti: "1".to_owned() },
            Revoked::Subject { subject: "alice".to_owned(), before: later(1) },
            // The wider one stays.
            Revoked::Subject { subject: "alice".to_owned(), before: NOW },
        ] {
            let revocation = Revocation { issuer: issuer.to_owned(), of, until: later(HOUR) };
            store.revoke(revocation, NOW).await.unwrap();
        }
        assert!(ends.has_changed().unwrap());
        ends.borrow_and_update();
        for restart in [false, true] {
            if restart {
                store = again(store, &path);
            }
            assert!(
                store.is_revoked(&claims("bob", "1")) && store.is_revoked(&claims("alice", "2"))
            );
            assert!(!store.is_revoked(&claims("bob", "2")));
        }
    });
}

#[test]
fn places_that_worked_are_remembered_for_90_days_and_sixteen_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let mut store = open(&path);
        let alice = account(&store, 1);
        assert_eq!(store.has_worked(alice, "192.0.2.0/24", NOW).await, Ok(false));
        for network in 0..20 {
            store.worked(alice, &format!("10.0.{network}.0/24"), later(network)).await.unwrap();
        }
        for restart in [false, true] {
            if restart {
                store = again(store, &path);
            }
            let has = async |network: u32, ms| {
                store.has_worked(alice, &format!("10.0.{network}.0/24"), later(ms)).await.unwrap()
            };
            assert!(has(19, 90 * DAY).await && !has(19, 90 * DAY + 19).await);
            assert!(has(4, DAY).await && !has(3, DAY).await, "the oldest have left");
            let bob = account(&store, 2);
            assert_eq!(store.has_worked(bob, "10.0.19.0/24", NOW).await, Ok(false));
        }
    });
}

#[test]
fn what_is_over_leaves_with_ordinary_writes_and_the_file_shrinks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let pages = |name| {
        let database = rusqlite::Connection::open(path.join("store.db")).unwrap();
        database.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap()
    };
    run(async {
        let store = open(&path);
        add_many(&store, 0..4000).await;
        let full = pages("page_count");
        for number in 0..100 {
            let mut fresh = facts(&store, 10_000 + number);
            fresh.expires = later(9 * HOUR);
            store.open_session(fresh, later(2 * HOUR)).await.unwrap();
        }
        let (left, free) = (pages("page_count"), pages("freelist_count"));
        assert!(left * 4 < full, "{left} of {full} pages left");
        assert!(left <= (left - free) * 12 / 10 + 64, "{free} of {left} pages are free");
    });
}

#[test]
fn a_store_that_waits_too_long_says_so_instead_of_growing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    // Four times as many as may wait and are written together; nobody waits for them.
    let mut waiting: Vec<_> =
        (0..5000).map(|number| Box::pin(store.open_session(facts(&store, number), NOW))).collect();
    let busy = run(std::future::poll_fn(|context| {
        let polled = waiting.iter_mut().map(|open| open.as_mut().poll(context));
        let busy = polled
            .filter(|outcome| matches!(outcome, std::task::Poll::Ready(Err(StoreError::Busy))));
        std::task::Poll::Ready(busy.count())
    }));
    assert!(busy > 0, "nobody was turned away");
}

/// What an auditor counts must be all there was: each call says how many rows were decrypted for it.
#[test]
fn each_row_that_is_decrypted_is_counted_for_whoever_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let (store, opened) = fake::try_open(&path).unwrap();
        assert_eq!((opened.rows, store.opened()), (0, 0), "a new one");
        add_many(&store, 0..20).await;
        drop(store);
        let (store, opened) = fake::try_open(&path).unwrap();
        assert_eq!((opened.rows, store.opened()), (1, 1), "the key of its digests");
        let mut all = opened.rows;
        let mut is = |tally: &Tally, expected: u32| {
            assert_eq!(tally.count(), expected);
            all += expected;
            assert_eq!(store.opened(), u64::from(all));
        };
        let tally = Tally::default();
        assert!(store.find(&digest(99), NOW, &tally).await.unwrap().is_none());
        is(&tally, 0);
        let session = store.find(&digest(1), NOW, &tally).await.unwrap().unwrap();
        is(&tally, 1);
        let tally = Tally::default();
        store.find(&digest(1), NOW, &tally).await.unwrap().unwrap();
        is(&tally, 0);
        let change = Change::until(later(HOUR));
        store.replace(&session, change, NOW, &tally).await.unwrap().unwrap();
        is(&tally, 1);
        let tally = Tally::default();
        assert_eq!(store.list("pharmacy", 5, NOW, &tally).await.unwrap().sessions.len(), 5);
        is(&tally, 5);
        let other = std::array::from_fn(|index| index as u8);
        let rekeyed =
            store.rekey(&portcullis_store::Kek::from_bytes(other).unwrap()).await.unwrap();
        let tally = Tally::default();
        tally.add(rekeyed.opened);
        is(&tally, 21);
        let tally = Tally::default();
        assert_eq!(store.end(Which::Token(digest(2)), NOW).await, Ok(1));
        is(&tally, 0);
    });
}
