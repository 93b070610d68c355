//! Crafts tokens as attackers do, and shows them to the careless and to the careful operation.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, KeyPair as _,
};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64URL};
use serde_json::{Value, json};

use crate::client::{Api, Reply};

/// An instance, and what an attacker needs beside it.
pub(crate) struct Bench {
    pub(crate) api: Api,
}

/// A key of the attacker's.
pub(crate) struct OwnKey {
    pair: EcdsaKeyPair,
    curve: &'static str,
}

/// Header and claims, taken apart.
pub(crate) type Opened = (Value, Value);

impl Bench {
    pub(crate) async fn start() -> Self {
        Self { api: Api::start().await }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.api.address())
    }

    /// What an issuer gives: `issuer/token?for=alice`.
    pub(crate) async fn given(&self, target: &str) -> String {
        let reply = self.api.get(&format!("/{target}"), &[]).await;
        reply.json()["access_token"].as_str().expect("a token").to_owned()
    }

    /// bob's access token.
    pub(crate) async fn bobs(&self) -> String {
        self.given("issuer/token?for=bob").await
    }

    /// What an issuer signs for whoever asks: `issuer` or `other`.
    pub(crate) async fn minted(&self, issuer: &str, header: &str, claims: &str) -> String {
        let body = json!({ "header": header, "claims": claims, "alg": "ES256" }).to_string();
        let reply = self.api.call(&format!("POST /{issuer}/mint"), &[], body).await;
        reply.json()["token"].as_str().expect("a token").to_owned()
    }

    /// bob's token with changed header and claims, signed by the issuer.
    pub(crate) async fn signed(&self, change: impl Fn(&mut Opened)) -> String {
        let mut opened = opened(&self.bobs().await);
        change(&mut opened);
        self.minted("issuer", &opened.0.to_string(), &opened.1.to_string()).await
    }

    /// alice's claims about bob, under a header of the attacker's.
    pub(crate) async fn forged(
        &self,
        header: impl ToString,
        sign: impl Fn(&str) -> Vec<u8>,
    ) -> String {
        let (_, mut claims) = opened(&self.given("issuer/token?for=alice").await);
        claims["sub"] = "bob@pharmacy.example".into();
        crafted(&header.to_string(), &claims.to_string(), sign)
    }

    /// Shows a token to an operation and to its safe twin. Both let bob's own one in.
    pub(crate) async fn shown(&self, operation: &str, token: &str) -> (Reply, Reply) {
        let bob = format!("Authorization: Bearer {}", self.bobs().await);
        let (path, safe) =
            (format!("/api/partner/{operation}"), format!("/api/safe/partner/{operation}"));
        for target in [&path, &safe] {
            let honest = self.api.get(target, &[&bob]).await;
            assert_eq!(honest.status, 200, "{target}: {}", honest.text());
        }
        let field = format!("Authorization: Bearer {token}");
        (self.api.get(&path, &[&field]).await, self.api.get(&safe, &[&field]).await)
    }

    /// Fails unless the careless operation takes the token for bob's, and the twin for nobody's.
    pub(crate) async fn is_bobs(&self, operation: &str, token: &str) {
        let (direct, twin) = self.shown(operation, token).await;
        assert_eq!(direct.status, 200, "{}", direct.text());
        let json = direct.json();
        let seen = match operation {
            "me" => json["customer_id"] == 2,
            "orders" => json["items"][0]["code"] == "PH-B1",
            "prescriptions" => json["items"][0]["number"] == "RX-1003",
            "summary" => json["total_cents"] == 7648,
            _ => false,
        };
        assert!(seen, "{json}");
        assert_eq!(twin.status, 401, "{}", twin.text());
    }

    /// Fails unless a token that bob ended is still good in another spelling.
    pub(crate) async fn survives_its_end(&self, respell: impl Fn(&str, &str) -> String) {
        // Every alphabet has a letter for the question marks that others lack.
        let token = self.signed(|(_, claims)| claims["note"] = "????????".into()).await;
        let field = format!("Authorization: Bearer {token}");
        for path in ["partner", "safe/partner"] {
            let over = self.api.call(&format!("POST /api/{path}/sign-out"), &[&field], "").await;
            assert_eq!(over.status, 204, "{}", over.text());
            assert_eq!(self.api.get(&format!("/api/{path}/orders"), &[&field]).await.status, 401);
        }
        let (input, signature) = token.rsplit_once('.').expect("a signature");
        self.is_bobs("orders", &respell(input, signature)).await;
    }
}

