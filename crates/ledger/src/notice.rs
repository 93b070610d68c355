//! Events that are no requests.

use portcullis_model::{KeyId, RequestId, UnixMillis};

use crate::event::Object;

/// An attempt to put another model in force.
#[derive(Debug, Clone, Copy)]
pub struct Reload<'a> {
    /// When.
    pub time: UnixMillis,
    /// What came of it.
    pub outcome: Outcome,
    /// `signal`, or `file`.
    pub trigger: &'static str,
    /// The version in force before.
    pub before: &'a str,
    /// The version of the new model, if there is one.
    pub after: Option<&'a str>,
    /// What differs, in words: whether more passes, what, and the line that says so.
    pub changes: &'a [(&'static str, String, Option<String>)],
    /// Changes that are not told.
    pub more: usize,
    /// Why there is no new model, with places.
    pub problems: &'a [String],
}

/// What came of a reload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The new model is in force.
    Loaded,
    /// It lets more through than the one in force, and waits for a signal.
    Waits,
    /// There is no model, or not one that could be put in force: the one in force stays.
    Failed,
}

impl Outcome {
    /// The word in the record.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loaded => "loaded",
            Self::Waits => "waits",
            Self::Failed => "failed",
        }
    }
}

/// What became of an attempt to obtain a certificate.
#[derive(Debug, Clone, Copy)]
pub struct CertificateAttempt<'a> {
    /// When.
    pub time: UnixMillis,
    /// Whether there is a new one.
    pub is_issued: bool,
    /// The authority: its host and port.
    pub authority: &'a str,
    /// The names that were asked for.
    pub names: &'a [String],
    /// Until when the one that is shown is good, if one is.
    pub ends: Option<UnixMillis>,
    /// When the next is asked for.
    pub next: UnixMillis,
    /// Why there is none.
    pub problem: Option<&'a str>,
}

impl CertificateAttempt<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut event = Object::open(out);
        event.plain("time", &self.time.rfc3339_text());
        event.text(
            "event",
            if self.is_issued { "certificate_issued" } else { "certificate_failed" },
        );
        event.text("authority", self.authority);
        event.text("names", &self.names.join(" "));
        let ends = self.ends.map(UnixMillis::rfc3339);
        event.optional("ends", ends.as_deref());
        event.plain("next", &self.next.rfc3339_text());
        event.optional("problem", self.problem);
        event.close();
    }
}

/// An instance of an API that takes no connections, or does again.
#[derive(Debug, Clone, Copy)]
pub struct InstanceState<'a> {
    /// When.
    pub time: UnixMillis,
    /// Its host and port.
    pub instance: &'a str,
    /// For how long it gets no requests; none: it answers again.
    pub rest: Option<std::time::Duration>,
}

/// A key of ours that was revoked without an administrator, because others could read it.
#[derive(Debug, Clone, Copy)]
pub struct KeyRevoked<'a> {
    /// When.
    pub time: UnixMillis,
    /// Its name.
    pub key: KeyId,
    /// Why: `seen_in_plain`.
    pub reason: &'static str,
    /// The request that it came with.
    pub request_id: RequestId,
    /// How many there were, with those below it.
    pub count: Option<u64>,
    /// Why that does not last as yet.
    pub problem: Option<&'a str>,
}

/// A certificate of which somebody should know something.
#[derive(Debug, Clone, Copy)]
pub struct CertificateState<'a> {
    /// When it was looked at.
    pub time: UnixMillis,
    /// Where it lies: `file:/etc/cert.pem`.
    pub place: &'a str,
    /// One word: `expired`, `expires`, `weak_key`.
    pub problem: &'static str,
    /// The same in words.
    pub what: &'a str,
}

impl KeyRevoked<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut event = Object::open(out);
        event.plain("time", &self.time.rfc3339_text());
        event.text("event", "key_revoked");
        event.text("key", &self.key.to_string());
        event.text("reason", self.reason);
        // Under another name than in records of requests: whoever looks for one of those finds it.
        event.plain("request", &self.request_id.text());
        event.number("count", self.count);
        event.optional("problem", self.problem);
        event.close();
    }
}

impl CertificateState<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut event = Object::open(out);
        event.plain("time", &self.time.rfc3339_text());
        event.text("event", "certificate");
        event.text("place", self.place);
        event.text("problem", self.problem);
        event.text("what", self.what);
        event.close();
    }
}

impl InstanceState<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut event = Object::open(out);
        event.plain("time", &self.time.rfc3339_text());
        event
            .text("event", if self.rest.is_some() { "instance_rests" } else { "instance_returns" });
        event.text("instance", self.instance);
        event.number("rest_millis", self.rest.map(|rest| rest.as_millis() as u64));
        event.close();
    }
}

/// A store was opened.
#[derive(Debug, Clone, Copy)]
pub struct StoreOpened {
    /// When.
    pub time: UnixMillis,
    /// By what: `start` of a gateway, or `store`, an administrative act where none runs.
    pub door: &'static str,
    /// Rows that were decrypted for it.
    pub opened: u32,
    /// It was new.
    pub is_new: bool,
    /// It was an older copy, and that was accepted.
    pub is_older: bool,
}

impl StoreOpened {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut event = Object::open(out);
        event.plain("time", &self.time.rfc3339_text());
        event.text("event", "store_opened");
        event.text("door", self.door);
        event.number("opened", Some(u64::from(self.opened)));
        for (name, is_so) in [("new", self.is_new), ("older", self.is_older)] {
            if is_so {
                event.raw(name, b"true");
            }
        }
        event.close();
    }
}

/// Somebody showed a credential of a session that nobody has: they opened the store.
#[derive(Debug, Clone, Copy)]
pub struct CanaryRead<'a> {
    /// When.
    pub time: UnixMillis,
    /// The request, whose record has the rest.
    pub request_id: RequestId,
    /// The address at the other end of the connection.
    pub peer: &'a str,
    /// The address of the client, as trusted proxies name it.
    pub client: Option<&'a str>,
}

impl CanaryRead<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut event = Object::open(out);
        event.plain("time", &self.time.rfc3339_text());
        event.text("event", "canary_read");
        event.plain("request_id", &self.request_id.text());
        event.text("peer", self.peer);
        event.optional("client", self.client);
        event.close();
    }
}

impl Reload<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut event = Object::open(out);
        event.plain("time", &self.time.rfc3339_text());
        event.text("event", "reload");
        event.text("outcome", self.outcome.name());
        event.text("trigger", self.trigger);
        event.text("model_before", self.before);
        event.optional("model", self.after);
        event.list("changes", self.changes, |object, (reach, what, line)| {
            object.text("reach", reach);
            object.text("what", what);
            object.optional("line", line.as_deref());
        });
        event.number("changes_more", (self.more > 0).then_some(self.more as u64));
        event.list("problems", self.problems, |object, what| object.text("what", what));
        event.close();
    }
}
