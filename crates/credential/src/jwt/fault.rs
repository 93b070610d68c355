//! Why a token is refused.

use std::fmt;

/// A claim that this crate reads itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the claim that `name` gives")]
pub enum Claim {
    Issuer,
    Subject,
    Audience,
    Expires,
    NotBefore,
    Issued,
    Id,
    Client,
    Scope,
}

/// Why a token is refused. Nothing of the token is in it.
///
/// Whoever showed the token learns none of this: every case is the same 401. It is for the audit
/// log and for the one case in which the caller can do something, [`TokenFault::UnknownKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenFault {
    /// Longer than [`super::TOKEN_BYTES_MAX`].
    TooLong,
    /// Its header is longer than [`super::HEADER_BYTES_MAX`].
    HeaderTooLong,
    /// Not three parts with something in each.
    Parts,
    /// A part is not base64url in its canonical spelling.
    Base64,
    /// The header is not one JSON object in one reading.
    Header,
    /// The claims are not one JSON object in one reading.
    Claims,
    /// `alg` is missing or not of the closed list: `none`, `HS256` and all misspellings.
    Algorithm,
    /// `alg` is of the list, but not of this profile's.
    AlgorithmNotAllowed,
    /// `crit` is there (RFC 7515 section 4.1.11): no extension is understood here.
    Critical,
    /// `b64` is there (RFC 7797).
    UnencodedPayload,
    /// `zip` is there.
    Compressed,
    /// `enc` is there: an encrypted token.
    Encrypted,
    /// `jku` is there: the token says where to fetch its own key.
    KeySetUrl,
    /// `jwk` is there: the token brings its own key.
    EmbeddedKey,
    /// `x5u` is there.
    CertificateUrl,
    /// `x5c` is there.
    EmbeddedCertificate,
    /// `kid` is no string, empty, too long, or has a control character.
    KeyId,
    /// `cty` is there: what is inside is no set of claims, but another token.
    ContentType,
    /// `typ` is none that the profile accepts.
    Type,
    /// The type would do, but the claims say that it is an ID, refresh, or logout token.
    NotAccessToken,
    /// A claim that must be there is not.
    Missing(Claim),
    /// A claim has the wrong form: a date as text, an audience as number, too long.
    Malformed(Claim),
    /// `iss` is not exactly the issuer of the profile.
    OtherIssuer,
    /// None of `aud` is an audience of the profile.
    OtherAudience,
    /// `exp` has passed.
    Expired,
    /// `nbf` has not come.
    NotYet,
    /// `iat` is in the future.
    IssuedInFuture,
    /// It lives longer than the profile lets it.
    LivesTooLong,
    /// `cnf` asks for a proof that is not understood here, or for two.
    Confirmation,
    /// No known key has this `kid`, or none fits: the keys may have changed, so the caller may
    /// fetch them.
    UnknownKey,
    /// No `kid`, and more than one key fits.
    AmbiguousKey,
    /// The key of this `kid` is there, and is for other algorithms.
    KeyNotForAlgorithm,
    /// The signature is not of this key over these bytes.
    Signature,
}

impl TokenFault {
    /// A short word that does not change, for the audit log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooLong => "token_too_long",
            Self::HeaderTooLong => "header_too_long",
            Self::Parts => "not_three_parts",
            Self::Base64 => "base64url",
            Self::Header => "header_json",
            Self::Claims => "claims_json",
            Self::Algorithm => "alg_unknown",
            Self::AlgorithmNotAllowed => "alg_not_allowed",
            Self::Critical => "crit",
            Self::UnencodedPayload => "b64",
            Self::Compressed => "zip",
            Self::Encrypted => "enc",
            Self::KeySetUrl => "jku",
            Self::EmbeddedKey => "jwk",
            Self::CertificateUrl => "x5u",
            Self::EmbeddedCertificate => "x5c",
            Self::KeyId => "kid_malformed",
            Self::ContentType => "cty",
            Self::Type => "typ",
            Self::NotAccessToken => "not_an_access_token",
            Self::Missing(claim) => claim.missing(),
            Self::Malformed(claim) => claim.malformed(),
            Self::OtherIssuer => "iss_other",
            Self::OtherAudience => "aud_other",
            Self::Expired => "expired",
            Self::NotYet => "not_yet_valid",
            Self::IssuedInFuture => "issued_in_future",
            Self::LivesTooLong => "lives_too_long",
            Self::Confirmation => "cnf",
            Self::UnknownKey => "key_unknown",
            Self::AmbiguousKey => "key_ambiguous",
            Self::KeyNotForAlgorithm => "key_not_for_alg",
            Self::Signature => "signature",
        }
    }
}

impl Claim {
    const fn missing(self) -> &'static str {
        match self {
            Self::Issuer => "iss_missing",
            Self::Subject => "sub_missing",
            Self::Audience => "aud_missing",
            Self::Expires => "exp_missing",
            Self::NotBefore => "nbf_missing",
            Self::Issued => "iat_missing",
            Self::Id => "jti_missing",
            Self::Client => "client_missing",
            Self::Scope => "scope_missing",
        }
    }

    const fn malformed(self) -> &'static str {
        match self {
            Self::Issuer => "iss_malformed",
            Self::Subject => "sub_malformed",
            Self::Audience => "aud_malformed",
            Self::Expires => "exp_malformed",
            Self::NotBefore => "nbf_malformed",
            Self::Issued => "iat_malformed",
            Self::Id => "jti_malformed",
            Self::Client => "client_malformed",
            Self::Scope => "scope_malformed",
        }
    }
}

impl fmt::Display for TokenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::error::Error for TokenFault {}
