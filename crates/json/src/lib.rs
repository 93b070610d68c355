//! One strict reading of JSON (RFC 8259): a flat tree that keeps spans.
//!
//! What has two readings is a fault: duplicate member names (compared after unescaping), lone
//! surrogates, bytes that are not UTF-8, a byte order mark, numbers that no `f64` holds. A
//! [`Document`] owns its text, so it can move along the path of a request; nodes lie in one
//! vector, so that a body of 1 KB costs three allocations. Number lexemes and member order are
//! kept, and [`Document::write`] prints the one canonical spelling: what an API reads is exactly
//! what was checked.
//!
//! A document can be edited: members and items dropped, scalars put in the place of values, members
//! added. Reading and [`Document::write`] both see the value as it is then; [`Document::text`]
//! stays as it was read, and [`Document::restore_all`] undoes everything.

mod document;
mod edit;
mod fault;
mod limits;
mod node;
mod parse;
mod scalar;
mod text;
mod write;

pub use document::{Document, Items, Members, Value};
pub use edit::NotEdited;
pub use fault::{Fault, FaultKind, Rejected};
pub use limits::Limits;
pub use node::Kind;
pub use scalar::{Number, Scalar};
pub use text::{push_decimal, push_quoted, push_quoted_plain, string_end};
