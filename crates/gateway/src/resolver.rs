//! What addresses a name has: asked of the system, at one place, and remembered for a moment.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How long a name is waited for.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Names that are asked for at a time, over all workers: each takes a thread of the system's until it is answered.
const ASKED_MAX: usize = 32;
/// How long an answer is remembered. A name may lead elsewhere from then on.
const LIFE: Duration = Duration::from_secs(30);
/// Names that are remembered.
const KEPT_MAX: usize = 4_096;
/// Addresses of one name; more are not looked at, and it counts as having none.
const ADDRESSES_MAX: usize = 64;

/// The addresses of names, where they are told instead of asked for: for runs that may ask nobody.
pub type Names = HashMap<String, Vec<IpAddr>>;

/// Asks for the addresses of names.
#[derive(Debug)]
pub(crate) struct Resolver {
    told: Option<Arc<Names>>,
    asked: Arc<Semaphore>,
    kept: Mutex<HashMap<String, Kept>>,
}

/// What was answered.
#[derive(Debug, Clone)]
struct Kept {
    addresses: Option<Arc<[IpAddr]>>,
    until: Instant,
}

impl Resolver {
    pub(crate) fn new(told: Option<Arc<Names>>) -> Self {
        Self { told, asked: Arc::new(Semaphore::new(ASKED_MAX)), kept: Mutex::default() }
    }

    /// Every address of a name; none where it has none, or nobody says so in time.
    pub(crate) async fn addresses(&self, name: &str) -> Option<Arc<[IpAddr]>> {
        if let Some(told) = &self.told {
            return told.get(name).map(|addresses| addresses.as_slice().into());
        }
        if let Some(kept) = self.known(name, Instant::now()) {
            return kept.addresses;
        }
        let addresses = timeout(TIMEOUT, self.ask(name)).await.ok().flatten();
        self.keep(name, addresses.clone(), Instant::now());
        addresses
    }

    async fn ask(&self, name: &str) -> Option<Arc<[IpAddr]>> {
        let permit = Arc::clone(&self.asked).acquire_owned().await.ok()?;
        let name = name.to_owned();
        // Who asked may stop waiting; the system goes on, and so long the place is taken.
        let answered = tokio::task::spawn_local(async move {
            let found = tokio::net::lookup_host((name, 0)).await;
            drop(permit);
            let found = found.ok()?.map(|address| address.ip());
            let found: Vec<IpAddr> = found.take(ADDRESSES_MAX + 1).collect();
            (1..=ADDRESSES_MAX).contains(&found.len()).then(|| Arc::from(found))
        });
        answered.await.ok()?
    }

    fn known(&self, name: &str, now: Instant) -> Option<Kept> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(name).filter(|kept| now < kept.until).cloned()
    }

    fn keep(&self, name: &str, addresses: Option<Arc<[IpAddr]>>, now: Instant) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.retain(|_, kept| now < kept.until);
        }
        if kept.len() < KEPT_MAX {
            kept.insert(name.to_owned(), Kept { addresses, until: now + LIFE });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(address: &str) -> Arc<[IpAddr]> {
        Arc::from(vec![address.parse().unwrap()])
    }

    #[test]
    fn an_answer_is_remembered_for_a_moment() {
        let (resolver, now) = (Resolver::new(None), Instant::now());
        resolver.keep("a.example", Some(one("8.8.8.8")), now);
        resolver.keep("b.example", None, now);
        assert_eq!(resolver.known("a.example", now).unwrap().addresses, Some(one("8.8.8.8")));
        assert_eq!(resolver.known("b.example", now).unwrap().addresses, None);
        assert!(resolver.known("a.example", now + LIFE).is_none());
    }

    #[test]
    fn who_invents_names_fills_no_memory() {
        let (resolver, now) = (Resolver::new(None), Instant::now());
        for number in 0..KEPT_MAX * 2 {
            resolver.keep(&format!("h{number}.example"), None, now);
        }
        let count = || resolver.kept.lock().unwrap().len();
        assert_eq!(count(), KEPT_MAX);
        resolver.keep("late.example", None, now + LIFE);
        assert_eq!(count(), 1);
    }

    #[tokio::test]
    async fn what_is_told_is_not_asked_for() {
        let told: Names = [("a.example".to_owned(), vec!["8.8.8.8".parse().unwrap()])].into();
        let resolver = Resolver::new(Some(Arc::new(told)));
        assert_eq!(resolver.addresses("a.example").await, Some(one("8.8.8.8")));
        assert_eq!(resolver.addresses("b.example").await, None);
    }

    #[tokio::test]
    async fn the_system_is_asked_where_nobody_tells() {
        // An address is its own answer, for which no network is needed.
        let local = tokio::task::LocalSet::new();
        let resolver = Resolver::new(None);
        let found = local.run_until(resolver.addresses("127.0.0.1")).await;
        assert_eq!(found, Some(one("127.0.0.1")));
        assert_eq!(resolver.known("127.0.0.1", Instant::now()).unwrap().addresses, found);
    }
}
