//! Who is at the other end: of the connection, and behind the proxies that stand in front.

use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;

use portcullis_controls::transport_encryption::Hop;

use crate::crowd::{Busy, Mark};
use crate::tls::Certificate;

/// The other end of a connection.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    pub(crate) text: Arc<str>,
    /// How its requests travel.
    pub(crate) hop: Hop,
    /// The version of TLS.
    pub(crate) tls: Option<&'static str>,
    /// The name that it asked for when the connection was opened (SNI).
    pub(crate) server_name: Option<Arc<str>>,
    /// The certificate that it showed when the connection was opened, and holds. Never from a header.
    pub(crate) certificate: Option<Rc<Certificate>>,
    /// The place of its connection.
    pub(crate) mark: Arc<Mark>,
}

impl Peer {
    /// One that speaks in the clear, this way.
    pub(crate) fn new(address: SocketAddr, hop: Hop, mark: Arc<Mark>) -> Self {
        let address = address.ip().to_canonical();
        let text = address.to_string().into();
        Self { address, text, hop, tls: None, server_name: None, certificate: None, mark }
    }

    /// A request of its begins.
    pub(crate) fn busy(&self) -> Busy {
        self.mark.busy()
    }
}

/// Who sent a request, as far as addresses go.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    /// The peer's address; behind trusted proxies, that of their client.
    pub(crate) client: Arc<str>,
    /// The client's own address; none where it is not known for certain, as behind a proxy of whom the
    /// policy says nothing. What is counted by address is then not counted (rule 20).
    pub(crate) address: Option<IpAddr>,
    /// How the request travelled, as far as it is known.
    pub(crate) hop: Hop,
    /// Whether a trusted proxy sent it on.
    pub(crate) is_from_proxy: bool,
    /// The certificate of whoever sent it. That of a proxy is not its client's.
    pub(crate) certificate: Option<Rc<Certificate>>,
}

impl Sender {
    /// The peer itself.
    pub(crate) fn peer(peer: &Peer) -> Self {
        // Whatever ends TLS on this host asks for many.
        let address = (!peer.address.is_loopback()).then_some(peer.address);
        Self {
            client: peer.text.clone(),
            address,
            hop: peer.hop,
            is_from_proxy: false,
            certificate: peer.certificate.clone(),
        }
    }
}
