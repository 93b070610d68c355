//! The API's side: connections to its instances, and exchanges on them.
//!
//! A request is sent in one piece, because it was checked whole; an answer is read as strictly as a
//! request.

mod http1;
mod http2;
mod idle;
mod place;
mod streaming;

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use portcullis_policy::{Instance, Limits};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::head::AnswerHead;
use crate::instances::Health;
use crate::stream::Stream;
use crate::tls::{ClientTls, ConnectFault};
use crate::wire::WireFault;
pub(crate) use streaming::Streaming;

/// A head of the API, at most.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// Interim answers (1xx) before the real one.
const INTERIM_MAX: usize = 8;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpstreamFault {
    /// Nothing was read that shows the API where the request comes from.
    Unproved,
    /// No connection.
    Connect(io::ErrorKind),
    /// It would lead back to the gateway.
    Itself,
    /// A connection that nobody can vouch for: its certificate is not believed.
    Certificate,
    /// No TLS, where TLS is to be spoken.
    Handshake,
    /// Inside TLS, and not in HTTP/2.
    NotHttp2,
    /// Not in time.
    TimedOut,
    /// The connection ended or failed before the first byte of an answer.
    Unanswered,
    /// The connection ended or failed before the answer was whole.
    Cut,
    /// Not HTTP, or with two readings.
    Malformed(&'static str),
    /// Larger than `answer_bytes`.
    TooLarge,
    /// All requests together hold too much.
    NoBudget,
}

impl From<ConnectFault> for UpstreamFault {
    fn from(fault: ConnectFault) -> Self {
        match fault {
            ConnectFault::Certificate => Self::Certificate,
            ConnectFault::Handshake => Self::Handshake,
            ConnectFault::NotHttp2 => Self::NotHttp2,
            ConnectFault::Io(kind) => Self::Connect(kind),
        }
    }
}

impl UpstreamFault {
    /// Whether it is certain that nothing of the request was sent.
    pub(crate) const fn is_unsent(self) -> bool {
        matches!(
            self,
            Self::Unproved
                | Self::Connect(_)
                | Self::Itself
                | Self::Certificate
                | Self::Handshake
                | Self::NotHttp2
        )
    }

    pub(crate) fn detail(self) -> String {
        match self {
            Self::Unproved => {
                "what shows the API that a request comes through the gateway was not read".to_owned()
            }
            Self::Connect(kind) => format!("the API does not take a connection: {kind}"),
            Self::Certificate => {
                "the API's certificate is not believed: not from `upstream_ca`, for another name, or \
                 out of date"
                    .to_owned()
            }
            Self::Itself => "the API's address leads back to the gateway itself".to_owned(),
            Self::Handshake => {
                "the API does not speak TLS, or none that is safe: is `https` in `upstream` right?"
                    .to_owned()
            }
            Self::NotHttp2 => {
                "the API does not agree on HTTP/2: leave out `upstream_http: \"2\"`".to_owned()
            }
            Self::TimedOut => "the API did not answer in time".to_owned(),
            Self::Unanswered => "the API ended the connection without an answer".to_owned(),
            Self::Cut => "the API ended the connection before its answer was whole".to_owned(),
            Self::Malformed(why) => format!("the API's answer has no single reading: {why}"),
            Self::TooLarge => "the API's answer is above `limits: { answer_bytes }`".to_owned(),
            Self::NoBudget => "no room in `limits: { buffered_bytes }` for the answer".to_owned(),
        }
    }
}

const fn read_fault(fault: WireFault) -> UpstreamFault {
    match fault {
        WireFault::Closed | WireFault::Cut | WireFault::Io(_) => UpstreamFault::Cut,
        WireFault::TimedOut | WireFault::Idle | WireFault::TooSlow => UpstreamFault::TimedOut,
        WireFault::TooLarge => UpstreamFault::TooLarge,
        WireFault::Syntax => UpstreamFault::Malformed("chunks"),
        WireFault::NoBudget => UpstreamFault::NoBudget,
    }
}

/// Why an exchange on one connection failed; the flag says that the API did not begin to answer.
type Failed = (UpstreamFault, bool);

const fn told((fault, is_clean): Failed) -> UpstreamFault {
    match fault {
        UpstreamFault::Cut if is_clean => UpstreamFault::Unanswered,
        fault => fault,
    }
}

/// A request on its way to the API: the bytes of HTTP/1.1, and what they must be known by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outgoing<'r> {
    /// Head and body.
    pub(crate) bytes: &'r [u8],
    /// The method is HEAD.
    pub(crate) is_head: bool,
    /// It only reads, so that a kept connection that turns out to be dead may be replaced once.
    pub(crate) is_repeatable: bool,
    /// The connection may become one of another protocol.
    pub(crate) may_upgrade: bool,
    /// When it ends.
    pub(crate) deadline: Instant,
}

