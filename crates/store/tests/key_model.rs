//! Any acts on API keys, with restarts between them, against a list of keys that is looked through.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use fake::{NOW, kek, key_id, later, run};
use portcullis_model::{KeyId, UnixMillis};
use portcullis_store::{KeyFacts, KeyWhich, Options, Store};
use proptest::prelude::*;

/// Few keys, so that acts meet.
const KEYS: u32 = 12;

#[derive(Debug, Clone)]
enum Act {
    Issue { number: u32, parent: Option<u32>, owner: u32, expires: Option<u64> },
    Roll { number: u32, of: u32, overlap_ms: u64 },
    Use(u32),
    End(u32, u64),
    RevokeOne(u32),
    RevokeBelow(u32),
    RevokeOwner(u32),
    RevokeBefore(u64),
    RevokeAll,
    Wait(u64),
    Restart,
}

fn act() -> impl Strategy<Value = Act> {
    let number = || 0..KEYS;
    let issue =
        (number(), proptest::option::of(number()), 0..3_u32, proptest::option::of(0..90_u64));
    prop_oneof![
        8 => issue.prop_map(|(number, parent, owner, expires)| Act::Issue {
            number, parent, owner, expires
        }),
        2 => (number(), number(), 0..40_u64)
            .prop_map(|(number, of, overlap_ms)| Act::Roll { number, of, overlap_ms }),
        2 => number().prop_map(Act::Use),
        2 => (number(), 0..90_u64).prop_map(|(number, at)| Act::End(number, at)),
        2 => number().prop_map(Act::RevokeOne),
        1 => number().prop_map(Act::RevokeBelow),
        1 => (0..3_u32).prop_map(Act::RevokeOwner),
        1 => (0..90_u64).prop_map(Act::RevokeBefore),
        1 => Just(Act::RevokeAll),
        3 => (0..20_u64).prop_map(Act::Wait),
        2 => Just(Act::Restart),
    ]
}

/// Keys as they would be looked through by hand.
#[derive(Default)]
struct Exact {
    keys: Vec<KeyFacts>,
    used: Vec<KeyId>,
    now: UnixMillis,
}

impl Exact {
    fn get(&self, id: KeyId) -> Option<&KeyFacts> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// A key and all above it; nothing where one of them is missing.
    fn upwards(&self, id: KeyId) -> Option<Vec<&KeyFacts>> {
        let mut all = vec![self.get(id)?];
        while let Some(parent) = all.last().unwrap().parent {
            all.push(self.get(parent)?);
        }
        Some(all)
    }

    fn holding(&self, id: KeyId) -> Option<Vec<&KeyFacts>> {
        let all = self.upwards(id)?;
        let holds = |key: &&KeyFacts| key.expires.is_none_or(|expires| self.now < expires);
        all.iter().all(holds).then_some(all)
    }

    fn issue(&mut self, mut facts: KeyFacts) -> bool {
        let above = match facts.parent {
            Some(parent) => match self.holding(parent) {
                Some(above) => above,
                None => return false,
            },
            None => Vec::new(),
        };
        let replaces = facts.replaces.is_none_or(|(of, _)| self.get(of).is_some());
        if self.get(facts.id).is_some() || above.len() > 4 || !replaces {
            return false;
        }
        if let Some(root) = above.last() {
            facts.owner.clone_from(&root.owner);
        }
        self.used.retain(|id| *id != facts.id);
        self.keys.push(facts);
        true
    }

    fn remove(&mut self, is: impl Fn(&Self, &KeyFacts) -> bool) {
        let gone: Vec<KeyId> =
            self.keys.iter().filter(|key| is(self, key)).map(|key| key.id).collect();
        self.keys.retain(|key| !gone.contains(&key.id));
        // Who has nobody above any more.
        while let Some(orphan) = self.keys.iter().position(|key| self.upwards(key.id).is_none()) {
            self.keys.remove(orphan);
        }
    }

    fn is_below(&self, key: &KeyFacts, id: KeyId) -> bool {
        let all = self.upwards(key.id).unwrap_or_default();
        all.iter().skip(1).any(|above| above.id == id)
    }

    /// What is over is gone sooner or later: from here on it makes no difference.
    fn sweep(&mut self) {
        let now = self.now;
        self.remove(|_, key| key.expires.is_some_and(|expires| expires <= now));
    }

    fn end(&mut self, id: KeyId, at: UnixMillis) {
        if let Some(key) = self.keys.iter_mut().find(|key| key.id == id) {
            key.expires = Some(key.expires.map_or(at, |expires| expires.min(at)));
        }
    }

    fn used_first(&mut self, id: KeyId) {
        let replaces = self.get(id).and_then(|key| key.replaces);
        if let Some((of, overlap_ms)) = replaces.filter(|_| !self.used.contains(&id)) {
            self.used.push(id);
            self.end(of, UnixMillis(self.now.0 + overlap_ms));
        }
    }
}

