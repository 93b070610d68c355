//! Sessions that nobody has.

use std::collections::BTreeSet;

use super::*;
use crate::session::{Origin, State};

const LOGINS: u32 = 200;

fn with(canaries: usize) -> Options {
    Options { canaries, sessions_cached_max: 1, ..Options::default() }
}

fn try_open(folder: &Path, options: &Options) -> (Store, Opened) {
    let kek = Kek::from_bytes(std::array::from_fn(|index| index as u8)).unwrap();
    Store::open(folder, &kek, options, NOW).unwrap()
}

async fn log_in(store: &Store, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let begun = Facts { created: later(u64::from(number)), ..facts(number) };
        store.open_session(begun, NOW).await.unwrap();
    }
}

/// What somebody finds who opens all rows: their names, and what they seal.
async fn all(store: &Store) -> Vec<Kept> {
    let read = |connection: &Connection, sealer: &Sealer, tally: &Tally| {
        let mut ids = connection.prepare("SELECT id FROM session ORDER BY rowid")?;
        let ids: Result<Vec<[u8; 16]>, _> = ids.query_map([], |row| row.get(0))?.collect();
        let open = |id| rows::by_id(connection, sealer, SessionId::new(id), tally);
        ids?.into_iter().map(|id| open(id).map(Option::unwrap)).collect::<Result<Vec<_>, _>>()
    };
    store.read_sealed(&Tally::default(), read).await.unwrap()
}

fn secret(kept: &Kept) -> &[u8] {
    kept.facts.credentials.values().next().unwrap().expose_secret()
}

/// Those that are none of the logins.
fn of_nobody(all: &[Kept]) -> Vec<&Kept> {
    let real: BTreeSet<_> = (0..LOGINS * 2).map(|number| facts(number).id).collect();
    all.iter().filter(|kept| !real.contains(&kept.facts.id)).collect()
}

#[test]
fn they_lie_among_the_others_alike_in_all_that_can_be_seen_and_no_more_than_were_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder.path().join("store"), &with(4));
        log_in(&store, 0..LOGINS).await;
        let all = all(&store).await;
        let canaries = of_nobody(&all);
        assert_eq!((canaries.len(), all.len()), (4, 4 + LOGINS as usize));
        let is_canary = |kept: &Kept| canaries.iter().any(|one| one.facts.id == kept.facts.id);
        let places = all.iter().enumerate().filter(|(_, kept)| is_canary(kept));
        let places: Vec<_> = places.map(|(place, _)| place).collect();
        assert_ne!(places, [0, 1, 2, 3], "not the first of the file");
        let lengths = |kept: &Kept| {
            (kept.facts.subject.len(), kept.facts.attributes.len(), secret(kept).len())
        };
        let of_others: BTreeSet<_> = all.iter().map(lengths).collect();
        for canary in canaries {
            let facts = &canary.facts;
            assert!(of_others.contains(&lengths(canary)));
            assert!(!secret(canary).starts_with(b"obviously-fake-api-token-"));
            assert_eq!((facts.api.as_str(), facts.network.as_str()), ("pharmacy", "192.0.2.0/24"));
            assert_eq!((facts.state, facts.origin), (State::Complete, Origin::Verified));
            assert!(facts.created <= later(u64::from(LOGINS)) && facts.expires > NOW);
            assert_eq!(canary.version, 1);
        }
    });
}

#[test]
fn what_they_seal_is_known_also_after_a_restart_and_under_another_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, &with(4));
        log_in(&store, 0..LOGINS).await;
        let found = all(&store).await;
        let honey: Vec<_> =
            of_nobody(&found).into_iter().map(|kept| secret(kept).to_vec()).collect();
        let knows = |store: &Store| honey.iter().all(|one| store.is_canary(one));
        assert!(knows(&store));
        for kept in found.iter().filter(|kept| !honey.iter().any(|one| one == secret(kept))) {
            assert!(!store.is_canary(secret(kept)), "somebody's");
        }
        let other = Kek::from_bytes(std::array::from_fn(|index| index as u8 + 7)).unwrap();
        let rekeyed = store.rekey(&other).await.unwrap();
        assert_eq!(rekeyed.rows, 1 + LOGINS as usize, "in no count");
        assert_eq!(rekeyed.opened, 5 + LOGINS);
        drop(store);
        let (store, opened) = Store::open(&path, &other, &with(4), NOW).unwrap();
        assert_eq!(opened.rows, 5, "those that must be known");
        assert!(knows(&store) && !store.is_canary(b"somebody's"));
        log_in(&store, LOGINS..LOGINS * 2).await;
        assert_eq!(of_nobody(&all(&store).await).len(), 4, "no more of them");
        drop(store);
        let (store, _) = Store::open(&path, &other, &with(0), NOW).unwrap();
        assert!(knows(&store), "also where no more are made");
    });
}

#[test]
fn they_are_in_no_list_and_no_count_and_end_with_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    run(async {
        let store = open(&path, &with(4));
        log_in(&store, 0..LOGINS).await;
        let opened = store.opened();
        let tally = Tally::default();
        let listing = store.list("pharmacy", LOGINS as usize, NOW, &tally).await.unwrap();
        assert_eq!((listing.sessions.len(), listing.has_more, tally.count()), (200, false, LOGINS));
        assert_eq!(store.opened() - opened, u64::from(LOGINS), "none was opened for it");
        let before = later(u64::from(LOGINS));
        let which = Which::OpenedBefore { api: "pharmacy".to_owned(), before };
        assert_eq!(store.end(which, NOW).await, Ok(LOGINS as usize));
        assert_eq!(all(&store).await.len(), 0, "none is left alone");
        log_in(&store, LOGINS..LOGINS * 2).await;
        assert_eq!(of_nobody(&all(&store).await).len(), 4, "new ones come");
    });
}

#[test]
fn many_who_log_in_at_once_do_not_get_more_of_them_and_none_is_made_unasked() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        for (name, max) in [("four", 4), ("none", 0)] {
            let (store, _) = try_open(&folder.path().join(name), &with(max));
            let logins = (0..LOGINS).map(|number| {
                let store = store.clone();
                async move { store.open_session(facts(number), NOW).await.unwrap() }
            });
            let mut all_at_once = tokio::task::JoinSet::new();
            logins.for_each(|login| {
                all_at_once.spawn(login);
            });
            all_at_once.join_all().await;
            assert_eq!(of_nobody(&all(&store).await).len(), max);
        }
    });
}
