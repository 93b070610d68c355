//! Listening: one acceptor, a few workers, each with its own runtime and its own connections to
//! the API, so that a request never changes threads.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use portcullis_ledger::Ledger;
use portcullis_model::Clock;
use portcullis_store::Store;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use crate::budget::Budget;
use crate::callers::Callers;
use crate::crowd::Crowd;
use crate::decision::Probe;
use crate::health;
use crate::holdings::Holdings;
use crate::instances::Instances;
use crate::redirect;
use crate::resolver::{Names, Resolver};
use crate::site::{Current, ReloadError, Reloaded, Site};
use crate::stamp::Stamp;
use crate::threads::{accept, work};
use crate::walks::Walks;
use crate::worker::{Chance, Counts, Drain, Shared, Watch};

/// How a gateway runs.
#[derive(Clone)]
pub struct Options {
    /// Threads that serve requests.
    pub workers: usize,
    /// The attacker's credential, in a gateway that `attack` starts (rule 35).
    pub probe: Option<Probe>,
    /// Is told of refusals as they happen.
    pub watch: Option<Arc<dyn Watch>>,
    /// Where sessions are kept; needed where a policy has `login`.
    pub store: Option<Store>,
    /// What addresses names have, where the system is not asked: nothing else is known then.
    pub names: Option<Arc<Names>>,
    /// The room that panics.
    #[cfg(test)]
    fault: Option<portcullis_model::Room>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            workers: 1,
            probe: None,
            watch: None,
            store: None,
            names: None,
            #[cfg(test)]
            fault: None,
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("workers", &self.workers)
            .field("probe", &self.probe)
            .field("is_watched", &self.watch.is_some())
            .finish_non_exhaustive()
    }
}

/// Why a gateway does not start.
#[derive(Debug)]
pub enum StartError {
    /// The address cannot be listened on.
    Listen(SocketAddr, io::Error),
    /// A thread or its runtime cannot be made.
    Worker(io::Error),
    /// The operating system has no randomness for us.
    Chance,
    /// The policy has `login`, and nowhere to keep sessions.
    NoStore,
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Listen(address, error) => write!(f, "cannot listen on `{address}`: {error}"),
            Self::Worker(error) => write!(f, "cannot start a worker: {error}"),
            Self::Chance => f.write_str("the operating system gives no randomness"),
            Self::NoStore => f.write_str("the policy needs a store, and none was opened"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen(_, error) | Self::Worker(error) => Some(error),
            Self::Chance | Self::NoStore => None,
        }
    }
}

