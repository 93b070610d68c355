//! Would a language that an API speaks read this text as more than text?
//!
//! A text is looked at for each [`Language`] of the [`Sinks`] that it may end in, as it is and as up to
//! [`LAYERS_MAX`] layers of encoding hide it. A [`Found`] says where, behind which layers, and why. Every
//! look costs [`Fuel`] in proportion to what is read, and none is above linear; whoever runs out of fuel has
//! not been told that the text is harmless.
//!
//! It does no IO, reads no clock, and knows nothing of HTTP or of contracts.

mod bytes;
mod classes;
mod found;
mod fuel;
mod html;
mod language;
mod layers;
mod ldap;
mod line;
mod look;
mod nosql;
mod path;
mod phrases;
mod prototype;
mod shell;
mod sql;
mod template;
mod text;
#[cfg(test)]
mod tried;
mod xml;
mod xpath;

pub use found::{Found, Reason, Verdict};
pub use fuel::{Fuel, OutOfFuel};
pub use language::{Language, Sinks};
pub use look::{look, look_at_name};
pub use text::TextKind;

/// Encodings inside one another that are undone, at most.
pub const LAYERS_MAX: usize = 3;
