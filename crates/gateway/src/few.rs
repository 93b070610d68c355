//! Listeners beside the gateway's own, each for a few connections that end soon.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long it rests where the system gives no connection.
const REST: Duration = Duration::from_millis(10);

/// How many, and how long each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Few {
    /// Connections at a time. One more ends the oldest: whoever asks and waits is served at once, so those that stay are
    /// of somebody who wants to keep others out.
    pub(crate) connections: usize,
    /// From a connection to its end.
    pub(crate) time: Duration,
}

/// Serves each connection until the sign comes, and hands over those that are under way then.
pub(crate) async fn serve<F>(
    listener: TcpListener,
    few: Few,
    mut end: watch::Receiver<bool>,
    answer: impl Fn(TcpStream, SocketAddr) -> F,
) -> VecDeque<JoinHandle<()>>
where
    F: Future + 'static,
{
    let mut connections: VecDeque<JoinHandle<()>> = VecDeque::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = end.changed() => return connections,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(REST).await;
            continue;
        };
        connections.retain(|connection| !connection.is_finished());
        if connections.len() >= few.connections
            && let Some(oldest) = connections.pop_front()
        {
            oldest.abort();
        }
        let answered = answer(stream, peer);
        connections.push_back(tokio::task::spawn_local(async move {
            // Whatever comes of it, the connection ends.
            let _ = timeout(few.time, answered).await;
        }));
    }
}