/// A gateway that listens. Dropped, it drains as [`Running::stop`] does.
pub struct Running {
    address: SocketAddr,
    /// As the model asked for it: port 0 takes a free one.
    wanted: SocketAddr,
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    health: Mutex<Option<(SocketAddr, JoinHandle<()>)>>,
    redirect: Option<SocketAddr>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Running {
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it tells how it is, if anywhere.
    pub fn health_address(&self) -> Option<SocketAddr> {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        health.as_ref().map(|(address, _)| *address)
    }

    /// Where it speaks plain HTTP to lead to `https`, if anywhere.
    pub const fn redirect_address(&self) -> Option<SocketAddr> {
        self.redirect
    }

    /// What readiness tells of certificates, from now on.
    pub fn remark_certificates(&self, remark: Option<String>) {
        *self.shared.certificates.lock().unwrap_or_else(PoisonError::into_inner) = remark;
    }

    /// What readiness tells of the last reload, from now on.
    pub fn remark(&self, remark: Option<String>) {
        *self.shared.remark.lock().unwrap_or_else(PoisonError::into_inner) = remark;
    }

    /// What happened so far.
    pub fn counts(&self) -> &Counts {
        &self.shared.counts
    }

    /// What is in force at this moment.
    pub fn site(&self) -> Arc<Site> {
        self.shared.site.now()
    }

    /// Puts another model in force. Requests whose head was read before are judged by the old one
    /// to their end; connections stay.
    pub fn reload(&self, site: impl Into<Site>) -> Result<Reloaded, ReloadError> {
        let site = site.into();
        let wanted = site.listen();
        if wanted != self.wanted {
            return Err(ReloadError::Listen { is: self.wanted, wanted });
        }
        if site.needs_store() && self.shared.store.is_none() {
            return Err(ReloadError::Store);
        }
        let before = self.site();
        if site.obtained().is_some() && before.obtained().is_none() {
            return Err(ReloadError::Obtained);
        }
        let site = site.continuing(&before);
        let limits = site.limits();
        self.shared.connections.set_max(limits.connections_max);
        self.shared.buffered.set_max(limits.buffered_bytes_max);
        self.shared.in_upstream.set_max(limits.upstream_concurrency_max);
        self.shared.instances.keep(|instance| site.sends_to(instance));
        self.shared.callers.keep(|issuer| site.names(issuer));
        if let Some(store) = &self.shared.store {
            store.compares_under(site.pepper().map(|pepper| pepper.fingerprint()));
        }
        let before = self.shared.site.swap(site);
        Ok(Reloaded { before, after: self.site() })
    }

    /// Bytes of bodies that requests hold at this moment.
    pub fn buffered_bytes(&self) -> usize {
        self.shared.buffered.held()
    }

    /// Takes no more connections, lets requests under way end (`drain_timeout` at most), and
    /// returns.
    pub fn stop(&self) {
        self.drain();
    }

    fn drain(&self) {
        self.shared.drain.begin();
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A worker that panicked has nothing left to drain.
            let _ = thread.join();
        }
        // Health is told to the end.
        self.shared.end.begin();
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((_, thread)) = health {
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.drain();
    }
}

/// Connections that wait to be taken by a worker.
const HANDOVER_MAX: usize = 1024;

/// Listens on the site's address and serves until it is stopped. Returns when it listens.
pub fn start(
    site: impl Into<Site>,
    ledger: Arc<Ledger>,
    clock: Arc<dyn Clock>,
    options: Options,
) -> Result<Running, StartError> {
    let site = site.into();
    let wanted = site.listen();
    if site.needs_store() && options.store.is_none() {
        return Err(StartError::NoStore);
    }
    let (address, listener) = listen(wanted)?;
    let health = site.first().model.health.map(listen).transpose()?;
    let redirect = site.redirect().map(|redirect| listen(redirect.from)).transpose()?;
    let others = [&health, &redirect].into_iter().flatten();
    let own = std::iter::once(address).chain(others.map(|(address, _)| *address)).collect();
    let count = options.workers.max(1);
    let shared = shared(site, own, (ledger, clock), options)?;
    let mut threads = Vec::new();
    let mut workers = Vec::new();
    for number in 0..count {
        let (send, receive) = mpsc::channel(HANDOVER_MAX);
        workers.push(send);
        let chance = Chance::new().ok_or(StartError::Chance)?;
        threads.push(thread(&format!("worker-{number}"), work(shared.clone(), receive, chance))?);
    }
    let health = match health {
        None => None,
        Some((address, listener)) => {
            let workers = workers.iter().map(mpsc::Sender::downgrade).collect();
            let thread = thread("health", health::serve(shared.clone(), listener, workers))?;
            Some((address, thread))
        }
    };
    let mut redirect_address = None;
    if let Some((from, listener)) = redirect {
        let chance = Chance::new().ok_or(StartError::Chance)?;
        let serve = redirect::serve(shared.clone(), listener, chance, address.port());
        threads.push(thread("redirect", serve)?);
        redirect_address = Some(from);
    }
    let chance = Chance::new().ok_or(StartError::Chance)?;
    threads.push(thread("acceptor", accept(shared.clone(), listener, workers, chance))?);
    Ok(Running {
        address,
        wanted,
        shared,
        threads: Mutex::new(threads),
        health: Mutex::new(health),
        redirect: redirect_address,
    })
}

/// What all workers share. `own`: where the gateway listens.
fn shared(
    site: Site,
    own: Arc<[SocketAddr]>,
    (ledger, clock): (Arc<Ledger>, Arc<dyn Clock>),
    options: Options,
) -> Result<Arc<Shared>, StartError> {
    let limits = site.limits();
    if let Some(store) = &options.store {
        store.compares_under(site.pepper().map(|pepper| pepper.fingerprint()));
    }
    let (mut chance_of_keys, mut chance_of_stamps) = ([0; 16], [0; 8]);
    getrandom::fill(&mut chance_of_keys).map_err(|_| StartError::Chance)?;
    getrandom::fill(&mut chance_of_stamps).map_err(|_| StartError::Chance)?;
    Ok(Arc::new(Shared {
        own,
        connections: Crowd::new(limits.connections_max),
        stamp: Stamp(chance_of_stamps),
        buffered: Budget::new(limits.buffered_bytes_max),
        in_upstream: Budget::new(limits.upstream_concurrency_max),
        instances: Instances::new(Instant::now()),
        callers: Callers::new(chance_of_keys, Instant::now(), options.store.clone()),
        locks: Arc::default(),
        walks: Arc::new(Walks::new(chance_of_keys, Instant::now())),
        holdings: Holdings::new(options.store.as_ref()).map_err(|_| StartError::Chance)?,
        store: options.store,
        resolver: Resolver::new(options.names),
        site: Current::new(site),
        ledger,
        clock,
        probe: options.probe,
        watch: options.watch,
        counts: Arc::new(Counts::default()),
        drain: Drain::default(),
        end: Drain::default(),
        remark: Mutex::default(),
        certificates: Mutex::default(),
        #[cfg(test)]
        fault: options.fault,
    }))
}

/// Listens; the address is the real one where the port was free to choose.
fn listen(wanted: SocketAddr) -> Result<(SocketAddr, TcpListener), StartError> {
    let listener = bind(wanted).and_then(|listener| Ok((listener.local_addr()?, listener)));
    listener.map_err(|error| StartError::Listen(wanted, error))
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    use socket2::{Domain, Protocol, Socket, Type};
    const BACKLOG: i32 = 1024;
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// A thread that runs one future on its own runtime, with local tasks.
fn thread<F: Future<Output = ()> + 'static>(
    name: &str,
    future: impl FnOnce() -> F + Send + 'static,
) -> Result<JoinHandle<()>, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(StartError::Worker)?;
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || LocalSet::new().block_on(&runtime, future()))
        .map_err(StartError::Worker)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use portcullis_controls::{Plan, PlanOptions};
    use portcullis_model::{Room, Sources, UnixMillis};
    use portcullis_policy::{Input, Model, Overrides};
    use portcullis_testkit::{Behaviour, FakeClock, ScriptedApi, exchange};

    use super::*;

    fn plan(api: &ScriptedApi) -> Arc<Plan> {
        let mut sources = Sources::default();
        let contract = sources.add(
            "openapi.yaml",
            "openapi: 3.1.0\ninfo: { title: One, version: \"1\" }\npaths:\n  /one:\n    get:\n      \
             security: []\n      responses: { \"204\": { description: done } }\n",
        );
        let overrides = Overrides {
            upstream: Some(format!("http://{}", api.address())),
            listen: Some("127.0.0.1:0".to_owned()),
        };
        let (folder, now) = (std::path::PathBuf::new(), UnixMillis(0));
        let input = Input { sources, contract, policy: None, folder, overrides, now };
        Arc::new(Plan::compile(Model::join(input).unwrap(), PlanOptions::default()))
    }

    #[test]
    fn a_panic_in_any_room_is_answered_closed_counted_and_recorded() {
        let no_content = b"HTTP/1.1 204 X\r\n\r\n".to_vec();
        let api = ScriptedApi::start(Behaviour::Answer(no_content));
        let request = "GET /one HTTP/1.1\r\nHost: a\r\n\r\n";
        for room in Room::ALL.into_iter().filter(|room| *room != Room::Record) {
            let clock = Arc::new(FakeClock::at(UnixMillis(0)));
            let ledger = Ledger::to(Box::new(io::sink()), clock.clone()).unwrap();
            let options = Options { fault: Some(room), ..Options::default() };
            let gateway = start(plan(&api), Arc::new(ledger), clock, options).unwrap();
            let before = api.seen().len();
            for time in 1..=2 {
                let answer = exchange(gateway.address(), request);
                assert_eq!(answer.status, 500, "{room:?}");
                assert!(answer.text().contains("request_id"), "{room:?}: {}", answer.text());
                assert_eq!(gateway.counts().panics.load(Ordering::Relaxed), time, "{room:?}");
            }
            let reached = api.seen().len() - before;
            assert_eq!(reached, if room == Room::Inspect { 2 } else { 0 }, "{room:?}");
            assert_eq!(gateway.shared.in_upstream.held(), 0, "{room:?} gives its place back");
            assert_eq!(gateway.buffered_bytes(), 0, "{room:?} gives its buffers back");
        }
    }
}
