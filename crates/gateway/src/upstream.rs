//! The API's side: a pool of connections, and one exchange at a time on each.
//!
//! A request is sent in one piece, because it was checked whole; an answer is read as strictly as
//! a request. A connection goes back into the pool only after a whole, well-formed exchange.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis_policy::{Instance, Limits};
use tokio::net::TcpStream;
use tokio::time::{timeout, timeout_at};

use crate::budget::Held;
use crate::head::AnswerHead;
use crate::instances::Health;
use crate::stream::Stream;
use crate::wire::{BodyReader, BodyRules, Wire, WireFault};

/// Idle connections of one worker.
const IDLE_MAX: usize = 128;
/// A head of the API, at most.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// Interim answers (1xx) before the real one.
const INTERIM_MAX: usize = 8;

/// The connections of one worker to one instance of an API.
#[derive(Debug)]
pub(crate) struct Pool {
    target: Instance,
    health: Arc<Health>,
    idle: RefCell<Vec<Wire>>,
}

/// How a request is exchanged for an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// The method is HEAD.
    pub(crate) to_head: bool,
    /// It only reads.
    pub(crate) is_repeatable: bool,
    pub(crate) deadline: Instant,
    pub(crate) limits: &'a Limits,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpstreamFault {
    /// No connection.
    Connect(io::ErrorKind),
    /// Not in time.
    TimedOut,
    /// The connection ended or failed before the first byte of an answer.
    Unanswered,
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
            Self::Unanswered => "the API ended the connection without an answer".to_owned(),
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
    pub(crate) fn new(target: Instance, health: Arc<Health>) -> Rc<Self> {
        Rc::new(Self { target, health, idle: RefCell::new(Vec::new()) })
    }

    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    pub(crate) const fn target(&self) -> &Instance {
        &self.target
    }

    /// Sends a whole request and reads the head of its answer. A kept connection that turns out to
    /// be dead is replaced once, if the request only reads.
    pub(crate) async fn exchange(
        self: &Rc<Self>,
        request: &[u8],
        terms: Terms<'_>,
    ) -> Result<(AnswerHead, Streaming), UpstreamFault> {
        if let Some(wire) = self.kept() {
            match self.on(wire, request, terms).await {
                // The connection was dead before we used it.
                Err(UpstreamFault::Unanswered) if terms.is_repeatable => {}
                result => return result,
            }
        }
        let left = terms.deadline.saturating_duration_since(Instant::now());
        let wire = self.connect(terms.limits.connect_timeout.min(left)).await?;
        self.on(wire, request, terms).await
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

    /// One exchange.
    async fn on(
        self: &Rc<Self>,
        mut wire: Wire,
        request: &[u8],
        terms: Terms<'_>,
    ) -> Result<(AnswerHead, Streaming), UpstreamFault> {
        let Terms { to_head, deadline, limits, .. } = terms;
        // A failed write is no end yet: an API may answer and close before it has read a large body.
        if timeout_at(deadline.into(), wire.write(request)).await.is_err() {
            return Err(UpstreamFault::TimedOut);
        }
        for interim in 0..=INTERIM_MAX {
            let bytes = wire.read_head(HEAD_BYTES_MAX, deadline).await;
            let bytes = bytes.map_err(|fault| match fault {
                WireFault::Closed | WireFault::Io(_) if interim == 0 => UpstreamFault::Unanswered,
                fault => read_fault(fault),
            })?;
            let head = AnswerHead::parse(&bytes, to_head)
                .map_err(|fault| UpstreamFault::Malformed(fault.reason()))?;
            match head.status {
                101 => return Err(UpstreamFault::Malformed("switching_protocols")),
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
                _ => return Err(UpstreamFault::Malformed("status")),
            }
        }
        Err(UpstreamFault::Malformed("interim_answers"))
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

    /// Lets go of an answer that nobody needs, and of its connection, unless all of it is here.
    pub(crate) fn discard(mut self) {
        if self.take_if_here().is_some() {
            self.give_back();
        }
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
