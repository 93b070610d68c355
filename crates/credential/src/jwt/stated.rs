//! What a set of claims states, each claim in its only accepted form.
//!
//! Used for tokens and for the answers of introspection endpoints, which use the same names
//! (RFC 7519 section 4.1, RFC 7662 section 2.2, RFC 9068 section 2.2).

use portcullis_json::{Document, Value};
use portcullis_model::UnixMillis;

use crate::claims::{Claims, Confirmation};
use crate::encoding::base64url_32;
use crate::jwt::fault::{Claim, TokenFault};
use crate::text::has_control_character;

/// The last second of the year 9999.
const DATE_MAX: u64 = 253_402_300_799;
/// Bytes of `sub`, `jti`, `client_id` and each audience, at most. Names of service accounts reach 340.
const NAME_BYTES_MAX: usize = 512;
/// Audiences of one token, at most.
const AUDIENCES_MAX: usize = 32;
/// Scopes of one token, at most.
const SCOPES_MAX: usize = 256;

/// The claims that mean something here.
#[derive(Default)]
pub(crate) struct Stated<'a> {
    pub(crate) issuer: Option<&'a str>,
    pub(crate) subject: Option<&'a str>,
    pub(crate) audience: Option<Vec<&'a str>>,
    pub(crate) expires_s: Option<u64>,
    pub(crate) not_before_s: Option<u64>,
    pub(crate) issued_s: Option<u64>,
    pub(crate) id: Option<&'a str>,
    pub(crate) client: Option<&'a str>,
    pub(crate) scopes: Option<Vec<&'a str>>,
    pub(crate) confirmation: Option<Confirmation>,
    /// A claim that only ID, refresh and logout tokens have.
    pub(crate) is_of_other_kind: bool,
}

impl<'a> Stated<'a> {
    pub(crate) fn read(document: &'a Document) -> Result<Self, TokenFault> {
        let mut stated = Stated::default();
        let (mut party, mut scope) = (None, None);
        for (name, value) in document.root().members() {
            match name.as_str().unwrap_or_default() {
                // Compared with one text byte by byte, so it needs no other form.
                "iss" => stated.issuer = Some(value.as_str().ok_or(malformed(Claim::Issuer))?),
                "sub" => stated.subject = Some(self::name(value, Claim::Subject)?),
                "aud" => stated.audience = Some(audience(value)?),
                "exp" => stated.expires_s = Some(date(value, Claim::Expires)?),
                "nbf" => stated.not_before_s = Some(date(value, Claim::NotBefore)?),
                "iat" => stated.issued_s = Some(date(value, Claim::Issued)?),
                "jti" => stated.id = Some(self::name(value, Claim::Id)?),
                "client_id" => stated.client = Some(self::name(value, Claim::Client)?),
                "azp" => party = Some(self::name(value, Claim::Client)?),
                "scope" => stated.scopes = Some(scopes(value)?),
                "scp" => scope = Some(scopes(value)?),
                "cnf" => stated.confirmation = Some(confirmation(value)?),
                "at_hash" | "c_hash" | "s_hash" | "events" => stated.is_of_other_kind = true,
                "typ" | "type" | "token_type" | "token_use" => {
                    stated.is_of_other_kind |= is_other_kind(value);
                }
                _ => {}
            }
        }
        stated.client = stated.client.or(party);
        match (&stated.scopes, scope) {
            (Some(one), Some(other)) if *one != other => return Err(malformed(Claim::Scope)),
            (None, other) => stated.scopes = other,
            _ => {}
        }
        Ok(stated)
    }

    /// Whether it is valid at this time: `exp` (RFC 7519 section 4.1.4), `nbf`, `iat`.
    pub(crate) fn holds_at(&self, now: UnixMillis, leeway_s: u64) -> Result<(), TokenFault> {
        let latest_s = (now.0 / 1000).saturating_add(leeway_s);
        if self.expires_s.is_some_and(|end_s| millis(end_s.saturating_add(leeway_s)) <= now) {
            return Err(TokenFault::Expired);
        }
        if self.not_before_s.is_some_and(|start_s| start_s > latest_s) {
            return Err(TokenFault::NotYet);
        }
        if self.issued_s.is_some_and(|issued_s| issued_s > latest_s) {
            return Err(TokenFault::IssuedInFuture);
        }
        Ok(())
    }

    /// Whether one of the audiences is one of ours.
    pub(crate) fn is_for(&self, audiences: &[String]) -> bool {
        let stated = self.audience.as_deref().unwrap_or_default();
        stated.iter().any(|stated| audiences.iter().any(|ours| ours == stated))
    }

