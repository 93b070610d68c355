//! Somebody who holds a key and proves it (DPoP, RFC 9449).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING as P256, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use sha2::{Digest as _, Sha256};

use super::noon;

pub struct Holder {
    pair: EcdsaKeyPair,
    x: String,
    y: String,
}

impl Holder {
    pub fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&P256).unwrap();
        let point = pair.public_key().as_ref().to_vec();
        // Behind a byte that says its form, two halves.
        let (x, y) = point.split_at(1).1.split_at(32);
        let (x, y) = (BASE64URL.encode(x), BASE64URL.encode(y));
        Self { pair, x, y }
    }

    pub fn thumbprint(&self) -> [u8; 32] {
        let Self { x, y, .. } = self;
        Sha256::digest(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)).into()
    }

    /// `cnf` of a token that is bound to this key.
    pub fn confirmation(&self) -> String {
        let thumbprint = BASE64URL.encode(self.thumbprint());
        format!(r#","cnf":{{"jkt":"{thumbprint}"}}"#)
    }

    /// A proof for one request with this token.
    pub fn proof(&self, method: &str, url: &str, token: &str, id: &str) -> String {
        let Self { x, y, pair } = self;
        let header = format!(
            r#"{{"typ":"dpop+jwt","alg":"ES256","jwk":{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}}}"#
        );
        let (now, ath) = (noon().0 / 1000, BASE64URL.encode(Sha256::digest(token)));
        let claims =
            format!(r#"{{"htm":"{method}","htu":"{url}","iat":{now},"jti":"{id}","ath":"{ath}"}}"#);
        let signed = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(claims));
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64URL.encode(signature.as_ref()))
    }
}
