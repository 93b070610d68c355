//! Signed requests (RFC 8555 section 6.2), verified.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A request whose signature was verified.
pub(super) struct Signed {
    pub(super) header: Value,
    pub(super) payload: Vec<u8>,
    pub(super) key: Key,
}

/// The key of an account: P-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    x: String,
    y: String,
}

impl Key {
    fn of(jwk: &Value) -> Option<Self> {
        let part = |name: &str| jwk.get(name)?.as_str().map(str::to_owned);
        Some(Self { x: part("x")?, y: part("y")? })
    }

    fn point(&self) -> Option<Vec<u8>> {
        let mut point = vec![4];
        point.extend(BASE64URL.decode(&self.x).ok()?);
        point.extend(BASE64URL.decode(&self.y).ok()?);
        Some(point)
    }

    /// RFC 7638.
    pub(super) fn thumbprint(&self) -> String {
        let text = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, self.x, self.y);
        BASE64URL.encode(Sha256::digest(text))
    }
}

/// The request, if it is signed by its own key or by that of the account.
pub(super) fn verified(body: &[u8], account: Option<&Key>) -> Option<Signed> {
    let whole: Value = serde_json::from_slice(body).ok()?;
    let part = |name: &str| whole.get(name)?.as_str();
    let (protected, payload) = (part("protected")?, part("payload")?);
    let header: Value = serde_json::from_slice(&BASE64URL.decode(protected).ok()?).ok()?;
    let key = match (header.get("jwk"), header.get("kid")) {
        (Some(jwk), None) => Key::of(jwk)?,
        (None, Some(_)) => account?.clone(),
        _ => return None,
    };
    let signature = BASE64URL.decode(part("signature")?).ok()?;
    let signed = format!("{protected}.{payload}");
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.point()?);
    public.verify(signed.as_bytes(), &signature).ok()?;
    let is_es256 = header.get("alg").and_then(Value::as_str) == Some("ES256");
    is_es256.then_some(())?;
    Some(Signed { payload: BASE64URL.decode(payload).ok()?, header, key })
}

/// Whether a binding is of this account's key, and of this name and secret (RFC 8555 section 7.3.4).
pub(super) fn is_bound(binding: &Value, key: &Key, (name, secret): &(String, Vec<u8>)) -> bool {
    let part = |name: &str| binding.get(name).and_then(Value::as_str).unwrap_or_default();
    let (protected, payload) = (part("protected"), part("payload"));
    let decoded = |text: &str| -> Value {
        let bytes = BASE64URL.decode(text).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    };
    let signature = BASE64URL.decode(part("signature")).unwrap_or_default();
    let mac = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signed = format!("{protected}.{payload}");
    hmac::verify(&mac, signed.as_bytes(), &signature).is_ok()
        && decoded(protected).get("kid").and_then(Value::as_str) == Some(name)
        && Key::of(&decoded(payload)).as_ref() == Some(key)
}
