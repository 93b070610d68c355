//! One client that sends one kind of flood, for `cargo xtask endure floods`:
//! `flood ADDRESS KIND SECONDS`, loopback only. A connection that is cut off is opened again until
//! the time is over. Says how many bytes were sent over how many connections, when the first was
//! cut off, and the processor time that it took.

#![expect(clippy::print_stdout, reason = "a program for `cargo xtask endure`")]

mod careless;
mod frames;
mod kinds;

use std::cell::Cell;
use std::error::Error;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep_until, timeout_at};
use tokio_rustls::TlsConnector;

use kinds::{Flood, Inside};

/// A flood lasts no longer, whatever is asked.
const SECONDS_MAX: u64 = 10;
/// Connections that one flood opens.
const CONNECTIONS_MAX: u64 = 1_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, kind, seconds] = arguments.as_slice() else {
        return Err("flood ADDRESS KIND SECONDS".into());
    };
    let address: SocketAddr = address.parse()?;
    if !address.ip().is_loopback() {
        return Err("loopback only".into());
    }
    let client = careless::client(kind == "tls_full")?;
    let flood = kinds::kind(kind, &client)?;
    let seconds = seconds.parse::<u64>()?.min(SECONDS_MAX);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let before = processor_micros()?;
    let sent = tokio::task::LocalSet::new().block_on(&runtime, async {
        let until = Instant::now() + Duration::from_secs(seconds);
        send(address, &flood, client, until).await
    });
    println!("micros:{}", processor_micros()? - before);
    println!("bytes:{}", sent.bytes);
    println!("connections:{}", sent.connections);
    if let Some(cut) = sent.first_cut {
        println!("cut:{}", cut.as_millis());
    }
    Ok(())
}

/// What was sent.
#[derive(Default)]
struct Sent {
    bytes: u64,
    connections: u64,
    /// How long the first connection lived that was cut off.
    first_cut: Option<Duration>,
}

async fn send(
    address: SocketAddr,
    flood: &Flood,
    client: Arc<ClientConfig>,
    until: Instant,
) -> Sent {
    let connector = TlsConnector::from(client);
    let mut sent = Sent::default();
    while Instant::now() < until && sent.connections < CONNECTIONS_MAX {
        sent.connections += 1;
        let begun = Instant::now();
        let one = one(address, flood, &connector, &mut sent.bytes, until);
        let is_cut = timeout_at(until.into(), one).await.is_ok();
        if is_cut && sent.first_cut.is_none() && flood.is_cut_off() {
            sent.first_cut = Some(begun.elapsed());
        }
    }
    sent
}

/// One connection, until it ends. How it ends does not matter.
async fn one(
    address: SocketAddr,
    flood: &Flood,
    connector: &TlsConnector,
    bytes: &mut u64,
    until: Instant,
) -> Option<()> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    match flood.inside {
        Inside::Plain => pour(stream, flood, bytes, until).await,
        Inside::Hello => {
            for piece in &flood.pieces {
                stream.write_all(piece).await.ok()?;
                *bytes += piece.len() as u64;
            }
            Some(())
        }
        Inside::Tls => {
            let name = ServerName::try_from("localhost").ok()?;
            let stream = connector.connect(name, stream).await.ok()?;
            // About what a handshake takes.
            *bytes += 600;
            pour(stream, flood, bytes, until).await
        }
    }
}

/// Sends the pieces, over and over if they are endless, and takes what is answered unless it stalls.
async fn pour<S: AsyncRead + AsyncWrite + 'static>(
    stream: S,
    flood: &Flood,
    bytes: &mut u64,
    until: Instant,
) -> Option<()> {
    if flood.pieces.is_empty() {
        return Some(());
    }
    let (mut read, mut write) = tokio::io::split(stream);
    let is_over = Rc::new(Cell::new(false));
    let seen = is_over.clone();
    let takes = flood.takes_answers;
    let reader = tokio::task::spawn_local(async move {
        let mut piece = vec![0; 64 << 10];
        while takes && matches!(read.read(&mut piece).await, Ok(1..)) {}
        seen.set(takes);
        read
    });
    let endless = flood.pieces.last().filter(|_| flood.is_endless);
    let pieces = flood.pieces.iter().chain(std::iter::repeat_with(|| endless).map_while(|one| one));
    for piece in pieces {
        if is_over.get() || write.write_all(piece).await.is_err() {
            break;
        }
        *bytes += piece.len() as u64;
        // Whoever always may write would never read.
        tokio::task::yield_now().await;
    }
    if !flood.is_endless && !is_over.get() {
        let _ = write.flush().await;
        if takes {
            let _ = reader.await;
        } else {
            sleep_until(until.into()).await;
        }
    } else {
        reader.abort();
    }
    Some(())
}

/// Processor time of this thread so far; the program has no other.
fn processor_micros() -> Result<u64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: u64 = text.split_whitespace().next().ok_or("schedstat is empty")?.parse()?;
    Ok(nanoseconds / 1000)
}
