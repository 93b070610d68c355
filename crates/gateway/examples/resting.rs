//! Connections that rest inside TLS, for measuring what each of them holds:
//! `resting ADDRESS COUNT PROTOCOL CERTIFICATE`. Each asks once for `/items/7`, then rests until
//! standard input ends. `PROTOCOL` is `http/1.1` or `h2`.

#![expect(clippy::print_stdout, reason = "a program for `cargo xtask bench`")]

use std::error::Error;
use std::io::Read as _;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// An answer has at least so many bytes.
const ANSWER_BYTES: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, count, protocol, certificate] = arguments.as_slice() else {
        return Err("resting ADDRESS COUNT PROTOCOL CERTIFICATE".into());
    };
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate)?)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let connector = TlsConnector::from(Arc::new(config));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let mut resting = Vec::new();
        for _ in 0..count.parse::<usize>()? {
            let stream = TcpStream::connect(address).await?;
            let stream = connector.connect(ServerName::try_from("localhost")?, stream).await?;
            if protocol == "h2" {
                ask_http2(stream).await?;
            } else {
                resting.push(ask(stream).await?);
            }
        }
        println!("resting");
        // The connections of HTTP/2 are tasks of their own: they go on while this one waits.
        tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0])).await??;
        Ok(())
    })
}

async fn ask(mut stream: TlsStream<TcpStream>) -> std::io::Result<TlsStream<TcpStream>> {
    stream.write_all(b"GET /items/7 HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
    stream.flush().await?;
    let mut read = 0;
    while read < ANSWER_BYTES {
        match stream.read(&mut [0; 4096]).await? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            more => read += more,
        }
    }
    Ok(stream)
}

async fn ask_http2(stream: TlsStream<TcpStream>) -> Result<(), Box<dyn Error>> {
    let (send, connection) = h2::client::handshake(stream).await?;
    tokio::task::spawn_local(connection);
    let mut send = send.ready().await?;
    let request = http::Request::get("https://localhost/items/7").body(())?;
    let mut body = send.send_request(request, true)?.0.await?.into_body();
    while let Some(piece) = body.data().await {
        body.flow_control().release_capacity(piece?.len())?;
    }
    // While it lives, the connection stays.
    std::mem::forget(send);
    Ok(())
}
