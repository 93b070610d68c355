//! A certificate authority on loopback (RFC 8555), which is as honest as its script says.
//!
//! It verifies signatures and nonces, looks for proofs inside TLS (RFC 8737), and issues from a root of its own.

mod client;
mod jws;
mod look;
mod orders;
mod wire;

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use portcullis_model::{Clock, UnixMillis};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};

pub use client::ask;
use orders::Orders;

/// How an authority behaves.
#[derive(Debug, Clone)]
pub struct Script {
    /// How many good nonces it calls bad (RFC 8555 section 6.5).
    pub bad_nonces: u32,
    /// How it answers.
    pub answers: Answers,
    /// What it issues.
    pub gives: Gives,
    /// Where it looks for proofs; none: it believes everybody.
    pub looks_at: Option<SocketAddr>,
    /// How long before now what it issues begins, and how long after now it ends, in milliseconds.
    pub life_ms: (u64, u64),
    /// Whom it gives accounts to: a name, and the key that proves it. None: to everybody.
    pub external: Option<(String, Vec<u8>)>,
}

impl Default for Script {
    fn default() -> Self {
        const DAY_MS: u64 = 86_400_000;
        Self {
            bad_nonces: 0,
            answers: Answers::Honest,
            gives: Gives::Asked,
            looks_at: None,
            life_ms: (DAY_MS / 24, 90 * DAY_MS),
            external: None,
        }
    }
}

/// How an authority answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// As the standard says.
    Honest,
    /// 200, and what is no JSON.
    Garbage,
    /// A body without an end, as fast as it is read.
    Endless,
    /// A byte now and then.
    Slow,
    /// Not at all; the connection stays open.
    Never,
    /// With a URL of its directory that leads elsewhere.
    Elsewhere,
}

/// What an authority issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// What was asked for.
    Asked,
    /// A certificate of another name.
    OtherName,
    /// One of another key.
    OtherKey,
    /// One with a stranger behind it.
    OtherChain,
    /// Something that is none.
    Nothing,
}

/// An authority that listens until it is dropped.
pub struct Authority {
    address: SocketAddr,
    root: String,
    shared: Arc<Shared>,
}

struct Shared {
    address: SocketAddr,
    clock: Arc<dyn Clock>,
    script: Mutex<Script>,
    orders: Mutex<Orders>,
    issuer: Issuer<'static, KeyPair>,
    root: String,
    is_over: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Authority {
    /// Listens on a free port.
    #[expect(clippy::unwrap_used, reason = "a test cannot go on without its authority")]
    pub fn start(clock: Arc<dyn Clock>, script: Script) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, "root of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        let config = wire::config(&issuer);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            address,
            clock,
            script: Mutex::new(script),
            orders: Mutex::default(),
            issuer,
            root: root.clone(),
            is_over: AtomicBool::new(false),
        });
        let serving = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if serving.is_over.load(Ordering::Relaxed) {
                    return;
                }
                let (shared, config) = (serving.clone(), config.clone());
                // A client that leaves is its own affair.
                std::thread::spawn(move || wire::serve(stream, config, &shared).ok());
            }
        });
        Self { address, root, shared }
    }

    /// Its directory.
    pub fn directory(&self) -> String {
        format!("https://{}/directory", self.address)
    }

    /// Whom its own certificate and those that it issues come from (PEM).
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Changes how it behaves from now on.
    pub fn change(&self, change: impl FnOnce(&mut Script)) {
        change(&mut lock(&self.shared.script));
    }

    /// The paths that were asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.shared.orders).asked.clone()
    }

    /// How many certificates it issued.
    pub fn issued(&self) -> usize {
        lock(&self.shared.orders).issued
    }

    /// What clients did that the standards forbid: signatures that are none, nonces used twice, a request inside
    /// the connection of a proof that was answered.
    pub fn complaints(&self) -> Vec<String> {
        lock(&self.shared.orders).complaints.clone()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // So that the listener looks.
        let _ = std::net::TcpStream::connect(self.address);
    }
}

impl Shared {
    fn now(&self) -> UnixMillis {
        self.clock.now()
    }
}
