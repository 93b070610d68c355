//! Where clients reach an API with nothing in front, and whether what goes there is encrypted.
//!
//! A listener of the gateway says nothing of it. The document's `servers` do, and the policy's `upstream` where that is
//! another host. An address of loopback alone is a developer's: where clients are is not said then, and the worse is taken.

use std::net::IpAddr;

use portcullis_contract::Server;
use portcullis_policy::{Instance, Model};

use crate::system::{Known, Origin};

/// How an API is spoken to.
pub(super) struct Direct {
    /// None: nobody said.
    pub(super) is_encrypted: Option<bool>,
    pub(super) protocol: &'static str,
    pub(super) known: Known,
}

/// How clients speak to an API with nothing in front: one address in the clear outweighs every other.
pub(super) fn directly(model: &Model) -> Direct {
    let is_plain = |one: &Instance| !one.is_tls && !one.is_loopback();
    if model.upstream.instances().any(is_plain) {
        let known = Known::new(Origin::Policy, "the policy's `upstream` is another host, by http");
        return Direct { is_encrypted: Some(false), protocol: "http", known };
    }
    let servers = || model.contract.servers.iter().filter(|one| Place::of(&one.url).is_elsewhere);
    let spoken = |wanted: Spoken| servers().find(|one| Place::of(&one.url).spoken == wanted);
    let known = |why, at: &Server| Known::new(Origin::Contract, why).at(at.span);
    if let Some(plain) = spoken(Spoken::Plain) {
        let known = known("`servers` of the document name one by http", plain);
        return Direct { is_encrypted: Some(false), protocol: "http", known };
    }
    if let Some(unknown) = spoken(Spoken::Unknown) {
        let known = known("`servers` of the document do not say by what it is spoken to", unknown);
        return Direct { is_encrypted: None, protocol: "unknown", known };
    }
    if let Some(encrypted) = servers().next() {
        let known = known("`servers` of the document name it by https alone", encrypted);
        return Direct { is_encrypted: Some(true), protocol: "https", known };
    }
    if model.upstream.instances().all(|one| one.is_tls) {
        let known = Known::new(Origin::Policy, "the policy's `upstream` speaks https");
        return Direct { is_encrypted: Some(true), protocol: "https", known };
    }
    let why = "the document does not say where clients reach it: any network is taken";
    let known = Known::new(Origin::Guessed, why).at(model.contract.base_path_span);
    Direct { is_encrypted: None, protocol: "unknown", known }
}

/// By what a URL is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoken {
    Plain,
    Encrypted,
    Unknown,
}

/// What a URL says of an API's place.
struct Place {
    spoken: Spoken,
    /// It names a host, and that is not the reader's own.
    is_elsewhere: bool,
}

impl Place {
    fn of(url: &str) -> Self {
        // A path is relative to wherever the document was read.
        let Some((scheme, rest)) = url.trim().split_once("//") else {
            return Self { spoken: Spoken::Unknown, is_elsewhere: false };
        };
        let spoken = match scheme.to_ascii_lowercase().as_str() {
            "http:" | "ws:" => Spoken::Plain,
            "https:" | "wss:" => Spoken::Encrypted,
            _ => Spoken::Unknown,
        };
        let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let name = match host.strip_prefix('[') {
            Some(inside) => inside.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        Self { spoken, is_elsewhere: !name.is_empty() && !is_loopback(name) }
    }
}

/// A name that only begins like such an address is somebody else's.
fn is_loopback(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_own = |ip: IpAddr| ip.to_canonical().is_loopback() || ip.is_unspecified();
    name == "localhost" || name.ends_with(".localhost") || name.parse().is_ok_and(is_own)
}
