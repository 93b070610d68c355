//! The API's side: a pool of connections, and one exchange at a time on each.
//!
//! A request is sent in one piece, because it was checked whole; an answer is read as strictly as
//! a request. A connection goes back into the pool only after a whole, well-formed exchange.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use portcullis_policy::{Limits, Upstream};
use tokio::net::TcpStream;
use tokio::time::{timeout, timeout_at};

use crate::budget::Held;
use crate::head::AnswerHead;
use crate::stream::Stream;
use crate::wire::{BodyReader, BodyRules, Wire, WireFault};

/// Idle connections of one worker.
const IDLE_MAX: usize = 128;
/// A head of the API, at most.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// Interim answers (1xx) before the real one.
const INTERIM_MAX: usize = 8;

/// The connections of one worker to one API.
#[derive(Debug)]
pub(crate) struct Pool {
    target: Upstream,
    idle: RefCell<Vec<Wire>>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpstreamFault {
    /// No connection.
    Connect(io::ErrorKind),
    /// Not in time.
    TimedOut,
    /// The connection ended or failed before the answer was whole.
    Cut,
    /// Not HTTP, or with two readings.
    Malformed(&'static str),
    /// Larger than `answer_bytes`.
    TooLarge,
    /// All requests together hold too much.
    NoBudget,
}

impl UpstreamFault {
    pub(crate) fn detail(self) -> String {
        match self {
            Self::Connect(kind) => format!("the API does not take a connection: {kind}"),
            Self::TimedOut => "the API did not answer in time".to_owned(),
            Self::Cut => "the API ended the connection before its answer was whole".to_owned(),
            Self::Malformed(why) => format!("the API's answer has no single reading: {why}"),
            Self::TooLarge => "the API's answer is above `limits: { answer_bytes }`".to_owned(),
            Self::NoBudget => "no room in `limits: { buffered_bytes }` for the answer".to_owned(),
        }
    }
}

/// An answer whose head has been read and whose body has not.
#[derive(Debug)]
pub(crate) struct Streaming {
    wire: Wire,
    reader: BodyReader,
    /// Bytes of the body that were read to see whether there are any.
    first: Vec<u8>,
    pool: Rc<Pool>,
    keep_alive: bool,
    deadline: Instant,
    /// How long a body that streams may be silent.
    silence: Duration,
    /// The place in the API that is held until the body has streamed.
    place: Option<Held>,
}

impl Pool {
    pub(crate) fn new(target: Upstream) -> Rc<Self> {
        Rc::new(Self { target, idle: RefCell::new(Vec::new()) })
    }

    pub(crate) const fn target(&self) -> &Upstream {
        &self.target
    }

    /// Sends a whole request and reads the head of its answer. `to_head`: the method is HEAD;
    /// `is_repeatable`: it only reads, so that a kept connection that turns out to be dead may be
    /// replaced once. It ends at `deadline`.
    pub(crate) async fn exchange(
        self: &Rc<Self>,
        request: &[u8],
        to_head: bool,
        is_repeatable: bool,
        deadline: Instant,
        limits: &Limits,
    ) -> Result<(AnswerHead, Streaming), UpstreamFault> {
        if let Some(wire) = self.kept() {
            match self.on(wire, request, to_head, deadline, limits).await {
                // Nothing of an answer arrived: the connection was dead before we used it.
                Err((UpstreamFault::Cut, true)) if is_repeatable => {}
                Err((fault, _)) => return Err(fault),
                Ok(answer) => return Ok(answer),
            }
        }
        let wire = self.connect(limits.connect_timeout).await?;
        self.on(wire, request, to_head, deadline, limits).await.map_err(|(fault, _)| fault)
    }

    /// A kept connection on which nothing waits: neither an end nor bytes nobody asked for.
    fn kept(&self) -> Option<Wire> {
        loop {
            let mut wire = self.idle.borrow_mut().pop()?;
            if wire.is_quiet() {
                return Some(wire);
            }
        }
    }

    async fn connect(&self, within: Duration) -> Result<Wire, UpstreamFault> {
        let host = self.target.host.trim_start_matches('[').trim_end_matches(']');
        match timeout(within, TcpStream::connect((host, self.target.port))).await {
            Err(_) => Err(UpstreamFault::Connect(io::ErrorKind::TimedOut)),
            Ok(Err(error)) => Err(UpstreamFault::Connect(error.kind())),
            Ok(Ok(stream)) => {
                // Without it a small request waits for the last one's acknowledgement; a socket
                // that refuses the option still works.
                let _ = stream.set_nodelay(true);
                Ok(Wire::new(Stream::Plain(stream)))
            }
        }
    }

    /// One exchange; the flag of a fault says that no byte of an answer had arrived.
    async fn on(
        self: &Rc<Self>,
        mut wire: Wire,
        request: &[u8],
        to_head: bool,
        deadline: Instant,
        limits: &Limits,
    ) -> Result<(AnswerHead, Streaming), (UpstreamFault, bool)> {
        // A failed write is no end yet: an API may answer and close before it has read a large body.
        if timeout_at(deadline.into(), wire.write(request)).await.is_err() {
            return Err((UpstreamFault::TimedOut, false));
        }
        for interim in 0..=INTERIM_MAX {
            let bytes = wire.read_head(HEAD_BYTES_MAX, deadline).await.map_err(|fault| {
                let is_clean =
                    interim == 0 && matches!(fault, WireFault::Closed | WireFault::Io(_));
                (read_fault(fault), is_clean)
            })?;
            let head = AnswerHead::parse(&bytes, to_head)
                .map_err(|fault| (UpstreamFault::Malformed(fault.reason()), false))?;
            match head.status {
                101 => return Err((UpstreamFault::Malformed("switching_protocols"), false)),
                100..=199 => {}
                200..=599 => {
                    let streaming = Streaming {
                        wire,
                        reader: BodyReader::new(head.length),
                        first: Vec::new(),
                        pool: self.clone(),
                        keep_alive: head.keep_alive,
                        deadline,
                        silence: limits.stream_idle_timeout,
                        place: None,
                    };
                    return Ok((head, streaming));
                }
                _ => return Err((UpstreamFault::Malformed("status"), false)),
            }
        }
        Err((UpstreamFault::Malformed("interim_answers"), false))
    }
}

const fn read_fault(fault: WireFault) -> UpstreamFault {
    match fault {
        WireFault::Closed | WireFault::Cut | WireFault::Io(_) => UpstreamFault::Cut,
        WireFault::TimedOut | WireFault::Idle | WireFault::TooSlow => UpstreamFault::TimedOut,
        WireFault::TooLarge => UpstreamFault::TooLarge,
        WireFault::Syntax => UpstreamFault::Malformed("chunks"),
        WireFault::NoBudget => UpstreamFault::NoBudget,
    }
}

impl Streaming {
    /// Whether a body follows.
    pub(crate) const fn has_body(&self) -> bool {
        !self.first.is_empty() || !self.reader.is_done()
    }

    /// Holds the request's place in the API as long as the body streams.
    pub(crate) fn hold(&mut self, place: Held) {
        self.place = Some(place);
    }

    /// The whole body, if it came together with the head: then it goes on in one piece, too.
    pub(crate) fn take_if_here(&mut self) -> Option<Vec<u8>> {
        let rest = if self.reader.is_done() {
            Vec::new()
        } else {
            self.reader.take_if_here(&mut self.wire)?
        };
        let mut body = std::mem::take(&mut self.first);
        body.extend_from_slice(&rest);
        Some(body)
    }

    /// Finds out whether a body without a stated length has any bytes.
    pub(crate) async fn settle(&mut self) -> Result<(), UpstreamFault> {
        let rules = self.until_the_deadline(usize::MAX);
        while self.first.is_empty() && !self.reader.is_done() {
            let read = self.reader.next(&mut self.wire, &rules, &mut self.first).await;
            read.map_err(read_fault)?;
        }
        Ok(())
    }

    /// Only the whole answer has a time: an API may think between two pieces of it.
    const fn until_the_deadline(&self, bytes_max: usize) -> BodyRules {
        BodyRules { bytes_max, idle: None, rate_min: 0, deadline: self.deadline }
    }

    /// Reads the whole body and gives the connection back.
    pub(crate) async fn read_all(
        mut self,
        bytes_max: usize,
        held: &mut Held,
    ) -> Result<Vec<u8>, UpstreamFault> {
        let rules = self.until_the_deadline(bytes_max);
        let rest = self.reader.read_all(&mut self.wire, &rules, held).await.map_err(read_fault)?;
        let mut body = std::mem::take(&mut self.first);
        if body.is_empty() {
            body = rest;
        } else {
            body.extend_from_slice(&rest);
        }
        if body.len() > bytes_max {
            return Err(UpstreamFault::TooLarge);
        }
        self.give_back();
        Ok(body)
    }

    /// Appends the next bytes; nothing appended is the end.
    pub(crate) async fn next(&mut self, out: &mut Vec<u8>) -> Result<(), UpstreamFault> {
        let deadline = Instant::now() + self.silence;
        let rules = BodyRules { bytes_max: usize::MAX, idle: None, rate_min: 0, deadline };
        let before = out.len();
        out.append(&mut self.first);
        while out.len() == before && self.has_body() {
            self.reader.next(&mut self.wire, &rules, out).await.map_err(read_fault)?;
        }
        Ok(())
    }

    /// The exchange is whole: the connection may serve another. Bytes beyond it would be an
    /// answer that nobody asked for, so such a connection is closed.
    pub(crate) fn give_back(self) {
        let Self { wire, reader, pool, keep_alive, .. } = self;
        if keep_alive && reader.is_done() && !wire.has_unread() {
            let mut idle = pool.idle.borrow_mut();
            if idle.len() < IDLE_MAX {
                idle.push(wire);
            }
        }
    }
}