/// The connections of one worker to one instance of an API.
#[derive(Debug)]
pub(crate) struct Pool {
    target: Target,
    kind: Kind,
    health: Arc<Health>,
}

#[derive(Debug)]
enum Kind {
    Http1(http1::Connections),
    Http2(http2::Connections),
}

impl Pool {
    /// `tls` opens connections where the instance is spoken to inside TLS.
    pub(crate) fn new(
        instance: Instance,
        tls: Option<ClientTls>,
        health: Arc<Health>,
        own: Arc<[SocketAddr]>,
    ) -> Rc<Self> {
        let kind = if instance.is_http2 {
            Kind::Http2(http2::Connections::default())
        } else {
            Kind::Http1(http1::Connections::default())
        };
        Rc::new(Self { target: Target { instance, tls, own }, kind, health })
    }

    /// How it is, to all workers.
    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// Where it leads.
    pub(crate) const fn target(&self) -> &Instance {
        &self.target.instance
    }

    pub(crate) const fn tls(&self) -> Option<&ClientTls> {
        self.target.tls.as_ref()
    }

    /// Sends a whole request and reads the head of its answer.
    pub(crate) async fn exchange(
        &self,
        request: Outgoing<'_>,
        limits: &Limits,
    ) -> Result<(AnswerHead, Streaming), UpstreamFault> {
        match &self.kind {
            Kind::Http1(connections) => connections.exchange(&self.target, request, limits).await,
            Kind::Http2(connections) => connections.exchange(&self.target, request, limits).await,
        }
    }
}

/// Where connections lead, and how they are opened.
#[derive(Debug)]
struct Target {
    instance: Instance,
    tls: Option<ClientTls>,
    /// Where the gateway itself listens.
    own: Arc<[SocketAddr]>,
}

impl Target {
    /// Whether a connection leads back to the gateway: a name or another spelling of its address may
    /// (rule 34), and each request would become another one. Whoever listens everywhere listens at every
    /// loopback address, and is reached there from another one: Debian's `127.0.1.1` from `127.0.0.1`.
    fn leads_back(&self, stream: &TcpStream) -> bool {
        let (Ok(there), Ok(here)) = (stream.peer_addr(), stream.local_addr()) else { return false };
        let (there_ip, here_ip) = (there.ip().to_canonical(), here.ip().to_canonical());
        self.own.iter().any(|own| {
            let ip = own.ip().to_canonical();
            let is_this_host = there_ip == here_ip || there_ip.is_loopback();
            let is_ours = ip == there_ip || ip.is_unspecified() && is_this_host;
            own.port() == there.port() && is_ours
        })
    }

    /// A new connection, its handshake included, within `connect_timeout`.
    async fn connect(&self, limits: &Limits) -> Result<Stream, UpstreamFault> {
        let connected = timeout(limits.connect_timeout, self.open()).await;
        connected.unwrap_or(Err(UpstreamFault::Connect(io::ErrorKind::TimedOut)))
    }

    async fn open(&self) -> Result<Stream, UpstreamFault> {
        let Instance { host, port, is_tls, is_http2, .. } = &self.instance;
        let address = (host.trim_start_matches('[').trim_end_matches(']'), *port);
        let stream = TcpStream::connect(address).await;
        let stream = stream.map_err(|error| UpstreamFault::Connect(error.kind()))?;
        if self.leads_back(&stream) {
            return Err(UpstreamFault::Itself);
        }
        // Without it a small request waits for the last one's acknowledgement; a socket that
        // refuses the option still works.
        let _ = stream.set_nodelay(true);
        if !is_tls {
            return Ok(Stream::Plain(stream));
        }
        // Nobody said whom to believe: then nobody is.
        let tls = self.tls.as_ref().ok_or(UpstreamFault::Certificate)?;
        let stream = tls.connect(host, *is_http2, stream).await?;
        Ok(Stream::Tls(Box::new(stream)))
    }
}

#[cfg(test)]
mod tests {
    use portcullis_policy::InstanceTls;

    use super::*;

    #[tokio::test]
    async fn who_listens_everywhere_is_reached_at_every_loopback_address() {
        let everywhere = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
        let own = everywhere.local_addr().unwrap();
        for (host, port, leads_back) in [
            ("127.0.0.1", own.port(), true),
            ("127.0.1.1", own.port(), true),
            ("127.0.1.1", own.port().wrapping_add(1), false),
        ] {
            let (host, tls) = (host.to_owned(), InstanceTls::default());
            let instance = Instance { host, port: own.port(), is_tls: false, is_http2: false, tls };
            let own = Arc::new([SocketAddr::new(own.ip(), port)]);
            let target = Target { instance, tls: None, own };
            let opened = target.open().await.map(drop);
            let expected = if leads_back { Err(UpstreamFault::Itself) } else { Ok(()) };
            assert_eq!(opened, expected, "{}", target.instance);
        }
    }
}
