//! User names of our own, in one spelling.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

use super::prepared::{PrepareFault, prepare};

/// Bytes of a user name, at most.
pub const USER_BYTES_MAX: usize = 256;

/// Why a text cannot be a user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserFault {
    /// There is nothing in it.
    Empty,
    /// More than [`USER_BYTES_MAX`] bytes.
    TooLong,
    /// A colon: Basic ends the user there (RFC 7617 section 2).
    Colon,
    /// A blank at its begin or its end, which nobody sees.
    Blank,
    /// A character that no password may have either.
    Character,
}

/// The name as it is kept and compared: composed (NFC; RFC 7617 section 2.1), with its case, since `Admin` may be
/// another one than `admin` to the API.
pub fn user(text: &str) -> Result<String, UserFault> {
    if text.contains(':') {
        return Err(UserFault::Colon);
    }
    if text.trim() != text {
        return Err(UserFault::Blank);
    }
    match prepare(text.as_bytes()) {
        Ok(_) => {}
        Err(PrepareFault::Empty) => return Err(UserFault::Empty),
        Err(PrepareFault::TooLong) => return Err(UserFault::TooLong),
        Err(PrepareFault::NotUtf8 | PrepareFault::Character) => return Err(UserFault::Character),
    }
    let name: String = text.nfc().collect();
    if name.len() > USER_BYTES_MAX { Err(UserFault::TooLong) } else { Ok(name) }
}

/// Whether a header field can carry it: visible ASCII.
pub fn is_told_in_a_field(user: &str) -> bool {
    user.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

impl fmt::Display for UserFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the user name is empty",
            Self::TooLong => "the user name is longer than 256 bytes",
            Self::Colon => "a user name has no colon: Basic ends it there",
            Self::Blank => "a user name begins and ends with no blank",
            Self::Character => {
                "the user name has a character that nobody sees, that steers others, or that Unicode does not know"
            }
        })
    }
}

impl std::error::Error for UserFault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_spelling() {
        assert_eq!(user("jose\u{301}").as_deref(), Ok("jos\u{e9}"));
        assert_eq!(user("Ann Lee").as_deref(), Ok("Ann Lee"));
        for (text, fault) in [
            ("", UserFault::Empty),
            ("a:b", UserFault::Colon),
            (" ann", UserFault::Blank),
            ("ann\u{3000}", UserFault::Blank),
            ("an\nn", UserFault::Character),
            ("an\u{0}n", UserFault::Character),
            ("an\u{200b}n", UserFault::Character),
            (&"a".repeat(USER_BYTES_MAX + 1), UserFault::TooLong),
        ] {
            assert_eq!(user(text), Err(fault), "{text:?}");
        }
        assert!(is_told_in_a_field("Ann Lee") && !is_told_in_a_field("jos\u{e9}"));
    }
}
