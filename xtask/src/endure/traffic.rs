//! Honest requests, in turns of a few seconds: plain, in TLS, and over HTTP/2.

use crate::bench::load::{self, Load, Protocol, Seen, Shape};
use crate::endure::documents::{INSIDE_PORT, PLAIN_PORT};

const CONNECTIONS: usize = 64;
const SECONDS: u64 = 5;

/// A kind of requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) protocol: Protocol,
    pub(crate) shape: Shape,
}

/// What was sent of each kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) kind: Kind,
    pub(crate) requests: u64,
    pub(crate) errors: u64,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self { protocol: Protocol::Http1, shape: Shape::Get },
        Self { protocol: Protocol::Tls, shape: Shape::Get },
        Self { protocol: Protocol::Http2, shape: Shape::Get },
        Self { protocol: Protocol::Http1, shape: Shape::Post },
        Self { protocol: Protocol::Tls, shape: Shape::Post },
        Self { protocol: Protocol::Http2, shape: Shape::Post },
    ];

    pub(crate) const fn tally(self) -> Tally {
        Tally { kind: self, requests: 0, errors: 0 }
    }

    fn send(self) -> Result<Seen, String> {
        let path = if self.shape == Shape::Post { "/items" } else { "/items/7" };
        let url = match self.protocol {
            Protocol::Http1 => format!("http://127.0.0.1:{PLAIN_PORT}{path}"),
            Protocol::Tls | Protocol::Http2 => format!("https://localhost:{INSIDE_PORT}{path}"),
        };
        let load = Load {
            shape: self.shape,
            url: &url,
            field: None,
            connections: CONNECTIONS,
            seconds: SECONDS,
        };
        match self.protocol {
            Protocol::Http1 | Protocol::Tls => load::with_wrk(&load),
            Protocol::Http2 => load::with_h2load(&load),
        }
    }
}

impl Tally {
    /// A turn of its kind; the requests that were sent.
    pub(crate) fn turn(&mut self) -> Result<u64, String> {
        let seen = self.kind.send()?;
        self.requests += seen.requests;
        // A turn in which nobody was answered is an error by itself.
        self.errors += seen.errors.max(u64::from(seen.requests == 0));
        Ok(seen.requests)
    }

    pub(crate) const fn verb(&self) -> &'static str {
        match self.kind.shape {
            Shape::Post => "POST",
            Shape::Raw | Shape::Get => "GET",
        }
    }
}
