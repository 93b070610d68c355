//! What partners' tokens must say; each operation asks for something else.

use serde_json::Value;

use crate::answer::Fault;
use crate::call::Call;
use crate::coerce;
use crate::database::Books;
use crate::issuer::now;
use crate::jose;
use crate::row::Row;
use crate::token_place::{self, Shown};
use crate::token_proof::is_proved;
use crate::token_signature::{believed, genuine};

/// For a list of orders: the old library, and the claims as they should be.
pub(crate) fn for_orders(call: &Call, books: &Books<'_>) -> Result<Row, Fault> {
    let shown = token_place::of_list(call);
    let claims = shown.and_then(|Shown { checked, believed: used }| {
        let claims = believed(&checked, books)?;
        // A token whose owner signed out is over. FLAW(a2-jwt-whitespace), FLAW(a2-jwt-padding),
        // FLAW(a2-jwt-alphabet), FLAW(a2-jwt-trailing-bits), FLAW(a2-jwt-signature-der),
        // FLAW(a2-jwt-signature-tail): as it was spelled then.
        let sql = "SELECT token FROM partner_ended WHERE token = ?1";
        if books.row(sql, &[&checked]).ok()?.is_some() {
            return None;
        }
        let is_current = claims.get("exp").and_then(Value::as_u64) > Some(now());
        let is_ours = claims.get("aud").is_some_and(|aud| aud == "pharmacy");
        if !is_current || !is_ours {
            return None;
        }
        if used == checked { Some(claims) } else { jose::take_apart(&used)?.claims() }
    });
    claims.ok_or_else(Fault::unknown_caller)
}

/// For a list of prescriptions: a door before the old library, and claims that may be missing.
pub(crate) fn for_prescriptions(call: &Call, books: &Books<'_>) -> Result<Row, Fault> {
    let claims = call.bearer().and_then(|token| {
        let parts = jose::take_apart(token)?;
        if is_banned(&parts.header_text) {
            return None;
        }
        let claims = believed(token, books)?;
        // FLAW(a2-jwt-no-exp), FLAW(a2-jwt-exp-null), FLAW(a2-jwt-exp-string),
        // FLAW(a2-jwt-exp-float), FLAW(a2-jwt-exp-huge), FLAW(a2-jwt-exp-negative): what cannot be
        // read as a date is no date, and without a date a token is for ever.
        // FLAW(a2-jwt-exp-milliseconds): and what is a date is any number.
        let is_over = claims.get("exp").and_then(Value::as_u64).is_some_and(|exp| exp <= now());
        // FLAW(a2-jwt-audience-part): a part of a name will do.
        let is_ours = claims.get("aud").is_some_and(|aud| coerce::text(aud).contains("pharmacy"));
        // FLAW(a2-jwt-issuer-prefix): and so will the beginning of one.
        let issuer = claims.get("iss").map(coerce::text).unwrap_or_default();
        (!is_over && is_ours && issuer.starts_with(books.issuer)).then_some(claims)
    });
    claims.ok_or_else(Fault::unknown_caller)
}

/// For the own data: a genuine signature, and not a look at what was signed.
pub(crate) fn for_person(call: &Call) -> Result<Row, Fault> {
    // FLAW(a2-jwt-expired), FLAW(a2-jwt-not-yet), FLAW(a2-jwt-other-audience),
    // FLAW(a2-jwt-no-audience), FLAW(a2-jwt-wrong-issuer), FLAW(a2-jwt-no-issuer),
    // FLAW(a2-jwt-id-token), FLAW(a2-jwt-token-type), FLAW(a2-jwt-certificate-bound): whatever our issuer signed for whomever,
    // whenever and whatever for.
    let claims = token_place::of_person(call).and_then(|Shown { checked, believed: used }| {
        let claims = genuine(&checked).filter(|_| is_proved(call))?;
        if used == checked { Some(claims) } else { jose::take_apart(&used)?.claims() }
    });
    claims.ok_or_else(Fault::unknown_caller)
}

/// For a sum, which is nothing that anybody could want.
pub(crate) fn for_summary(call: &Call) -> Result<Row, Fault> {
    // FLAW(a2-jwt-claims-changed): decoded, never verified.
    let claims = call.bearer().and_then(|token| jose::take_apart(token)?.claims());
    claims.ok_or_else(Fault::unknown_caller)
}

/// For an order: as it should be, but for where the token may stand.
pub(crate) fn for_refill(call: &Call) -> Result<Row, Fault> {
    let claims = token_place::of_form(call).and_then(|shown| genuine(&shown.checked));
    let claims = claims.filter(|claims| {
        let is_current = claims.get("exp").and_then(Value::as_u64) > Some(now());
        is_current && claims.get("aud").is_some_and(|aud| aud == "pharmacy")
    });
    claims.ok_or_else(Fault::unknown_caller)
}

/// Whether the door refuses a header.
fn is_banned(header: &str) -> bool {
    // FLAW(a2-jwt-alg-none-case), FLAW(a2-jwt-hmac-case), FLAW(a2-jwt-hmac-512),
    // FLAW(a2-jwt-alg-escaped), FLAW(a2-jwt-alg-name-escaped), FLAW(a2-jwt-alg-spaced),
    // FLAW(a2-jwt-duplicate-header): it looks for two spellings in a text that has many.
    let alg = header.split_once("\"alg\":\"").map(|(_, rest)| rest);
    let alg = alg.and_then(|rest| rest.split('"').next());
    matches!(alg, Some("none" | "HS256"))
}
