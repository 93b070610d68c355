//! A token that only a page of the API's own can send back: made here, bound to the cookie that the caller is known by, and
//! sent in a field that no other site's page can write (OWASP Cross-Site Request Forgery Prevention, signed
//! double-submit cookie).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portcullis_model::Secret;

/// Bytes of a key, at least.
pub const TOKEN_KEY_BYTES_MIN: usize = 32;
/// Bytes of chance in a token, so that two of one session are not the same.
pub const TOKEN_CHANCE_BYTES: usize = 16;
/// What the key is used for, and nothing else is.
const PURPOSE: &[u8] = b"portcullis page token 1";
/// Bytes of HMAC-SHA-256.
const MAC_BYTES: usize = 32;

/// What tokens are made with.
#[derive(Debug)]
pub struct TokenKey(hmac::Key);

/// What a token is good for: one API, and whoever is known by these cookies there.
#[derive(Debug, Clone, Copy)]
pub struct Bound<'a> {
    /// The API's name.
    pub api: &'a str,
    /// Names and values of the cookies that are credentials, in the order of their schemes.
    pub credentials: &'a [(&'a str, &'a str)],
}

/// What a request says by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// The policy has none.
    NotUsed,
    /// It does not stand there.
    Missing,
    /// It stands there, and is none of this session; or stands there twice, or not in the cookie.
    Bad,
    /// A page of the API's own sends it.
    Good,
}

impl TokenKey {
    /// `None` for a key that could be guessed.
    pub fn new(secret: &Secret) -> Option<Self> {
        let bytes = secret.expose_secret();
        (bytes.len() >= TOKEN_KEY_BYTES_MIN).then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, bytes)))
    }

    /// A token, with bytes that nobody can guess.
    pub fn make(&self, bound: Bound<'_>, chance: [u8; TOKEN_CHANCE_BYTES]) -> String {
        let mut token = chance.to_vec();
        token.extend_from_slice(hmac::sign(&self.0, &message(bound, &chance)).as_ref());
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Whether a token is of this session.
    pub fn is_good(&self, bound: Bound<'_>, token: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else { return false };
        let Some((chance, mac)) = bytes.split_at_checked(TOKEN_CHANCE_BYTES) else { return false };
        mac.len() == MAC_BYTES && hmac::verify(&self.0, &message(bound, chance), mac).is_ok()
    }

    /// What a request says whose field and whose cookie hold these, each as often as it stands.
    pub fn judge(&self, bound: Bound<'_>, field: &[&str], cookie: &[&str]) -> Token {
        match (field, cookie) {
            ([], _) => Token::Missing,
            ([field], [cookie]) => {
                let is_same = verify_slices_are_equal(field.as_bytes(), cookie.as_bytes()).is_ok();
                if is_same && self.is_good(bound, field) { Token::Good } else { Token::Bad }
            }
            _ => Token::Bad,
        }
    }
}

/// Each part behind its length, so that no two say the same.
fn message(bound: Bound<'_>, chance: &[u8]) -> Vec<u8> {
    let credentials = bound.credentials.iter().flat_map(|(name, value)| [*name, *value]);
    let texts = std::iter::once(bound.api).chain(credentials).map(str::as_bytes);
    let mut out = PURPOSE.to_vec();
    for part in texts.chain([chance]) {
        out.extend_from_slice(&(part.len() as u64).to_le_bytes());
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> TokenKey {
        TokenKey::new(&Secret::new([byte; TOKEN_KEY_BYTES_MIN])).unwrap()
    }

    const ALICE: Bound<'_> = Bound { api: "shop", credentials: &[("sid", "alices")] };

    #[test]
    fn a_token_is_good_for_its_session_its_api_and_its_key_alone() {
        let token = key(1).make(ALICE, [7; TOKEN_CHANCE_BYTES]);
        assert!(key(1).is_good(ALICE, &token));
        assert_ne!(token, key(1).make(ALICE, [8; TOKEN_CHANCE_BYTES]));
        for bound in [
            Bound { api: "shop", credentials: &[("sid", "bobs")] },
            Bound { api: "bank", ..ALICE },
            Bound { api: "shop", credentials: &[("sida", "lices")] },
            Bound { api: "shop", credentials: &[("sid", "alices"), ("remember", "x")] },
            Bound { api: "shop", credentials: &[] },
        ] {
            assert!(!key(1).is_good(bound, &token), "{bound:?}");
        }
        assert!(!key(2).is_good(ALICE, &token));
    }

    #[test]
    fn what_is_no_token_is_bad() {
        let token = key(1).make(ALICE, [7; TOKEN_CHANCE_BYTES]);
        let cut = token.get(..token.len() - 2).unwrap_or_default();
        for text in ["", "x", "AAAA", cut, &format!("{token}AA"), &token.to_lowercase()] {
            assert!(!key(1).is_good(ALICE, text), "{text}");
        }
    }

    #[test]
    fn it_must_stand_in_field_and_cookie_once_each_and_be_the_same() {
        let token = &*key(1).make(ALICE, [7; TOKEN_CHANCE_BYTES]);
        let other = &*key(1).make(ALICE, [8; TOKEN_CHANCE_BYTES]);
        for (field, cookie, expected) in [
            (&[token][..], &[token][..], Token::Good),
            (&[], &[token], Token::Missing),
            (&[], &[], Token::Missing),
            (&[token], &[], Token::Bad),
            (&[token], &[other], Token::Bad),
            (&[token, token], &[token], Token::Bad),
            (&[token], &[token, token], Token::Bad),
            (&["x"], &["x"], Token::Bad),
        ] {
            assert_eq!(key(1).judge(ALICE, field, cookie), expected, "{field:?} {cookie:?}");
        }
    }

    #[test]
    fn a_key_that_could_be_guessed_is_none() {
        assert!(TokenKey::new(&Secret::new([1; TOKEN_KEY_BYTES_MIN - 1])).is_none());
    }
}
