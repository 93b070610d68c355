//! Stores and sessions that are obviously fake.

#![allow(dead_code, clippy::unwrap_used, clippy::large_futures, reason = "each test uses a part")]

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use portcullis_model::{KeyId, KeyRules, Secret, Tally, UnixMillis};
use portcullis_store::{
    Account, Digest, Facts, Kek, KeyFacts, Opened, Options, Origin, Session, SessionId, State,
    Store, StoreError,
};

pub(crate) const HOUR: u64 = 3_600_000;

pub(crate) const DAY: u64 = 24 * HOUR;

pub(crate) const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

pub(crate) fn later(ms: u64) -> UnixMillis {
    UnixMillis(NOW.0 + ms)
}

pub(crate) fn kek() -> Kek {
    Kek::from_bytes(std::array::from_fn(|index| index as u8 + 0x60)).unwrap()
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(future)
}

pub(crate) fn open(folder: &Path) -> Store {
    try_open(folder).unwrap().0
}

pub(crate) fn try_open(folder: &Path) -> Result<(Store, Opened), StoreError> {
    Store::open(folder, &kek(), &Options::default(), NOW)
}

pub(crate) fn digest(number: u32) -> Digest {
    Digest::of_token(format!("obviously-fake-token-{number}").as_bytes())
}

pub(crate) fn account(store: &Store, number: u32) -> Account {
    store.account("pharmacy", &format!("user-{number}@example.com"))
}

pub(crate) fn facts(store: &Store, number: u32) -> Facts {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    Facts {
        id: SessionId::new(id),
        digest: digest(number),
        api: "pharmacy".to_owned(),
        account: account(store, number),
        subject: format!("subject-{number}"),
        attributes: format!("{{\"customer_id\":{number}}}"),
        credentials: [("access_token".to_owned(), secret(number))].into(),
        created: NOW,
        expires: later(HOUR),
        idle_ms: None,
        state: State::Complete,
        network: "192.0.2.0/24".to_owned(),
        origin: Origin::Verified,
    }
}

pub(crate) fn secret(number: u32) -> Secret {
    Secret::new(secret_text(number).into_bytes())
}

pub(crate) fn secret_text(number: u32) -> String {
    format!("obviously-fake-api-token-{number:08}")
}

pub(crate) async fn add(store: &Store, number: u32) -> Arc<Session> {
    store.open_session(facts(store, number), NOW).await.unwrap()
}

pub(crate) async fn find(store: &Store, number: u32) -> Option<Arc<Session>> {
    store.find(&digest(number), NOW, &Tally::default()).await.unwrap()
}

/// Many at once, so that they are made to last together.
pub(crate) async fn add_many(store: &Store, numbers: std::ops::Range<u32>) {
    let mut waiting = tokio::task::JoinSet::new();
    for number in numbers {
        let (store, facts) = (store.clone(), facts(store, number));
        waiting.spawn(async move { store.open_session(facts, NOW).await.unwrap() });
        if waiting.len() >= 500 {
            waiting.join_next().await.unwrap().unwrap();
        }
    }
    waiting.join_all().await;
}

pub(crate) fn key_id(number: u32) -> KeyId {
    KeyId::parse(&format!("fake{number:012}")).unwrap()
}

/// A key of its own owner, without an end, good for one thing.
pub(crate) fn key(number: u32) -> KeyFacts {
    KeyFacts {
        id: key_id(number),
        mac: [number as u8; 32],
        owner: format!("owner-{number}"),
        label: format!("label {number}"),
        parent: None,
        created: later(u64::from(number)),
        expires: None,
        rules: KeyRules { scopes: vec!["orders".to_owned()], ..KeyRules::default() },
        replaces: None,
    }
}

/// A key below another.
pub(crate) fn child(number: u32, parent: u32) -> KeyFacts {
    KeyFacts { parent: Some(key_id(parent)), owner: String::new(), ..key(number) }
}

pub(crate) async fn issue(store: &Store, facts: KeyFacts) {
    store.issue_key(facts, NOW).await.unwrap();
}

/// Whether the key holds.
pub(crate) fn holds(store: &Store, number: u32) -> bool {
    store.key(&key_id(number), NOW).is_some()
}
