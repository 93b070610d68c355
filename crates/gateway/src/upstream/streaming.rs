//! An answer whose head has been read and whose body has not.

use std::rc::Rc;
use std::time::{Duration, Instant};

use h2::RecvStream;

use super::idle::Idle;
use super::place::Place;
use super::{UpstreamFault, read_fault};
use crate::body::{BodyReader, BodyRules, Gathered};
use crate::budget::Held;
use crate::callers::Bill;
use crate::login::{Watched, Withheld};
use crate::under_way::Stay;
use crate::wire::{Wire, WireFault};

/// An answer whose head has been read and whose body has not.
#[derive(Debug)]
pub(crate) struct Streaming {
    source: Source,
    /// Bytes of the body that were read to see whether there are any.
    first: Vec<u8>,
    deadline: Instant,
    /// How long a body that streams may be silent.
    silence: Duration,
    /// The place in the API that is held until the body has streamed.
    stay: Option<Stay>,
    /// What it costs.
    bills: Vec<Bill>,
    /// What ends it early.
    watched: Option<Watched>,
    /// Bytes that may be the beginning of what must not leave.
    kept_back: Vec<u8>,
}

/// Where the body comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// A connection of HTTP/1.1 that goes back to the others once the exchange is whole.
    Http1 { wire: Wire, reader: BodyReader, idle: Rc<Idle>, keep_alive: bool },
    /// A stream of HTTP/2.
    Http2 {
        stream: RecvStream,
        is_ended: bool,
        #[expect(dead_code, reason = "it is held until the body was read")]
        place: Place,
    },
    /// All of it was read.
    Here,
}

impl Source {
    fn is_done(&self) -> bool {
        match self {
            Self::Http1 { reader, .. } => reader.is_done(),
            Self::Http2 { stream, is_ended, .. } => *is_ended || stream.is_end_stream(),
            Self::Here => true,
        }
    }

    /// Appends the next bytes. Nothing may be appended although more follows.
    async fn next(&mut self, rules: &BodyRules, out: &mut Vec<u8>) -> Result<(), WireFault> {
        match self {
            Self::Http1 { wire, reader, .. } => reader.next(wire, rules, out).await,
            Self::Http2 { stream, is_ended, .. } => {
                match rules.piece(stream).await? {
                    Some(piece) => out.extend_from_slice(&piece),
                    None => *is_ended = true,
                }
                Ok(())
            }
            Self::Here => Ok(()),
        }
    }
}

impl Streaming {
    pub(super) const fn new(source: Source, deadline: Instant, silence: Duration) -> Self {
        Self {
            source,
            first: Vec::new(),
            deadline,
            silence,
            stay: None,
            bills: Vec::new(),
            watched: None,
            kept_back: Vec::new(),
        }
    }

    /// A body that was read, as another one has it now.
    pub(crate) fn here(body: Vec<u8>) -> Self {
        let now = Instant::now();
        Self { first: body, ..Self::new(Source::Here, now, Duration::ZERO) }
    }

    /// What it runs under, and what may not leave.
    pub(crate) fn watch(&mut self, watched: Watched) {
        self.watched = Some(watched);
    }

    /// What it runs under.
    pub(crate) const fn watched(&self) -> Option<&Watched> {
        self.watched.as_ref()
    }

    /// Whether a body follows.
    pub(crate) fn has_body(&self) -> bool {
        !self.first.is_empty() || !self.source.is_done()
    }

    /// Charges what its bytes cost, and the API's time.
    pub(crate) fn charge(&mut self, bills: Vec<Bill>) {
        self.bills = bills;
    }

    /// So many bytes of it were read, or went beside it.
    pub(crate) fn came(&mut self, bytes: u64) {
        self.bills.iter_mut().for_each(|bill| bill.bytes(bytes));
    }

    /// Holds the request's places in the API as long as the body streams. How long that takes is the client's time.
    pub(crate) fn hold(&mut self, stay: Stay) {
        self.stay = Some(stay);
        let now = Instant::now();
        self.bills.iter_mut().for_each(|bill| bill.answered(now));
    }

