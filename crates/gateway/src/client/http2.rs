//! HTTP/2 towards clients (RFC 9113): every stream is one walk, and the connection only carries
//! limits.
//!
//! Frames, header compression and flow control are `h2`'s. What it lets a client do at our cost is
//! bounded here, and each bound is asserted by a test that attacks it.

mod meter;

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::server::{self, SendResponse};
use h2::{Reason, RecvStream, SendStream};
use http::Request as Message;
use portcullis_policy::Limits;
use tokio::sync::Notify;
use tokio::time::{timeout, timeout_at};

use meter::{Metered, Useful};

use super::{END, chosen, entry, walked};
use crate::answer::{Answer, Body};
use crate::head::RequestHead;
use crate::incoming::Incoming;
use crate::path::{self, Cleared, Closing, Context, Exit, Request};
use crate::sender::Peer;
use crate::wire::Wire;
use crate::worker::Worker;

/// Streams of one connection at a time. Browsers open a hundred at most.
const STREAMS_MAX: u32 = 100;
/// Bytes of one stream's body that may wait to be read (what RFC 9113 section 6.9.2 begins with).
const STREAM_WINDOW_BYTES: u32 = 65_535;
/// Bytes of all streams' bodies that may wait to be read.
const CONNECTION_WINDOW_BYTES: u32 = 256 << 10;
/// Bytes of one answer that wait to be sent.
const SEND_BYTES_MAX: usize = 64 << 10;
/// Bytes of the table by which header fields are compressed (RFC 7541 section 4.2).
const TABLE_BYTES: u32 = 4 << 10;
/// Streams that a client may reset: so many, and one more for each two that it lets end. Clients
/// whose users navigate away reset some; an attack resets all (CVE-2023-44487).
const RESETS_MAX: u32 = 100;
/// Streams that a client resets before they are accepted.
const PENDING_RESETS_MAX: usize = 20;
/// Streams of one connection that may end by an error of the client.
const ERRORS_MAX: usize = 100;

/// What is read of a body after an answer that did not wait for it, and for how long.
const REST_BYTES_MAX: usize = 256 << 10;
const REST: Duration = Duration::from_secs(1);

/// What a client of HTTP/2 begins with (RFC 9113 section 3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What a connection counts.
#[derive(Debug, Default)]
struct Streams {
    under_way: Cell<u32>,
    ended: Cell<u32>,
    reset: Cell<u32>,
    /// Told when one is over: only then can the connection begin to rest.
    over: Notify,
    useful: Useful,
}

impl Streams {
    /// Whether a client resets more than a client would.
    fn is_flood(&self) -> bool {
        self.reset.get() > RESETS_MAX.saturating_add(self.ended.get() / 2)
    }

    fn begin(&self) {
        self.under_way.set(self.under_way.get() + 1);
    }

    fn end(&self, is_reset: bool) {
        self.under_way.set(self.under_way.get() - 1);
        let count = if is_reset { &self.reset } else { &self.ended };
        count.set(count.get().saturating_add(1));
        self.over.notify_one();
    }
}

