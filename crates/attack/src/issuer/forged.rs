//! Tokens of the issuer's, taken apart, and changed as an attacker would.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64URL};
use serde_json::{Map, Value, json};

use crate::own_key;
use crate::token::Own;

/// A token in three parts (RFC 7515 section 3.1), read without belief.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) header: Map<String, Value>,
    pub(super) claims: Map<String, Value>,
    signature: String,
}

/// Reads a token; none: it is opaque.
pub(super) fn read(token: &str) -> Option<Read> {
    let mut parts = token.split('.');
    let mut part = || parts.next();
    let (header, claims, signature) = (part()?, part()?, part()?);
    if part().is_some() {
        return None;
    }
    let map = |text: &str| serde_json::from_slice(&BASE64URL.decode(text).ok()?).ok();
    Some(Read { header: map(header)?, claims: map(claims)?, signature: signature.to_owned() })
}

/// How a changed token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signed {
    /// With what stood there.
    Kept,
    /// Not at all.
    None,
    /// With the issuer's public key as the secret of an HMAC.
    PublicKey,
    /// With a key of the attacker's, which the header brings along.
    Own,
}

impl Read {
    /// The tokens of a kind, with these claims set. There are several where nobody knows how the issuer would write its key.
    pub(super) fn changed(
        &self,
        claims: &[(&str, Value)],
        signed: Signed,
        keys: &[&Value],
    ) -> Vec<String> {
        let mut changed = self.claims.clone();
        for (name, value) in claims {
            changed.insert((*name).to_owned(), value.clone());
        }
        let input = |header: &Map<String, Value>| input(header, &changed);
        let mut header = self.header.clone();
        match signed {
            Signed::Kept => vec![format!("{}.{}", input(&header), self.signature)],
            Signed::None => {
                header.insert("alg".to_owned(), "none".into());
                vec![format!("{}.", input(&header))]
            }
            Signed::Own => {
                header.insert("alg".to_owned(), "ES256".into());
                header.remove("kid");
                if let Some(jwk) = own_key::jwk(Own::Es256) {
                    header.insert("jwk".to_owned(), jwk);
                }
                let input = input(&header);
                let signature = own_key::sign(Own::Es256, &input);
                signature
                    .map(|one| format!("{input}.{}", BASE64URL.encode(one)))
                    .into_iter()
                    .collect()
            }
            Signed::PublicKey => {
                header.insert("alg".to_owned(), "HS256".into());
                let input = input(&header);
                let mac = |secret: &Vec<u8>| format!("{input}.{}", mac(secret, &input));
                self.secrets(keys).iter().map(mac).collect()
            }
        }
    }

    /// The public key of this token, in every form in which a library might hold it.
    fn secrets(&self, keys: &[&Value]) -> Vec<Vec<u8>> {
        let kid = self.header.get("kid");
        let named = keys.iter().filter(|key| kid.is_none() || key.get("kid") == kid);
        let mut secrets = Vec::new();
        for key in named.take(2) {
            secrets.push(key.to_string().into_bytes());
            if let Some(der) = own_key::public_der(key) {
                let lines: Vec<String> = BASE64_STANDARD
                    .encode(&der)
                    .as_bytes()
                    .chunks(64)
                    .map(|line| String::from_utf8_lossy(line).into_owned())
                    .collect();
                let pem = format!(
                    "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----",
                    lines.join("\n")
                );
                secrets.extend([format!("{pem}\n").into_bytes(), pem.into_bytes(), der]);
            }
        }
        secrets
    }
}

/// A token of a client that shows who it is with one (RFC 7523), or of a request (RFC 9101).
pub(super) fn made(claims: &Map<String, Value>, signed: Option<&[u8]>) -> String {
    let alg = if signed.is_some() { "HS256" } else { "none" };
    let header = json!({ "alg": alg, "typ": "JWT" });
    let input = input(&header.as_object().cloned().unwrap_or_default(), claims);
    let signature = signed.map(|secret| mac(secret, &input)).unwrap_or_default();
    format!("{input}.{signature}")
}

fn input(header: &Map<String, Value>, claims: &Map<String, Value>) -> String {
    let part = |map: &Map<String, Value>| BASE64URL.encode(Value::from(map.clone()).to_string());
    format!("{}.{}", part(header), part(claims))
}

fn mac(secret: &[u8], input: &str) -> String {
    BASE64URL.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_and_changed() {
        let claims = json!({ "sub": "alice" }).as_object().cloned().unwrap();
        let token = made(&claims, Some(b"secret"));
        let found = read(&token).unwrap();
        assert_eq!(found.claims["sub"], "alice");
        for signed in [Signed::Kept, Signed::None, Signed::Own] {
            let changed = found.changed(&[("sub", "mallory".into())], signed, &[]);
            assert_eq!(read(&changed[0]).unwrap().claims["sub"], "mallory", "{signed:?}");
        }
        let jwk = own_key::jwk(Own::Rs256).unwrap();
        assert_eq!(found.changed(&[], Signed::PublicKey, &[&jwk]).len(), 4);
        for opaque in ["", "a.b.c", "abc", "a.b.c.d.e"] {
            assert!(read(opaque).is_none(), "{opaque}");
        }
    }
}
