//! How the safe twins read partners' tokens: one place, one spelling, two algorithms, our issuer.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use axum::http::header;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use serde::Deserialize;

use crate::answer::Fault;
use crate::call::Call;
use crate::database::Books;
use crate::issuer::now;
use crate::keys::{Algorithm, Issuer};
use crate::strict_proof;

/// The longest life of a token.
const LIFE_SECONDS_MAX: u64 = 3600;

/// What a token says that is good here. A member that is there twice is an error of the parser.
#[derive(Deserialize)]
pub(crate) struct Claims {
    iss: String,
    aud: String,
    exp: u64,
    #[serde(default)]
    nbf: u64,
    pub(crate) sub: String,
    pub(crate) jti: String,
    /// Whether it may be used once only.
    #[serde(default)]
    pub(crate) once: bool,
    /// The key that it is bound to (RFC 9449 section 6.1).
    cnf: Option<Confirmation>,
}

#[derive(Deserialize)]
struct Confirmation {
    jkt: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// The claims of the request's token.
pub(crate) fn claims(call: &Call, books: &Books<'_>) -> Result<Claims, Fault> {
    let mut fields = call.headers.get_all(header::AUTHORIZATION).into_iter();
    let claims = match (fields.next(), fields.next()) {
        (Some(only), None) => only.to_str().ok().and_then(|only| shown(call, only, books)),
        _ => None,
    };
    let claims = claims.ok_or_else(Fault::unknown_caller)?;
    let sql = "SELECT jti FROM partner_used WHERE jti = ?1";
    match books.row(sql, &[&claims.jti])? {
        Some(_) => Err(Fault::unknown_caller()),
        None => Ok(claims),
    }
}

/// Makes a token useless from now on.
pub(crate) fn end(claims: &Claims, books: &Books<'_>) -> Result<(), Fault> {
    books.run("INSERT OR IGNORE INTO partner_used VALUES (?1)", &[&claims.jti]).map(drop)
}

/// A token that is bound to a key comes with a proof, and no other does.
fn shown(call: &Call, field: &str, books: &Books<'_>) -> Option<Claims> {
    let (scheme, token) = field.split_once(' ')?;
    let claims = read(token, books)?;
    let is_fit = match (scheme, &claims.cnf) {
        ("Bearer", None) => true,
        ("DPoP", Some(bound)) => strict_proof::is_proved(call, books, token, &bound.jkt),
        _ => false,
    };
    is_fit.then_some(claims)
}

fn read(token: &str, books: &Books<'_>) -> Option<Claims> {
    let (input, signature) = token.rsplit_once('.')?;
    let (header, payload) = input.split_once('.')?;
    let header: Header = serde_json::from_slice(&BASE64URL.decode(header).ok()?).ok()?;
    let keys = Issuer::Pharmacy.keys()?;
    let algorithm = Algorithm::from_name(&header.alg)?;
    if header.typ != "at+jwt" || header.kid != keys.kid(algorithm) {
        return None;
    }
    let judge: &dyn VerificationAlgorithm = match algorithm {
        Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
        Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
    };
    let key = UnparsedPublicKey::new(judge, keys.der(algorithm));
    key.verify(input.as_bytes(), &BASE64URL.decode(signature).ok()?).ok()?;
    let claims: Claims = serde_json::from_slice(&BASE64URL.decode(payload).ok()?).ok()?;
    let now = now();
    let is_current = claims.exp > now && claims.exp <= now + LIFE_SECONDS_MAX && claims.nbf <= now;
    (is_current && claims.iss == books.issuer && claims.aud == "pharmacy").then_some(claims)
}