/// Serves one connection until it ends.
pub(super) async fn serve(worker: &Rc<Worker>, wire: Wire, peer: Rc<Peer>) {
    let streams = Rc::new(Streams::default());
    let stream = Metered::new(wire, streams.useful.clone());
    let (builder, within) = {
        let site = worker.site();
        (builder(site.limits()), site.limits().head_timeout)
    };
    let mut drain = worker.shared.drain.signal();
    let begun = tokio::select! {
        begun = timeout(within, builder.handshake(stream)) => begun,
        _ = drain.changed() => return,
    };
    let Ok(Ok(mut http2)) = begun else { return };
    // Told to go: new streams are refused, and those under way end.
    let mut is_leaving = false;
    loop {
        let idle_timeout = if is_leaving { END } else { worker.site().limits().idle_timeout };
        tokio::select! {
            accepted = http2.accept() => match accepted {
                // A stream that is reset gives its place on the connection back at once, and its
                // walk may go on: the API works on what it was sent.
                Some(Ok((_, mut respond))) if streams.under_way.get() >= STREAMS_MAX => {
                    streams.reset.set(streams.reset.get().saturating_add(1));
                    respond.send_reset(Reason::REFUSED_STREAM);
                }
                Some(Ok((message, respond))) => {
                    streams.begin();
                    let (worker, peer) = (worker.clone(), peer.clone());
                    let streams = streams.clone();
                    let busy = peer.busy();
                    tokio::task::spawn_local(async move {
                        // Its client may leave, and a write runs to its end: a drain waits for it.
                        let _under_way = worker.begin();
                        let useful = &streams.useful;
                        let is_reset = one(&worker, message, respond, &peer, useful).await;
                        drop(busy);
                        streams.end(is_reset);
                    });
                }
                Some(Err(_)) | None => return,
            },
            () = streams.over.notified() => {}
            _ = drain.changed(), if !is_leaving => {
                http2.graceful_shutdown();
                is_leaving = true;
            }
            () = tokio::time::sleep(idle_timeout), if streams.under_way.get() == 0 => {
                if is_leaving { return }
                http2.graceful_shutdown();
                is_leaving = true;
            }
        }
        if streams.is_flood() {
            http2.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
            let _ = timeout(END, poll_fn(|cx| http2.poll_closed(cx))).await;
            return;
        }
    }
}

fn builder(limits: &Limits) -> server::Builder {
    let mut builder = server::Builder::new();
    builder
        .max_concurrent_streams(STREAMS_MAX)
        .initial_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .header_table_size(TABLE_BYTES)
        .max_send_buffer_size(SEND_BYTES_MAX)
        // Ours is judged, answered and recorded; this one only ends what is far above it.
        .max_header_list_size((limits.head_bytes_max as u32).saturating_mul(2))
        .max_pending_accept_reset_streams(PENDING_RESETS_MAX)
        .max_local_error_reset_streams(Some(ERRORS_MAX))
        .max_concurrent_reset_streams(PENDING_RESETS_MAX);
    builder
}

/// One stream: its head, the walk, the answer. True if the client reset it.
async fn one(
    worker: &Rc<Worker>,
    message: Message<RecvStream>,
    mut respond: SendResponse<Bytes>,
    peer: &Peer,
    useful: &Useful,
) -> bool {
    let shared = &worker.shared;
    shared.counts.requests.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = message.into_parts();
    useful.add(RequestHead::size_of_stream(&parts) as u64);
    let site = worker.site();
    let limits = site.limits();
    let head = RequestHead::of_stream(&parts, body.is_end_stream(), limits);
    let (plan, is_claimed) = chosen(&site, head.as_ref().ok(), peer);
    let entry = entry(worker, plan, peer, "2");
    let mut context = Context::new(plan, worker, entry);
    let is_head = parts.method == http::Method::HEAD;
    let (outcome, rest) = match head {
        Ok(head) => {
            context.begin(&head);
            let mut incoming = Incoming::http2(&head, body, &mut respond, useful.counter());
            let request = Request::new(head, peer.clone(), is_claimed);
            // Boxed, so that a stream that only sends does not hold the room that a walk takes.
            let outcome = Box::pin(walked(request, &mut incoming, &mut context)).await;
            (outcome, incoming.into_rest())
        }
        Err(fault) => (Err(Exit::Refused(fault.refusal(limits))), Some(body)),
    };
    let is_reset = finish(worker, respond, context, outcome, (is_head, useful)).await;
    if let Some(rest) = rest.filter(|_| !is_reset) {
        pass_over(rest, useful).await;
    }
    is_reset
}

/// Reads what is on its way of a body that nobody wanted, so that the stream need not be reset: some clients,
/// curl 7.88 among them, then throw away the answer that they have.
async fn pass_over(mut body: RecvStream, useful: &Useful) {
    let all = async {
        let mut left = REST_BYTES_MAX;
        while let Some(Ok(piece)) = body.data().await {
            useful.add(piece.len() as u64);
            let _ = body.flow_control().release_capacity(piece.len());
            match left.checked_sub(piece.len()) {
                Some(less) => left = less,
                None => return,
            }
        }
    };
    let _ = timeout(REST, all).await;
}