    /// The whole body, if it came together with the head: then it goes on in one piece, too.
    pub(crate) fn take_if_here(&mut self) -> Option<Vec<u8>> {
        let rest = match &mut self.source {
            source if source.is_done() => Vec::new(),
            Source::Http1 { wire, reader, .. } => reader.take_if_here(wire)?,
            // It is done, or the first arm would not have been passed by.
            Source::Http2 { .. } | Source::Here => return None,
        };
        let mut body = std::mem::take(&mut self.first);
        body.extend_from_slice(&rest);
        self.came(body.len() as u64);
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
        while self.first.is_empty() && !self.source.is_done() {
            self.source.next(&rules, &mut self.first).await.map_err(read_fault)?;
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
        let (first, before) = (std::mem::take(&mut self.first), held.count());
        let rest = match &mut self.source {
            Source::Http1 { wire, reader, .. } => reader.read_all(wire, &rules, held).await,
            Source::Http2 { stream, .. } => Gathered::of_stream(stream, &rules, held, |_| ()).await,
            Source::Here => Ok(Vec::new()),
        };
        let read = rest.as_ref().map_or(held.count().saturating_sub(before), Vec::len);
        self.came((first.len() + read) as u64);
        let rest = rest.map_err(read_fault)?;
        let body = if first.is_empty() { rest } else { [first, rest].concat() };
        if body.len() > bytes_max {
            return Err(UpstreamFault::TooLarge);
        }
        self.give_back();
        Ok(body)
    }

    /// Appends the next bytes; nothing appended is the end. It ends in a fault as soon as the session
    /// ends, or the token is revoked, under which it runs, and before the API's credential of that session leaves.
    pub(crate) async fn next(&mut self, out: &mut Vec<u8>) -> Result<(), UpstreamFault> {
        let Some(watched) = &self.watched else { return self.read(out).await };
        let (ended, withheld) = (watched.ended(), watched.withheld.clone());
        tokio::select! {
            biased;
            () = ended => Err(UpstreamFault::Cut),
            read = self.read_checked(&withheld, out) => read,
        }
    }

    async fn read(&mut self, out: &mut Vec<u8>) -> Result<(), UpstreamFault> {
        let deadline = Instant::now() + self.silence;
        let rules = BodyRules { bytes_max: usize::MAX, idle: None, rate_min: 0, deadline };
        let before = out.len();
        out.append(&mut self.first);
        while out.len() == before && self.has_body() {
            self.source.next(&rules, out).await.map_err(read_fault)?;
        }
        self.came((out.len() - before) as u64);
        Ok(())
    }

    async fn read_checked(
        &mut self,
        withheld: &Withheld,
        out: &mut Vec<u8>,
    ) -> Result<(), UpstreamFault> {
        let before = out.len();
        loop {
            let mut piece = Vec::new();
            self.read(&mut piece).await?;
            let is_end = piece.is_empty();
            let mut seen = std::mem::take(&mut self.kept_back);
            seen.extend_from_slice(&piece);
            if withheld.is_in(&seen) {
                return Err(UpstreamFault::Cut);
            }
            // What may be the beginning of it waits for what follows.
            let keep = if is_end { 0 } else { withheld.begun_at_end_of(&seen) };
            let end = seen.len() - keep;
            self.kept_back = seen.split_off(end);
            out.append(&mut seen);
            if is_end || out.len() > before {
                return Ok(());
            }
        }
    }

    /// The connection itself, which now speaks another protocol.
    pub(crate) const fn wire(&mut self) -> Option<&mut Wire> {
        match &mut self.source {
            Source::Http1 { wire, .. } => Some(wire),
            Source::Http2 { .. } | Source::Here => None,
        }
    }

    /// The exchange is whole: the connection may serve another.
    pub(crate) fn give_back(self) {
        if let Source::Http1 { wire, reader, idle, keep_alive: true } = self.source
            && reader.is_done()
        {
            idle.keep(wire);
        }
    }
}
