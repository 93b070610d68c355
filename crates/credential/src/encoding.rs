//! Base64 in its one canonical spelling (RFC 4648 sections 3.5, 4 and 5).
//!
//! Canonical: no padding in base64url, full padding in base64, no bits set that stand for
//! nothing, no character outside the alphabet. So two texts never mean the same bytes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Base64url without padding (RFC 7515 section 2).
pub(crate) fn base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Base64url without padding, of exactly 32 bytes.
pub(crate) fn base64url_32(text: &str) -> Option<[u8; 32]> {
    // 43 characters hold 32 bytes; anything longer need not be decoded.
    if text.len() != 43 {
        return None;
    }
    base64url(text)?.try_into().ok()
}

/// The same way back.
pub(crate) fn to_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Base64 with padding (RFC 7617, PEM).
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_canonical_is_refused() {
        assert_eq!(base64url("-_8").unwrap(), [0xFB, 0xFF]);
        for text in ["-_8=", "+/8", "-_9", "-_8\n", " -_8", "-", "-_8é", "-_=8"] {
            assert_eq!(base64url(text), None, "{text}");
        }
        assert_eq!(base64("+/8=").unwrap(), [0xFB, 0xFF]);
        for text in ["+/8", "+/9=", "-_8=", "+/8==", "+/8=\n"] {
            assert_eq!(base64(text), None, "{text}");
        }
        assert_eq!(base64url_32(&to_base64url(&[7; 32])), Some([7; 32]));
        assert_eq!(base64url_32(&to_base64url(&[7; 31])), None);
    }

    proptest! {
        #[test]
        fn a_text_that_decodes_is_the_one_that_encodes(text in "[A-Za-z0-9_-]{0,16}") {
            if let Some(bytes) = base64url(&text) {
                prop_assert_eq!(to_base64url(&bytes), text);
            }
        }
    }
}