/// The edge, as `http1::finish` is: one answer, one record. True if the client reset the stream.
async fn finish(
    worker: &Worker,
    mut respond: SendResponse<Bytes>,
    context: Context<'_>,
    outcome: Result<Cleared, Exit>,
    (is_head, useful): (bool, &Useful),
) -> bool {
    let is_gone = matches!(outcome, Err(Exit::Gone));
    let until = context.answer_deadline(Instant::now());
    let within = context.plan.limits.idle_timeout;
    let (mut answer, closing) = path::close(outcome, context);
    if is_gone {
        closing.record(answer.status, 0, false);
        return true;
    }
    let bytes = answer.body_bytes();
    useful.add(bytes);
    let sent =
        send(worker, &mut respond, &mut answer, &closing, (is_head, useful), (until, within)).await;
    if sent.is_none() {
        respond.send_reset(Reason::CANCEL);
    }
    closing.record(answer.status, bytes, sent.is_some());
    sent.is_none()
}

/// Sends head and body. None: the client has left, or does not read.
async fn send(
    worker: &Worker,
    respond: &mut SendResponse<Bytes>,
    answer: &mut Answer,
    closing: &Closing,
    (is_head, useful): (bool, &Useful),
    (until, within): (Instant, Duration),
) -> Option<()> {
    let head = head(worker, answer, closing);
    match std::mem::replace(&mut answer.body, Body::Nothing) {
        Body::Whole(body) if !is_head && !body.is_empty() => {
            let mut stream = respond.send_response(head, false).ok()?;
            let sent = timeout_at(until.into(), push(&mut stream, body.into(), true)).await;
            sent.ok().flatten()
        }
        // Asked for over HTTP/1.1 alone: extended CONNECT (RFC 8441) is off.
        Body::Upgraded(_) => None,
        Body::Streaming(mut streaming) if !is_head => {
            let mut stream = respond.send_response(head, false).ok()?;
            loop {
                let mut piece = Vec::new();
                // An API may be silent for long; a client that has left must not hold its place.
                tokio::select! {
                    biased;
                    read = streaming.next(&mut piece) => read.ok()?,
                    _ = poll_fn(|cx| stream.poll_reset(cx)) => return None,
                }
                let is_last = piece.is_empty();
                useful.add(piece.len() as u64);
                timeout(within, push(&mut stream, piece.into(), is_last)).await.ok()??;
                if is_last {
                    streaming.give_back();
                    return Some(());
                }
            }
        }
        // An answer to HEAD ends with its head; what the API still sends goes with its connection.
        Body::Whole(_) | Body::Nothing | Body::Streaming(_) => {
            respond.send_response(head, true).ok().map(drop)
        }
    }
}

/// Sends bytes as fast as the client takes them.
async fn push(stream: &mut SendStream<Bytes>, mut bytes: Bytes, is_last: bool) -> Option<()> {
    while !bytes.is_empty() {
        stream.reserve_capacity(bytes.len());
        let capacity = poll_fn(|cx| stream.poll_capacity(cx)).await?.ok()?;
        let piece = bytes.split_to(capacity.min(bytes.len()));
        if !piece.is_empty() {
            let is_end = is_last && bytes.is_empty();
            stream.send_data(piece, is_end).ok()?;
            if is_end {
                return Some(());
            }
        }
    }
    if is_last { stream.send_data(bytes, true).ok() } else { Some(()) }
}

/// The head of an answer, without what only HTTP/1.1 needs.
fn head(worker: &Worker, answer: &Answer, closing: &Closing) -> http::Response<()> {
    let mut response = http::Response::new(());
    if let Ok(status) = http::StatusCode::from_u16(answer.status.0) {
        *response.status_mut() = status;
    }
    let fields = response.headers_mut();
    let mut give = |name: &str, value: &str| {
        let name = http::HeaderName::from_bytes(name.as_bytes());
        let value = http::HeaderValue::from_bytes(value.as_bytes());
        // What is no field cannot be written.
        if let (Ok(name), Ok(value)) = (name, value) {
            fields.append(name, value);
        }
    };
    answer.fields().for_each(|(name, value)| give(name, value));
    let date = worker.date(closing.time());
    closing.edge(answer, &date).each(&mut give);
    if let Body::Whole(body) = &answer.body {
        give("content-length", &body.len().to_string());
    }
    response
}
