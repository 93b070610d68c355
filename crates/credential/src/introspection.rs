//! What an authorization server says of an opaque token (RFC 7662).

use std::fmt;

use portcullis_json::{Document, FaultKind, Limits, Value};
use portcullis_model::UnixMillis;

use crate::claims::{Claims, Confirmation};
use crate::jwt::stated::{Stated, millis};
use crate::jwt::{Claim, Profile, TokenFault};

/// Bytes of an answer, at most.
pub const ANSWER_BYTES_MAX: usize = 64 << 10;

const LIMITS: Limits = Limits {
    text_bytes_max: ANSWER_BYTES_MAX,
    depth_max: 10,
    nodes_max: 4_000,
    string_bytes_max: ANSWER_BYTES_MAX,
    array_items_max: 1_000,
    object_members_max: 256,
    number_bytes_max: 32,
};

/// How the answers of one endpoint are taken.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint<'a> {
    /// Issuer, audiences and leeway; algorithms and types do not matter here.
    pub profile: &'a Profile,
    /// Whether an answer without `aud` will do: the endpoint says `active` only for tokens that
    /// are for us. An `aud` that is there must name us all the same.
    pub vouches_for_audience: bool,
    /// Seconds that an answer without `exp` holds.
    pub unstated_lifetime_s: u64,
}

/// Why an answer is not taken. The token is then not known to be good: refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerFault {
    /// More than [`ANSWER_BYTES_MAX`].
    TooLong,
    /// Not JSON in one reading.
    Json(FaultKind),
    /// `active` is missing, or neither `true` nor `false`.
    Active,
    /// `token_type` is `DPoP`, and `cnf.jkt` is missing.
    Unbound,
    /// A claim is missing, malformed, or not for us.
    Claims(TokenFault),
}

impl AnswerFault {
    /// A short word that does not change, for the audit log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooLong => "introspection_too_long",
            Self::Json(_) => "introspection_json",
            Self::Active => "introspection_active",
            Self::Unbound => "introspection_unbound",
            Self::Claims(fault) => fault.name(),
        }
    }
}

impl fmt::Display for AnswerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::error::Error for AnswerFault {}

/// Reads an answer with status 200. `None`: the token is not active, and nobody learns why.
pub fn read(
    bytes: Vec<u8>,
    endpoint: &Endpoint<'_>,
    now: UnixMillis,
) -> Result<Option<Claims>, AnswerFault> {
    if bytes.len() > ANSWER_BYTES_MAX {
        return Err(AnswerFault::TooLong);
    }
    let document = Document::parse(bytes, &LIMITS)
        .map_err(|rejected| AnswerFault::Json(rejected.fault.kind))?;
    match document.root().get("active").and_then(Value::as_bool) {
        Some(true) => active(&document, endpoint, now).map(Some),
        Some(false) => Ok(None),
        None => Err(AnswerFault::Active),
    }
}

fn active(
    document: &Document,
    endpoint: &Endpoint<'_>,
    now: UnixMillis,
) -> Result<Claims, AnswerFault> {
    let profile = endpoint.profile;
    let stated = Stated::read(document).map_err(AnswerFault::Claims)?;
    let fault = |fault| Err(AnswerFault::Claims(fault));
    if stated.is_of_other_kind {
        return fault(TokenFault::NotAccessToken);
    }
    if stated.issuer.is_some_and(|issuer| issuer != profile.issuer) {
        return fault(TokenFault::OtherIssuer);
    }
    if stated.audience.is_none() && !endpoint.vouches_for_audience {
        return fault(TokenFault::Missing(Claim::Audience));
    }
    if stated.audience.is_some() && !stated.is_for(&profile.audiences) {
        return fault(TokenFault::OtherAudience);
    }
    stated.holds_at(now, profile.leeway_s).map_err(AnswerFault::Claims)?;
    let Some(subject) = stated.subject else {
        return fault(TokenFault::Missing(Claim::Subject));
    };
    let is_dpop = document.root().get("token_type").and_then(Value::as_str);
    if is_dpop.is_some_and(|kind| kind.eq_ignore_ascii_case("dpop"))
        && !matches!(stated.confirmation, Some(Confirmation::Key(_)))
    {
        return Err(AnswerFault::Unbound);
    }
    let unstated_s = (now.0 / 1000).saturating_add(endpoint.unstated_lifetime_s);
    let expires = millis(stated.expires_s.unwrap_or(unstated_s));
    Ok(stated.into_claims(&profile.issuer, subject, expires, document.clone()))
}
