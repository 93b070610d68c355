//! One spelling of a password: the profile OpaqueString (RFC 8265 section 4.2) of what keyboards and systems write
//! differently.

use std::fmt;

use portcullis_model::Secret;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_public_assigned;

use crate::authorization::BASIC_BYTES_MAX;

/// Why a text cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrepareFault {
    /// There is nothing in it.
    Empty,
    /// More than [`BASIC_BYTES_MAX`] bytes: no Basic credential could carry it.
    TooLong,
    /// Not UTF-8.
    NotUtf8,
    /// A character that nobody sees, that steers others, or that Unicode has given no meaning yet.
    Character,
}

/// Prepares a password to be hashed or compared: every kind of space is the ordinary one, and each character has its
/// composed form (NFC). Case, width and order stay. Control characters, those without a width, and those
/// that Unicode has not assigned are refused, as `FreeformClass` does (RFC 8264 section 4.3); a
/// joiner is refused wherever it stands, also where RFC 5892 would look at its neighbours.
pub fn prepare(password: &[u8]) -> Result<Secret, PrepareFault> {
    if password.len() > BASIC_BYTES_MAX {
        return Err(PrepareFault::TooLong);
    }
    let text = std::str::from_utf8(password).map_err(|_| PrepareFault::NotUtf8)?;
    if text.is_empty() {
        return Err(PrepareFault::Empty);
    }
    if !text.chars().all(is_of_free_form) {
        return Err(PrepareFault::Character);
    }
    if text.is_ascii() {
        return Ok(Secret::new(password));
    }
    let text: String = text.chars().map(|c| if is_space(c) { ' ' } else { c }).nfc().collect();
    Ok(Secret::new(text.into_bytes()))
}

/// Whether a character may stand in a password.
fn is_of_free_form(c: char) -> bool {
    c == ' ' || c.is_ascii_graphic() || !c.is_ascii() && is_seen(c) && is_public_assigned(c)
}

fn is_seen(c: char) -> bool {
    !c.is_control() && !is_ignorable(c) && !is_old_jamo(c)
}

/// Space separators (`Zs`) beside the ordinary space.
const fn is_space(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// `PrecisIgnorableProperties` (RFC 8264 section 9.13): `Default_Ignorable_Code_Point`, which has the joiners in it,
/// and the line and paragraph separators, which are no spaces either.
const fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// `OldHangulJamo` (RFC 8264 section 9.9): letters that compose into others.
const fn is_old_jamo(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97c}' | '\u{d7b0}'..='\u{d7fb}')
}

impl PrepareFault {
    /// A short word that does not change.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "password_empty",
            Self::TooLong => "password_too_long",
            Self::NotUtf8 => "password_not_utf8",
            Self::Character => "password_character",
        }
    }
}

impl fmt::Display for PrepareFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the password is empty",
            Self::TooLong => "the password is longer than a request can carry",
            Self::NotUtf8 => "the password is not UTF-8",
            Self::Character => {
                "the password has a character that nobody sees, that steers others, or that Unicode does not know"
            }
        })
    }
}

impl std::error::Error for PrepareFault {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prepared(text: &str) -> Result<String, PrepareFault> {
        let secret = prepare(text.as_bytes())?;
        Ok(String::from_utf8(secret.expose_secret().to_vec()).unwrap())
    }

    #[test]
    fn the_examples_of_the_rfc_are_prepared_as_it_says() {
        // RFC 8265 section 4.3, table 4.
        for (text, expected) in [
            ("correct horse battery staple", "correct horse battery staple"),
            ("Correct Horse Battery Staple", "Correct Horse Battery Staple"),
            ("\u{3c0}\u{df}\u{e5}", "\u{3c0}\u{df}\u{e5}"),
            ("Jack of \u{2666}s", "Jack of \u{2666}s"),
            ("foo\u{1680}bar", "foo bar"),
        ] {
            assert_eq!(prepared(text).as_deref(), Ok(expected));
        }
        assert_eq!(prepared(""), Err(PrepareFault::Empty));
        assert_eq!(prepared("my cat is a \u{9}by"), Err(PrepareFault::Character));
    }

    #[test]
    fn two_keyboards_write_one_password() {
        assert_eq!(prepared("caf\u{65}\u{301}"), prepared("caf\u{e9}"));
        assert_eq!(prepared("a\u{a0}b\u{3000}c"), Ok("a b c".to_owned()));
        assert_ne!(prepared("\u{ff21}bc"), prepared("Abc"), "width stays");
    }

    #[test]
    fn what_nobody_sees_is_in_no_password() {
        for hidden in [
            "\u{0}", "\u{7f}", "\u{85}", "\u{ad}", "\u{200b}", "\u{200d}", "\u{202e}", "\u{2028}",
            "\u{feff}", "\u{e000}", "\u{ffff}", "\u{378}", "\u{1100}",
        ] {
            let text = format!("password{hidden}");
            assert_eq!(prepared(&text), Err(PrepareFault::Character), "{hidden:?}");
        }
        assert_eq!(prepare(&[0xff; 9]).map(drop), Err(PrepareFault::NotUtf8));
        assert_eq!(prepare(&[b'a'; BASIC_BYTES_MAX + 1]).map(drop), Err(PrepareFault::TooLong));
    }

    proptest! {
        #[test]
        fn what_is_prepared_is_prepared_already(text in any::<String>()) {
            if let Ok(once) = prepared(&text) {
                prop_assert_eq!(prepared(&once), Ok(once));
            }
        }
    }
}
