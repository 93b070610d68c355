//! Proof that whoever shows a token holds its key (DPoP, RFC 9449).

use std::fmt;

use portcullis_json::Value;
use portcullis_model::UnixMillis;

use crate::digest::sha256;
use crate::encoding::base64url_32;
use crate::jwt::compact::Compact;
use crate::jwt::header::{Header, MediaType};
use crate::jwt::stated::{date, millis, name};
use crate::jwt::{Claim, TokenFault};
use crate::keys::{Unusable, embedded};
use crate::url::Url;

/// Characters of a proof, at most.
pub const PROOF_BYTES_MAX: usize = 8 << 10;
/// Seconds that a proof is good for, unless said otherwise.
pub const AGE_S: u64 = 60;
/// Seconds that a client's clock may be ahead, unless said otherwise.
pub const AHEAD_S: u64 = 10;
/// Bits of the RSA key inside a proof, at most: whoever sends it chooses what it costs.
const RSA_BITS_MAX: usize = 4096;

/// What the proof must be about.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// The request's method.
    pub method: &'a str,
    /// The URL that the client used: scheme, host and path as seen from outside.
    pub url: &'a str,
    /// The access token beside the proof, as it was shown.
    pub token: &'a str,
    /// The thumbprint in the token's `cnf.jkt`.
    pub key: &'a [u8; 32],
    /// Nonces of ours of which the proof must have one (RFC 9449 section 9); empty: none is asked.
    pub nonces: &'a [&'a str],
    /// Seconds since `iat`, at most.
    pub age_s: u64,
    /// Seconds until `iat`, at most.
    pub ahead_s: u64,
}

/// A proof that holds, once: remember it until it may be forgotten, and refuse it until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// SHA-256 over the key's thumbprint and `jti`: clients do not take ids from one another.
    pub id: [u8; 32],
    /// From then on the proof is too old anyway.
    pub forget_at: UnixMillis,
}

/// Why a proof is refused. Nothing of it is in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProofFault {
    /// Not a token of good form; `jwk` missing is [`TokenFault::UnknownKey`].
    Token(TokenFault),
    /// `typ` is not `dpop+jwt`.
    Type,
    /// The key inside is not usable: private, symmetric, weak, not on its curve.
    Key(Unusable),
    /// `htm` is not the request's method.
    Method,
    /// `htu` is not the request's URL.
    Url,
    /// `jti` is missing or malformed.
    Id,
    /// `iat` is missing or malformed.
    Issued,
    /// `iat` is too long ago.
    TooOld,
    /// `iat` is too far ahead.
    InFuture,
    /// `ath` is not the digest of the token beside it.
    OtherToken,
    /// A nonce is asked for, and it has none of ours: answer with a new one.
    Nonce,
    /// The key inside is not the one that the token is bound to.
    OtherKey,
    /// The signature is not of the key inside.
    Signature,
}

impl ProofFault {
    /// A short word that does not change, for the audit log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token(fault) => fault.name(),
            Self::Type => "dpop_typ",
            Self::Key(_) => "dpop_jwk",
            Self::Method => "dpop_htm",
            Self::Url => "dpop_htu",
            Self::Id => "dpop_jti",
            Self::Issued => "dpop_iat",
            Self::TooOld => "dpop_too_old",
            Self::InFuture => "dpop_in_future",
            Self::OtherToken => "dpop_ath",
            Self::Nonce => "dpop_nonce",
            Self::OtherKey => "dpop_other_key",
            Self::Signature => "dpop_signature",
        }
    }
}

impl fmt::Display for ProofFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::error::Error for ProofFault {}

/// Checks one proof (RFC 9449 section 4.3), the signature last. That there is exactly one `DPoP`
/// field, and that [`Seen::id`] is new, is for the caller to see.
pub fn verify(proof: &str, expected: &Expected<'_>, now: UnixMillis) -> Result<Seen, ProofFault> {
    if proof.len() > PROOF_BYTES_MAX {
        return Err(ProofFault::Token(TokenFault::TooLong));
    }
    let Compact { header, claims, signature, signed } =
        Compact::read(proof).map_err(ProofFault::Token)?;
    let (header, jwk) = Header::of_proof(&header).map_err(ProofFault::Token)?;
    if header.media_type != MediaType::Proof {
        return Err(ProofFault::Type);
    }
    let key = embedded(jwk).map_err(ProofFault::Key)?;
    let thumbprint = key.thumbprint();
    if thumbprint != *expected.key {
        return Err(ProofFault::OtherKey);
    }
    if key.rsa_bits() > RSA_BITS_MAX {
        return Err(ProofFault::Key(Unusable::Modulus));
    }
    let (id, issued_s) = about(claims.root(), expected, now)?;
    let verifier = key.parse(header.algorithm).map_err(ProofFault::Key)?;
    if verifier.verify_sig(signed.as_bytes(), &signature).is_err() {
        return Err(ProofFault::Signature);
    }
    let mut named = thumbprint.to_vec();
    named.extend_from_slice(id.as_bytes());
    let forget_s = issued_s.saturating_add(expected.age_s).saturating_add(1);
    Ok(Seen { id: sha256(&named), forget_at: millis(forget_s) })
}

/// `jti` and `iat` of claims that are about this request.
fn about<'c>(
    claims: Value<'c>,
    expected: &Expected<'_>,
    now: UnixMillis,
) -> Result<(&'c str, u64), ProofFault> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("htm") != Some(expected.method) {
        return Err(ProofFault::Method);
    }
    if !is_same_target(text("htu"), expected.url) {
        return Err(ProofFault::Url);
    }
    if text("ath").and_then(base64url_32) != Some(sha256(expected.token.as_bytes())) {
        return Err(ProofFault::OtherToken);
    }
    let issued = claims.get("iat").ok_or(ProofFault::Issued)?;
    let issued_s = date(issued, Claim::Issued).map_err(|_| ProofFault::Issued)?;
    let now_s = now.0 / 1000;
    if issued_s.saturating_add(expected.age_s) < now_s {
        return Err(ProofFault::TooOld);
    }
    if issued_s > now_s.saturating_add(expected.ahead_s) {
        return Err(ProofFault::InFuture);
    }
    let id = claims.get("jti").ok_or(ProofFault::Id)?;
    let id = name(id, Claim::Id).map_err(|_| ProofFault::Id)?;
    let nonce = text("nonce").unwrap_or_default();
    if !expected.nonces.is_empty() && !expected.nonces.contains(&nonce) {
        return Err(ProofFault::Nonce);
    }
    Ok((id, issued_s))
}

/// `htu` without query and fragment (RFC 9449 section 4.3 number 9).
fn is_same_target(stated: Option<&str>, url: &str) -> bool {
    let target = |text: &str| {
        let url = Url::parse(text)?;
        Some((url.is_https, url.host, url.port, url.path))
    };
    let stated = stated.and_then(target);
    stated.is_some() && stated == target(url)
}
