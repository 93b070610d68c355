//! `multipart/form-data` (RFC 7578): one reading, and one spelling towards the API.
//!
//! What servers read in different ways is a fault: dashes before the first or behind the last
//! boundary (other text there is left out), a boundary inside a part, bare line feeds, folded or repeated fields, a transfer
//! encoding, an escaped name, two names. What is left becomes the same tree as a form or a JSON
//! body, in which files are strings that stand for bytes, so that every later check is the same
//! check. It is written anew with a boundary of ours; the bytes of files stay as they are.

mod boundary;
mod disposition;
mod form;
mod parameters;
mod parse;
mod write;

use portcullis_contract::ScalarFault;
use portcullis_json::Fault as JsonFault;

use crate::resource_limits::Breach;
use crate::xml::Fault as XmlFault;

pub use boundary::boundary;
pub use form::{FormData, PartFile, read};
pub use parse::{Part, PartType, parse};
pub use write::write;

/// Why a body has no single reading, or not the declared one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not `multipart/form-data` at all.
    Syntax(&'static str),
    /// It can be read in two ways, or a part is not what is declared; a short word that does not
    /// change.
    Shape(&'static str),
    /// A text is not the number or boolean that is declared.
    Scalar(ScalarFault),
    /// A part says that it is of a type that is not declared; a short word that does not change.
    Label(&'static str),
    /// Above a limit.
    Breach(Breach),
    /// A part that is JSON has no single reading.
    Json(JsonFault),
    /// A part that is text is not UTF-8.
    NotUtf8,
    /// A part that is XML has no single reading.
    Xml(XmlFault),
}
