//! Tokens that tell an API who calls, kept for a moment: a signature is not paid for with each request.

use std::rc::Rc;
use std::time::Duration;

use portcullis_controls::caller_identity::{CALLER_TOKEN_TYPE, claims, said};
use portcullis_credential::signer::Signer;
use portcullis_model::{Identity, UnixMillis};
use portcullis_policy::CallerToken;
use sha2::{Digest as _, Sha256};

use super::TokenCache;

/// Tokens that one worker keeps.
pub(crate) const SIGNED_MAX: usize = 4_096;
/// How long one is used again: whoever reads it has the rest of its time.
const KEPT: Duration = Duration::from_secs(5);
/// Bytes of a token: servers take fields of eight thousand.
const TOKEN_BYTES_MAX: usize = 7 << 10;

/// A token, and until when it is used again.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    token: Rc<str>,
    until: UnixMillis,
}

/// The token of a caller. `id` is of the request that it is signed for, if it is.
pub(crate) fn signed(
    rule: &CallerToken,
    identity: &Identity,
    signer: &Signer,
    known: &mut TokenCache<Kept>,
    now: UnixMillis,
    id: &str,
) -> Result<Rc<str>, &'static str> {
    let said = said(rule, identity);
    let lifetime_s = rule.lifetime.as_secs();
    // Whatever is known of the caller otherwise, or signed otherwise, is another token.
    let digest = Sha256::new()
        .chain_update(signer.key_id())
        .chain_update(lifetime_s.to_le_bytes())
        .chain_update(&said)
        .finalize()
        .into();
    if let Some(kept) = known.get(&digest)
        && now < kept.until
        && kept.until.0 - now.0 <= KEPT.as_millis() as u64
    {
        return Ok(kept.token);
    }
    let claims = String::from_utf8(claims(&said, now, lifetime_s, id))
        .map_err(|_| "the token that tells who calls is no text")?;
    let token = signer
        .sign(CALLER_TOKEN_TYPE, &claims)
        .map_err(|_| "the token that tells who calls cannot be signed")?;
    if token.len() > TOKEN_BYTES_MAX {
        return Err("more is known of the caller than a token holds");
    }
    let token: Rc<str> = Rc::from(token);
    let kept = KEPT.min(rule.lifetime / 2).as_millis() as u64;
    let until = UnixMillis(now.0.saturating_add(kept));
    known.insert(digest, Kept { token: token.clone(), until });
    Ok(token)
}

#[cfg(test)]
mod tests {
    use portcullis_policy::SecretSource;

    use super::*;

    fn identity(subject: &str) -> Identity {
        Identity {
            scheme: "bearer".into(),
            issuer: "https://login.example".into(),
            subject: subject.into(),
            attributes: Vec::new(),
            scopes: Vec::new(),
            is_adopted: false,
        }
    }

    #[test]
    fn a_token_is_used_again_for_the_same_caller_and_a_moment_alone() {
        let signer = |seed: u8| Signer::generate(&mut |bytes| bytes.fill(seed)).unwrap();
        let (one, other) = (signer(1), signer(2));
        let rule = |lifetime| CallerToken {
            header: "x-caller-token".to_owned(),
            key: SecretSource::Variable("KEY".to_owned()),
            issuer: "portcullis".into(),
            audience: "shop".into(),
            lifetime: Duration::from_secs(lifetime),
            says: Vec::new(),
        };
        let mut known = TokenCache::new(SIGNED_MAX);
        let mut at = |now: u64, subject: &str, signer: &Signer, lifetime| {
            let (rule, identity) = (rule(lifetime), identity(subject));
            signed(&rule, &identity, signer, &mut known, UnixMillis(now), "id").unwrap()
        };
        let first = at(100_000, "alice", &one, 30);
        assert_eq!(at(104_999, "alice", &one, 30), first);
        assert_ne!(at(104_999, "bob", &one, 30), first);
        assert_ne!(at(104_999, "alice", &other, 30), first, "another key");
        assert_ne!(at(104_999, "alice", &one, 60), first, "another lifetime");
        let second = at(105_000, "alice", &one, 30);
        assert_ne!(second, first);
        assert_ne!(at(90_000, "alice", &one, 30), second, "the clock went back");
        // Half of its time at most.
        let short = at(200_000, "alice", &one, 6);
        assert_eq!(at(202_999, "alice", &one, 6), short);
        assert_ne!(at(203_000, "alice", &one, 6), short);
    }

    #[test]
    fn what_no_field_holds_is_not_sent() {
        let signer = Signer::generate(&mut |bytes| bytes.fill(3)).unwrap();
        let rule = CallerToken {
            header: "x-caller-token".to_owned(),
            key: SecretSource::Variable("KEY".to_owned()),
            issuer: "portcullis".into(),
            audience: "shop".into(),
            lifetime: Duration::from_secs(30),
            says: Vec::new(),
        };
        let mut known = TokenCache::new(SIGNED_MAX);
        let long = identity(&"a".repeat(8 << 10));
        let result = signed(&rule, &long, &signer, &mut known, UnixMillis(0), "id");
        assert_eq!(result, Err("more is known of the caller than a token holds"));
    }
}
