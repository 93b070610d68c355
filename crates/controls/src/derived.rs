//! Derived values: what is sent in the place of a sensitive one.
//!
//! A derivation reads one value and gives a scalar that tells less. What it cannot read it does not
//! guess: then there is nothing to send, the property is left out, and the reason is reported.
//!
//! Less is not nothing:
//! - a boolean over an age reveals the birthday to whoever asks on the day it flips;
//! - a keyed hash tells which values are equal, and whoever may write the source may have any value
//!   hashed and compare;
//! - the domain of a masked address can name its owner as well as the part before it.

mod age;
mod calendar;
mod keyed;
mod masked;
mod schema;

#[cfg(test)]
mod tests;

use portcullis_json::{Kind, Value};
use portcullis_model::Date;

pub use age::AGE_YEARS_MAX;
pub use keyed::{DerivationKey, KEY_BYTES_MIN};
pub use masked::ADDRESS_BYTES_MAX;
pub use portcullis_json::Scalar;
pub use portcullis_policy::Derivation;
pub use schema::schema;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Derived {
    /// This is sent.
    Value(Scalar),
    /// The property is left out.
    Nothing(Unread),
}

/// Why nothing could be derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unread {
    /// The source is not there, or `null`.
    Absent,
    /// The source is of a type that this is not derived from.
    WrongType,
    /// Not `YYYY-MM-DD` and no date-time of RFC 3339, or a day that does not exist.
    NotADate,
    /// A date of birth that is yet to come.
    InFuture,
    /// A date of birth more than [`AGE_YEARS_MAX`] years ago: what databases fill in where none is
    /// known (`1900-01-01`, `0001-01-01`) makes nobody old enough.
    TooLongAgo,
    /// What is to be shown would be more than half of it.
    TooShort,
    /// Not one email address.
    NotAnAddress,
    /// There is no key to hash it with.
    NoKey,
}

impl Unread {
    /// A short word that does not change: `not_a_date`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::WrongType => "wrong_type",
            Self::NotADate => "not_a_date",
            Self::InFuture => "in_future",
            Self::TooLongAgo => "too_long_ago",
            Self::TooShort => "too_short",
            Self::NotAnAddress => "not_an_address",
            Self::NoKey => "no_key",
        }
    }
}

/// Derives a value from `source`, on the day `today` in UTC.
///
/// The date of a date-time is the one that is written there, whatever its offset: a day of birth is
/// no instant.
pub fn derive(
    derivation: &Derivation,
    source: Option<Value<'_>>,
    today: Date,
    key: Option<&DerivationKey>,
) -> Derived {
    let derived = match derivation {
        Derivation::AgeAtLeast(years) => {
            text(source).and_then(|text| age::is_at_least(*years, text, today)).map(Scalar::Bool)
        }
        Derivation::LastCharacters(count) => {
            digits_or_text(source).and_then(|text| masked::last(*count, text)).map(Scalar::String)
        }
        Derivation::MaskedEmail => text(source).and_then(masked::email).map(Scalar::String),
        Derivation::YearOnly => text(source).and_then(age::year).map(Scalar::String),
        Derivation::Presence => Ok(Scalar::Bool(is_present(source))),
        Derivation::KeyedHash { purpose } => {
            let key = key.ok_or(Unread::NoKey);
            key.and_then(|key| key.hash(purpose, there(source)?)).map(Scalar::String)
        }
        Derivation::Constant(scalar) => Ok(scalar.clone()),
    };
    derived.map_or_else(Derived::Nothing, Derived::Value)
}

fn there(source: Option<Value<'_>>) -> Result<Value<'_>, Unread> {
    source.filter(|value| !value.is_null()).ok_or(Unread::Absent)
}

fn text(source: Option<Value<'_>>) -> Result<&str, Unread> {
    there(source)?.as_str().ok_or(Unread::WrongType)
}

/// The characters of a string, or the digits of a whole number: some APIs keep accounts as numbers.
fn digits_or_text(source: Option<Value<'_>>) -> Result<&str, Unread> {
    let value = there(source)?;
    let is_whole = |lexeme: &&str| lexeme.bytes().all(|byte| byte.is_ascii_digit());
    value.as_str().or_else(|| value.as_number().filter(is_whole)).ok_or(Unread::WrongType)
}

fn is_present(source: Option<Value<'_>>) -> bool {
    source.is_some_and(|value| match value.kind() {
        Kind::Null => false,
        Kind::String => value.as_str().is_some_and(|text| !text.is_empty()),
        Kind::Array | Kind::Object => !value.is_empty(),
        Kind::False | Kind::True | Kind::Number => true,
    })
}
