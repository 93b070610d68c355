//! A store whose key a key service wraps.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a set-up that fails must fail its test")]

mod fake;
#[path = "fake/service.rs"]
mod service;

use std::path::Path;
use std::sync::Arc;

use fake::{NOW, add, add_many, find, kek, run};
use portcullis_store::{KeyService, Opened, Options, ServiceFault, Store, StoreError, Unlock};
use service::Service;

fn try_open(path: &Path, service: &Service) -> Result<(Store, Opened), StoreError> {
    Store::open(path, Unlock::new(None, Some(service)), &Options::default(), NOW)
}

fn open(path: &Path, service: &Service) -> Store {
    try_open(path, service).unwrap().0
}

fn shared(service: &Arc<Service>) -> Arc<dyn KeyService> {
    service.clone()
}

fn wrapped(path: &Path) -> Option<Vec<u8>> {
    let other = rusqlite::Connection::open(path.join("store.db")).unwrap();
    other.query_row("SELECT wrapped FROM wrapped_key", [], |row| row.get(0)).ok()
}

fn keep(path: &Path, wrapped: &[u8]) {
    let other = rusqlite::Connection::open(path.join("store.db")).unwrap();
    assert_eq!(other.execute("UPDATE wrapped_key SET wrapped = ?1", [wrapped]).unwrap(), 1);
}

fn fault(outcome: Result<(Store, Opened), StoreError>) -> ServiceFault {
    match outcome.err() {
        Some(StoreError::Service { place, why }) if place == "https://keys.example" => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_service_is_asked_once_at_each_start_and_for_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let service = Service::default();
    run(async {
        let store = open(&path, &service);
        assert_eq!(service.asked(), (1, 1), "wrapped, and tried");
        add_many(&store, 0..500).await;
        drop(store);
        let store = open(&path, &service);
        for number in 0..500 {
            assert!(find(&store, number).await.is_some());
        }
        assert_eq!(service.asked(), (1, 2));
    });
}

#[test]
fn without_the_service_or_its_key_nothing_opens_and_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let service = Service::default();
    run(async { add(&open(&path, &service), 1).await });
    let before = std::fs::read(path.join("store.db")).unwrap();
    service.seal(true);
    assert_eq!(fault(try_open(&path, &service)), ServiceFault::Sealed);
    service.seal(false);
    service.rotate();
    service.take_newest_only();
    assert!(matches!(fault(try_open(&path, &service)), ServiceFault::Wrong(_)));
    let own = Store::open(&path, &kek(), &Options::default(), NOW).err();
    assert!(matches!(own, Some(StoreError::NeedsService { .. })), "{own:?}");
    assert_eq!(std::fs::read(path.join("store.db")).unwrap(), before);
}

#[test]
fn a_service_that_gives_nothing_makes_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let service = Service::default();
    service.seal(true);
    assert_eq!(fault(try_open(&path, &service)), ServiceFault::Sealed);
    assert!(!path.join("store.db").exists());
    service.seal(false);
    assert!(try_open(&path, &service).unwrap().1.is_new);
}

/// A service whose answer could not be unwrapped would be noticed at the next start, and then by everybody.
#[test]
fn what_cannot_be_unwrapped_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let service = Arc::new(Service::default());
    run(async {
        let store = open(&path, &service);
        add(&store, 1).await;
        service.forget();
        let before = wrapped(&path);
        assert!(matches!(store.rekey_by(shared(&service)).await, Err(StoreError::Service { .. })));
        let rewrapped = store.rewrap_by(shared(&service), NOW).await;
        assert!(matches!(rewrapped, Err(StoreError::Service { .. })));
        drop(store);
        assert_eq!(wrapped(&path), before);
        assert!(find(&open(&path, &service), 1).await.is_some());
    });
}

#[test]
fn a_key_that_was_wrapped_for_another_store_or_by_nobody_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    let service = Service::default();
    drop((open(&one, &service), open(&other, &service)));
    for bad in [wrapped(&other).unwrap(), b"forged".to_vec(), Vec::new()] {
        keep(&one, &bad);
        assert!(matches!(fault(try_open(&one, &service)), ServiceFault::Wrong(_)));
    }
}

#[test]
fn a_new_key_is_wrapped_with_the_rows_and_the_one_before_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let service = Arc::new(Service::default());
    run(async {
        let store = open(&path, &service);
        add_many(&store, 0..20).await;
        let before = wrapped(&path).unwrap();
        assert_eq!(store.rekey_by(shared(&service)).await.unwrap().rows, 21);
        add(&store, 20).await;
        drop(store);
        let store = open(&path, &service);
        for number in 0..21 {
            assert!(find(&store, number).await.is_some());
        }
        drop(store);
        keep(&path, &before);
        assert!(matches!(try_open(&path, &service).err(), Some(StoreError::WrongKek { .. })));
    });
}

#[test]
fn a_key_is_wrapped_anew_without_a_change_of_rows_and_lasts_when_the_old_version_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let service = Arc::new(Service::default());
    run(async {
        let store = open(&path, &service);
        add(&store, 1).await;
        let before = wrapped(&path).unwrap();
        service.rotate();
        store.rewrap_by(shared(&service), NOW).await.unwrap();
        assert_ne!(wrapped(&path).unwrap(), before);
        drop(store);
        service.take_newest_only();
        assert!(find(&open(&path, &service), 1).await.is_some());
    });
}

#[test]
fn a_store_moves_to_a_service_and_back_and_says_which_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let service = Arc::new(Service::default());
    let with = |unlock: Unlock<'_>| Store::open(&path, unlock, &Options::default(), NOW);
    let own = kek();
    let both = || Unlock::new(Some(&own), Some(&*service));
    run(async {
        let (store, _) = with((&own).into()).unwrap();
        add(&store, 1).await;
        let refused = store.rewrap_by(shared(&service), NOW).await;
        assert!(matches!(refused, Err(StoreError::NeedsService { .. })), "{refused:?}");
        drop(store);
        let refused = try_open(&path, &service).err();
        assert!(matches!(refused, Some(StoreError::NeedsKek { .. })), "{refused:?}");
        let (store, _) = with(both()).unwrap();
        store.rekey_by(shared(&service)).await.unwrap();
        drop(store);
        assert!(with((&own).into()).is_err());
        let (store, _) = with(both()).unwrap();
        assert!(find(&store, 1).await.is_some());
        store.rekey(&own).await.unwrap();
        drop(store);
        assert_eq!(wrapped(&path), None);
        assert!(try_open(&path, &service).is_err());
        assert!(find(&with((&own).into()).unwrap().0, 1).await.is_some());
    });
}
