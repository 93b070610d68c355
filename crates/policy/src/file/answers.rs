//! The section `answers`: what everybody sees of objects, whatever their role.

use portcullis_json::{Number, Scalar};
use portcullis_yaml::{
    Content, Named, Node, Notes, Read, Spanned, inline_schemas, scalar, section,
};

use crate::claim::ClaimPointer;
use crate::quantity::Count;

section! {
    /// What everybody sees of objects of one kind, in every answer, whoever asks. What a rule hides from a role
    /// is hidden beside it.
    struct AnswersSection, later [], {
        /// Members that nobody sees: JSON Pointers.
        hide: Option<Vec<Spanned<ClaimPointer>>>,
        /// Members that say less than what they are derived from, by the names that they have in the object:
        /// `over_21: { from: /date_of_birth, age_at_least: 21 }`. What they are derived from does not leave.
        derive: Option<Named<DeriveSection>>,
        /// Members that leave although their values look like hashes of passwords, as some checksums do.
        /// Default: such values do not leave.
        show: Option<Vec<Spanned<ClaimPointer>>>,
    }
}

section! {
    /// One derived member. It says exactly one of `age_at_least`, `last`, `masked_email`, `year`, `presence`,
    /// `keyed_hash` and `constant`. Where its source cannot be read so, there is no such member, and that is
    /// reported.
    struct DeriveSection, later [], {
        /// What it is derived from: a member of the object, as a JSON Pointer. Where it has the same name, it
        /// stands in its place. A constant needs none.
        from: Option<Spanned<ClaimPointer>>,
        /// `true` lets the source leave, too. Default: `false`, because then nothing would be gained.
        keep: Option<bool>,
        /// Of a date of birth: whether somebody born then has lived so many years today, in UTC. It reveals the
        /// birthday to whoever asks on the day it changes.
        age_at_least: Option<Spanned<Count>>,
        /// The last letters and digits, so many of them, of what has twice as many at least.
        last: Option<Spanned<Count>>,
        /// `true`: of an email address its first character and its domain, `a***@example.com`.
        masked_email: Option<Spanned<bool>>,
        /// `true`: of a date its year.
        year: Option<Spanned<bool>>,
        /// `true`: whether it is there, and not empty.
        presence: Option<Spanned<bool>>,
        /// A hash that is the same for the same value, and says nothing else to those without the key
        /// (`answers_key`). The word is its purpose: hashes for one cannot be compared with those for another.
        keyed_hash: Option<Spanned<String>>,
        /// Always this: a text, a number, `true` or `false`.
        constant: Option<Spanned<Constant>>,
    }
}

/// A single value.
#[derive(Debug, Clone)]
pub(crate) struct Constant(pub(crate) Scalar);

impl Read for Constant {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let is_quoted = matches!(&node.content, Content::Scalar { quoted: true, .. });
        Some(Self(match text {
            _ if is_quoted => Scalar::String(text.to_owned()),
            "true" => Scalar::Bool(true),
            "false" => Scalar::Bool(false),
            _ => Number::read(text).map_or_else(|| Scalar::String(text.to_owned()), Scalar::Number),
        }))
    }
}

inline_schemas! {
    Constant: { "type": ["string", "number", "boolean"], "examples": ["EUR", 1, true] },
}
