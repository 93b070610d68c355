//! A2: tokens that our issuer signed, and that are not good here, or not any more.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Value, json};

use crate::tokens::{Bench, opened};

/// A token that the issuer gives for something else is good here.
async fn given_is_bobs(target: &str) {
    let bench = Bench::start().await;
    let token = bench.given(target).await;
    bench.is_bobs("me", &token).await;
}

#[tokio::test]
async fn a2_jwt_expired() {
    given_is_bobs("issuer/token?for=bob&kind=expired").await;
}

#[tokio::test]
async fn a2_jwt_other_audience() {
    given_is_bobs("issuer/token?for=bob&kind=other_audience").await;
}

#[tokio::test]
async fn a2_jwt_id_token() {
    given_is_bobs("issuer/token?for=bob&kind=id").await;
}

/// A signed token with that claim (or without, where it is `null`) is good here.
async fn claim_is_bobs(operation: &str, name: &str, value: Option<Value>) {
    let bench = Bench::start().await;
    let change = |(_, claims): &mut (Value, Value)| {
        let claims = claims.as_object_mut().expect("claims");
        match &value {
            Some(value) => claims.insert(name.to_owned(), value.clone()),
            None => claims.remove(name),
        };
    };
    let token = bench.signed(change).await;
    bench.is_bobs(operation, &token).await;
}

#[tokio::test]
async fn a2_jwt_not_yet() {
    claim_is_bobs("me", "nbf", Some(json!(4_000_000_000_u64))).await;
}

#[tokio::test]
async fn a2_jwt_no_exp() {
    claim_is_bobs("prescriptions", "exp", None).await;
}

#[tokio::test]
async fn a2_jwt_exp_null() {
    claim_is_bobs("prescriptions", "exp", Some(Value::Null)).await;
}

#[tokio::test]
async fn a2_jwt_exp_string() {
    claim_is_bobs("prescriptions", "exp", Some(json!("1577836800"))).await;
}

#[tokio::test]
async fn a2_jwt_exp_float() {
    claim_is_bobs("prescriptions", "exp", Some(json!(1_577_836_800.5))).await;
}

#[tokio::test]
async fn a2_jwt_exp_huge() {
    claim_is_bobs("prescriptions", "exp", Some(json!(1e300))).await;
}

#[tokio::test]
async fn a2_jwt_exp_negative() {
    claim_is_bobs("prescriptions", "exp", Some(json!(-1))).await;
}

#[tokio::test]
async fn a2_jwt_exp_milliseconds() {
    claim_is_bobs("prescriptions", "exp", Some(json!(1_577_836_800_000_u64))).await;
}

#[tokio::test]
async fn a_date_that_can_be_read_is_read() {
    let bench = Bench::start().await;
    let token = bench.signed(|(_, claims)| claims["exp"] = json!(1_577_836_800)).await;
    assert_eq!(bench.shown("prescriptions", &token).await.0.status, 401);
}

#[tokio::test]
async fn a2_jwt_no_audience() {
    claim_is_bobs("me", "aud", None).await;
}

#[tokio::test]
async fn a2_jwt_audience_part() {
    claim_is_bobs("prescriptions", "aud", Some(json!("pharmacy-web"))).await;
}

#[tokio::test]
async fn a2_jwt_wrong_issuer() {
    claim_is_bobs("me", "iss", Some(json!("https://sandbox.pharmacy.example"))).await;
}

#[tokio::test]
async fn a2_jwt_no_issuer() {
    claim_is_bobs("me", "iss", None).await;
}

#[tokio::test]
async fn a2_jwt_issuer_prefix() {
    let bench = Bench::start().await;
    let issuer = format!("{}/issuer.sandbox", bench.origin());
    let token = bench.signed(|(_, claims)| claims["iss"] = json!(issuer)).await;
    bench.is_bobs("prescriptions", &token).await;
}

#[tokio::test]
async fn a2_jwt_token_type() {
    let bench = Bench::start().await;
    let token = bench.signed(|(header, _)| header["typ"] = json!("reset+jwt")).await;
    bench.is_bobs("me", &token).await;
}

#[tokio::test]
async fn a2_jwt_certificate_bound() {
    let bound = json!({ "x5t#S256": BASE64URL.encode([7; 32]) });
    claim_is_bobs("me", "cnf", Some(bound)).await;
}

#[tokio::test]
async fn a2_jwt_duplicate_claim() {
    let bench = Bench::start().await;
    let (header, claims) = opened(&bench.given("issuer/token?for=alice").await);
    let claims = claims.to_string().replacen('}', r#","sub":"bob@pharmacy.example"}"#, 1);
    let token = bench.minted("issuer", &header.to_string(), &claims).await;
    bench.is_bobs("me", &token).await;
}

#[tokio::test]
async fn a2_jwt_padding() {
    let bench = Bench::start().await;
    bench.survives_its_end(|input, signature| format!("{input}.{signature}==")).await;
}

#[tokio::test]
async fn a2_jwt_alphabet() {
    let bench = Bench::start().await;
    let respell = |input: &str, signature: &str| {
        format!("{input}.{signature}").replace('-', "+").replace('_', "/")
    };
    bench.survives_its_end(respell).await;
}

#[tokio::test]
async fn a2_jwt_whitespace() {
    let bench = Bench::start().await;
    bench.survives_its_end(|input, signature| format!("{input}. {signature}")).await;
}

#[tokio::test]
async fn a2_jwt_trailing_bits() {
    let bench = Bench::start().await;
    let respell = |input: &str, signature: &str| {
        let (rest, last) = signature.split_at(signature.len() - 1);
        let last = char::from(last.as_bytes()[0] + 1);
        format!("{input}.{rest}{last}")
    };
    bench.survives_its_end(respell).await;
}

#[tokio::test]
async fn a2_jwt_signature_tail() {
    let bench = Bench::start().await;
    let respell = |input: &str, signature: &str| {
        let mut bytes = BASE64URL.decode(signature).expect("base64url");
        bytes.push(0);
        format!("{input}.{}", BASE64URL.encode(bytes))
    };
    bench.survives_its_end(respell).await;
}

#[tokio::test]
async fn a2_jwt_signature_der() {
    let bench = Bench::start().await;
    let respell = |input: &str, signature: &str| {
        let bytes = BASE64URL.decode(signature).expect("base64url");
        let number = |bytes: &[u8]| {
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            let mut number = bytes[zeros..].to_vec();
            if number[0] >= 0x80 {
                number.insert(0, 0);
            }
            [vec![2, number.len() as u8], number].concat()
        };
        let numbers = [number(&bytes[..32]), number(&bytes[32..])].concat();
        let der = [vec![0x30, numbers.len() as u8], numbers].concat();
        format!("{input}.{}", BASE64URL.encode(der))
    };
    bench.survives_its_end(respell).await;
}
