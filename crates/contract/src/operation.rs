//! One operation: method and path template.

use std::fmt;

use portcullis_model::{Date, Method, Span};

use crate::link::Link;
use crate::media::{BodyKind, Media, MediaRange};
use crate::parameter::Parameter;
use crate::scheme::SecurityRequirement;

/// A method on a path template, with all that the document says of it (path item included).
#[derive(Debug)]
pub struct Operation {
    /// `operationId`.
    pub id: Option<String>,
    /// The method.
    pub method: Method,
    /// The path template as written: `/orders/{id}`.
    pub template: String,
    /// Where the operation stands.
    pub span: Span,
    /// `tags`.
    pub tags: Vec<String>,
    /// `deprecated: true`.
    pub deprecated: bool,
    /// `x-sunset: 2026-12-31`: the day from which it is refused (RFC 8594 announces it).
    pub sunset: Option<Sunset>,
    /// Parameters of path item and operation, overrides resolved.
    pub parameters: Vec<Parameter>,
    /// The request body.
    pub body: Option<RequestBody>,
    /// The declared answers, exact statuses before ranges before `default`.
    pub responses: Vec<Response>,
    /// Who may call, as far as the document says.
    pub security: Security,
}

impl Operation {
    /// `GET /orders/{id}`.
    pub fn title(&self) -> String {
        format!("{} {}", self.method, self.template)
    }

    /// What people call it: the operationId, else [`Operation::title`].
    pub fn name(&self) -> String {
        self.id.clone().unwrap_or_else(|| self.title())
    }

    /// The declared answer for a status: exact, else range (`4XX`), else `default`.
    pub fn response(&self, status: u16) -> Option<&Response> {
        self.responses.iter().find(|response| response.status.covers(status))
    }
}

/// When an operation stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sunset {
    /// The first day on which it is no longer served.
    pub date: Date,
    /// Where that is written.
    pub span: Span,
}

/// A declared request body.
#[derive(Debug)]
pub struct RequestBody {
    /// `required`, false by default.
    pub required: bool,
    /// Its media types, most specific first.
    pub media: Vec<Media>,
    /// Where it stands.
    pub span: Span,
}

/// A declared answer.
#[derive(Debug)]
pub struct Response {
    /// For which statuses.
    pub status: StatusPattern,
    /// Its media types, most specific first; empty if the document declares no `content`.
    pub media: Vec<Media>,
    /// The media types that `produces` of Swagger 2.0 names where the answer has no `schema`: it may have a
    /// body of one of them, and nothing is said of what is in it. By the letter it has none; real APIs answer
    /// pages and pictures all the same. JSON is not among them: named or not, it is read.
    pub produced: Vec<Media>,
    /// Which values of it later requests take.
    pub links: Vec<Link>,
    /// Where it stands.
    pub span: Span,
}

impl Response {
    /// The declared media type that speaks of a body of this type.
    pub fn media_for(&self, range: &MediaRange) -> Option<&Media> {
        self.media.iter().find(|media| media.range.covers(range))
    }

    /// The same of the types that are only named.
    pub fn produced_for(&self, range: &MediaRange) -> Option<&Media> {
        self.produced.iter().find(|media| media.range.covers(range))
    }

    /// Whether it is declared as JSON.
    pub fn has_json(&self) -> bool {
        self.media.iter().any(|media| media.kind == BodyKind::Json)
    }
}

/// The key of an answer: `200`, `4XX`, `default`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatusPattern {
    /// One status.
    Exact(u16),
    /// All statuses with this first digit.
    Range(u16),
    /// All statuses that nothing else covers.
    Default,
}

impl StatusPattern {
    /// Whether it speaks of this status.
    pub const fn covers(self, status: u16) -> bool {
        match self {
            Self::Exact(exact) => exact == status,
            Self::Range(hundred) => hundred == status / 100,
            Self::Default => true,
        }
    }
}

impl fmt::Display for StatusPattern {
    /// As documents write it: `200`, `4XX`, `default`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(status) => write!(f, "{status}"),
            Self::Range(hundred) => write!(f, "{hundred}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Who may call an operation, as far as the document says (rule 7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Security {
    /// Nothing is said: no `security` here and none (or an empty list, which generators write)
    /// at the root.
    NotStated,
    /// `security: []`, or an alternative `{}`, on the operation itself: anonymous is allowed.
    Anonymous {
        /// Where that is written.
        span: Span,
        /// The other alternatives, if any.
        or: Vec<SecurityRequirement>,
    },
    /// One of these alternatives is needed.
    Required {
        /// Where that is written.
        span: Span,
        /// At least one, none of them empty.
        any_of: Vec<SecurityRequirement>,
    },
}

impl Security {
    /// What of it may be shown, one alternative or another; none where nothing is said or needed.
    pub fn alternatives(&self) -> &[SecurityRequirement] {
        match self {
            Self::NotStated => &[],
            Self::Anonymous { or, .. } => or,
            Self::Required { any_of, .. } => any_of,
        }
    }
}
