//! Tokens of our own: 256 random bits, of which only a digest is kept.
//!
//! Form: `pcs_`, 43 characters of base64url (32 bytes), 4 characters that check the 43. The prefix
//! lets scanners of repositories find a leaked token, the check lets them do it without false
//! alarms; neither protects anything.

use portcullis_model::Secret;

use crate::digest::sha256;
use crate::encoding::{base64url_32, to_base64url};

/// What each of our tokens begins with.
pub const PREFIX: &str = "pcs_";
/// Characters of each of our tokens.
pub const LENGTH: usize = 51;
const SECRET_CHARACTERS: usize = 43;

/// Makes a token; `fill` is chance from the operating system.
pub fn generate(fill: &mut dyn FnMut(&mut [u8])) -> Secret {
    let mut random = [0; 32];
    fill(&mut random);
    let secret = to_base64url(&random);
    let check = check(&secret);
    Secret::new(format!("{PREFIX}{secret}{check}").into_bytes())
}

/// The token that goes with a refresh token of ours: whoever has the refresh token can make it, and
/// nobody makes a refresh token from it. So one digest finds both. `None` for what cannot be ours.
pub fn beside(refresh: &str) -> Option<Secret> {
    let digest = digest(refresh)?;
    let mut input = b"portcullis: the access token beside\0".to_vec();
    input.extend_from_slice(&digest);
    // The digest of a token is kept, so it alone must not be enough: the token itself goes in.
    input.extend_from_slice(refresh.as_bytes());
    let derived = sha256(&input);
    Some(generate(&mut |bytes| {
        for (to, from) in bytes.iter_mut().zip(derived) {
            *to = from;
        }
    }))
}

/// What is kept and looked up instead of the token: its SHA-256. No salt and no slow hash: nobody
/// tries 2^256 tokens. `None` for what cannot be a token of ours, so that it costs no look-up.
pub fn digest(token: &str) -> Option<[u8; 32]> {
    let rest = token.strip_prefix(PREFIX)?;
    let (secret, stated) = rest.split_at_checked(SECRET_CHARACTERS)?;
    base64url_32(secret)?;
    (stated == check(secret)).then(|| sha256(token.as_bytes()))
}

fn check(secret: &str) -> String {
    let [a, b, c, ..] = sha256(secret.as_bytes());
    to_base64url(&[a, b, c])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(byte: u8) -> String {
        let secret = generate(&mut |bytes| bytes.fill(byte));
        String::from_utf8(secret.expose_secret().to_vec()).unwrap()
    }

    #[test]
    fn a_token_has_one_spelling_and_its_own_digest() {
        let one = token(1);
        assert_eq!(one.len(), LENGTH);
        assert_eq!(digest(&one), Some(sha256(one.as_bytes())));
        assert_ne!(digest(&one), digest(&token(2)));
    }

    #[test]
    fn the_token_beside_a_refresh_token_is_always_the_same_and_no_refresh_token() {
        let (one, other) = (token(1), token(2));
        let access = |refresh: &str| beside(refresh).map(|token| token.expose_secret().to_vec());
        assert_eq!(access(&one), access(&one));
        assert_ne!(access(&one), access(&other));
        let access = String::from_utf8(access(&one).unwrap()).unwrap();
        assert!(digest(&access).is_some() && access != one);
        assert!(beside("obviously-fake").is_none());
    }

    #[test]
    fn what_cannot_be_ours_has_no_digest() {
        let one = token(1);
        for place in 0..one.len() {
            let mut other = one.clone().into_bytes();
            other[place] = if other[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(digest(&String::from_utf8(other).unwrap()), None, "{place}");
        }
        let upper = one.replacen("pcs", "PCS", 1);
        for text in
            ["", "pcs_", &one[1..], &one[..50], &format!("{one}="), &format!(" {one}"), &upper]
        {
            assert_eq!(digest(text), None, "{text}");
        }
        assert_eq!(digest(&format!("pcs_{}", "ä".repeat(24))), None);
    }
}
