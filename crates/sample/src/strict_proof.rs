//! How the safe twins read a proof that a token's key is there (RFC 9449 section 4.3).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use serde::Deserialize;
use serde_json::json;

use crate::call::Call;
use crate::database::Books;
use crate::issuer::now;

/// How long a proof is good, either way.
const AGE_SECONDS: u64 = 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    jwk: Jwk,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
}

#[derive(Deserialize)]
struct Claims {
    htm: String,
    htu: String,
    iat: u64,
    jti: String,
    ath: String,
}

/// Whether the request proves, once, that the key with that thumbprint is there for this token.
pub(crate) fn is_proved(call: &Call, books: &Books<'_>, token: &str, thumbprint: &str) -> bool {
    let mut proofs = call.headers.get_all("dpop").into_iter();
    let (Some(proof), None) = (proofs.next(), proofs.next()) else { return false };
    let claims = proof.to_str().ok().and_then(|proof| signed(proof, thumbprint));
    claims.is_some_and(|claims| {
        let url = format!("http://{}/api/safe{}", call.header("host"), call.uri.path());
        let is_about = claims.htm == call.method.as_str()
            && claims.htu == url
            && claims.ath == BASE64URL.encode(digest(&SHA256, token.as_bytes()))
            && now().abs_diff(claims.iat) <= AGE_SECONDS;
        let sql = "INSERT OR IGNORE INTO partner_used VALUES (?1)";
        is_about && books.run(sql, &[&format!("{thumbprint} {}", claims.jti)]).is_ok_and(|n| n == 1)
    })
}

/// The claims of a proof that the key with that thumbprint signed.
fn signed(proof: &str, thumbprint: &str) -> Option<Claims> {
    let (input, signature) = proof.rsplit_once('.')?;
    let (header, claims) = input.split_once('.')?;
    let header: Header = serde_json::from_slice(&BASE64URL.decode(header).ok()?).ok()?;
    let Jwk { kty, crv, x, y } = &header.jwk;
    // RFC 7638: these members, in this order.
    let shown = json!({ "crv": crv, "kty": kty, "x": x, "y": y }).to_string();
    let is_key = BASE64URL.encode(digest(&SHA256, shown.as_bytes())) == thumbprint;
    if !is_key || header.alg != "ES256" || header.typ != "dpop+jwt" || crv != "P-256" {
        return None;
    }
    let point = [vec![4], BASE64URL.decode(x).ok()?, BASE64URL.decode(y).ok()?].concat();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    key.verify(input.as_bytes(), &BASE64URL.decode(signature).ok()?).ok()?;
    serde_json::from_slice(&BASE64URL.decode(claims).ok()?).ok()
}
