//! A token that pages send back, where their browsers say nothing of them.

use std::sync::Arc;

use portcullis_model::Span;

use crate::source::SecretSource;

/// How pages of one API show that they are its own, where their browsers do not say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken {
    /// The field in which pages send it, in lower case.
    pub header: Arc<str>,
    /// The cookie in which they get it.
    pub cookie: Arc<str>,
    /// Where the key lies that it is made with.
    pub key: SecretSource,
    /// Where the policy says that.
    pub key_span: Option<Span>,
}
