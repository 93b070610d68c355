//! What goes to the API as a body.

use portcullis_controls::urlencoded::form::Form;
use portcullis_json::Document;

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
    },
    /// As it came: text, opaque bytes, a signed body, or one that nobody refused.
    Bytes {
        /// The bytes, still coded if `coding` says so.
        bytes: Vec<u8>,
        /// `Content-Encoding`, where the bytes were not decoded.
        coding: Option<String>,
    },
}
