//! A2: tokens that are bound to a key, shown by who does not hold it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Value, json};

use crate::client::Reply;
use crate::tokens::{Bench, OwnKey, crafted, opened};

const PATHS: [&str; 2] = ["/api/partner/me", "/api/safe/partner/me"];

/// bob's token, bound to his key.
async fn bound(bench: &Bench) -> String {
    let thumbprint = OwnKey::small().thumbprint();
    bench.signed(|(_, claims)| claims["cnf"] = json!({ "jkt": thumbprint })).await
}

/// A proof for `GET path` with that token, changed.
fn proof(path: &str, token: &str, key: &OwnKey, change: (&str, Value)) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    let mut claims = json!({
        "htm": "GET", "htu": format!("http://pharmacy.example{path}"), "jti": "one",
        "iat": opened(token).1["iat"], "ath": BASE64URL.encode(hash),
    });
    claims[change.0] = change.1;
    let header = json!({ "alg": "ES256", "typ": "dpop+jwt", "jwk": key.jwk() });
    crafted(&header.to_string(), &claims.to_string(), |input| key.sign(input))
}

async fn sent(bench: &Bench, path: &str, token: &str, proof: &str) -> Reply {
    let (token, proof) = (format!("Authorization: DPoP {token}"), format!("DPoP: {proof}"));
    bench.api.get(path, &[&token, &proof]).await
}

/// A changed proof is good at the careless operation and not at its twin; the right one at both.
async fn is_enough(key: &OwnKey, change: (&str, Value)) {
    let bench = Bench::start().await;
    let token = bound(&bench).await;
    for (path, status) in PATHS.into_iter().zip([200, 401]) {
        let changed = proof(path, &token, key, change.clone());
        assert_eq!(sent(&bench, path, &token, &changed).await.status, status, "{path}");
        let right = proof(path, &token, OwnKey::small(), ("note", json!("right")));
        assert_eq!(sent(&bench, path, &token, &right).await.json()["customer_id"], 2, "{path}");
    }
}

#[tokio::test]
async fn a2_dpop_other_key() {
    is_enough(OwnKey::large(), ("jti", json!("two"))).await;
}

#[tokio::test]
async fn a2_dpop_other_method() {
    is_enough(OwnKey::small(), ("htm", json!("POST"))).await;
}

#[tokio::test]
async fn a2_dpop_other_url() {
    is_enough(OwnKey::small(), ("htu", json!("http://pharmacy.example/api/partner/orders"))).await;
}

#[tokio::test]
async fn a2_dpop_other_token() {
    is_enough(OwnKey::small(), ("ath", json!(BASE64URL.encode([0; 32])))).await;
}

#[tokio::test]
async fn a2_dpop_old() {
    is_enough(OwnKey::small(), ("iat", json!(1_577_836_800))).await;
}

#[tokio::test]
async fn a2_dpop_downgrade() {
    let bench = Bench::start().await;
    let field = format!("Authorization: Bearer {}", bound(&bench).await);
    assert_eq!(bench.api.get(PATHS[0], &[&field]).await.json()["customer_id"], 2);
    assert_eq!(bench.api.get(PATHS[1], &[&field]).await.status, 401);
}

#[tokio::test]
async fn a2_dpop_replay() {
    let bench = Bench::start().await;
    let token = bound(&bench).await;
    for (path, second) in PATHS.into_iter().zip([200, 401]) {
        let proof = proof(path, &token, OwnKey::small(), ("jti", json!("once")));
        assert_eq!(sent(&bench, path, &token, &proof).await.status, 200, "{path}");
        assert_eq!(sent(&bench, path, &token, &proof).await.status, second, "{path}");
    }
}
