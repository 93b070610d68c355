//! Who the client is, where proxies stand in front: `Forwarded` (RFC 7239) and `X-Forwarded-For`.
//!
//! Both are lists that grow to the right: each proxy adds who spoke to it. So they are read from the
//! right, and only as far as trusted proxies wrote them; what stands further left is what a client
//! sent. Their text is read from the right as well, so that no quote that a client opened swallows
//! what a proxy added behind it.

use std::net::{IpAddr, Ipv6Addr};

use portcullis_model::{ControlId, Refusal, Status};
use portcullis_policy::{Network, Proxies};

use crate::face::Judgement;

/// Elements that are looked at. A chain of more trusted proxies does not exist.
pub const HOPS_MAX: usize = 32;

/// What a request says of its way, in the order of its fields.
#[derive(Debug, Clone, Default)]
pub struct Forwarding<'a> {
    /// The values of `Forwarded`.
    pub forwarded: Vec<&'a str>,
    /// The values of `X-Forwarded-For`.
    pub x_forwarded_for: Vec<&'a str>,
    /// The values of `X-Forwarded-Proto`.
    pub x_forwarded_proto: Vec<&'a str>,
}

/// Who is calling, as far as addresses go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The first address, from the gateway outwards, that is no trusted proxy's.
    pub address: IpAddr,
    /// Whether a trusted proxy wrote anything of it.
    pub is_vouched: bool,
    /// Whether trusted proxies end TLS, and say that this client spoke it.
    pub is_https: bool,
}

/// The client of a request that came from `peer`. Fields of anybody but a trusted proxy say nothing.
/// Where both kinds of field name another client, one of them was not written by the proxy: a client
/// could choose who it is, so the request is refused.
pub fn client(peer: IpAddr, proxies: &Proxies, said: &Forwarding<'_>) -> Judgement<Client> {
    let peer = peer.to_canonical();
    let unknown = Client { address: peer, is_vouched: false, is_https: false };
    if !is_trusted(peer, &proxies.trusted) {
        return Judgement::Pass(unknown);
    }
    let modern = (!said.forwarded.is_empty()).then(|| {
        let elements = said.forwarded.iter().rev().flat_map(|line| Elements { rest: Some(line) });
        walk(peer, &proxies.trusted, elements.map(hop))
    });
    let common = (!said.x_forwarded_for.is_empty()).then(|| {
        let elements = said.x_forwarded_for.iter().rev().flat_map(|line| line.rsplit(','));
        let hops =
            elements.map(|text| Some(Hop { address: node(text.trim(), true)?, proto: None }));
        walk(peer, &proxies.trusted, hops)
    });
    let end = match (modern, common) {
        (Some(modern), Some(common)) if modern.address != common.address => {
            let detail = "`Forwarded` and `X-Forwarded-For` name different clients";
            let control = ControlId::SafeConfiguration;
            let refusal =
                Refusal::new(control, Status::BAD_REQUEST, "forwarding_disagrees", detail);
            return Judgement::Refuse(refusal, unknown);
        }
        (Some(modern), _) => modern,
        (None, Some(common)) => common,
        (None, None) => End { address: peer, proto: None },
    };
    let is_vouched = end.address != peer;
    Judgement::Pass(Client {
        address: end.address,
        is_vouched,
        is_https: proxies.end_tls && is_https(end.proto, said),
    })
}

fn is_trusted(address: IpAddr, trusted: &[Network]) -> bool {
    trusted.iter().any(|network| network.contains(address))
}

