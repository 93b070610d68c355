//! The record's form: one JSON object, members always in this order, absent ones left out.

use portcullis_json::{push_decimal, push_quoted_plain};
use portcullis_model::{Caller, acts};

use crate::facts::{Facts, Noted, Verdict};

pub(crate) fn write(facts: &Facts, out: &mut Vec<u8>) {
    let mut event = Object::open(out);
    event.plain("time", &facts.time.rfc3339_text());
    event.plain("request_id", &facts.request_id.text());
    event.text("model", &facts.model);
    event.text("peer", &facts.peer);
    // What most requests of most gateways have is not written again and again.
    event.optional("http", Some(facts.http).filter(|http| !matches!(*http, "" | "1.1")));
    event.optional("tls", facts.tls);
    event.optional("client", facts.client.as_deref());
    event.optional("api", facts.api.as_deref());
    event.text("method", &facts.method);
    event.text("path", &facts.path);
    event.optional("operation", facts.operation.as_deref());
    event.optional("caller", facts.caller.as_ref().map(Caller::name));
    if let Some(identity) = facts.caller.as_ref().and_then(Caller::identity) {
        event.text("scheme", &identity.scheme);
        event.text("issuer", &identity.issuer);
        event.text("subject", &identity.subject);
        if identity.is_adopted {
            event.raw("adopted", b"true");
        }
    }
    let opened = u64::from(facts.opened.count());
    event.number("sessions_opened", (opened > 0).then_some(opened));
    // Also where nobody was let in with it.
    event.optional("key", facts.key.map(|key| key.to_string()).as_deref());
    event.text("verdict", facts.verdict.name());
    if facts.verdict != Verdict::Allowed {
        event.text("room", facts.room.name());
    }
    if let Some(refusal) = &facts.refusal {
        event.text("control", refusal.control.name());
        event.text("reason", refusal.reason);
        event.text("detail", &refusal.detail);
    }
    event.optional("failure", facts.failure.as_deref());
    event.number("status", facts.status.map(|status| u64::from(status.0)));
    event.number("upstream_status", facts.upstream_status.map(|status| u64::from(status.0)));
    event.list("asked", &facts.asked, |object, asked| {
        object.text("operation", &asked.operation);
        object.number("status", Some(u64::from(asked.status.0)));
        object.number("micros", Some(asked.micros));
    });
    event.notes("edits", &facts.edits, facts.edits_more);
    event.notes("would_refuse", &facts.would_refuse, facts.would_refuse_more);
    if facts.client_gone {
        event.raw("client_gone", b"true");
    }
    if facts.not_inspected {
        event.raw("body_not_inspected", b"true");
    }
    event.optional("drift", facts.drift);
    event.number("request_bytes", Some(facts.request_bytes));
    event.number("answer_bytes", Some(facts.answer_bytes));
    event.number("upstream_micros", facts.upstream_micros);
    event.number("micros", Some(facts.started.elapsed().as_micros() as u64));
    event.close();
}

/// What could not be written, said in its place.
pub(crate) fn write_overflow(time: portcullis_model::UnixMillis, lost: u64, out: &mut Vec<u8>) {
    let mut event = Object::open(out);
    event.plain("time", &time.rfc3339_text());
    event.text("event", "overflow");
    event.number("records_lost", Some(lost));
    event.close();
}

pub(crate) struct Object<'a> {
    out: &'a mut Vec<u8>,
    is_first: bool,
}

impl<'a> Object<'a> {
    pub(crate) fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_first: true }
    }

    pub(crate) fn close(self) {
        self.out.extend_from_slice(b"}\n");
    }

    /// `name` is one of ours: it needs no escape.
    fn name(&mut self, name: &str) {
        if !self.is_first {
            self.out.push(b',');
        }
        self.is_first = false;
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    pub(crate) fn raw(&mut self, name: &str, value: &[u8]) {
        self.name(name);
        self.out.extend_from_slice(value);
    }

    /// A text that needs no escape.
    pub(crate) fn plain(&mut self, name: &str, value: &[u8]) {
        self.name(name);
        self.out.push(b'"');
        self.out.extend_from_slice(value);
        self.out.push(b'"');
    }

    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        // Whoever looks at the file in a terminal sees what stands there.
        push_quoted_plain(value, acts, self.out);
    }

    pub(crate) fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    pub(crate) fn number(&mut self, name: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.name(name);
            push_decimal(value, self.out);
        }
    }

    fn notes(&mut self, name: &str, notes: &[Noted], more: u32) {
        if notes.is_empty() {
            return;
        }
        self.list(name, notes, |object, note| {
            object.text("control", note.control.name());
            object.text("reason", note.reason);
            object.text("detail", &note.detail);
        });
        if more > 0 {
            // Behind the last note, inside the list.
            self.out.pop();
            self.out.extend_from_slice(b",{\"more\":");
            push_decimal(u64::from(more), self.out);
            self.out.extend_from_slice(b"}]");
        }
    }

    /// A list of objects; nothing if it is empty.
    pub(crate) fn list<T>(&mut self, name: &str, items: &[T], write: impl Fn(&mut Object<'_>, &T)) {
        if items.is_empty() {
            return;
        }
        self.name(name);
        self.out.push(b'[');
        for (place, item) in items.iter().enumerate() {
            if place > 0 {
                self.out.push(b',');
            }
            self.out.push(b'{');
            write(&mut Object { out: &mut *self.out, is_first: true }, item);
            self.out.push(b'}');
        }
        self.out.push(b']');
    }
}
