//! Tokens that nobody signed, at a steady rate.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::bench::processes::pause;

/// Requests that are written at once.
const BATCH: u64 = 20;
/// How long the flood is up before the honest are measured.
const RISE: Duration = Duration::from_millis(500);

/// Where forgeries come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flood {
    FromOne,
    /// Each from another address.
    FromMany,
}

/// A flood, until it is ended.
pub(crate) struct Forging {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Result<f64, String>>,
}

impl Forging {
    /// Ends it; says how many were sent in a second.
    pub(crate) fn end(self) -> Result<f64, String> {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| "the flood panicked".to_owned())?
    }
}

/// Claims that hold for some hours.
pub(crate) fn claims(issuer: &str) -> String {
    let now = seconds();
    let expires = now + 4 * 3600;
    format!(
        r#"{{"iss":"{issuer}","aud":"shop","sub":"alice","iat":{now},"exp":{expires},"jti":"0e6a2f1c8d11","scope":"orders:read orders:write","roles":["customer","staff"],"email":"alice@example.org"}}"#
    )
}

#[expect(clippy::disallowed_methods, reason = "a program of its own")]
fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Chance that is good enough for keys of a measurement.
pub(crate) fn chance(bytes: &mut [u8]) {
    let mut state = seconds() ^ u64::from(std::process::id()) << 32;
    for byte in bytes {
        *byte = next(&mut state) as u8;
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
const fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut value = *state;
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

pub(crate) fn begin(port: u16, token: &str, flood: Flood, per_second: u64) -> Forging {
    let is_over = Arc::new(AtomicBool::new(false));
    let signed = token.rsplit_once('.').map_or(token, |(signed, _)| signed).to_owned();
    let over = is_over.clone();
    let thread = std::thread::spawn(move || forge(port, &signed, flood, per_second, &over));
    pause(RISE);
    Forging { is_over, thread }
}

fn forge(
    port: u16,
    signed: &str,
    flood: Flood,
    per_second: u64,
    is_over: &AtomicBool,
) -> Result<f64, String> {
    let failed = |error: std::io::Error| format!("the flood: {error}");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    let mut answers = stream.try_clone().map_err(failed)?;
    let drain = std::thread::spawn(move || {
        let mut bytes = [0; 64 << 10];
        while matches!(answers.read(&mut bytes), Ok(read) if read > 0) {}
    });
    let started = Instant::now();
    let (mut sent, mut state) = (0_u64, seconds());
    while !is_over.load(Ordering::Relaxed) {
        let due = started.elapsed().as_micros() as u64 * per_second / 1_000_000;
        if sent + BATCH > due {
            pause(Duration::from_micros(500));
            continue;
        }
        let mut requests = String::new();
        for _ in 0..BATCH {
            let signature: Vec<u8> = (0..64).map(|_| next(&mut state) as u8).collect();
            let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
            let address = match flood {
                Flood::FromOne => "192.0.2.1".to_owned(),
                Flood::FromMany => {
                    let [a, b, c, ..] = next(&mut state).to_le_bytes();
                    format!("10.{a}.{b}.{c}")
                }
            };
            requests.push_str(&format!(
                "GET /items/7 HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {address}\r\n\
                 Authorization: Bearer {signed}.{signature}\r\n\r\n"
            ));
        }
        stream.write_all(requests.as_bytes()).map_err(failed)?;
        sent += BATCH;
    }
    let rate = sent as f64 / started.elapsed().as_secs_f64();
    // Whether it is open still does not matter.
    let _ = stream.shutdown(std::net::Shutdown::Both);
    let _ = drain.join();
    Ok(rate)
}