/// Header and claims of a token.
pub(crate) fn opened(token: &str) -> Opened {
    let part = |place| {
        let text = token.split('.').nth(place).expect("a part");
        serde_json::from_slice(&BASE64URL.decode(text).expect("base64url")).expect("JSON")
    };
    (part(0), part(1))
}

/// A token of these texts.
pub(crate) fn crafted(header: &str, claims: &str, sign: impl Fn(&str) -> Vec<u8>) -> String {
    let input = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(claims));
    let signature = BASE64URL.encode(sign(&input));
    format!("{input}.{signature}")
}

/// No signature.
pub(crate) fn unsigned(_input: &str) -> Vec<u8> {
    Vec::new()
}

/// An HMAC with that secret.
pub(crate) fn hmac(secret: impl AsRef<[u8]>) -> impl Fn(&str) -> Vec<u8> {
    move |input| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_ref());
        hmac::sign(&key, input.as_bytes()).as_ref().to_vec()
    }
}

/// A public key of the issuer as DER: `ES256` or `RS256`.
pub(crate) async fn published(bench: &Bench, alg: &str) -> (Value, Vec<u8>) {
    let set = bench.api.get("/issuer/jwks", &[]).await.json();
    let keys = set["keys"].as_array().expect("keys");
    let jwk = keys.iter().find(|key| key["alg"] == alg).expect("a key").clone();
    let member = |name: &str| BASE64URL.decode(jwk[name].as_str().expect("text")).expect("bytes");
    let der: PublicKeyX509Der<'_> = if alg == "RS256" {
        let key = aws_lc_rs::signature::RsaPublicKeyComponents { n: member("n"), e: member("e") };
        key.as_der().expect("DER")
    } else {
        let point = [vec![4], member("x"), member("y")].concat();
        let curve = &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED;
        let key = aws_lc_rs::signature::ParsedPublicKey::new(curve, point).expect("a key");
        key.as_der().expect("DER")
    };
    let der = der.as_ref().to_vec();
    (jwk, der)
}

/// A key as text.
pub(crate) fn pem(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| str::from_utf8(line).expect("text")).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

impl OwnKey {
    /// For P-256.
    pub(crate) fn small() -> &'static Self {
        static KEY: OnceLock<OwnKey> = OnceLock::new();
        KEY.get_or_init(|| Self::generate(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256"))
    }

    /// For P-384.
    pub(crate) fn large() -> &'static Self {
        static KEY: OnceLock<OwnKey> = OnceLock::new();
        KEY.get_or_init(|| Self::generate(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384"))
    }

    fn generate(algorithm: &'static EcdsaSigningAlgorithm, curve: &'static str) -> Self {
        Self { pair: EcdsaKeyPair::generate(algorithm).expect("randomness"), curve }
    }

    pub(crate) fn sign(&self, input: &str) -> Vec<u8> {
        self.pair.sign(&SystemRandom::new(), input.as_bytes()).expect("signed").as_ref().to_vec()
    }

    pub(crate) fn jwk(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(self.curve_bytes());
        let (x, y) = (BASE64URL.encode(x), BASE64URL.encode(y));
        json!({ "kty": "EC", "crv": self.curve, "x": x, "y": y })
    }

    /// Where a certificate holds the key: that is all that the careless library looks for.
    pub(crate) fn spki(&self) -> String {
        let der: PublicKeyX509Der<'_> = self.pair.public_key().as_der().expect("DER");
        BASE64_STANDARD.encode(der.as_ref())
    }

    /// The thumbprint of the key (RFC 7638).
    pub(crate) fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        let (x, y) = (&jwk["x"], &jwk["y"]);
        let shown = format!(r#"{{"crv":{},"kty":"EC","x":{x},"y":{y}}}"#, jwk["crv"]);
        BASE64URL.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, shown.as_bytes()))
    }

    fn curve_bytes(&self) -> usize {
        if self.curve == "P-256" { 32 } else { 48 }
    }
}
