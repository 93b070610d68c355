//! A2: tokens that nobody of ours signed.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use num_bigint::BigUint;
use serde_json::{Value, json};

use crate::tokens::{Bench, OwnKey, crafted, hmac, opened, pem, published, unsigned};

/// A token with that header and no signature is bob's.
async fn unsigned_is_bobs(operation: &str, header: &str) {
    let bench = Bench::start().await;
    let token = bench.forged(header, unsigned).await;
    bench.is_bobs(operation, &token).await;
}

#[tokio::test]
async fn a2_jwt_alg_none() {
    unsigned_is_bobs("orders", r#"{"alg":"none"}"#).await;
}

#[tokio::test]
async fn a2_jwt_alg_missing() {
    unsigned_is_bobs("orders", r#"{"typ":"at+jwt"}"#).await;
}

#[tokio::test]
async fn a2_jwt_alg_empty() {
    unsigned_is_bobs("orders", r#"{"alg":""}"#).await;
}

#[tokio::test]
async fn a2_jwt_alg_list() {
    unsigned_is_bobs("orders", r#"{"alg":["none"]}"#).await;
}

#[tokio::test]
async fn a2_jwt_alg_none_case() {
    unsigned_is_bobs("prescriptions", r#"{"alg":"nOnE"}"#).await;
}

#[tokio::test]
async fn a2_jwt_alg_escaped() {
    unsigned_is_bobs("prescriptions", r#"{"alg":"n\u006fne"}"#).await;
}

#[tokio::test]
async fn a2_jwt_alg_name_escaped() {
    unsigned_is_bobs("prescriptions", r#"{"\u0061lg":"none"}"#).await;
}

#[tokio::test]
async fn a2_jwt_alg_spaced() {
    unsigned_is_bobs("prescriptions", r#"{"alg" : "none"}"#).await;
}

#[tokio::test]
async fn a2_jwt_duplicate_header() {
    unsigned_is_bobs("prescriptions", r#"{"alg":"ES256","alg":"none"}"#).await;
}

#[tokio::test]
async fn a2_jwt_empty_signature() {
    unsigned_is_bobs("orders", r#"{"alg":"ES256","kid":"issuer-es"}"#).await;
}

#[tokio::test]
async fn the_filter_of_a_newer_operation_refuses_what_it_knows() {
    let bench = Bench::start().await;
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256","kid":"partner-2019"}"#] {
        let token = bench.forged(header, hmac("secret")).await;
        assert_eq!(bench.shown("prescriptions", &token).await.0.status, 401, "{header}");
    }
}

/// A token with that header and an HMAC is bob's.
async fn hmac_is_bobs(operation: &str, header: Value, secret: impl AsRef<[u8]>) {
    let bench = Bench::start().await;
    let token = bench.forged(header, hmac(secret)).await;
    bench.is_bobs(operation, &token).await;
}

#[tokio::test]
async fn a2_jwt_hmac_pem() {
    let bench = Bench::start().await;
    let (jwk, der) = published(&bench, "RS256").await;
    hmac_is_bobs("orders", json!({ "alg": "HS256", "kid": jwk["kid"] }), pem(&der)).await;
}

#[tokio::test]
async fn a2_jwt_hmac_der() {
    let bench = Bench::start().await;
    let (jwk, der) = published(&bench, "ES256").await;
    hmac_is_bobs("orders", json!({ "alg": "HS256", "kid": jwk["kid"] }), der).await;
}

#[tokio::test]
async fn a2_jwt_hmac_jwk() {
    let bench = Bench::start().await;
    let (jwk, _) = published(&bench, "ES256").await;
    hmac_is_bobs("orders", json!({ "alg": "HS256", "kid": jwk["kid"] }), jwk.to_string()).await;
}

#[tokio::test]
async fn a2_jwt_hmac_case() {
    let header = json!({ "alg": "hs256", "kid": "partner-2019" });
    hmac_is_bobs("prescriptions", header, "secret").await;
}

#[tokio::test]
async fn a2_jwt_hmac_512() {
    let bench = Bench::start().await;
    let sign = |input: &str| {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA512, b"secret");
        aws_lc_rs::hmac::sign(&key, input.as_bytes()).as_ref().to_vec()
    };
    let token = bench.forged(r#"{"alg":"HS512","kid":"partner-2019"}"#, sign).await;
    bench.is_bobs("prescriptions", &token).await;
}

#[tokio::test]
async fn a2_jwt_weak_secret() {
    hmac_is_bobs("orders", json!({ "alg": "HS256", "kid": "partner-2019" }), "secret").await;
}

#[tokio::test]
async fn a2_jwt_empty_secret() {
    hmac_is_bobs("orders", json!({ "alg": "HS256", "kid": "nobody" }), "").await;
}

#[tokio::test]
async fn a2_jwt_kid_dev_null() {
    let header = json!({ "alg": "HS256", "kid": "../../../../dev/null" });
    hmac_is_bobs("orders", header, "").await;
}

#[tokio::test]
async fn a2_jwt_kid_file() {
    let header = json!({ "alg": "HS256", "kid": "../../public/robots.txt" });
    hmac_is_bobs("orders", header, "User-agent: *\nDisallow:\n").await;
}

#[tokio::test]
async fn a2_jwt_kid_sql() {
    let header = json!({ "alg": "HS256", "kid": "x' UNION SELECT 'chosen' --" });
    hmac_is_bobs("orders", header, "chosen").await;
}

#[tokio::test]
async fn a2_jwt_embedded_oct() {
    let jwk = json!({ "kty": "oct", "k": BASE64URL.encode("chosen") });
    hmac_is_bobs("orders", json!({ "alg": "HS256", "jwk": jwk }), "chosen").await;
}

/// A token with that header, signed with a key of the attacker's, is bob's.
async fn own_is_bobs(header: Value, key: &OwnKey) {
    let bench = Bench::start().await;
    let token = bench.forged(header, |input| key.sign(input)).await;
    bench.is_bobs("orders", &token).await;
}

#[tokio::test]
async fn a2_jwt_embedded_jwk() {
    let key = OwnKey::small();
    own_is_bobs(json!({ "alg": "ES256", "jwk": key.jwk() }), key).await;
}

#[tokio::test]
async fn a2_jwt_wrong_curve() {
    let key = OwnKey::large();
    own_is_bobs(json!({ "alg": "ES256", "jwk": key.jwk() }), key).await;
}

#[tokio::test]
async fn a2_jwt_x5c() {
    let key = OwnKey::small();
    own_is_bobs(json!({ "alg": "ES256", "x5c": [key.spki()] }), key).await;
}

#[tokio::test]
async fn a2_jwt_jku_data() {
    let key = OwnKey::small();
    let set = json!({ "keys": [key.jwk()] });
    own_is_bobs(json!({ "alg": "ES256", "jku": format!("data:application/json,{set}") }), key)
        .await;
}

#[tokio::test]
async fn a2_jwt_jku() {
    let bench = Bench::start().await;
    let (mut header, claims) = opened(&bench.bobs().await);
    header["jku"] = format!("{}/other/jwks", bench.origin()).into();
    header["kid"] = "other-es".into();
    let token = bench.minted("other", &header.to_string(), &claims.to_string()).await;
    bench.is_bobs("orders", &token).await;
}

#[tokio::test]
async fn a2_jwt_other_issuer() {
    let bench = Bench::start().await;
    let token = bench.given("other/token?for=bob").await;
    bench.is_bobs("orders", &token).await;
}

/// The padded digest of RFC 8017 section 9.2, by which a signature of that length is checked.
fn padded(input: &str, length: usize) -> Vec<u8> {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, input.as_bytes());
    let info = [0x30, 0x31, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
    let filling = vec![0xff; length - info.len() - 35];
    [&[0, 1], filling.as_slice(), &[0], &info, digest.as_ref()].concat()
}

#[tokio::test]
async fn a2_jwt_rsa_exponent_one() {
    let bench = Bench::start().await;
    let token =
        bench.forged(r#"{"alg":"RS256","kid":"issuer-2013"}"#, |input| padded(input, 256)).await;
    bench.is_bobs("orders", &token).await;
}

#[tokio::test]
async fn a2_jwt_rsa_short() {
    let bench = Bench::start().await;
    let one = BigUint::from(1_u8);
    let (p, q) = ((&one << 521_u32) - &one, (&one << 607_u32) - &one);
    let phi = (&p - &one) * (&q - &one);
    let secret = BigUint::from(65_537_u32).modinv(&phi).expect("an inverse");
    let sign = |input: &str| {
        let number = BigUint::from_bytes_be(&padded(input, 141)).modpow(&secret, &(&p * &q));
        let mut signature = number.to_bytes_be();
        signature.splice(..0, vec![0; 141 - signature.len()]);
        signature
    };
    let token = bench.forged(r#"{"alg":"RS256","kid":"issuer-2015"}"#, sign).await;
    bench.is_bobs("orders", &token).await;
}

#[tokio::test]
async fn a2_jwt_encrypted() {
    let bench = Bench::start().await;
    let inner = bench.forged(r#"{"alg":"none"}"#, unsigned).await;
    let (_, der) = published(&bench, "RS256").await;
    let key = PublicEncryptingKey::from_der(&der).expect("a key");
    let key = OaepPublicEncryptingKey::new(key).expect("a key");
    let mut room = vec![0; key.ciphertext_size()];
    let secret = [7; 32];
    let wrapped = key.encrypt(&OAEP_SHA256_MGF1SHA256, &secret, &mut room, None).expect("room");
    let header = BASE64URL.encode(r#"{"alg":"RSA-OAEP-256","enc":"A256GCM","cty":"JWT"}"#);
    let mut text = inner.into_bytes();
    let seal = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &secret).expect("a key"));
    let nonce = Nonce::assume_unique_for_key([1; 12]);
    let aad = Aad::from(header.as_bytes());
    let tag = seal.seal_in_place_separate_tag(nonce, aad, &mut text).expect("sealed");
    let parts = [&*wrapped, &[1; 12], &text, tag.as_ref()].map(|part| BASE64URL.encode(part));
    bench.is_bobs("orders", &format!("{header}.{}", parts.join("."))).await;
}

#[tokio::test]
async fn a2_jwt_psychic() {
    let bench = Bench::start().await;
    let header = r#"{"alg":"ES256","kid":"issuer-es"}"#;
    let token = bench.forged(header, |_| vec![0; 64]).await;
    bench.is_bobs("orders", &token).await;
}

#[tokio::test]
async fn a2_jwt_psychic_order() {
    let bench = Bench::start().await;
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(&order[at * 2..at * 2 + 2], 16).expect("hexadecimal"))
        .collect();
    let header = r#"{"alg":"ES256","kid":"issuer-es"}"#;
    let token = bench.forged(header, |_| order.repeat(2)).await;
    bench.is_bobs("orders", &token).await;
}

#[tokio::test]
async fn a2_jwt_nested() {
    let bench = Bench::start().await;
    let inner = bench.forged(r#"{"alg":"none"}"#, unsigned).await;
    let token = crafted(r#"{"alg":"ES256","cty":"JWT"}"#, &inner, |_| vec![0; 64]);
    bench.is_bobs("orders", &token).await;
}

#[tokio::test]
async fn a2_jwt_json_mixed() {
    let bench = Bench::start().await;
    let alice = bench.given("issuer/token?for=alice").await;
    let parts: Vec<&str> = alice.split('.').collect();
    let forged = bench.forged("{}", unsigned).await;
    let claims = forged.split('.').nth(1).expect("claims");
    let member = format!("x.{claims}.");
    let mixed =
        json!({ member: "", "protected": parts[0], "payload": parts[1], "signature": parts[2] });
    bench.is_bobs("orders", &mixed.to_string()).await;
}

#[tokio::test]
async fn a2_jwt_claims_changed() {
    let bench = Bench::start().await;
    let alice = bench.given("issuer/token?for=alice").await;
    let forged = bench.forged("{}", unsigned).await;
    let claims = forged.split('.').nth(1).expect("claims");
    let parts: Vec<&str> = alice.split('.').collect();
    bench.is_bobs("summary", &[parts[0], claims, parts[2]].join(".")).await;
}

#[tokio::test]
async fn a2_jwt_crit() {
    let bench = Bench::start().await;
    let token = bench.signed(|(header, _)| header["crit"] = json!(["proof"])).await;
    bench.is_bobs("orders", &token).await;
}
