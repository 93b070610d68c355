//! Answers: how they are put together, once, at the edge.

use portcullis_controls::safe_configuration::{Security, security_fields};
use portcullis_json::{push_decimal, push_quoted};
use portcullis_model::{RequestId, Status};
use portcullis_policy::NotFound;

use crate::upstream::Streaming;

/// What the fields of an ordinary answer take.
const FIELDS_BYTES: usize = 256;

/// An answer on its way out: fields without those that the edge adds.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: Status,
    fields: Vec<u8>,
    pub(crate) body: Body,
    /// Nobody may store it (rule 23).
    pub(crate) is_private: bool,
}

/// An answer's body.
#[derive(Debug)]
pub(crate) enum Body {
    /// All of it.
    Whole(Vec<u8>),
    /// None, and none may be announced (204, 304, answers to HEAD).
    Nothing,
    /// As it comes from the API, not inspected.
    Streaming(Box<Streaming>),
    /// The connection becomes a WebSocket, not inspected.
    Upgraded(Box<Streaming>),
}

impl Answer {
    pub(crate) fn new(status: Status, body: Body) -> Self {
        // Whatever the API sent: what follows such a head would be read as the next answer.
        let body = match body {
            Body::Whole(_) | Body::Streaming(_) if matches!(status.0, 204 | 304) => Body::Nothing,
            body => body,
        };
        Self { status, fields: Vec::with_capacity(FIELDS_BYTES), body, is_private: true }
    }

    /// A neutral problem document (RFC 9457): the status's own title, a sentence at most, and the
    /// request's name.
    pub(crate) fn problem(status: Status, public: Option<&str>, id: RequestId) -> Self {
        let mut body = Vec::with_capacity(160);
        body.extend_from_slice(b"{\"type\":\"about:blank\",\"title\":");
        push_quoted(status.reason(), &mut body);
        body.extend_from_slice(b",\"status\":");
        push_decimal(u64::from(status.0), &mut body);
        if let Some(public) = public {
            body.extend_from_slice(b",\"detail\":");
            push_quoted(public, &mut body);
        }
        body.extend_from_slice(b",\"request_id\":\"");
        body.extend_from_slice(&id.text());
        body.extend_from_slice(b"\"}");
        let mut answer = Self::new(status, Body::Whole(body));
        answer.push_field("Content-Type", "application/problem+json");
        answer
    }

    /// What stands where an object does not exist, or is not the caller's: one for both, so that nobody can
    /// tell them apart.
    pub(crate) fn missing(template: Option<&NotFound>, id: RequestId) -> Self {
        let Some(NotFound { content_type, body }) = template else {
            return Self::problem(Status::NOT_FOUND, None, id);
        };
        let mut answer = Self::new(Status::NOT_FOUND, Body::Whole(body.clone().into_bytes()));
        answer.push_field("Content-Type", content_type);
        answer
    }

    /// Adds a field. One that could end its line early is left out: it cannot be written.
    pub(crate) fn push_field(&mut self, name: &str, value: &str) {
        let is_clean = |text: &str| !text.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0));
        if is_clean(name) && is_clean(value) {
            push_field(&mut self.fields, name, value);
        }
    }

    /// Takes out fields; says which.
    pub(crate) fn remove_fields(&mut self, is_removed: impl Fn(&str, &str) -> bool) -> Vec<String> {
        let mut removed = Vec::new();
        let mut kept = Vec::with_capacity(self.fields.len());
        for (name, value) in self.fields() {
            if is_removed(name, value) {
                removed.push(name.to_owned());
            } else {
                push_field(&mut kept, name, value);
            }
        }
        self.fields = kept;
        removed
    }

    /// Whether a body of known length is there, and how long it is.
    pub(crate) const fn body_bytes(&self) -> u64 {
        match &self.body {
            Body::Whole(body) => body.len() as u64,
            Body::Nothing | Body::Streaming(_) | Body::Upgraded(_) => 0,
        }
    }

    /// The answer's own fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let text = std::str::from_utf8(&self.fields).unwrap_or_default();
        text.split("\r\n").filter_map(|line| line.split_once(": "))
    }

    /// Writes head and whole body as HTTP/1.1 (a streaming body is written by the connection).
    pub(crate) fn write(&self, edge: &Edge<'_>, framing: Framing, out: &mut Vec<u8>) {
        out.reserve(self.fields.len() + self.body_bytes() as usize + 512);
        out.extend_from_slice(b"HTTP/1.1 ");
        push_decimal(u64::from(self.status.0), out);
        out.push(b' ');
        out.extend_from_slice(self.status.reason().as_bytes());
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&self.fields);
        edge.each(|name, value| push_field(out, name, value));
        match &self.body {
            Body::Whole(body) => {
                out.extend_from_slice(b"Content-Length: ");
                push_decimal(body.len() as u64, out);
                out.extend_from_slice(b"\r\n");
            }
            Body::Streaming(_) if framing.is_http10 => {}
            Body::Streaming(_) => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
            Body::Nothing => {}
            Body::Upgraded(_) => {
                out.extend_from_slice(b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
                return;
            }
        }
        if !framing.keep_alive {
            out.extend_from_slice(b"Connection: close\r\n");
        } else if framing.is_http10 {
            out.extend_from_slice(b"Connection: keep-alive\r\n");
        }
        out.extend_from_slice(b"\r\n");
        if let Body::Whole(body) = &self.body
            && !framing.is_head
        {
            out.extend_from_slice(body);
        }
    }
}

/// What the edge adds to every answer.
#[derive(Debug)]
pub(crate) struct Edge<'a> {
    pub(crate) id: RequestId,
    pub(crate) date: &'a str,
    pub(crate) fields: &'a [(&'static str, String)],
    /// What the security fields depend on; none where they are not set.
    pub(crate) security: Option<Security>,
}

impl Edge<'_> {
    /// Gives each field, name and value.
    pub(crate) fn each(&self, mut give: impl FnMut(&str, &str)) {
        for (name, value) in self.fields {
            give(name, value);
        }
        for (name, value) in self.security.into_iter().flat_map(security_fields) {
            give(name, value);
        }
        give("Date", self.date);
        // It is ASCII.
        give("X-Request-Id", std::str::from_utf8(&self.id.text()).unwrap_or_default());
    }
}

/// How an answer stands on a connection of HTTP/1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Framing {
    pub(crate) keep_alive: bool,
    pub(crate) is_http10: bool,
    pub(crate) is_head: bool,
}

fn push_field(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value.as_bytes());
    out.extend_from_slice(b"\r\n");
}
