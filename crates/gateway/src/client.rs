//! A connection of a client: requests one after another, each walked through the rooms.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use portcullis_controls::safe_configuration::{Security, security_fields};
use portcullis_ledger::Entry;
use portcullis_model::{ControlId, RequestId, UnixMillis};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::answer::{Answer, Body, Edge};
use crate::head::{HeadFault, RequestHead};
use crate::listener::Shared;
use crate::path::{self, Closing, Context, Exit, Request};
use crate::upstream::Pool;
use crate::wire::{BodyReader, BodyRules, Wire, WireFault};

/// What the connections of one thread share.
pub(crate) struct Worker {
    pub(crate) shared: std::sync::Arc<Shared>,
    pub(crate) pool: Rc<Pool>,
    pub(crate) chance: RefCell<Chance>,
    pub(crate) date: RefCell<(u64, String)>,
    pub(crate) under_way: Cell<usize>,
}

/// Randomness for request ids, taken from the operating system in pieces.
#[derive(Debug)]
pub(crate) struct Chance {
    bytes: [u8; 1024],
    used: usize,
}

impl Chance {
    pub(crate) fn new() -> Option<Self> {
        let mut bytes = [0; 1024];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self { bytes, used: 0 })
    }

    /// The next 128 bits. If the operating system fails later, old bytes are mixed with the time
    /// by the caller: a request id is a name, not a secret.
    fn next(&mut self) -> u128 {
        if self.used + 16 > self.bytes.len() {
            let _ = getrandom::fill(&mut self.bytes);
            self.used = 0;
        }
        let bytes = self.bytes.get(self.used..self.used + 16).unwrap_or_default();
        self.used += 16;
        bytes.try_into().map(u128::from_le_bytes).unwrap_or_default()
    }
}

impl Worker {
    fn request_id(&self, now: UnixMillis) -> RequestId {
        RequestId::new(now, self.chance.borrow_mut().next())
    }

    /// The `Date` field, made once a second.
    fn date(&self, now: UnixMillis) -> std::cell::Ref<'_, str> {
        let second = now.0 / 1000;
        if self.date.borrow().0 != second {
            *self.date.borrow_mut() = (second, now.http_date());
        }
        std::cell::Ref::map(self.date.borrow(), |(_, text)| text.as_str())
    }
}

/// The client's side of one request: its body, and whether it is still there.
pub(crate) struct Client<'w> {
    wire: &'w mut Wire,
    reader: BodyReader,
    expects_continue: bool,
}

impl Client<'_> {
    /// Reads the request's body, telling a client that waits to go on (RFC 9110 section 10.1.1).
    pub(crate) async fn read_body(
        &mut self,
        rules: &BodyRules,
        held: &mut crate::budget::Held,
    ) -> Result<Vec<u8>, WireFault> {
        if std::mem::take(&mut self.expects_continue) && !self.wire.has_unread() {
            let interim = b"HTTP/1.1 100 Continue\r\n\r\n";
            self.wire.stream.write_all(interim).await.map_err(|e| WireFault::Io(e.kind()))?;
        }
        self.reader.read_all(self.wire, rules, held).await
    }

    /// Returns when the client has left. Never, if it sends a next request early.
    pub(crate) async fn gone(&self) {
        let mut byte = [0; 1];
        match self.wire.stream.peek(&mut byte).await {
            Ok(0) | Err(_) => {}
            Ok(_) => std::future::pending().await,
        }
    }
}

/// How long a connection that ends badly is read on, so that its last answer arrives.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES_MAX: usize = 256 << 10;

/// Serves one connection until it ends.
pub(crate) async fn serve(worker: &Rc<Worker>, stream: TcpStream, peer: SocketAddr) {
    let mut wire = Wire::new(stream);
    let mut drain = worker.shared.drain_signal();
    loop {
        let limits = &worker.shared.plan.limits;
        tokio::select! {
            rested = timeout(limits.idle_timeout, wire.rest()) => {
                if !matches!(rested, Ok(Ok(()))) { return }
            }
            _ = drain.changed() => return,
        }
        match one(worker, &mut wire, peer).await {
            Next::Request if !worker.shared.is_draining() => {}
            Next::Request | Next::Close => return,
            Next::Linger => return linger(wire).await,
        }
    }
}

/// What follows a request on its connection.
enum Next {
    Request,
    Close,
    /// Close, but let the client read the answer although it still sends.
    Linger,
}

