//! What one gateway serves: an immutable snapshot that a reload swaps. A request takes one when its
//! head was read and keeps it to its end, so that it is judged by one version alone.

use std::net::SocketAddr;
use std::sync::Arc;

use portcullis_controls::Plan;
use portcullis_policy::{Limits, Upstream};
use tokio::sync::watch;

/// The plans of all APIs behind one listener.
#[derive(Debug, Clone)]
pub struct Site {
    /// Also speaks for the listener: its address, its bounds on connections, heads and rest.
    first: Arc<Plan>,
    others: Vec<Arc<Plan>>,
}

impl From<Arc<Plan>> for Site {
    fn from(plan: Arc<Plan>) -> Self {
        Self { first: plan, others: Vec::new() }
    }
}

impl Site {
    /// The APIs, in the order of the policy file.
    pub fn plans(&self) -> impl Iterator<Item = &Arc<Plan>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The API that a request is for.
    pub fn choose(&self, _host: Option<&str>, _path: &str) -> Option<&Arc<Plan>> {
        self.others.is_empty().then_some(&self.first)
    }

    /// Where it wants to listen.
    pub fn listen(&self) -> SocketAddr {
        self.first.model.listen
    }

    /// The bounds that belong to the listener and to no API.
    pub(crate) fn limits(&self) -> &Limits {
        &self.first.limits
    }

    /// The plan that decides what is no request for any API.
    pub(crate) const fn first(&self) -> &Arc<Plan> {
        &self.first
    }

    /// Whether it sends anything to this target.
    pub(crate) fn sends_to(&self, target: &Upstream) -> bool {
        self.plans().any(|plan| plan.model.upstream == *target)
    }
}

/// Why a reload does not happen. What was in force stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReloadError {
    /// It is meant for another address. Who may call what depends on where a gateway listens (a
    /// loopback listener serves callers that it cannot verify), so nothing of it is taken.
    Listen {
        /// The address that was asked for when the gateway started.
        is: SocketAddr,
        /// The address of the new model.
        wanted: SocketAddr,
    },
}

impl std::fmt::Display for ReloadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Listen { is, wanted } => write!(
                f,
                "the gateway listens on `{is}`; another `listen` (`{wanted}`) needs a restart"
            ),
        }
    }
}

impl std::error::Error for ReloadError {}

/// What a reload changed.
#[derive(Debug, Clone)]
pub struct Reloaded {
    /// What was in force.
    pub before: Arc<Site>,
    /// What is in force now.
    pub after: Arc<Site>,
}

/// The snapshot in force.
#[derive(Debug)]
pub(crate) struct Current {
    site: watch::Sender<Arc<Site>>,
}

impl Current {
    pub(crate) fn new(site: Site) -> Self {
        Self { site: watch::Sender::new(Arc::new(site)) }
    }

    /// Puts another in force, and returns the one before.
    pub(crate) fn swap(&self, site: Site) -> Arc<Site> {
        self.site.send_replace(Arc::new(site))
    }

    /// For whoever asks rarely.
    pub(crate) fn now(&self) -> Arc<Site> {
        self.site.borrow().clone()
    }

    /// For a thread that asks for every request.
    pub(crate) fn follow(&self) -> Follower {
        let mut seen = self.site.subscribe();
        let site = seen.borrow_and_update().clone();
        Follower { site, seen }
    }

    /// A receiver whose `changed` returns after a swap.
    pub(crate) fn signal(&self) -> watch::Receiver<Arc<Site>> {
        self.site.subscribe()
    }
}

/// A thread's own pointer to the snapshot in force: asking costs one load of a number that changes
/// with a reload only, and no lock that other threads take.
#[derive(Debug)]
pub(crate) struct Follower {
    site: Arc<Site>,
    seen: watch::Receiver<Arc<Site>>,
}

impl Follower {
    /// The snapshot in force, and whether it is another than the last time.
    pub(crate) fn now(&mut self) -> (&Arc<Site>, bool) {
        // The sender outlives every thread that follows it.
        let is_new = self.seen.has_changed().unwrap_or(false);
        if is_new {
            self.site = self.seen.borrow_and_update().clone();
        }
        (&self.site, is_new)
    }
}
