//! HTTP/1.1 towards clients: requests one after another, each walked through the rooms (RFC 9112).

use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::time::{timeout, timeout_at};

use super::http2::{self, PREFACE};
use super::read::read;
use super::{END, chosen, entry, tunnel, walked};
use crate::answer::{Answer, Body, Framing};
use crate::body::{BodyReader, BodyRules};
use crate::head::Length;
use crate::incoming::Incoming;
use crate::login::Watched;
use crate::path::{self, Cleared, Closing, Context, Exit, Request};
use crate::sender::Peer;
use crate::stream::Stream;
use crate::upstream::Streaming;
use crate::wire::Wire;
use crate::worker::Worker;

/// How long a connection that ends badly is read on, so that its last answer arrives.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES_MAX: usize = 256 << 10;

/// Serves one connection until it ends.
pub(super) async fn serve(worker: &Rc<Worker>, stream: Stream, peer: &Peer) {
    let mut wire = Wire::new(stream);
    let mut drain = worker.shared.drain.signal();
    let mut is_first = true;
    loop {
        let (idle_timeout, head_timeout) = {
            let site = worker.site();
            (site.limits().idle_timeout, site.limits().head_timeout)
        };
        tokio::select! {
            rested = timeout(idle_timeout, wire.rest()) => {
                if !matches!(rested, Ok(Ok(()))) { break }
            }
            _ = drain.changed() => break,
        }
        // Inside TLS the protocol was agreed on; in the clear a client may know before.
        let is_http2 = std::mem::take(&mut is_first)
            && !wire.is_tls()
            && tokio::select! {
                is_it = wire.begins_with(PREFACE, Instant::now() + head_timeout) => is_it,
                _ = drain.changed() => break,
            };
        if is_http2 {
            return Box::pin(http2::serve(worker, wire, Rc::new(peer.clone()))).await;
        }
        // Boxed, so that a connection that rests does not hold the room that a walk takes.
        match Box::pin(one(worker, &mut wire, peer)).await {
            Next::Request if !worker.shared.drain.has_begun() => {}
            Next::Request | Next::Close => break,
            Next::Linger => return linger(wire).await,
        }
    }
    if wire.is_tls() {
        // Nobody waits for it, and nothing hangs on it: a client that has left does not read it.
        let _ = timeout(END, wire.end()).await;
    }
}

/// What follows a request on its connection.
enum Next {
    Request,
    Close,
    /// Close, but let the client read the answer although it still sends.
    Linger,
}

/// Reads on what comes and forgets it, so that a client that still sends reads its answer.
pub(crate) async fn linger(mut wire: Wire) {
    let drain = async {
        wire.end().await.ok()?;
        let rules = BodyRules {
            bytes_max: LINGER_BYTES_MAX,
            idle: None,
            rate_min: 0,
            deadline: Instant::now() + LINGER,
        };
        let mut reader = BodyReader::new(Length::UntilClose);
        let mut sink = Vec::new();
        let mut read = 0;
        while !reader.is_done() && read < LINGER_BYTES_MAX {
            reader.next(&mut wire, &rules, &mut sink).await.ok()?;
            read += sink.len();
            sink.clear();
        }
        Some(())
    };
    // Whatever happens, the connection ends here.
    let _ = timeout(LINGER, drain).await;
}

/// One request: its head, the walk, the answer.
async fn one(worker: &Rc<Worker>, wire: &mut Wire, peer: &Peer) -> Next {
    let shared = &worker.shared;
    let site = worker.site();
    let limits = site.limits();
    let Some(head) = read(wire, limits).await else { return Next::Close };
    let _busy = peer.busy();
    shared.counts.requests.fetch_add(1, Ordering::Relaxed);
    // Taken only now: whoever sends a head slowly is not judged by what was in force before.
    let site = worker.site();
    let (plan, is_claimed) = chosen(&site, head.as_ref().ok(), peer);
    let http = if head.as_ref().is_ok_and(|head| head.is_http10) { "1.0" } else { "1.1" };
    let entry = entry(worker, plan, peer, http);
    let mut context = Context::new(plan, worker, entry);
    match head {
        Ok(head) => {
            let asked = Request::new(head, peer.clone(), is_claimed);
            request(worker, wire, asked, context).await
        }
        Err(bad) => {
            context.probe_unfinished(wire.unfinished());
            let exit = Exit::Refused(bad.refusal(limits));
            let framing = Framing { keep_alive: false, is_http10: false, is_head: false };
            finish(worker, wire, context, Err(exit), framing).await;
            Next::Linger
        }
    }
}

