//! What goes to the API as a body.

use portcullis_controls::urlencoded::form::Form;
use portcullis_json::{Document, Value};

/// The body that goes to the API.
pub(super) enum Payload {
    /// None.
    Nothing,
    /// JSON, printed from the tree.
    Json(Document),
    /// A form, printed from its tree.
    Form(Form),
    /// Parts, written anew.
    Parts {
        /// The whole body.
        bytes: Vec<u8>,
        /// What stands between the parts.
        boundary: String,
        /// What they were read as.
        read: Document,
    },
    /// As it came: text, opaque bytes, a signed body, or one that nobody refused.
    Bytes {
        /// The bytes, still coded if `coding` says so.
        bytes: Vec<u8>,
        /// `Content-Encoding`, where the bytes were not decoded.
        coding: Option<String>,
        /// What they were read as, if they are a tree.
        read: Option<Document>,
    },
}

impl Payload {
    /// The tree of its values, whatever they are written in; none where nobody has read one.
    pub(super) fn tree(&self) -> Option<Value<'_>> {
        let document = match self {
            Self::Nothing => return None,
            Self::Json(document) | Self::Parts { read: document, .. } => document,
            Self::Form(form) => form.document(),
            Self::Bytes { read, .. } => read.as_ref()?,
        };
        Some(document.root())
    }
}