/// Whether `https` is said, and nobody says otherwise. Where a proxy writes fields of the older kind,
/// `Forwarded` may be the client's, so it alone is not enough then.
fn is_https(proto: Option<Proto>, said: &Forwarding<'_>) -> bool {
    let mut older = said.x_forwarded_proto.iter().flat_map(|line| line.split(',')).peekable();
    let is_older = older.peek().is_some() || !said.x_forwarded_for.is_empty();
    if !is_older {
        return proto == Some(Proto::Https);
    }
    let is_any = older.peek().is_some();
    let is_every = older.all(|one| one.trim().eq_ignore_ascii_case("https"));
    is_any && is_every && proto != Some(Proto::Other)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proto {
    Https,
    Other,
}

/// One proxy's word: who spoke to it, and how.
#[derive(Debug, Clone, Copy)]
struct Hop {
    address: IpAddr,
    proto: Option<Proto>,
}

/// Where a walk ended.
#[derive(Debug, Clone, Copy)]
struct End {
    address: IpAddr,
    proto: Option<Proto>,
}

/// Goes outwards as long as proxies are trusted. What cannot be read ends the walk at the last
/// address that could: a trusted proxy's, never one that a client chose.
fn walk(peer: IpAddr, trusted: &[Network], hops: impl Iterator<Item = Option<Hop>>) -> End {
    let mut end = End { address: peer, proto: None };
    for hop in hops.take(HOPS_MAX) {
        let Some(Hop { address, proto }) = hop else { break };
        end = End { address, proto };
        if !is_trusted(address, trusted) {
            break;
        }
    }
    end
}

/// The elements of a `Forwarded` line, from the right.
struct Elements<'a> {
    rest: Option<&'a str>,
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let mut is_quoted = false;
        let comma = rest.bytes().rposition(|byte| {
            is_quoted ^= byte == b'"';
            byte == b',' && !is_quoted
        });
        let (rest, element) = match comma.and_then(|comma| rest.split_at_checked(comma)) {
            Some((before, from)) => (Some(before), from.get(1..).unwrap_or_default()),
            None => (None, rest),
        };
        self.rest = rest;
        Some(element)
    }
}

/// An element of `Forwarded`, if it names an address. A backslash is legal in it and of no use, so it
/// is not read.
fn hop(element: &str) -> Option<Hop> {
    let mut address = None;
    let mut proto = None;
    let mut is_quoted = false;
    let pairs = element.split(|character| {
        is_quoted ^= character == '"';
        character == ';' && !is_quoted
    });
    for pair in pairs.map(str::trim).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=')?;
        let value = unquoted(value)?;
        if name.eq_ignore_ascii_case("for") {
            let node = node(value, false)?;
            if address.replace(node).is_some() {
                return None;
            }
        } else if name.eq_ignore_ascii_case("proto") {
            let is_https = value.eq_ignore_ascii_case("https");
            let said = if is_https { Proto::Https } else { Proto::Other };
            if proto.replace(said).is_some() {
                return None;
            }
        }
    }
    Some(Hop { address: address?, proto })
}

/// A token, or what stands between quotes.
fn unquoted(value: &str) -> Option<&str> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match value.strip_prefix('"') {
        Some(inner) => inner.strip_suffix('"').filter(|text| !text.contains(['"', '\\'])),
        None => (!value.is_empty() && value.bytes().all(is_token)).then_some(value),
    }
}

/// An address, a port behind it ignored. `unknown` and hidden names (`_proxy7`) are none.
fn node(text: &str, is_bare: bool) -> Option<IpAddr> {
    let (address, port) = match text.strip_prefix('[') {
        Some(inner) => {
            let (inner, rest) = inner.split_once(']')?;
            (IpAddr::V6(inner.parse().ok()?), rest)
        }
        None if is_bare && text.bytes().filter(|byte| *byte == b':').count() > 1 => {
            (IpAddr::V6(text.parse::<Ipv6Addr>().ok()?), "")
        }
        None => {
            let end = text.find(':').unwrap_or(text.len());
            let (host, rest) = text.split_at_checked(end)?;
            (IpAddr::V4(host.parse().ok()?), rest)
        }
    };
    let is_port = |port: &str| {
        (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit())
    };
    match port.strip_prefix(':') {
        None if port.is_empty() => Some(address.to_canonical()),
        Some(port) if is_port(port) => Some(address.to_canonical()),
        _ => None,
    }
}
