//! HTTP with a certificate authority: inside TLS, with one host, bounded in everything.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, HOST, USER_AGENT};
use http::uri::Scheme;
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt as _, Limited};
use hyper_util::rt::TokioIo;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Bytes of an answer's body: a chain of certificates has a few thousand.
const BODY_BYTES_MAX: usize = 256 << 10;
/// Bytes of an answer's head, and its fields.
const HEAD_BYTES_MAX: usize = 16 << 10;
const FIELDS_MAX: usize = 64;
/// Requests of one attempt: two for each name, a dozen beside them, and some to see how it goes.
const REQUESTS_MAX: u32 = 500;

const HTTPS_PORT: u16 = 443;

/// Why a request to an authority has no answer.
#[derive(Debug)]
pub(crate) enum ExchangeFault {
    /// A URL that is not `https`, or leads to another host than the directory's.
    Elsewhere,
    /// It cannot be reached.
    Network(std::io::Error),
    /// What comes is no HTTP/1.1, or no body within the bound.
    Answer(Box<dyn std::error::Error + Send + Sync>),
    /// It takes too long.
    TooSlow(Duration),
    /// There were too many requests before.
    TooMany,
}

impl std::fmt::Display for ExchangeFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Elsewhere => {
                f.write_str("it names a URL that is not `https`, or of another host than its own")
            }
            Self::Network(error) => write!(f, "it cannot be reached: {error}"),
            Self::Answer(error) => write!(f, "its answer cannot be read: {error}"),
            Self::TooSlow(limit) => {
                write!(f, "it does not answer within {:.1} s", limit.as_secs_f32())
            }
            Self::TooMany => write!(f, "it is not done after {REQUESTS_MAX} requests"),
        }
    }
}

impl std::error::Error for ExchangeFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Network(error) => Some(error),
            Self::Answer(error) => Some(&**error),
            _ => None,
        }
    }
}

/// Requests to the host of a directory, a connection each.
#[derive(Debug, Clone)]
pub(crate) struct Https {
    trust: Arc<ClientConfig>,
    authority: String,
    sent: Arc<AtomicU32>,
    limit: Duration,
}

impl Https {
    /// To this host (and port), each within a time. Counts from none.
    pub(crate) fn new(trust: Arc<ClientConfig>, authority: &str, limit: Duration) -> Self {
        Self { trust, authority: authority.to_owned(), sent: Arc::default(), limit }
    }

    async fn bounded(self, request: Request<BodyWrapper<Bytes>>) -> Result<BytesResponse, Error> {
        let fault = if self.sent.fetch_add(1, Ordering::Relaxed) >= REQUESTS_MAX {
            ExchangeFault::TooMany
        } else {
            match tokio::time::timeout(self.limit, self.exchange(request)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(fault)) => fault,
                Err(_) => ExchangeFault::TooSlow(self.limit),
            }
        };
        Err(Error::Other(Box::new(fault)))
    }

    async fn exchange(
        &self,
        mut request: Request<BodyWrapper<Bytes>>,
    ) -> Result<BytesResponse, ExchangeFault> {
        let (host, port) = self.place(request.uri()).ok_or(ExchangeFault::Elsewhere)?;
        let name = ServerName::try_from(host.clone()).map_err(|_| ExchangeFault::Elsewhere)?;
        address(&mut request, &self.authority).ok_or(ExchangeFault::Elsewhere)?;
        let stream = TcpStream::connect((host, port)).await.map_err(ExchangeFault::Network)?;
        let stream = TlsConnector::from(self.trust.clone()).connect(name, stream).await;
        let stream = TokioIo::new(stream.map_err(ExchangeFault::Network)?);
        let answer = |error: hyper::Error| ExchangeFault::Answer(Box::new(error));
        let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
            .max_buf_size(HEAD_BYTES_MAX)
            .max_headers(FIELDS_MAX)
            .handshake(stream)
            .await
            .map_err(answer)?;
        let mut asked = pin!(async move {
            let (parts, body) = sender.send_request(request).await.map_err(answer)?.into_parts();
            let body = Limited::new(body, BODY_BYTES_MAX).collect().await;
            let body = body.map_err(ExchangeFault::Answer)?.to_bytes();
            Ok(BytesResponse { parts, body: Box::new(body) })
        });
        // The connection may end before its last bytes are taken up.
        tokio::select! {
            answer = &mut asked => return answer,
            _ = connection => {}
        }
        asked.await
    }

    /// Host and port of a URL, if they are the directory's.
    fn place(&self, url: &Uri) -> Option<(String, u16)> {
        let of = url.authority()?;
        let known: http::uri::Authority = self.authority.parse().ok()?;
        let port = |one: &http::uri::Authority| one.port_u16().unwrap_or(HTTPS_PORT);
        let is_same = url.scheme() == Some(&Scheme::HTTPS)
            && !of.as_str().contains('@')
            && of.host().eq_ignore_ascii_case(known.host())
            && port(of) == port(&known);
        let host = of.host().trim_start_matches('[').trim_end_matches(']');
        is_same.then(|| (host.to_owned(), port(of)))
    }
}

/// Addresses a request as it goes on a connection of its own (RFC 9112 section 3.2.1).
fn address(request: &mut Request<BodyWrapper<Bytes>>, authority: &str) -> Option<()> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse().ok()?;
    let fields = request.headers_mut();
    fields.insert(HOST, HeaderValue::from_str(authority).ok()?);
    fields.insert(CONNECTION, HeaderValue::from_static("close"));
    let agent = concat!("portcullis/", env!("CARGO_PKG_VERSION"), " (instant-acme)");
    fields.insert(USER_AGENT, HeaderValue::from_static(agent));
    Some(())
}

impl HttpClient for Https {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        Box::pin(self.clone().bounded(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_directorys_own_host_is_spoken_to_and_only_inside_tls() {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let trust = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let https = Https::new(Arc::new(trust), "ca.example", Duration::from_secs(1));
        let place = |url: &str| https.place(&url.parse().unwrap());
        let same = Some(("ca.example".to_owned(), 443));
        assert_eq!(place("https://ca.example/order/1"), same);
        assert_eq!(place("https://CA.example:443/order/1").map(|(_, port)| port), Some(443));
        for elsewhere in [
            "http://ca.example/order/1",
            "https://ca.example:8443/order/1",
            "https://127.0.0.1/order/1",
            "https://ca.example@127.0.0.1/",
            "https://user@ca.example/",
            "/order/1",
        ] {
            assert_eq!(place(elsewhere), None, "{elsewhere}");
        }
    }
}
