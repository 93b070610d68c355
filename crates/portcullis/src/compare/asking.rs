//! Asking the API: GET, one at a time, so many and so fast.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use portcullis_attack::ask;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::caller::Caller;

/// Requests of one run.
pub(super) const REQUESTS_MAX: usize = 1200;
/// Between two of them.
const PAUSE: Duration = Duration::from_millis(10);
/// For one of them.
const PATIENCE: Duration = Duration::from_secs(5);
/// For all of them.
const TIME_MAX: Duration = Duration::from_secs(50);
/// Bytes of an answer that is looked at.
const ANSWER_BYTES_MAX: usize = 8 << 20;

/// Asks, until it has asked enough.
pub(super) struct Asker {
    runtime: Runtime,
    address: SocketAddr,
    host: String,
    base: String,
    begun: Instant,
    pub(super) asked: usize,
}

/// An answer as far as it is of interest.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) status: u16,
    /// What it says, if that is JSON.
    pub(super) json: Option<Value>,
}

impl Read {
    /// What it says, if it is a success.
    pub(super) fn success(&self) -> Option<&Value> {
        self.json.as_ref().filter(|_| (200..300).contains(&self.status))
    }

    /// What came, where that was not what was asked for.
    pub(super) fn in_words(&self) -> String {
        let kind = if self.json.is_some() { "" } else { ", and no JSON" };
        format!("{}{kind}", self.status)
    }
}

impl Asker {
    pub(super) fn new(address: SocketAddr, host: String, base: &str) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("no runtime starts: {error}"))?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self { runtime, address, host, base, begun: Instant::now(), asked: 0 })
    }

    /// Whether it has asked enough.
    pub(super) fn is_over(&self) -> bool {
        self.asked >= REQUESTS_MAX || self.begun.elapsed() > TIME_MAX
    }

    pub(super) fn seconds(&self) -> u64 {
        self.begun.elapsed().as_secs()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{}{path}", self.host, self.base).replace('\'', "%27")
    }

    /// Asks as somebody, or as nobody; or says why there is no answer.
    pub(super) fn get(&mut self, path: &str, caller: Option<&Caller>) -> Result<Read, String> {
        if self.is_over() {
            return Err("the run has asked enough".to_owned());
        }
        self.asked += 1;
        let line = caller.map(|caller| caller.line() + "\r\n").unwrap_or_default();
        let request = format!(
            "GET {}{path} HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\nAccept-Encoding: \
             identity\r\nConnection: close\r\n{line}\r\n",
            self.base, self.host
        );
        let answer = self.runtime.block_on(async {
            tokio::time::sleep(PAUSE).await;
            ask(self.address, request.into_bytes(), PATIENCE).await
        })?;
        let body = answer.body.get(..ANSWER_BYTES_MAX.min(answer.body.len())).unwrap_or_default();
        Ok(Read { status: answer.status, json: serde_json::from_slice(body).ok() })
    }
}
