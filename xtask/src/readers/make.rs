//! Requests that are nearly right: made by chance for the document of this run, then broken a little.

mod form;
mod json;
mod parts;
mod target;
mod xml;

use crate::chance::Chance;

/// What a request is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Json,
    Form,
    Parts,
    Query,
    Path,
    Xml,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] =
        [Self::Json, Self::Form, Self::Parts, Self::Query, Self::Path, Self::Xml];
    /// How often each is made: of so many requests.
    const ROW: [Self; 12] = [
        Self::Json,
        Self::Form,
        Self::Parts,
        Self::Query,
        Self::Xml,
        Self::Json,
        Self::Path,
        Self::Form,
        Self::Parts,
        Self::Query,
        Self::Xml,
        Self::Json,
    ];

    /// Its name in tables, and for the scripts.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Form => "form",
            Self::Parts => "parts",
            Self::Query => "query",
            Self::Path => "path",
            Self::Xml => "xml",
        }
    }
}

/// A request as it is sent.
pub(crate) struct Request {
    pub(crate) kind: Kind,
    pub(crate) bytes: Vec<u8>,
}

/// The same requests for the same seed.
pub(crate) fn requests(count: usize, seed: u64) -> Vec<Request> {
    let mut chance = Chance::new(seed);
    let kinds = Kind::ROW.iter().cycle().take(count);
    kinds.map(|kind| Request { kind: *kind, bytes: bytes(*kind, &mut chance) }).collect()
}

fn bytes(kind: Kind, chance: &mut Chance) -> Vec<u8> {
    match kind {
        Kind::Json => json::request(chance),
        Kind::Form => form::request(chance),
        Kind::Parts => parts::request(chance),
        Kind::Query => target::query(chance),
        Kind::Path => target::path(chance),
        Kind::Xml => xml::request(chance),
    }
}

/// A request with a body.
fn post(path: &str, content_type: &[u8], body: &[u8]) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nHost: api\r\nContent-Length: {}\r\n", body.len());
    [head.as_bytes(), b"Content-Type: ", content_type, b"\r\n\r\n", body].concat()
}

/// Changes to a text, one in three texts has none: a piece put in or over, bytes left out, a stretch twice.
fn broken(mut text: Vec<u8>, pieces: &[&[u8]], chance: &mut Chance) -> Vec<u8> {
    const CHANGES: [usize; 6] = [0, 0, 1, 1, 1, 2];
    let changes = CHANGES.get(chance.below(CHANGES.len())).copied().unwrap_or_default();
    for _ in 0..changes {
        let at = chance.below(text.len() + 1);
        let end = (at + chance.below(4)).min(text.len());
        let piece = pieces.get(chance.below(pieces.len())).copied().unwrap_or_default();
        match chance.below(6) {
            0..=2 => drop(text.splice(at..at, piece.iter().copied())),
            3 => drop(text.splice(at..end, piece.iter().copied())),
            4 => drop(text.drain(at..end)),
            _ => {
                let end = (at + chance.below(40)).min(text.len());
                let again = text.get(at..end).unwrap_or_default().to_vec();
                let to = chance.below(text.len() + 1);
                text.splice(to..to, again);
            }
        }
    }
    text
}
