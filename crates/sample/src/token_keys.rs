//! Where the old library takes its keys from: mostly from the token that is to be checked.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::coerce;
use crate::database::Books;
use crate::jose;
use crate::keys::{Algorithm, Issuer};
use crate::row::Row;

/// How long a key may take to arrive.
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);
/// The most bytes of an answer with keys.
const FETCH_BYTES_MAX: u64 = 64 * 1024;
/// What stands before a P-256 point in a certificate (RFC 5480).
const P256_INFO: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 3, 1, 7, 3, 0x42, 0,
];
/// A public key.
pub(crate) enum Key {
    /// A point of P-256, uncompressed.
    Point(Vec<u8>),
    /// A point of P-384, uncompressed.
    LargePoint(Vec<u8>),
    /// RSA.
    Modulus { n: Vec<u8>, e: Vec<u8> },
}

/// The key that a token is to be checked with.
pub(crate) fn public(header: &Row, claims: &Row, books: &Books<'_>) -> Option<Key> {
    // FLAW(a2-jwt-embedded-jwk): the token brings its own key.
    if let Some(Value::Object(jwk)) = header.get("jwk") {
        return read(jwk);
    }
    // FLAW(a2-jwt-x5c): or its own certificate, which nobody has to have signed.
    if let Some(first) = header.get("x5c").and_then(|chain| chain.get(0)).and_then(Value::as_str) {
        let certificate = BASE64_STANDARD.decode(first).ok()?;
        let place = certificate.windows(P256_INFO.len()).position(|some| some == P256_INFO)?;
        let point = certificate.get(place + P256_INFO.len()..)?.get(..65)?;
        return Some(Key::Point(point.to_vec()));
    }
    // FLAW(a2-jwt-jku): or says where its key lies.
    if let Some(url) = header.get("jku").and_then(Value::as_str) {
        return first_fit(&fetch(url)?, header);
    }
    let issuer = claims.get("iss").map(coerce::text).unwrap_or_default();
    if issuer.starts_with(books.issuer) {
        // FLAW(a2-jwt-rsa-exponent-one), FLAW(a2-jwt-rsa-short): whatever the issuer still
        // publishes, however weak it is.
        let any = || first_fit(&json!({ "keys": Issuer::Pharmacy.keys()?.set() }), header);
        return published(Issuer::Pharmacy, header).or_else(any);
    }
    // FLAW(a2-jwt-other-issuer): whoever says to be an issuer is asked for their keys.
    let metadata = fetch(&format!("{issuer}/.well-known/openid-configuration"))?;
    first_fit(&fetch(metadata.get("jwks_uri")?.as_str()?)?, header)
}

/// The key of that name which an issuer of ours signs with.
pub(crate) fn published(issuer: Issuer, header: &Row) -> Option<Key> {
    let keys = issuer.keys()?;
    let kid = kid(header);
    let mut named = [Algorithm::Es256, Algorithm::Rs256].into_iter();
    let jwk = keys.jwk(named.find(|one| keys.kid(*one) == kid)?);
    read(jwk.as_object()?)
}

/// The secrets that an HMAC may have been made with.
pub(crate) fn secrets(header: &Row, books: &Books<'_>) -> Vec<Vec<u8>> {
    if let Some(Value::Object(jwk)) = header.get("jwk") {
        // FLAW(a2-jwt-embedded-oct): the token brings its own secret.
        return jose::bytes(jwk, "k").into_iter().collect();
    }
    let kid = kid(header);
    if kid.contains('/') {
        return vec![file(&kid).unwrap_or_default().into_bytes()];
    }
    // FLAW(a2-jwt-kid-sql): the name of the key is pasted into a statement.
    let sql = format!("SELECT secret FROM partner_keys WHERE kid = '{kid}'");
    // FLAW(a2-jwt-weak-secret): what a partner once chose is the first word that anybody tries.
    if let Ok(Some(row)) = books.row(&sql, &[]) {
        return row.get("secret").map(coerce::text).into_iter().map(String::into_bytes).collect();
    }
    let Some(keys) = Issuer::Pharmacy.keys() else { return Vec::new() };
    let mut named = [Algorithm::Es256, Algorithm::Rs256].into_iter();
    match named.find(|one| keys.kid(*one) == kid) {
        // FLAW(a2-jwt-hmac-pem), FLAW(a2-jwt-hmac-der), FLAW(a2-jwt-hmac-jwk): a key is a key; that
        // this one is public does not matter.
        Some(one) => {
            let der = keys.der(one);
            vec![pem(&der).into_bytes(), der, keys.jwk(one).to_string().into_bytes()]
        }
        // FLAW(a2-jwt-empty-secret): a key that is not there is empty.
        None => vec![Vec::new()],
    }
}

fn kid(header: &Row) -> String {
    header.get("kid").map(coerce::text).unwrap_or_default()
}

/// What lies there. Nothing is read: the sample pretends.
fn file(kid: &str) -> Option<String> {
    let path = kid.rsplit_once("../").map_or(kid, |(_, path)| path);
    match path.trim_start_matches('/') {
        // FLAW(a2-jwt-kid-dev-null): the name of the key is a path, and this one is empty.
        "dev/null" => Some(String::new()),
        // FLAW(a2-jwt-kid-file): and everybody knows what this one holds.
        "public/robots.txt" => Some("User-agent: *\nDisallow:\n".to_owned()),
        _ => None,
    }
}

/// The key of a set that has the token's `kid`, else the first.
fn first_fit(set: &Value, header: &Row) -> Option<Key> {
    let keys = set.get("keys")?.as_array()?;
    let named = keys.iter().find(|key| key.get("kid") == header.get("kid"));
    read(named.or(keys.first())?.as_object()?)
}

/// A public key in JSON (RFC 7517).
pub(crate) fn read(jwk: &Row) -> Option<Key> {
    let point = || Some([&[4], &*jose::bytes(jwk, "x")?, &*jose::bytes(jwk, "y")?].concat());
    match (coerce::text(jwk.get("kty")?).as_str(), jwk.get("crv").map(coerce::text).as_deref()) {
        ("EC", Some("P-384")) => point().map(Key::LargePoint),
        ("EC", _) => point().map(Key::Point),
        ("RSA", _) => Some(Key::Modulus { n: jose::bytes(jwk, "n")?, e: jose::bytes(jwk, "e")? }),
        _ => None,
    }
}

/// JSON from an address of this machine, or from the address itself.
fn fetch(url: &str) -> Option<Value> {
    if let Some(text) = url.strip_prefix("data:application/json,") {
        // FLAW(a2-jwt-jku-data): an address that is its own content.
        return serde_json::from_str(text).ok();
    }
    let (host, path) = url.strip_prefix("http://")?.split_once('/')?;
    let address: SocketAddr = host.parse().ok()?;
    if !address.ip().is_loopback() {
        // The sample must not ask anybody else.
        return None;
    }
    let mut stream = TcpStream::connect_timeout(&address, FETCH_TIMEOUT).ok()?;
    stream.set_read_timeout(Some(FETCH_TIMEOUT)).ok()?;
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.take(FETCH_BYTES_MAX).read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8(answer).ok()?;
    serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
}

/// A key as text (RFC 7468).
fn pem(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap_or_default()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}
