//! What is said when the answer is no.

use crate::ControlId;

/// An HTTP status code (RFC 9110 section 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status(pub u16);

impl Status {
    #![expect(missing_docs, reason = "each is the status of that name")]
    pub const BAD_REQUEST: Self = Self(400);
    pub const UNAUTHORIZED: Self = Self(401);
    pub const FORBIDDEN: Self = Self(403);
    pub const NOT_FOUND: Self = Self(404);
    pub const METHOD_NOT_ALLOWED: Self = Self(405);
    pub const REQUEST_TIMEOUT: Self = Self(408);
    pub const GONE: Self = Self(410);
    pub const CONTENT_TOO_LARGE: Self = Self(413);
    pub const URI_TOO_LONG: Self = Self(414);
    pub const UNSUPPORTED_MEDIA_TYPE: Self = Self(415);
    pub const MISDIRECTED: Self = Self(421);
    pub const UNPROCESSABLE: Self = Self(422);
    pub const HEAD_TOO_LARGE: Self = Self(431);
    pub const INTERNAL: Self = Self(500);
    pub const NOT_IMPLEMENTED: Self = Self(501);
    pub const BAD_GATEWAY: Self = Self(502);
    pub const UNAVAILABLE: Self = Self(503);
    pub const GATEWAY_TIMEOUT: Self = Self(504);

    /// The reason phrase (RFC 9110, or the registry's), also the title of a problem document.
    pub const fn reason(self) -> &'static str {
        match self.0 {
            101 => "Switching Protocols",
            200 => "OK",
            201 => "Created",
            202 => "Accepted",
            204 => "No Content",
            206 => "Partial Content",
            301 => "Moved Permanently",
            302 => "Found",
            303 => "See Other",
            304 => "Not Modified",
            307 => "Temporary Redirect",
            308 => "Permanent Redirect",
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            406 => "Not Acceptable",
            408 => "Request Timeout",
            409 => "Conflict",
            410 => "Gone",
            411 => "Length Required",
            412 => "Precondition Failed",
            413 => "Content Too Large",
            414 => "URI Too Long",
            415 => "Unsupported Media Type",
            417 => "Expectation Failed",
            421 => "Misdirected Request",
            422 => "Unprocessable Content",
            428 => "Precondition Required",
            429 => "Too Many Requests",
            431 => "Request Header Fields Too Large",
            500 => "Internal Server Error",
            501 => "Not Implemented",
            502 => "Bad Gateway",
            503 => "Service Unavailable",
            504 => "Gateway Timeout",
            505 => "HTTP Version Not Supported",
            code if code < 300 => "Success",
            code if code < 400 => "Redirection",
            code if code < 500 => "Client Error",
            _ => "Server Error",
        }
    }
}

/// A no: which control, what the caller is told, what only the ledger knows.
///
/// It is a value, not an error: rooms return it, the edge answers it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Who says no.
    pub control: ControlId,
    /// The status of the answer.
    pub status: Status,
    /// What the caller may read beside the status's own title; nothing that an attacker could
    /// learn from.
    pub public: Option<&'static str>,
    /// What happened, for the ledger. Never a secret, never a body.
    pub detail: String,
    /// Which rule of the control it was: a short word that does not change, `duplicate_name`.
    pub reason: &'static str,
    /// Header fields that the answer carries: `Allow`, `Retry-After`, `WWW-Authenticate`.
    pub fields: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal with the status's own title as all that the caller reads.
    pub fn new(
        control: ControlId,
        status: Status,
        reason: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self { control, status, public: None, detail: detail.into(), reason, fields: Vec::new() }
    }

    /// With a header field on the answer.
    #[must_use]
    pub fn with_field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// With a sentence for the caller.
    #[must_use]
    pub const fn saying(mut self, public: &'static str) -> Self {
        self.public = Some(public);
        self
    }
}
