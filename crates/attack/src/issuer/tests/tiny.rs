//! A small issuer on loopback: strict, but for the flaws that a test names. A flaw has the name of the probe that finds it.

mod answers;
mod authorizing;
mod saying;
mod serving;
mod tokens;

use std::collections::{HashMap, HashSet};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;

/// An issuer that serves until it is dropped.
pub(super) struct Tiny {
    pub(super) address: SocketAddr,
    flaws: HashSet<String>,
    is_over: Arc<AtomicBool>,
}

/// What it knows.
pub(super) struct Known {
    flaws: HashSet<String>,
    url: String,
    secret: String,
    count: u64,
    sessions: HashSet<String>,
    consents: HashSet<(String, String)>,
    codes: HashMap<String, CodeKnown>,
    access: HashMap<String, AccessKnown>,
    refresh: HashMap<String, RefreshKnown>,
    ids: HashSet<String>,
}

struct CodeKnown {
    client: String,
    redirect_uri: String,
    challenge: Option<(String, String)>,
    scope: String,
    nonce: String,
    is_used: bool,
    made: Instant,
}

struct AccessKnown {
    client: String,
    code: String,
    is_alive: bool,
}

#[derive(Clone)]
struct RefreshKnown {
    client: String,
    scope: String,
    family: String,
    is_used: bool,
    is_alive: bool,
}

impl Tiny {
    pub(super) fn start(flaws: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let flaws: HashSet<String> = flaws.iter().map(|flaw| (*flaw).to_owned()).collect();
        let is_over = Arc::new(AtomicBool::new(false));
        let tiny = Self { address, flaws, is_over };
        let known = Arc::new(Mutex::new(Known {
            flaws: tiny.flaws.clone(),
            url: tiny.url(),
            secret: tiny.secret().to_owned(),
            count: 0,
            sessions: HashSet::new(),
            consents: HashSet::new(),
            codes: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
            ids: HashSet::new(),
        }));
        let is_over = tiny.is_over.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                let known = known.clone();
                if let Ok(stream) = stream {
                    serving::serve(stream, &known);
                }
            }
        });
        tiny
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The secret of its client `shop`.
    pub(super) fn secret(&self) -> &str {
        if self.flaws.contains("token-secret-guess") { "changeme" } else { "obviously-fake-secret" }
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

impl Known {
    fn has(&self, flaw: &str) -> bool {
        self.flaws.contains(flaw)
    }

    /// Text that nobody else has.
    fn next(&mut self, what: &str) -> String {
        self.count += 1;
        let text = format!("{what}{}", self.count);
        let digest = digest(&SHA256, text.as_bytes());
        BASE64URL.encode(digest)
    }
}