async fn request(
    worker: &Rc<Worker>,
    wire: &mut Wire,
    request: Request,
    mut context: Context<'_>,
) -> Next {
    let shared = &worker.shared;
    let head = request.head();
    let mut framing = Framing {
        keep_alive: head.keep_alive && !shared.drain.has_begun(),
        is_http10: head.is_http10,
        is_head: head.method == Some(portcullis_model::Method::Head),
    };
    context.begin(head);
    let mut incoming = Incoming::http1(head, wire);
    let outcome = walked(request, &mut incoming, &mut context).await;
    let is_body_read = incoming.is_over();
    framing.keep_alive &= is_body_read;
    match finish(worker, wire, context, outcome, framing).await {
        true if framing.keep_alive => Next::Request,
        true if !is_body_read => Next::Linger,
        _ => Next::Close,
    }
}

/// The edge: the one place where an answer is made and a record is closed. True if the whole
/// answer was written.
async fn finish(
    worker: &Worker,
    wire: &mut Wire,
    context: Context<'_>,
    outcome: Result<Cleared, Exit>,
    framing: Framing,
) -> bool {
    let until = context.answer_deadline(Instant::now()).into();
    let within = context.plan.limits.idle_timeout;
    let (mut answer, closing) = path::close(outcome, context);
    let bytes = answer.body_bytes();
    let out = assemble(worker, &answer, &closing, framing);
    // A client that does not read its answer holds a connection, nothing else; not for ever.
    let is_written = matches!(timeout_at(until, wire.write(&out)).await, Ok(Ok(())));
    drop(out);
    if let Body::Upgraded(streaming) = &mut answer.body {
        let carried = if is_written { upgraded(worker, wire, streaming).await } else { 0 };
        closing.record(answer.status, carried, is_written);
        return false;
    }
    let is_streamed = is_written && stream(wire, &mut answer, framing, within).await;
    closing.record(answer.status, bytes, is_written && is_streamed);
    is_written && is_streamed && !(framing.is_http10 && matches!(answer.body, Body::Streaming(_)))
}

/// The bytes of an answer: all of it, or all but a streaming body.
fn assemble(worker: &Worker, answer: &Answer, closing: &Closing, framing: Framing) -> Vec<u8> {
    let date = worker.date(closing.time());
    let mut out = Vec::new();
    answer.write(&closing.edge(answer, &date), framing, &mut out);
    out
}

/// Carries what is said in a WebSocket, until it is over; bytes that went to the client.
async fn upgraded(worker: &Worker, wire: &mut Wire, streaming: &mut Streaming) -> u64 {
    let silence = worker.site().limits().stream_idle_timeout;
    let mut drain = worker.shared.drain.signal();
    let ended = streaming.watched().map(Watched::ended);
    let Some(api) = streaming.wire() else { return 0 };
    let goes = async {
        let ended = async {
            match ended {
                Some(ended) => ended.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // Its sender lives as long as the gateway.
            _ = drain.changed() => {}
            () = ended => {}
        }
    };
    let carried = Box::pin(tunnel::carry(wire, api, silence, goes)).await;
    streaming.came(carried.to_client.saturating_add(carried.to_api));
    carried.to_client
}

/// Writes a streaming body, piece by piece as it comes. Each piece must be taken `within` a time.
async fn stream(wire: &mut Wire, answer: &mut Answer, framing: Framing, within: Duration) -> bool {
    // An answer to HEAD ends with its head; what the API still sends goes with its connection.
    if framing.is_head {
        return true;
    }
    let Body::Streaming(streaming) = &mut answer.body else {
        return true;
    };
    let mut piece = Vec::new();
    let mut framed = Vec::new();
    loop {
        piece.clear();
        framed.clear();
        // An API may be silent for long; a client that has left must not hold its place meanwhile.
        let is_read = tokio::select! {
            biased;
            read = streaming.next(&mut piece) => read.is_ok(),
            () = wire.gone() => false,
        };
        if !is_read {
            return false;
        }
        if framing.is_http10 {
            framed.extend_from_slice(&piece);
        } else {
            framed.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            framed.extend_from_slice(&piece);
            framed.extend_from_slice(b"\r\n");
        }
        if !matches!(timeout(within, wire.write(&framed)).await, Ok(Ok(()))) {
            return false;
        }
        if piece.is_empty() {
            break;
        }
    }
    if let Body::Streaming(streaming) = std::mem::replace(&mut answer.body, Body::Nothing) {
        streaming.give_back();
    }
    true
}
