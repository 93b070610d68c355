//! What everybody sees of objects, whatever their role: members that do not leave, and what leaves in their
//! place.

use std::num::NonZeroU8;
use std::sync::Arc;

use portcullis_contract::{SchemaName, ShapeId};
use portcullis_json::Scalar;
use portcullis_model::Span;

use crate::source::SecretSource;

/// What everybody sees of the objects of one API.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// In the order of the file.
    pub masks: Vec<AnswerMask>,
    /// The key of hashes that stand in the place of values.
    pub key: Option<SecretSource>,
    /// Where the policy says so.
    pub key_span: Option<Span>,
}

/// What is seen of objects of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerMask {
    /// The resource, or the named schema.
    pub name: Arc<str>,
    /// The named schemas that describe such an object.
    pub schemas: Vec<SchemaName>,
    /// Shapes without a name that describe it, too.
    pub shapes: Vec<ShapeId>,
    /// What does not leave: JSON Pointers; sources of derived values among them.
    pub hide: Vec<String>,
    /// What leaves although it looks like the hash of a password: JSON Pointers.
    pub show: Vec<String>,
    /// What is added, or stands in the place of something.
    pub derive: Vec<DerivedMember>,
    /// Where the policy says so.
    pub span: Span,
}

/// A member that is derived from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedMember {
    /// Its name in the object.
    pub name: Arc<str>,
    /// From what: a JSON Pointer; none for what is always the same.
    pub from: Option<String>,
    /// How.
    pub how: Derivation,
}

impl DerivedMember {
    /// Whether it stands in the place of what it is derived from.
    pub fn replaces_source(&self) -> bool {
        let from = self.from.as_deref().and_then(|from| from.strip_prefix('/'));
        from.is_some_and(|from| from.replace("~1", "/").replace("~0", "~") == *self.name)
    }
}

/// How a value is derived from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Derivation {
    /// Of a date of birth: whether somebody born then has lived so many years, on the given day. Who
    /// was born on 29 February completes a year on 1 March where there is no such day.
    AgeAtLeast(u8),
    /// Of a string or a whole number: its last letters and digits (of ASCII; nothing else counts or is
    /// shown), if it has at least twice as many.
    LastCharacters(NonZeroU8),
    /// Of an email address: its first character and its domain, `a***@example.com`; of one with a
    /// single character before the `@`, the domain alone.
    MaskedEmail,
    /// Of a date: its year, as a string of four digits.
    YearOnly,
    /// Of anything: whether it is there, not `null`, and not an empty string, array or object.
    Presence,
    /// Of a string or number: what is equal for equal values and says nothing else to those without
    /// the key. `1` and `"1"` differ, and so do `1` and `1.0`.
    KeyedHash {
        /// Hashes for one purpose cannot be compared with those for another.
        purpose: String,
    },
    /// Whatever stands there, this.
    Constant(Scalar),
}
