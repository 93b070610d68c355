//! From a token to its claims, cheapest question first.

use std::fmt;

use portcullis_json::{Document, Value};
use portcullis_model::UnixMillis;

use crate::algorithm::Algorithm;
use crate::claims::Claims;
use crate::jwt::compact::Compact;
use crate::jwt::fault::{Claim, TokenFault};
use crate::jwt::header::{Header, MediaType};
use crate::jwt::profile::{Profile, TokenType};
use crate::jwt::stated::{Stated, millis};
use crate::keys::{Key, KeyFault, KeySet};

/// A token of good form. Nothing in it is proved yet.
pub struct Envelope<'a> {
    header: Header,
    claims: Document,
    signature: Vec<u8>,
    signed: &'a str,
}

impl<'a> Envelope<'a> {
    /// Reads a JWS in compact form (RFC 7515 section 3.1): three parts of canonical base64url,
    /// two of them JSON objects in one reading, a header that neither brings nor names a key.
    pub fn read(token: &'a str) -> Result<Self, TokenFault> {
        let Compact { header, claims, signature, signed } = Compact::read(token)?;
        let header = Header::of_token(&header)?;
        Ok(Self { header, claims, signature, signed })
    }

    /// `iss`, to choose the profile by. **Not verified.**
    pub fn unverified_issuer(&self) -> Option<&str> {
        self.claims.root().get("iss").and_then(Value::as_str)
    }

    /// `sub`. **Not verified.**
    pub fn unverified_subject(&self) -> Option<&str> {
        self.claims.root().get("sub").and_then(Value::as_str)
    }

    /// Whether it says that it tells an API who calls (`caller+jwt`). Such a token is nobody's
    /// credential, whoever signed it.
    pub fn tells_of_caller(&self) -> bool {
        self.header.media_type == MediaType::Caller
    }

    /// `alg`.
    pub const fn algorithm(&self) -> Algorithm {
        self.header.algorithm
    }

    /// `kid`. **Not verified.**
    pub fn key_id(&self) -> Option<&str> {
        self.header.key_id.as_deref()
    }

    /// What can be refused without mathematics: type, algorithm, issuer, audience, dates, and the
    /// form of all claims that mean something here. Passing proves nothing.
    pub fn precheck(&self, profile: &Profile, now: UnixMillis) -> Result<(), TokenFault> {
        self.stated(profile, now).map(drop)
    }

    /// The key that must have signed it. [`TokenFault::UnknownKey`] is the one case in which newer
    /// keys may help.
    pub fn find_key<'k>(&self, keys: &'k KeySet) -> Result<&'k Key, TokenFault> {
        keys.find(self.header.algorithm, self.key_id()).map_err(|fault| match fault {
            KeyFault::Unknown => TokenFault::UnknownKey,
            KeyFault::Ambiguous => TokenFault::AmbiguousKey,
            KeyFault::NotForAlgorithm => TokenFault::KeyNotForAlgorithm,
        })
    }

    /// The claims of a genuine token: everything that [`Envelope::precheck`] asks, then the
    /// signature. Fails with [`TokenFault::UnknownKey`] where newer keys may help; then ask again.
    pub fn verify(
        &self,
        keys: &KeySet,
        profile: &Profile,
        now: UnixMillis,
    ) -> Result<Claims, TokenFault> {
        let (stated, subject, expires) = self.stated(profile, now)?;
        let key = self.find_key(keys)?;
        if !key.verifies(self.header.algorithm, self.signed.as_bytes(), &self.signature) {
            // A key without id was the best guess for a token with one; newer keys may have it.
            let is_guess = self.key_id().is_some() && key.id().is_none();
            return Err(if is_guess { TokenFault::UnknownKey } else { TokenFault::Signature });
        }
        Ok(stated.into_claims(&profile.issuer, subject, expires, self.claims.clone()))
    }

    fn stated(
        &self,
        profile: &Profile,
        now: UnixMillis,
    ) -> Result<(Stated<'_>, &str, UnixMillis), TokenFault> {
        let is_access_token = self.type_of(profile)? == TokenType::AccessToken;
        if !profile.algorithms.contains(&self.header.algorithm) {
            return Err(TokenFault::AlgorithmNotAllowed);
        }
        let stated = Stated::read(&self.claims)?;
        if stated.is_of_other_kind && !is_access_token {
            return Err(TokenFault::NotAccessToken);
        }
        if stated.issuer.ok_or(TokenFault::Missing(Claim::Issuer))? != profile.issuer {
            return Err(TokenFault::OtherIssuer);
        }
        if stated.audience.is_none() {
            return Err(TokenFault::Missing(Claim::Audience));
        }
        if !stated.is_for(&profile.audiences) {
            return Err(TokenFault::OtherAudience);
        }
        let expires_s = stated.expires_s.ok_or(TokenFault::Missing(Claim::Expires))?;
        stated.holds_at(now, profile.leeway_s)?;
        let issued_s = stated.issued_s.unwrap_or(now.0 / 1000);
        if profile.lifetime_max_s.is_some_and(|max_s| expires_s.saturating_sub(issued_s) > max_s) {
            return Err(TokenFault::LivesTooLong);
        }
        let subject = stated.subject.ok_or(TokenFault::Missing(Claim::Subject))?;
        Ok((stated, subject, millis(expires_s)))
    }

    fn type_of(&self, profile: &Profile) -> Result<TokenType, TokenFault> {
        let found = match self.header.media_type {
            MediaType::Absent => TokenType::Absent,
            MediaType::Jwt => TokenType::Jwt,
            MediaType::AccessToken => TokenType::AccessToken,
            MediaType::Proof | MediaType::Caller | MediaType::Other => {
                return Err(TokenFault::Type);
            }
        };
        if profile.types.contains(&found) { Ok(found) } else { Err(TokenFault::Type) }
    }
}

impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Envelope(..)")
    }
}
