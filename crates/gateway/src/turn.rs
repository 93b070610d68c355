//! Which instance of an API a request goes to: each in turn, and to another one where nothing of the
//! request reached the first.

use std::ops::Range;
use std::rc::Rc;
use std::time::Instant;

use portcullis_credential::message_signature::{Message, Occasion};
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
    /// Where it shows that it comes through the gateway: the last fields of its head.
    proof: Range<usize>,
}

impl Written {
    /// The host stands behind the target, and the fields end, without the empty line, at `fields_end`.
    pub(crate) const fn new(
        bytes: Vec<u8>,
        target: Range<usize>,
        host: Range<usize>,
        fields_end: usize,
    ) -> Self {
        Self { bytes, target, host, proof: fields_end..fields_end }
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
            b"\r\nAccept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: portcullis\r\n",
        );
        let fields_end = bytes.len();
        bytes.extend_from_slice(b"\r\n");
        Self::new(bytes, target, host, fields_end)
    }

    /// All of it, once it was sent.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
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
        self.host = moved(&self.host, before, target.len());
        self.proof = moved(&self.proof, before, target.len());
        self.address_to(instance);
    }

    /// Writes another instance's name in place of the one that stands there.
    fn address_to(&mut self, instance: &Instance) {
        let (name, before) = (instance.authority(), self.host.len());
        let length = name.len();
        drop(self.bytes.splice(self.host.clone(), name.into_bytes()));
        self.host.end = self.host.start + length;
        self.proof = moved(&self.proof, before, length);
    }

    /// Writes the fields that show where it comes from, in place of those of another attempt.
    fn prove(&mut self, fields: String) {
        let end = self.proof.start + fields.len();
        drop(self.bytes.splice(self.proof.clone(), fields.into_bytes()));
        self.proof.end = end;
    }

    /// Its head but for what shows where it comes from, and its body.
    fn parts(&self) -> Option<(&str, &[u8])> {
        let head = self.bytes.get(..self.proof.start)?;
        // Behind the fields stands the empty line.
        let body = self.bytes.get(self.proof.end + 2..)?;
        Some((std::str::from_utf8(head).ok()?, body))
    }
}

/// Where a place is after `before` bytes ahead of it became `after`.
fn moved(place: &Range<usize>, before: usize, after: usize) -> Range<usize> {
    let by = |at: usize| (at + after).saturating_sub(before);
    by(place.start)..by(place.end)
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
        self.prove(request)?;
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
            self.prove(request)?;
        }
    }

    /// Shows this instance that the request comes through the gateway, where the policy wants that. A request that cannot
    /// show it does not go.
    fn prove(&self, request: &mut Written) -> Result<(), UpstreamFault> {
        let proof = &self.upstream.proof;
        if proof.is_empty() {
            return Ok(());
        }
        let site = self.worker.site();
        let prover = site.prover(proof).ok_or(UpstreamFault::Unproved)?;
        let occasion = Occasion {
            created: self.worker.shared.clock.now().0 / 1000,
            nonce: self.worker.chance.borrow_mut().next().to_le_bytes(),
        };
        let (head, body) = request.parts().ok_or(UpstreamFault::Unproved)?;
        let authority = self.instance().authority();
        let method = head.split(' ').next().unwrap_or_default();
        let target = request.target();
        let message = Message { method, authority: &authority, target, fields: &[], body };
        let fields =
            prover.fields(proof, head, message, occasion).ok_or(UpstreamFault::Unproved)?;
        request.prove(fields);
        Ok(())
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
