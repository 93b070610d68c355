//! What an `Authorization` field carries (RFC 9110 section 11.6.2, RFC 6750, 7617, 9449).
//!
//! One reading: the scheme, spaces, one run of characters, the end. A list of two credentials, a
//! tab, a comma or anything behind the token is refused, since another reader may cut there.

use std::fmt;

use portcullis_model::Secret;

use crate::encoding::base64;
use crate::text::has_control_character;

/// Characters of a token, at most.
pub const TOKEN_BYTES_MAX: usize = 16 << 10;
/// Bytes of user id and password of Basic together, at most.
pub const BASIC_BYTES_MAX: usize = 4 << 10;

/// The schemes that are known here; compared without regard to case (RFC 9110 section 11.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// A bearer token (RFC 6750).
    Bearer,
    /// A token bound to a key (RFC 9449 section 7.1).
    DPoP,
    /// User id and password (RFC 7617).
    Basic,
}

impl Scheme {
    /// As it is written by most.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::DPoP => "DPoP",
            Self::Basic => "Basic",
        }
    }
}

/// User id and password of a Basic credential.
pub struct Basic {
    /// Before the first colon; may be empty. Not an identity until the password was checked.
    pub user: String,
    /// Behind it; may be empty and may hold colons.
    pub password: Secret,
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Clients put keys into the user id too.
        f.write_str("Basic(..)")
    }
}

/// Why a field value carries no credential of the scheme that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It has another scheme, or none.
    OtherScheme,
    /// The scheme stands alone.
    Missing,
    /// Something in it is no character of a token (RFC 6750 section 2.1), a second credential or
    /// white space at the end included.
    Syntax,
    /// Longer than [`TOKEN_BYTES_MAX`], or [`BASIC_BYTES_MAX`] once decoded.
    TooLong,
    /// Basic: not base64 in its canonical spelling.
    Base64,
    /// Basic: not UTF-8.
    NotUtf8,
    /// Basic: a control character (RFC 7617 section 2 forbids them).
    ControlCharacter,
    /// Basic: no colon.
    NoColon,
}

impl Fault {
    /// A short word that does not change, for the audit log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OtherScheme => "scheme_other",
            Self::Missing => "credential_missing",
            Self::Syntax => "credential_syntax",
            Self::TooLong => "credential_too_long",
            Self::Base64 => "basic_base64",
            Self::NotUtf8 => "basic_not_utf8",
            Self::ControlCharacter => "basic_control_character",
            Self::NoColon => "basic_no_colon",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::error::Error for Fault {}

/// Which known scheme a field value begins with.
pub fn scheme(value: &str) -> Option<Scheme> {
    let name = value.split(' ').next()?;
    [Scheme::Bearer, Scheme::DPoP, Scheme::Basic]
        .into_iter()
        .find(|known| known.name().eq_ignore_ascii_case(name))
}

/// The token of `Bearer TOKEN`.
pub fn bearer(value: &str) -> Result<&str, Fault> {
    token(value, Scheme::Bearer)
}

/// The token of `DPoP TOKEN`; it needs a proof beside it ([`crate::dpop`]).
pub fn dpop(value: &str) -> Result<&str, Fault> {
    token(value, Scheme::DPoP)
}

/// User id and password of `Basic BASE64`.
pub fn basic(value: &str) -> Result<Basic, Fault> {
    let text = token(value, Scheme::Basic)?;
    if text.len() > BASIC_BYTES_MAX / 3 * 4 {
        return Err(Fault::TooLong);
    }
    let bytes = base64(text).ok_or(Fault::Base64)?;
    let pair = String::from_utf8(bytes).map_err(|_| Fault::NotUtf8)?;
    if has_control_character(&pair) {
        return Err(Fault::ControlCharacter);
    }
    let (user, password) = pair.split_once(':').ok_or(Fault::NoColon)?;
    Ok(Basic { user: user.to_owned(), password: Secret::new(password.as_bytes()) })
}

fn token(value: &str, expected: Scheme) -> Result<&str, Fault> {
    if scheme(value) != Some(expected) {
        return Err(Fault::OtherScheme);
    }
    let rest = value.get(expected.name().len()..).unwrap_or_default();
    let token = rest.trim_start_matches(' ');
    if token.is_empty() {
        return Err(Fault::Missing);
    }
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Fault::TooLong);
    }
    if is_b64token(token) { Ok(token) } else { Err(Fault::Syntax) }
}

/// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="` (RFC 6750 section 2.1).
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty()
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_is_read_whatever_the_case_of_its_scheme() {
        for value in ["Bearer a.b-c_~+/==", "bearer a.b-c_~+/==", "BEARER   a.b-c_~+/=="] {
            assert_eq!(bearer(value), Ok("a.b-c_~+/=="), "{value}");
        }
        assert_eq!(dpop("dPoP abc"), Ok("abc"));
        assert_eq!(scheme("Digest x"), None);
    }

    #[test]
    fn what_another_reader_may_cut_elsewhere_is_refused() {
        for (value, fault) in [
            ("", Fault::OtherScheme),
            ("Bearer", Fault::Missing),
            ("Bearer ", Fault::Missing),
            ("Bearer\tabc", Fault::OtherScheme),
            ("Bearerabc", Fault::OtherScheme),
            (" Bearer abc", Fault::OtherScheme),
            ("Basic abc", Fault::OtherScheme),
            ("DPoP abc", Fault::OtherScheme),
            ("Bearer abc ", Fault::Syntax),
            ("Bearer \tabc", Fault::Syntax),
            ("Bearer abc def", Fault::Syntax),
            ("Bearer abc, Bearer def", Fault::Syntax),
            ("Bearer abc,def", Fault::Syntax),
            ("Bearer token=abc", Fault::Syntax),
            ("Bearer \"abc\"", Fault::Syntax),
            ("Bearer =", Fault::Syntax),
            ("Bearer a=b", Fault::Syntax),
            ("Bearer abc\u{0}", Fault::Syntax),
            ("Bearer abc\r\nX: y", Fault::Syntax),
            ("Bearer ａbc", Fault::Syntax),
            ("Bearer Bearer abc", Fault::Syntax),
        ] {
            assert_eq!(bearer(value), Err(fault), "{value:?}");
        }
        let long = format!("Bearer {}", "a".repeat(TOKEN_BYTES_MAX + 1));
        assert_eq!(bearer(&long), Err(Fault::TooLong));
        assert!(bearer(&long[..long.len() - 1]).is_ok());
    }

    #[test]
    fn basic_is_split_at_the_first_colon() {
        // RFC 7617 section 2, and section 2.1 with UTF-8.
        let read = basic("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==").unwrap();
        assert_eq!(read.user, "Aladdin");
        assert!(read.password.matches(b"open sesame"));
        let read = basic("basic dGVzdDoxMjPCow==").unwrap();
        assert_eq!(read.user, "test");
        assert!(read.password.matches("123£".as_bytes()));
        let read = basic("Basic YTpiOmM=").unwrap();
        assert!(read.password.matches(b"b:c"));
        let read = basic("Basic Og==").unwrap();
        assert!(read.user.is_empty() && read.password.matches(b""));
        assert_eq!(format!("{read:?}"), "Basic(..)");
    }

    #[test]
    fn basic_with_two_readings_is_refused() {
        for (value, fault) in [
            ("Basic", Fault::Missing),
            ("Basic YTpi YTpi", Fault::Syntax),
            ("Basic YTpiYw", Fault::Base64),
            ("Basic YTpiYx==", Fault::Base64),
            ("Basic YTpiYw===", Fault::Base64),
            ("Basic _Tpi", Fault::Base64),
            ("Basic YWI=", Fault::NoColon),
            ("Basic YTr/", Fault::NotUtf8),
            ("Basic YQA6Yg==", Fault::ControlCharacter),
            ("Basic YTpiCg==", Fault::ControlCharacter),
            ("Basic YTrChQ==", Fault::ControlCharacter),
        ] {
            assert_eq!(basic(value).map(drop), Err(fault), "{value:?}");
        }
        let long = format!("Basic {}", "YTph".repeat(BASIC_BYTES_MAX / 3 + 1));
        assert_eq!(basic(&long).map(drop), Err(Fault::TooLong));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(value in "(?i:(bearer|basic|dpop)?)\\PC{0,40}") {
            let _ = (bearer(&value).is_ok(), dpop(&value).is_ok(), basic(&value).is_ok());
        }
    }
}