    /// The claims, once they are verified; `document` is a copy of what was read.
    pub(crate) fn into_claims(
        self,
        issuer: &str,
        subject: &str,
        expires: UnixMillis,
        document: Document,
    ) -> Claims {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let list = |texts: Option<Vec<&str>>| {
            texts.unwrap_or_default().into_iter().map(str::to_owned).collect()
        };
        Claims {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            audience: list(self.audience),
            expires,
            issued: self.issued_s.map(millis),
            not_before: self.not_before_s.map(millis),
            id: own(self.id),
            client: own(self.client),
            scopes: list(self.scopes),
            confirmation: self.confirmation,
            document,
        }
    }
}

/// A NumericDate (RFC 7519 section 2) as milliseconds.
pub(crate) const fn millis(seconds: u64) -> UnixMillis {
    UnixMillis(seconds.saturating_mul(1000))
}

/// Seconds since 1970, as a whole number. RFC 7519 would allow a fraction; a date with a fraction
/// or an exponent is rounded differently by different readers, and no large issuer writes one.
pub(crate) fn date(value: Value<'_>, claim: Claim) -> Result<u64, TokenFault> {
    let lexeme = value.as_number().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds = lexeme.and_then(|text| text.parse::<u64>().ok());
    seconds.filter(|seconds| (1..=DATE_MAX).contains(seconds)).ok_or(malformed(claim))
}

pub(crate) fn name(value: Value<'_>, claim: Claim) -> Result<&str, TokenFault> {
    let is_name = |text: &&str| {
        !text.is_empty() && text.len() <= NAME_BYTES_MAX && !has_control_character(text)
    };
    value.as_str().filter(is_name).ok_or(malformed(claim))
}

const fn malformed(claim: Claim) -> TokenFault {
    TokenFault::Malformed(claim)
}

/// One string, or a list of strings (RFC 7519 section 4.1.3).
fn audience(value: Value<'_>) -> Result<Vec<&str>, TokenFault> {
    if !value.is_array() {
        return Ok(vec![name(value, Claim::Audience)?]);
    }
    if value.is_empty() || value.len() > AUDIENCES_MAX {
        return Err(malformed(Claim::Audience));
    }
    value.items().map(|item| name(item, Claim::Audience)).collect()
}

/// Scopes with spaces between them (RFC 6749 section 3.3), or a list with one in each item;
/// sorted, each once.
fn scopes(value: Value<'_>) -> Result<Vec<&str>, TokenFault> {
    let fault = malformed(Claim::Scope);
    let mut scopes: Vec<&str> = if value.is_array() {
        value.items().map(|item| item.as_str().ok_or(fault)).collect::<Result<_, _>>()?
    } else {
        // No scope is empty, so two spaces have one reading.
        let text = value.as_str().ok_or(fault)?;
        text.split(' ').filter(|scope| !scope.is_empty()).take(SCOPES_MAX + 1).collect()
    };
    let is_scope = |scope: &&str| {
        let is_character = |byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        !scope.is_empty() && scope.len() <= NAME_BYTES_MAX && scope.bytes().all(is_character)
    };
    if scopes.len() > SCOPES_MAX || !scopes.iter().all(is_scope) {
        return Err(fault);
    }
    scopes.sort_unstable();
    scopes.dedup();
    Ok(scopes)
}

/// One proof that is understood here, and nothing beside it: a token that is bound in a way that
/// nobody checks would be used as if it were bound to nothing (RFC 7800 section 3.1).
fn confirmation(value: Value<'_>) -> Result<Confirmation, TokenFault> {
    let mut members = value.members();
    let (Some((method, proof)), None) = (members.next(), members.next()) else {
        return Err(TokenFault::Confirmation);
    };
    let digest = proof.as_str().and_then(base64url_32).ok_or(TokenFault::Confirmation)?;
    match method.as_str() {
        Some("jkt") => Ok(Confirmation::Key(digest)),
        Some("x5t#S256") => Ok(Confirmation::Certificate(digest)),
        _ => Err(TokenFault::Confirmation),
    }
}

/// What issuers write into claims to tell their tokens apart: Keycloak `typ`, Cognito and Hydra
/// `token_use`, `simplejwt` `token_type`, Flask `type`. Other words, and other kinds of value, may
/// mean anything.
fn is_other_kind(value: Value<'_>) -> bool {
    let words = ["id", "id_token", "refresh", "refresh_token", "offline", "logout", "logout_token"];
    value.as_str().is_some_and(|text| words.iter().any(|word| word.eq_ignore_ascii_case(text)))
}
