//! The sample API alone, at the address that is named: `cargo run -p portcullis-sample --example serve 127.0.0.1:3000`.
//! It serves until it is ended. It is vulnerable on purpose, so it listens on loopback alone.

use std::io;
use std::net::SocketAddr;

use portcullis_sample::Sample;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_default();
    let address: SocketAddr = address.parse().map_err(io::Error::other)?;
    if !address.ip().is_loopback() {
        return Err(io::Error::other("only loopback: whoever reaches this API owns it"));
    }
    let running = Sample::start(TcpListener::bind(address).await?).await?;
    std::future::pending::<()>().await;
    running.stop().await;
    Ok(())
}
