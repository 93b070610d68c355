//! Who is at the other end: of the connection, and behind the proxies that stand in front.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The other end of a connection.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    pub(crate) text: Arc<str>,
    pub(crate) is_tls: bool,
}

impl Peer {
    pub(crate) fn new(address: SocketAddr, is_tls: bool) -> Self {
        let address = address.ip().to_canonical();
        Self { address, text: address.to_string().into(), is_tls }
    }
}

/// Who sent a request, as far as addresses go.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    /// The peer's address; behind trusted proxies, that of their client.
    pub(crate) client: Arc<str>,
    /// Whether nobody could read it on the way: TLS ends here, or a trusted proxy ends it.
    pub(crate) is_protected: bool,
    /// Whether a trusted proxy sent it on.
    pub(crate) is_from_proxy: bool,
}

impl Sender {
    /// The peer itself.
    pub(crate) fn peer(peer: &Peer) -> Self {
        Self { client: peer.text.clone(), is_protected: peer.is_tls, is_from_proxy: false }
    }
}
