//! Header fields of an answer that do something to whoever reads them.

use std::borrow::Cow;

use portcullis_model::plain;

use super::names::{acts as acts_decoded, is_of_two_kinds};

/// Bytes of one value. Clients give up at 8 or 16 KiB for all fields together.
pub const FIELD_BYTES_MAX: usize = 8 << 10;

/// Fields that may stand once (RFC 9110, RFC 6266): with two values, two readers take two.
const ONCE: [&str; 9] = [
    "age",
    "content-disposition",
    "content-location",
    "content-range",
    "etag",
    "expires",
    "last-modified",
    "location",
    "retry-after",
];

/// Why a field does not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It holds characters that act: they turn text around, move a cursor, or cannot be seen.
    Acts,
    /// It is longer than clients take.
    TooLong,
    /// It may stand once, and another value of it stands there, too.
    Twice,
    /// It names a file twice, and two readers take two of two kinds.
    TwoNames,
    /// It has a browser fetch something from a host that nobody named, unasked.
    LoadsForeign,
    /// It leads to a host that only the API's own network knows, or to none that all readers agree on.
    LeadsInside,
}

impl Unfit {
    /// The reason in the record.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Acts => "field_characters",
            Self::TooLong => "field_bytes",
            Self::Twice => "field_twice",
            Self::TwoNames => "field_two_names",
            Self::LoadsForeign => "field_loads",
            Self::LeadsInside => "field_leads_inside",
        }
    }
}

/// Whether a field may leave, by its lower-case name, for what its value is. `others` are the values of the same
/// name.
pub fn unfit<'a>(
    name: &str,
    value: &str,
    mut others: impl Iterator<Item = &'a str>,
) -> Option<Unfit> {
    if value.len() > FIELD_BYTES_MAX {
        return Some(Unfit::TooLong);
    }
    let is_disposition = name == "content-disposition";
    if acts(value) || is_disposition && acts_decoded(value) {
        return Some(Unfit::Acts);
    }
    if is_disposition && is_of_two_kinds(value) {
        return Some(Unfit::TwoNames);
    }
    (ONCE.contains(&name) && others.any(|other| other != value)).then_some(Unfit::Twice)
}

/// A tab is white space here (RFC 9110 section 5.5).
fn acts(value: &str) -> bool {
    !value.is_ascii() && value.split('\t').any(|part| matches!(plain(part), Cow::Owned(_)))
}
