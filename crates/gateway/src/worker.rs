//! What requests share: across all threads, and on one thread.

use std::cell::{Cell, RefCell};
use std::net::{SocketAddr, TcpStream};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use portcullis_ledger::{InstanceState, KeyReported, Ledger, Noted};
use portcullis_model::{Clock, Refusal, RequestId, Room, Status, UnixMillis};
use portcullis_policy::Instance;
use portcullis_store::Store;
use tokio::sync::{oneshot, watch};

use crate::budget::Budget;
use crate::callers::{Callers, Kept, Known, TokenCache};
use crate::crowd::{Crowd, Seat};
use crate::decision::Probe;
use crate::holdings::Holdings;
use crate::instances::Instances;
use crate::locks::Locks;
use crate::pools::Pools;
use crate::resolver::Resolver;
use crate::site::{Current, Follower, Site};
use crate::stamp::Stamp;
use crate::upstream::Pool;
use crate::walks::Walks;

/// What all workers share.
pub(crate) struct Shared {
    /// Where the gateway listens: never an upstream.
    pub(crate) own: Arc<[SocketAddr]>,
    pub(crate) site: Current,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) probe: Option<Probe>,
    pub(crate) watch: Option<Arc<dyn Watch>>,
    pub(crate) counts: Arc<Counts>,
    pub(crate) connections: Arc<Crowd>,
    /// What it is called among gateways.
    pub(crate) stamp: Stamp,
    pub(crate) buffered: Arc<Budget>,
    pub(crate) in_upstream: Arc<Budget>,
    pub(crate) instances: Instances,
    pub(crate) callers: Callers,
    /// Values that requests hold, so that others of the same value wait.
    pub(crate) locks: Arc<Locks>,
    /// Where people stand in flows.
    pub(crate) walks: Arc<Walks>,
    /// Whose objects are.
    pub(crate) holdings: Holdings,
    /// Where sessions are kept, if anywhere.
    pub(crate) store: Option<Store>,
    /// What addresses names have.
    pub(crate) resolver: Resolver,
    pub(crate) drain: Drain,
    /// The drain is over.
    pub(crate) end: Drain,
    /// What is to be told of the last reload.
    pub(crate) remark: Mutex<Option<String>>,
    /// What is to be told of certificates.
    pub(crate) certificates: Mutex<Option<String>>,
    /// The room that panics.
    #[cfg(test)]
    pub(crate) fault: Option<portcullis_model::Room>,
}

