//! Which instance of an API a request goes to: each in turn, and to another one where nothing of the
//! request reached the first.

use std::ops::Range;
use std::rc::Rc;
use std::time::Instant;

use portcullis_policy::{Instance, Limits, Upstream};

use crate::head::AnswerHead;
use crate::instances::Change;
use crate::upstream::{Outgoing, Pool, Streaming, UpstreamFault};
use crate::worker::Worker;

/// Instances that one request is offered to.
const TRIES_MAX: u32 = 3;

/// How a request is exchanged for an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// The method is HEAD.
    pub(crate) is_head: bool,
    /// It only reads.
    pub(crate) is_repeatable: bool,
    /// The connection may become one of another protocol.
    pub(crate) may_upgrade: bool,
    pub(crate) deadline: Instant,
    pub(crate) limits: &'a Limits,
}

/// A request as it was written.
#[derive(Debug)]
pub(crate) struct Written {
    bytes: Vec<u8>,
    /// Where its target stands.
    target: Range<usize>,
    /// Where it names the instance.
    host: Range<usize>,
}

impl Written {
    /// The host stands behind the target.
    pub(crate) const fn new(bytes: Vec<u8>, target: Range<usize>, host: Range<usize>) -> Self {
        Self { bytes, target, host }
    }

    /// A question of the gateway's own: a GET with the fields that show a credential.
    pub(crate) fn question(target: &str, instance: &Instance, fields: &[(String, String)]) -> Self {
        let mut bytes = b"GET ".to_vec();
        let start = bytes.len();
        bytes.extend_from_slice(target.as_bytes());
        let target = start..bytes.len();
        bytes.extend_from_slice(b" HTTP/1.1\r\nHost: ");
        let start = bytes.len();
        bytes.extend_from_slice(instance.authority().as_bytes());
        let host = start..bytes.len();
        for (name, value) in fields {
            for text in ["\r\n", name, ": ", value] {
                bytes.extend_from_slice(text.as_bytes());
            }
        }
        bytes.extend_from_slice(
            b"\r\nAccept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: portcullis\r\n\r\n",
        );
        Self::new(bytes, target, host)
    }

    const fn outgoing(&self, terms: Terms<'_>) -> Outgoing<'_> {
        let Terms { is_head, is_repeatable, may_upgrade, deadline, .. } = terms;
        Outgoing { bytes: self.bytes.as_slice(), is_head, is_repeatable, may_upgrade, deadline }
    }

    /// Path and query.
    pub(crate) fn target(&self) -> &str {
        let target = self.bytes.get(self.target.clone()).unwrap_or_default();
        std::str::from_utf8(target).unwrap_or_default()
    }

    /// Writes another target, and the name of an instance, in place of those that stand there.
    pub(crate) fn redirect(&mut self, target: &str, instance: &Instance) {
        let before = self.target.len();
        drop(self.bytes.splice(self.target.clone(), target.bytes()));
        self.target.end = self.target.start + target.len();
        let move_by = |at: usize| (at + target.len()).saturating_sub(before);
        self.host = move_by(self.host.start)..move_by(self.host.end);
        self.address_to(instance);
    }

    /// Writes another instance's name in place of the one that stands there.
    fn address_to(&mut self, instance: &Instance) {
        let name = instance.authority();
        let end = self.host.start + name.len();
        drop(self.bytes.splice(self.host.clone(), name.into_bytes()));
        self.host.end = end;
    }
}

/// The instance whose turn it is.
pub(crate) struct Turn<'a> {
    worker: &'a Worker,
    upstream: &'a Upstream,
    place: usize,
    pool: Rc<Pool>,
    tried: Vec<usize>,
}

impl<'a> Turn<'a> {
    pub(crate) fn begin(worker: &'a Worker, upstream: &'a Upstream) -> Self {
        let first = worker.pool(&upstream.first);
        let none = Self { worker, upstream, place: 0, pool: first, tried: Vec::new() };
        if upstream.others.is_empty() {
            return none;
        }
        let turn = none.pool.health().next_turn();
        none.next(turn)
    }

    pub(crate) fn instance(&self) -> &Instance {
        self.pool.target()
    }

    /// From this turn on, the first instance that was not tried and does not rest; if all rest, the
    /// first that was not tried, because an answer is worth the attempt.
    fn next(mut self, turn: usize) -> Self {
        let count = self.upstream.others.len() + 1;
        let places = || (0..count).map(|step| turn.wrapping_add(step) % count);
        let now = self.worker.shared.instances.clock(Instant::now());
        let mut resting = None;
        for place in places().filter(|place| !self.tried.contains(place)) {
            let Some(instance) = self.upstream.instances().nth(place) else { continue };
            let pool = self.worker.pool(instance);
            if pool.health().may_try(now) {
                (self.place, self.pool) = (place, pool);
                return self;
            }
            resting = resting.or(Some((place, pool)));
        }
        if let Some(found) = resting {
            (self.place, self.pool) = found;
        }
        self
    }

    /// Sends a whole request and reads the head of its answer.
    pub(crate) async fn exchange(
        mut self,
        request: &mut Written,
        terms: Terms<'_>,
    ) -> Result<(AnswerHead, Streaming), UpstreamFault> {
        if self.upstream.others.is_empty() {
            return self.pool.exchange(request.outgoing(terms), terms.limits).await;
        }
        let count = self.upstream.others.len() + 1;
        loop {
            let result = self.pool.exchange(request.outgoing(terms), terms.limits).await;
            self.learn(&result);
            self.tried.push(self.place);
            let tries = self.tried.len();
            let is_untouched = matches!(result, Err(fault) if fault.is_unsent());
            let is_over = tries >= count || tries >= TRIES_MAX as usize;
            if !is_untouched || is_over || Instant::now() >= terms.deadline {
                return result;
            }
            let turn = self.place.wrapping_add(1);
            self = self.next(turn);
            request.address_to(self.pool.target());
        }
    }

    fn learn<T>(&self, result: &Result<T, UpstreamFault>) {
        let health = self.pool.health();
        let shared = &self.worker.shared;
        let change = match result {
            Ok(_) => health.answered(),
            Err(fault) if fault.is_unsent() || *fault == UpstreamFault::Unanswered => {
                let now = shared.instances.clock(Instant::now());
                health.failed(now, self.worker.chance.borrow_mut().next())
            }
            // Slow or wrong answers are answers: whoever asks for such a thing could take out one
            // instance after another.
            Err(_) => None,
        };
        match change {
            None => {}
            Some(Change::Rests(rest)) => shared.instance_rests(self.instance(), rest),
            Some(Change::Returns) => shared.instance_returns(self.instance()),
        }
    }
}
