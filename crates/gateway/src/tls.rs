//! TLS, towards clients and towards APIs.

mod certificate;
mod client;
mod clients;
mod obtained;
mod server;

pub(crate) use certificate::Certificate;
pub(crate) use client::ConnectFault;
pub use client::{ClientTls, RootsFault};
pub use clients::{ClientIssuers, ClientIssuersFault};
pub use obtained::Obtained;
pub(crate) use server::Hello;
pub use server::{ServerTls, TlsFault};

/// The names of protocols that are agreed on (ALPN, RFC 7301).
const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";