impl Shared {
    pub(crate) fn remark(&self) -> Option<String> {
        self.remark.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn certificates(&self) -> Option<String> {
        self.certificates.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn instance_rests(&self, instance: &Instance, rest: Duration) {
        self.counts.instance_rests.fetch_add(1, Ordering::Relaxed);
        self.record(instance, Some(rest));
        if let Some(watch) = &self.watch {
            watch.instance_rests(instance, rest);
        }
    }

    pub(crate) fn instance_returns(&self, instance: &Instance) {
        self.record(instance, None);
        if let Some(watch) = &self.watch {
            watch.instance_returns(instance);
        }
    }

    fn record(&self, instance: &Instance, rest: Option<Duration>) {
        let (time, instance) = (self.clock.now(), instance.to_string());
        self.ledger.instance(&InstanceState { time, instance: &instance, rest });
    }
}

/// What a worker is handed.
pub(crate) enum Task {
    /// A connection of a client.
    Connection(TcpStream, SocketAddr, Seat),
    /// A question whether it is there; the answer is nothing.
    Ping(oneshot::Sender<()>),
}

/// The sign that no more requests are taken.
#[derive(Debug)]
pub(crate) struct Drain {
    sign: watch::Sender<bool>,
}

impl Default for Drain {
    fn default() -> Self {
        Self { sign: watch::Sender::new(false) }
    }
}

impl Drain {
    pub(crate) fn begin(&self) {
        self.sign.send_replace(true);
    }

    pub(crate) fn has_begun(&self) -> bool {
        *self.sign.borrow()
    }

    /// A receiver whose `changed` returns when it begins, or at once if it has begun: whoever comes
    /// late must not wait for ever.
    pub(crate) fn signal(&self) -> watch::Receiver<bool> {
        let mut signal = self.sign.subscribe();
        if self.has_begun() {
            signal.mark_changed();
        }
        signal
    }
}

/// What happened so far, counted.
#[derive(Debug, Default)]
pub struct Counts {
    /// Requests whose head was read.
    pub requests: AtomicU64,
    /// Requests that a control refused.
    pub refused: AtomicU64,
    /// Panics in rooms, caught and answered 500.
    pub panics: AtomicU64,
    /// Times that an instance of an API began to rest, because it took no connections.
    pub instance_rests: AtomicU64,
    /// Connections that were turned away because there were too many.
    pub connections_refused: AtomicU64,
}

/// Somebody who is told of refusals as they happen. Called on the request's own thread: it must
/// not block.
pub trait Watch: Send + Sync {
    /// A control refused. `what` is the operation, or method and path where none was found.
    fn refused(&self, id: RequestId, what: &str, refusal: &Refusal);

    /// The API could not be asked, or its answer not be read.
    fn failed(&self, id: RequestId, what: &str, status: Status, detail: &str);

    /// An instance of an API takes no connections: it gets no requests for this long, then one that
    /// tries it.
    fn instance_rests(&self, _: &Instance, _: Duration) {}

    /// An instance that rested answers again.
    fn instance_returns(&self, _: &Instance) {}

    /// An issuer of tokens does not give its keys: those that are known are used on, for a day.
    fn issuer_fails(&self, _issuer: &str, _detail: &str) {}

    /// Somebody reported an API key that leaked, and it was genuine: its owner should be told.
    fn key_reported(&self, _: &KeyReported<'_>) {}

    /// Somebody showed a credential of a session that nobody has: they opened the store.
    fn canary_read(&self, _: RequestId, _peer: &str) {}

    /// A request entered a room. Of use to whoever follows one request.
    fn entered(&self, _: RequestId, _: Room) {}

    /// It is this operation of the contract, by its index.
    fn found(&self, _: RequestId, _: usize) {}

    /// In the room that was entered last, a control did something without ending the walk; or,
    /// where it only observes, would have done it. `what` is as for [`Watch::refused`].
    fn noted(&self, _: RequestId, _what: &str, _: &Noted, _: Deed, _is_done: bool) {}
}

/// What a control does to what may not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// An error in place of the answer.
    Refuse,
    /// The status stays, and a neutral body stands in place of the API's.
    Replace,
    /// All but this passes.
    Remove,
}

/// What the connections of one thread share.
pub(crate) struct Worker {
    pub(crate) shared: Arc<Shared>,
    pub(crate) site: RefCell<Follower>,
    pub(crate) pools: Pools,
    pub(crate) tokens: RefCell<TokenCache<Known>>,
    pub(crate) signed: RefCell<TokenCache<Kept>>,
    pub(crate) chance: RefCell<Chance>,
    pub(crate) date: RefCell<(u64, String)>,
    pub(crate) under_way: Cell<usize>,
}

/// Randomness for request ids, taken from the operating system in pieces.
#[derive(Debug)]
pub(crate) struct Chance {
    bytes: [u8; 1024],
    used: usize,
}

impl Chance {
    pub(crate) fn new() -> Option<Self> {
        let mut bytes = [0; 1024];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self { bytes, used: 0 })
    }

    /// The next 128 bits. If the operating system fails later, old bytes are mixed with the time
    /// by the caller: a request id is a name, not a secret.
    pub(crate) fn next(&mut self) -> u128 {
        if self.used + 16 > self.bytes.len() {
            let _ = getrandom::fill(&mut self.bytes);
            self.used = 0;
        }
        let bytes = self.bytes.get(self.used..self.used + 16).unwrap_or_default();
        self.used += 16;
        bytes.try_into().map(u128::from_le_bytes).unwrap_or_default()
    }
}

/// Something that a drain waits for, until this is dropped.
pub(crate) struct UnderWay<'w> {
    count: &'w Cell<usize>,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.count.set(self.count.get() - 1);
    }
}

impl Worker {
    /// Something begins that a drain waits for.
    pub(crate) fn begin(&self) -> UnderWay<'_> {
        self.under_way.set(self.under_way.get() + 1);
        UnderWay { count: &self.under_way }
    }

    /// The snapshot in force. Whoever begins something takes one, and keeps it to its end.
    pub(crate) fn site(&self) -> Rc<Site> {
        let mut follower = self.site.borrow_mut();
        let (site, is_new) = follower.now();
        if is_new {
            self.pools.keep(site);
        }
        site.clone()
    }

    /// The connections to this target.
    pub(crate) fn pool(&self, target: &Instance) -> Rc<Pool> {
        let site = self.site();
        let shared = &self.shared;
        self.pools.of(target, &site, &shared.instances, &shared.own)
    }

    pub(crate) fn request_id(&self, now: UnixMillis) -> RequestId {
        RequestId::new(now, self.chance.borrow_mut().next())
    }

    /// The `Date` field, made once a second.
    pub(crate) fn date(&self, now: UnixMillis) -> std::cell::Ref<'_, str> {
        let second = now.0 / 1000;
        if self.date.borrow().0 != second {
            *self.date.borrow_mut() = (second, now.http_date());
        }
        std::cell::Ref::map(self.date.borrow(), |(_, text)| text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_asks_after_the_drain_has_begun_is_told_at_once() {
        let drain = Drain::default();
        let mut early = drain.signal();
        drain.begin();
        assert!(early.changed().await.is_ok());
        assert!(drain.signal().changed().await.is_ok());
    }
}