fn reopen(path: &std::path::Path, now: UnixMillis) -> Store {
    Store::open(path, &kek(), &Options::default(), now).unwrap().0
}

async fn revoke(store: &Store, which: KeyWhich, now: UnixMillis) {
    store.revoke_keys(which, now).await.unwrap();
}

/// Does it in both. What is over is waited for in the store as well, so that both know the same.
async fn perform(store: &Store, exact: &mut Exact, act: Act) {
    let now = exact.now;
    match act {
        Act::Issue { number, parent, owner, expires } => {
            let facts = KeyFacts {
                owner: format!("owner-{owner}"),
                parent: parent.map(key_id),
                created: now,
                expires: expires.map(later),
                ..fake::key(number)
            };
            assert_eq!(store.issue_key(facts.clone(), now).await.is_ok(), exact.issue(facts));
        }
        Act::Roll { number, of, overlap_ms } => {
            let replaces = Some((key_id(of), overlap_ms));
            let facts = KeyFacts { created: now, replaces, ..fake::key(number) };
            assert_eq!(store.issue_key(facts.clone(), now).await.is_ok(), exact.issue(facts));
        }
        Act::Use(number) => {
            let is_known = exact.get(key_id(number)).is_some();
            assert_eq!(store.used_first(key_id(number), now).await.is_ok(), is_known);
            exact.used_first(key_id(number));
        }
        Act::End(number, at) => {
            let end = exact.get(key_id(number)).map(|key| key.expires);
            let is_nearer = end.is_some_and(|end| end.is_none_or(|end| later(at) <= end));
            let ended = store.expire_key(key_id(number), later(at), now).await;
            assert_eq!(ended.is_ok(), is_nearer);
            exact.end(key_id(number), later(at));
        }
        Act::RevokeOne(number) => {
            revoke(store, KeyWhich::Id(key_id(number)), now).await;
            exact.remove(|_, key| key.id == key_id(number));
        }
        Act::RevokeBelow(number) => {
            revoke(store, KeyWhich::Parent(key_id(number)), now).await;
            exact.remove(|exact, key| exact.is_below(key, key_id(number)));
        }
        Act::RevokeOwner(owner) => {
            let owner = format!("owner-{owner}");
            revoke(store, KeyWhich::Owner(owner.clone()), now).await;
            exact.remove(|_, key| key.owner == owner);
        }
        Act::RevokeBefore(at) => {
            revoke(store, KeyWhich::IssuedBefore(later(at)), now).await;
            exact.remove(|_, key| key.created < later(at));
        }
        Act::RevokeAll => {
            revoke(store, KeyWhich::All, now).await;
            exact.remove(|_, _| true);
        }
        Act::Wait(ms) => exact.now = UnixMillis(now.0 + ms),
        Act::Restart => {}
    }
}

fn compare(store: &Store, exact: &Exact) {
    for number in 0..KEYS {
        let (found, above) = (store.key(&key_id(number), exact.now), exact.holding(key_id(number)));
        assert_eq!(found.is_some(), above.is_some(), "{number}");
        let (Some(found), Some(above)) = (found, above) else { continue };
        let own = above.first().unwrap();
        assert_eq!(*found.owner, own.owner);
        assert_eq!(found.rules.len(), above.len());
        assert_eq!(found.expires, above.iter().filter_map(|key| key.expires).min());
        let is_new = own.replaces.is_some() && !exact.used.contains(&found.id);
        assert_eq!(found.is_first_use, is_new);
    }
    let listed = store.list_keys(&KeyWhich::All, 100);
    let mut ids: Vec<KeyId> = listed.iter().map(|key| key.id).collect();
    let mut known: Vec<KeyId> = exact.keys.iter().map(|key| key.id).collect();
    ids.sort_unstable();
    known.sort_unstable();
    assert_eq!(ids, known);
    assert!(listed.is_sorted_by_key(|key| std::cmp::Reverse(key.created)));
}

/// As many batches as it takes for a key to go after those below it.
async fn settle(store: &Store, now: UnixMillis) {
    for _ in 0..6 {
        store.worked(store.account("pharmacy", "nobody"), "192.0.2.0/24", now).await.unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn whatever_is_done_the_store_says_what_is_so(acts in proptest::collection::vec(act(), 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        run(async {
            let mut store = reopen(&path, NOW);
            let mut exact = Exact { now: NOW, ..Exact::default() };
            for act in acts {
                let is_restart = matches!(act, Act::Restart);
                perform(&store, &mut exact, act).await;
                exact.sweep();
                settle(&store, exact.now).await;
                if is_restart {
                    drop(store);
                    store = reopen(&path, exact.now);
                }
                compare(&store, &exact);
            }
        });
    }
}
