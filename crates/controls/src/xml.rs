//! XML 1.0 with namespaces: is a text well-formed, does it have one reading, and what is it as the
//! tree that its schema describes?
//!
//! No document type and no entity but the five that every reader knows: nothing is fetched and
//! nothing grows. What readers differ on is a fault although it is well-formed: processing
//! instructions, and comments inside a text, which some readers cut in two. In time linear to the
//! text and without recursion; what it may hold is bounded by `limits`.

mod body;
mod characters;
mod check;
mod cursor;
mod members;
mod namespaces;
mod object;
mod read;
mod tree;
mod walk;
mod whole;

use std::fmt;

use crate::resource_limits::Breach;

pub use body::{Stray, XmlBody};
pub use check::check;
pub use read::read;
pub(crate) use whole::is_whole;

/// Why a text is not accepted, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Why.
    pub kind: FaultKind,
    /// At which byte, from 0.
    pub at: usize,
}

/// Why a text is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Not UTF-8.
    NotUtf8,
    /// Not well-formed; what is wrong.
    Syntax(&'static str),
    /// It says that it is in another encoding or version than UTF-8 and 1.0.
    Declaration,
    /// A document type.
    Doctype,
    /// A reference to an entity that is not one of the five.
    Entity,
    /// A processing instruction.
    Instruction,
    /// A comment inside a text.
    CommentInText,
    /// An attribute twice, also under two prefixes of one namespace.
    RepeatedAttribute,
    /// Text beside elements or attributes, where an object is declared.
    Mixed,
    /// An element or attribute twice that is declared for one value.
    Repeated,
    /// `xsi:nil` with a value beside it, or with another than `true` and `false`.
    Nil,
    /// The tree is above a limit.
    Value(portcullis_json::Fault),
    /// Above a limit.
    Breach(Breach),
}

impl FaultKind {
    /// A short word that does not change.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not_utf8",
            Self::Syntax(_) => "xml_syntax",
            Self::Declaration => "xml_declaration",
            Self::Doctype => "xml_doctype",
            Self::Entity => "xml_entity",
            Self::Instruction => "xml_instruction",
            Self::CommentInText => "xml_comment",
            Self::RepeatedAttribute => "xml_repeated_attribute",
            Self::Mixed => "xml_mixed",
            Self::Repeated => "repeated",
            Self::Nil => "xml_nil",
            Self::Value(fault) => fault.kind.name(),
            Self::Breach(breach) => breach.key(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.kind {
            FaultKind::NotUtf8 => "not UTF-8",
            FaultKind::Syntax(what) => what,
            FaultKind::Declaration => "another encoding or version than UTF-8 and 1.0",
            FaultKind::Doctype => "a document type",
            FaultKind::Entity => "a reference to an entity",
            FaultKind::Instruction => "a processing instruction",
            FaultKind::CommentInText => "a comment inside a text",
            FaultKind::RepeatedAttribute => "an attribute twice",
            FaultKind::Mixed => "text beside elements or attributes",
            FaultKind::Repeated => "one value twice",
            FaultKind::Nil => "a null that is none",
            FaultKind::Value(_) | FaultKind::Breach(_) => "above a limit",
        };
        write!(f, "{words}, at byte {}", self.at)
    }
}
