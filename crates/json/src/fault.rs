//! Why a text is not accepted.

use std::fmt;

/// Why a text is not accepted, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Why.
    pub kind: FaultKind,
    /// At which byte of the text, from 0.
    pub at: u32,
}

/// Why a text is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// Not JSON.
    Syntax,
    /// The text ends inside a value.
    UnexpectedEnd,
    /// Something stands behind the value.
    TrailingText,
    /// Not UTF-8.
    NotUtf8,
    /// It begins with a byte order mark.
    ByteOrderMark,
    /// An escape that is none, or half a surrogate pair.
    BadEscape,
    /// A control character inside a string.
    ControlCharacter,
    /// Two members of one object have the same name.
    DuplicateName,
    /// A number that no `f64` can hold.
    NumberRange,
    /// Longer than [`Limits::text_bytes_max`].
    TextTooLong,
    /// Deeper than [`Limits::depth_max`].
    TooDeep,
    /// More than [`Limits::nodes_max`].
    TooManyNodes,
    /// Longer than [`Limits::string_bytes_max`].
    StringTooLong,
    /// More than [`Limits::array_items_max`].
    TooManyItems,
    /// More than [`Limits::object_members_max`].
    TooManyMembers,
    /// Longer than [`Limits::number_bytes_max`].
    NumberTooLong,
}

impl FaultKind {
    /// Whether it is about size, not about form.
    pub const fn is_limit(self) -> bool {
        matches!(
            self,
            Self::TextTooLong
                | Self::TooDeep
                | Self::TooManyNodes
                | Self::StringTooLong
                | Self::TooManyItems
                | Self::TooManyMembers
                | Self::NumberTooLong
        )
    }

    /// A short word that does not change: `duplicate_name`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::UnexpectedEnd => "unexpected_end",
            Self::TrailingText => "trailing_text",
            Self::NotUtf8 => "not_utf8",
            Self::ByteOrderMark => "byte_order_mark",
            Self::BadEscape => "bad_escape",
            Self::ControlCharacter => "control_character",
            Self::DuplicateName => "duplicate_name",
            Self::NumberRange => "number_range",
            Self::TextTooLong => "text_too_long",
            Self::TooDeep => "too_deep",
            Self::TooManyNodes => "too_many_nodes",
            Self::StringTooLong => "string_too_long",
            Self::TooManyItems => "too_many_items",
            Self::TooManyMembers => "too_many_members",
            Self::NumberTooLong => "number_too_long",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.kind {
            FaultKind::Syntax => "not JSON",
            FaultKind::UnexpectedEnd => "the text ends inside a value",
            FaultKind::TrailingText => "something stands behind the value",
            FaultKind::NotUtf8 => "not UTF-8",
            FaultKind::ByteOrderMark => "it begins with a byte order mark",
            FaultKind::BadEscape => "an escape that is none, or half a surrogate pair",
            FaultKind::ControlCharacter => "a control character inside a string",
            FaultKind::DuplicateName => "two members of one object have the same name",
            FaultKind::NumberRange => "a number too large for 64-bit floating point",
            FaultKind::TextTooLong => "the text is too long",
            FaultKind::TooDeep => "too many arrays and objects inside one another",
            FaultKind::TooManyNodes => "too many values",
            FaultKind::StringTooLong => "a string is too long",
            FaultKind::TooManyItems => "an array has too many items",
            FaultKind::TooManyMembers => "an object has too many members",
            FaultKind::NumberTooLong => "a number is too long",
        };
        write!(f, "{words}, at byte {}", self.at)
    }
}

impl std::error::Error for Fault {}

/// A text that was not accepted: nothing is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Why, and where.
    pub fault: Fault,
    /// The bytes as they came.
    pub bytes: Vec<u8>,
}
