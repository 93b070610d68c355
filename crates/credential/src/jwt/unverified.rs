//! When a token of somebody else says that it ends, without a look at its signature.

use portcullis_json::{Document, Limits};
use portcullis_model::UnixMillis;

use super::TOKEN_BYTES_MAX;
use crate::encoding::base64url;

/// `exp` of a token, if it is a signed token and has one. Nothing is verified: good for ending
/// something early, and for nothing else. A time that cannot be read is no time.
pub fn unverified_expiry(token: &str) -> Option<UnixMillis> {
    let mut parts = token.split('.');
    let (Some(_), Some(claims), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    if token.len() > TOKEN_BYTES_MAX {
        return None;
    }
    let claims = Document::parse(base64url(claims)?, &Limits::default()).ok()?;
    let expiry = claims.root().get("exp")?.as_number()?;
    // RFC 7519 section 2: a fraction is allowed, and rounds down.
    let seconds: u64 = expiry.split('.').next()?.parse().ok()?;
    Some(UnixMillis(seconds.saturating_mul(1000)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::to_base64url;

    fn token(claims: &str) -> String {
        format!("{}.{}.c2ln", to_base64url(b"{\"alg\":\"HS256\"}"), to_base64url(claims.as_bytes()))
    }

    #[test]
    fn the_end_of_a_token_is_read_where_it_is_said() {
        let at = |claims: &str| unverified_expiry(&token(claims)).map(|time| time.0);
        assert_eq!(at(r#"{"exp":1800000000}"#), Some(1_800_000_000_000));
        assert_eq!(at(r#"{"exp":1800000000.9}"#), Some(1_800_000_000_000));
        for claims in [
            "{}",
            "[]",
            "{",
            r#"{"exp":"1800000000"}"#,
            r#"{"exp":-1}"#,
            r#"{"exp":1e9}"#,
            r#"{"exp":1,"exp":2}"#,
            r#"{"exp":null}"#,
        ] {
            assert_eq!(at(claims), None, "{claims}");
        }
        for text in ["", "a.b", "a.b.c.d", "ph-1-000001", "..", "a.!.c"] {
            assert_eq!(unverified_expiry(text), None, "{text}");
        }
    }
}
