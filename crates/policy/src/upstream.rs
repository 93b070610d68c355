//! Where an API is, and how it is spoken to.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use crate::source::SecretSource;

/// RFC 9110 section 4.2.
pub(crate) const HTTP_PORT: u16 = 80;
pub(crate) const HTTPS_PORT: u16 = 443;

/// Where the API is: one instance or several, all of them the same API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// The first instance.
    pub first: Instance,
    /// The other ones.
    pub others: Vec<Instance>,
    /// The path that stands before every path template; the base path, unless the URL has one.
    pub path: String,
    /// How each request shows that it comes through the gateway.
    pub proof: UpstreamProof,
}

/// What every request to an API carries, so that it can refuse whatever did not come through the gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpstreamProof {
    /// A text that the API knows.
    pub credential: Option<OwnCredential>,
    /// A signature over the request.
    pub signature: Option<OwnSignature>,
}

/// A text that API and gateway share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCredential {
    /// The header field that carries it, in lower case.
    pub header: Arc<str>,
    /// Where it lies.
    pub value: SecretSource,
}

/// A signature over each request (RFC 9421, HMAC-SHA-256).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSignature {
    /// Where its key lies: 32 bytes of chance.
    pub key: SecretSource,
    /// The name by which the API finds the key.
    pub key_id: Arc<str>,
    /// The header fields that it covers where they are there, in lower case.
    pub covers: Vec<Arc<str>>,
}

/// Fields of a signature: no client's go on.
const OF_SIGNATURES: [&str; 3] = ["content-digest", "signature", "signature-input"];

impl UpstreamProof {
    /// Whether it asks for nothing.
    pub const fn is_empty(&self) -> bool {
        self.credential.is_none() && self.signature.is_none()
    }

    /// The names of the fields that carry it, in lower case.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        let of_signature = self.signature.iter().flat_map(|_| OF_SIGNATURES);
        self.credential.iter().map(|own| &*own.header).chain(of_signature)
    }

    /// What lies outside of the policy file.
    pub fn files(&self) -> impl Iterator<Item = &SecretSource> {
        let key = self.signature.iter().map(|own| &own.key);
        self.credential.iter().map(|own| &own.value).chain(key)
    }
}

/// One instance of an API, and how it is spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Instance {
    /// Host name or address, as in the URL; IPv6 in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Whether it is spoken to inside TLS (`https`).
    pub is_tls: bool,
    /// Whether it is spoken to in HTTP/2, not HTTP/1.1.
    pub is_http2: bool,
    /// Who both are, inside TLS.
    pub tls: InstanceTls,
}

/// How an instance and the gateway prove to each other who they are, inside TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct InstanceTls {
    /// Whom its certificate must come from (PEM), where that is none of those whom the system
    /// trusts.
    pub roots: Option<SecretSource>,
    /// What the gateway shows of itself, if it is asked.
    pub shows: Option<OwnCertificate>,
}

/// A certificate of the gateway's own, towards an API.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OwnCertificate {
    /// The certificate, and those behind it (PEM).
    pub certificate: SecretSource,
    /// Its private key (PEM).
    pub key: SecretSource,
}

impl InstanceTls {
    /// What lies outside of the policy file.
    pub fn files(&self) -> impl Iterator<Item = &SecretSource> {
        let shows = self.shows.iter().flat_map(|own| [&own.certificate, &own.key]);
        self.roots.iter().chain(shows)
    }
}

impl Upstream {
    /// All instances; the first one first.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl std::fmt::Display for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl Instance {
    /// One that is spoken to in HTTP/1.1 without TLS.
    pub fn plain(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            is_tls: false,
            is_http2: false,
            tls: InstanceTls::default(),
        }
    }

    /// `http` or `https`.
    pub const fn scheme(&self) -> &'static str {
        if self.is_tls { "https" } else { "http" }
    }

    /// Host and port as requests name them: a port that goes without saying is left out (RFC 9110
    /// section 4.2.3).
    pub fn authority(&self) -> String {
        if self.has_default_port() { self.host.clone() } else { self.to_string() }
    }

    /// Whether its port is the one of its scheme.
    pub const fn has_default_port(&self) -> bool {
        matches!((self.is_tls, self.port), (true, HTTPS_PORT) | (false, HTTP_PORT))
    }

    /// The address, where the host is one and not a name.
    pub fn address(&self) -> Option<IpAddr> {
        self.host.trim_matches(['[', ']']).parse().ok()
    }

    /// Whether requests to it stay on this host.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.address().is_some_and(|address| address.is_loopback())
    }

    /// Whether it is what listens on `listen`, as far as can be told without resolving names.
    pub(crate) fn is_listener(&self, listen: SocketAddr) -> bool {
        let listens_on_loopback = listen.ip().is_unspecified() || listen.ip().is_loopback();
        let is_same_host = match self.address() {
            Some(address) if address == listen.ip() => true,
            Some(address) if address.is_unspecified() => listens_on_loopback,
            Some(address) => listen.ip().is_unspecified() && address.is_loopback(),
            None => self.host == "localhost" && listens_on_loopback,
        };
        is_same_host && self.port == listen.port()
    }
}
