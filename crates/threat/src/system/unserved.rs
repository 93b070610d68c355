//! Operations that are declared and not served: the API alone may still answer them.

use std::borrow::Cow;

use portcullis_model::Span;

/// A declared operation that is not served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unserved {
    /// `GET /orders/{id}`.
    pub title: String,
    /// Whether threats to it are found all the same: it is closed, and nobody reaches it. Else it cannot be read, and
    /// nothing is known of it.
    pub is_closed: bool,
    /// Why, in words.
    pub why: Cow<'static, str>,
    /// Where it is declared.
    pub at: Option<Span>,
}
