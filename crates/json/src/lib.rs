//! One strict reading of JSON (RFC 8259): a flat tree that keeps spans.
//!
//! What has two readings is a fault: duplicate member names (compared after unescaping), lone
//! surrogates, bytes that are not UTF-8, a byte order mark, numbers that no `f64` holds. A
//! [`Document`] owns its text, so it can move along the path of a request; nodes lie in one
//! vector, so that a body of 1 KB costs three allocations. Number lexemes and member order are
//! kept, and [`Document::write`] prints the one canonical spelling: what an API reads is exactly
//! what was checked.

mod document;
mod fault;
mod limits;
mod parse;
mod text;
mod write;

pub use document::{Document, Items, Kind, Members, Value};
pub use fault::{Fault, FaultKind, Rejected};
pub use limits::Limits;
pub use text::{push_decimal, push_quoted, string_end};
