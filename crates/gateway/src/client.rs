//! A connection of a client, from its first byte to the protocol that it speaks.

mod http1;
mod http2;
mod read;
mod tunnel;

pub(crate) use http1::linger;
pub(crate) use read::read;

use std::future::poll_fn;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use portcullis_controls::Plan;
use portcullis_controls::resource_limits::Breach;
use portcullis_controls::transport_encryption::{self, Hop};
use portcullis_ledger::{Entry, Opening, Verdict};
use portcullis_model::Refusal;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::crowd::Mark;
use crate::head::{Essential, RequestHead};
use crate::incoming::Incoming;
use crate::path::{self, Cleared, Context, Exit, Request};
use crate::sender::Peer;
use crate::site::Site;
use crate::stream::Stream;
use crate::tls::{Hello, ServerTls};
use crate::wire::Wire;
use crate::worker::Worker;

/// How long the end of a connection may take.
const END: Duration = Duration::from_secs(1);

/// Serves one connection until it ends.
pub(crate) async fn serve(
    worker: &Rc<Worker>,
    stream: TcpStream,
    (address, mark): (SocketAddr, Arc<Mark>),
) {
    // The snapshot itself is not held: a connection may outlive many.
    let (tls, is_loopback) = {
        let site = worker.site();
        (site.tls().cloned(), site.listen().ip().is_loopback())
    };
    let Some(tls) = tls else {
        let hop = if is_loopback { Hop::Loopback } else { Hop::Plain };
        let peer = Peer::new(address, hop, mark);
        return http1::serve(worker, Stream::Plain(stream), &peer).await;
    };
    let mut drain = worker.shared.drain.signal();
    // Boxed, as all that a resting connection need not hold.
    let opened = tokio::select! {
        opened = Box::pin(open(worker, stream, &tls, Peer::new(address, Hop::PlainOnTls, mark))) => opened,
        _ = drain.changed() => return,
    };
    match opened {
        Some((stream, peer, true)) => {
            // Boxed, so that other connections do not hold the room that it takes.
            Box::pin(http2::serve(worker, Wire::new(stream), Rc::new(peer))).await;
        }
        Some((stream, peer, false)) => http1::serve(worker, stream, &peer).await,
        None => {}
    }
}

/// The handshake of a connection; the flag says whether HTTP/2 was agreed on. None: it has ended,
/// and is recorded, unless it was for a proof of whose a name is, or for nothing.
async fn open(
    worker: &Worker,
    stream: TcpStream,
    tls: &ServerTls,
    peer: Peer,
) -> Option<(Stream, Peer, bool)> {
    let site = worker.site();
    let limits = site.limits();
    let mut first = [0; 1];
    let peeked = timeout(limits.idle_timeout, stream.peek(&mut first)).await.ok()?.ok()?;
    if peeked == 0 {
        return None;
    }
    if !ServerTls::is_hello(first) {
        // It is answered in its own words, so that whoever forgot the `s` learns it.
        return Some((Stream::Plain(stream), peer, false));
    }
    let refusal = match timeout(limits.handshake_timeout, tls.accept(stream)).await {
        // A proof of whose a name is: nothing was asked.
        Ok(Ok(None)) => return None,
        Ok(Ok(Some((stream, hello)))) => {
            let Hello { version, server_name, is_http2, certificate } = hello;
            let tls = Some(version);
            let server_name = server_name.map(Arc::from);
            let certificate = certificate.map(Rc::new);
            let peer = Peer { hop: Hop::Tls, tls, server_name, certificate, ..peer };
            return Some((Stream::Tls(Box::new(stream)), peer, is_http2));
        }
        Ok(Err(error)) => transport_encryption::handshake(error.to_string()),
        Err(_) => Breach::HandshakeTimeout.refusal(limits),
    };
    never_opened(worker, site.first(), &peer, refusal);
    None
}

/// The record of a connection that never carried a request.
fn never_opened(worker: &Worker, plan: &Plan, peer: &Peer, refusal: Refusal) {
    let entry = entry(worker, plan, peer, "");
    if let Some(watch) = &worker.shared.watch {
        watch.refused(entry.request_id(), "a connection", &refusal);
    }
    entry.finish(Verdict::Refused, refusal.status, 0, Some(refusal), None);
}

/// The API of a request, and whether one claims its host. A connection that was opened for one API
/// carries no request for another (RFC 9110 section 7.4): whoever asked for the certificate of one
/// name gets nothing that stands behind another.
fn chosen<'s>(site: &'s Site, head: Option<&RequestHead>, peer: &Peer) -> (&'s Arc<Plan>, bool) {
    let Some(head) = head else { return (site.first(), true) };
    let of_host = site.choose(head.fields.first(Essential::Host), head.path());
    let is_claimed = of_host.is_some_and(|plan| match &peer.server_name {
        None => true,
        Some(name) => {
            site.choose(Some(name), head.path()).is_some_and(|named| Arc::ptr_eq(named, plan))
        }
    });
    (of_host.unwrap_or_else(|| site.first()), is_claimed)
}

/// Opens the record of a request; `http` is the version of the protocol.
fn entry(worker: &Worker, plan: &Plan, peer: &Peer, http: &'static str) -> Entry {
    let shared = &worker.shared;
    let now = shared.clock.now();
    let opening = Opening {
        request_id: worker.request_id(now),
        time: now,
        started: Instant::now(),
        model: plan.version.clone(),
        peer: peer.text.clone(),
        http,
        tls: peer.tls,
    };
    Entry::open(shared.ledger.clone(), opening)
}

/// Walks a request through the rooms; a panic in one of them is an exit.
async fn walked(
    request: Request,
    incoming: &mut Incoming<'_>,
    context: &mut Context<'_>,
) -> Result<Cleared, Exit> {
    let counts = &context.worker.shared.counts;
    let outcome = caught(std::pin::pin!(path::walk(request, incoming, context))).await;
    outcome.unwrap_or_else(|()| {
        counts.panics.fetch_add(1, Ordering::Relaxed);
        Err(Exit::panicked())
    })
}

/// Runs a walk; a panic in a room is an `Err`.
async fn caught<T>(mut walk: Pin<&mut impl Future<Output = T>>) -> Result<T, ()> {
    poll_fn(move |cx| match catch_unwind(AssertUnwindSafe(|| walk.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Ok),
        Err(_) => std::task::Poll::Ready(Err(())),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_in_a_room_is_caught() {
        let room = async {
            tokio::task::yield_now().await;
            assert!(std::hint::black_box(false), "as a room might");
        };
        assert_eq!(caught(std::pin::pin!(room)).await, Err(()));
        assert_eq!(caught(std::pin::pin!(async { 7 })).await, Ok(7));
        assert!(matches!(Exit::panicked(), Exit::Failed { status, .. } if status.0 == 500));
    }
}