async fn linger(mut wire: Wire) {
    let drain = async {
        wire.stream.shutdown().await.ok()?;
        let rules = BodyRules {
            bytes_max: LINGER_BYTES_MAX,
            idle: LINGER,
            rate_min: 0,
            deadline: Instant::now() + LINGER,
        };
        let mut reader = BodyReader::new(crate::head::Length::UntilClose);
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
async fn one(worker: &Rc<Worker>, wire: &mut Wire, peer: SocketAddr) -> Next {
    let shared = &worker.shared;
    let limits = &shared.plan.limits;
    let head = match wire.read_head(limits.head_bytes_max, limits.head_timeout).await {
        Err(WireFault::Closed | WireFault::Io(_)) => return Next::Close,
        Err(fault) => Err(BadHead::Wire(fault)),
        Ok(bytes) => RequestHead::parse(&bytes, limits.headers_max).map_err(BadHead::Fault),
    };
    shared.counts.requests.fetch_add(1, Ordering::Relaxed);
    let now = shared.clock.now();
    let plan = shared.plan.clone();
    let (id, version) = (worker.request_id(now), plan.version.clone());
    let entry = Entry::open(shared.ledger.clone(), id, now, version, peer.ip().to_canonical());
    let mut context = Context::new(plan, worker, entry);
    match head {
        Ok(head) => request(worker, wire, head, peer, context).await,
        Err(bad) => {
            context.probe_unfinished(wire.unfinished());
            let exit = bad.exit(limits);
            let framing = Framing { keep_alive: false, is_http10: false, is_head: false };
            finish(worker, wire, context, Err(exit), framing).await;
            Next::Linger
        }
    }
}

async fn request(
    worker: &Rc<Worker>,
    wire: &mut Wire,
    head: RequestHead,
    peer: SocketAddr,
    mut context: Context<'_>,
) -> Next {
    let shared = &worker.shared;
    let mut framing = Framing {
        keep_alive: head.keep_alive && !shared.is_draining(),
        is_http10: head.is_http10,
        is_head: head.method == Some(portcullis_model::Method::Head),
    };
    context.begin(&head);
    let reader = BodyReader::new(head.length);
    let mut client = Client { reader, expects_continue: head.expects_continue, wire };
    let walk = path::walk(Request::new(head, peer), &mut client, &mut context);
    let outcome = caught(walk).await.unwrap_or_else(|()| {
        shared.counts.panics.fetch_add(1, Ordering::Relaxed);
        Err(Exit::panicked())
    });
    let is_body_read = client.reader.is_done();
    framing.keep_alive &= is_body_read;
    match finish(worker, wire, context, outcome, framing).await {
        true if framing.keep_alive => Next::Request,
        true if !is_body_read => Next::Linger,
        _ => Next::Close,
    }
}

/// Runs a walk; a panic in a room is an `Err`.
async fn caught<T>(walk: impl Future<Output = T>) -> Result<T, ()> {
    let mut walk = std::pin::pin!(walk);
    poll_fn(move |cx| match catch_unwind(AssertUnwindSafe(|| walk.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Ok),
        Err(_) => std::task::Poll::Ready(Err(())),
    })
    .await
}

/// Why a head never became a request.
enum BadHead {
    Wire(WireFault),
    Fault(HeadFault),
}

impl BadHead {
    fn exit(&self, limits: &portcullis_policy::Limits) -> Exit {
        use portcullis_controls::resource_limits::Breach;
        use portcullis_model::{Refusal, Status};
        let syntax = |status, reason| {
            let detail = "the request's head has no single reading (RFC 9112)";
            Exit::Refused(Refusal::new(ControlId::InputShape, status, reason, detail))
        };
        match self {
            Self::Wire(WireFault::TooLarge) => Exit::Refused(Breach::HeadBytes.refusal(limits)),
            Self::Wire(WireFault::TimedOut) => Exit::Refused(Breach::HeadTimeout.refusal(limits)),
            Self::Wire(_) => syntax(Status::BAD_REQUEST, "head_cut"),
            Self::Fault(HeadFault::TooManyFields) => Exit::Refused(Breach::Headers.refusal(limits)),
            Self::Fault(fault) => syntax(fault.status(), fault.reason()),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Framing {
    keep_alive: bool,
    is_http10: bool,
    is_head: bool,
}

/// The edge: the one place where an answer is made and a record is closed. True if the whole
/// answer was written.
async fn finish(
    worker: &Worker,
    wire: &mut Wire,
    context: Context<'_>,
    outcome: Result<path::Cleared, Exit>,
    framing: Framing,
) -> bool {
    let (mut answer, closing) = context.close(outcome);
    let out = assemble(worker, &answer, &closing, framing);
    // A client that does not read its answer holds a connection, nothing else; not for ever.
    let within = worker.shared.plan.limits.total_timeout;
    let is_written = matches!(timeout(within, wire.stream.write_all(&out)).await, Ok(Ok(())));
    drop(out);
    let is_streamed = is_written && stream(wire, &mut answer, framing, within).await;
    closing.record(&answer, is_written && is_streamed);
    is_written && is_streamed && !(framing.is_http10 && matches!(answer.body, Body::Streaming(_)))
}

/// The bytes of an answer: all of it, or all but a streaming body.
fn assemble(worker: &Worker, answer: &Answer, closing: &Closing, framing: Framing) -> Vec<u8> {
    let security = Security { is_tls: false, is_private: answer.is_private };
    let constant: Vec<_> =
        security_fields(security).filter(|_| closing.has_security_fields).collect();
    let date = worker.date(closing.time());
    let edge = Edge {
        id: closing.request_id(),
        date: &date,
        fields: &closing.fields,
        constant_fields: &constant,
        keep_alive: framing.keep_alive,
        is_http10: framing.is_http10,
        is_head: framing.is_head,
    };
    let mut out = Vec::new();
    answer.write(&edge, &mut out);
    out
}

/// Writes a streaming body, piece by piece as it comes.
async fn stream(wire: &mut Wire, answer: &mut Answer, framing: Framing, within: Duration) -> bool {
    let Body::Streaming(streaming) = &mut answer.body else {
        return true;
    };
    let mut piece = Vec::new();
    let mut framed = Vec::new();
    loop {
        piece.clear();
        framed.clear();
        if streaming.next(&mut piece).await.is_err() {
            return false;
        }
        if framing.is_http10 {
            framed.extend_from_slice(&piece);
        } else {
            framed.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            framed.extend_from_slice(&piece);
            framed.extend_from_slice(b"\r\n");
        }
        if !matches!(timeout(within, wire.stream.write_all(&framed)).await, Ok(Ok(()))) {
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
