//! A2: tokens in places where no scheme puts them, and tokens that are used twice. And the issuers.

use serde_json::json;

use crate::tokens::{Bench, unsigned};

#[tokio::test]
async fn a2_jwt_query() {
    let bench = Bench::start().await;
    let bob = bench.bobs().await;
    let direct = bench.api.get(&format!("/api/partner/orders?access_token={bob}"), &[]).await;
    assert_eq!(direct.json()["items"][0]["code"], "PH-B1");
    let twin = bench.api.get(&format!("/api/safe/partner/orders?access_token={bob}"), &[]).await;
    assert_eq!(twin.status, 401);
}

#[tokio::test]
async fn a2_jwt_cookie() {
    let bench = Bench::start().await;
    let cookie = format!("Cookie: access_token={}", bench.bobs().await);
    let headers = [cookie.as_str(), "Origin: https://evil.example"];
    let direct = bench.api.get("/api/partner/orders", &headers).await;
    assert_eq!(direct.json()["items"][0]["code"], "PH-B1");
    assert_eq!(bench.api.get("/api/safe/partner/orders", &headers).await.status, 401);
}

#[tokio::test]
async fn a2_jwt_form() {
    let bench = Bench::start().await;
    let body = format!("number=RX-1003&access_token={}", bench.bobs().await);
    let headers = ["Content-Type: application/x-www-form-urlencoded"];
    let direct = bench.api.call("POST /api/partner/refills", &headers, &body).await;
    assert_eq!(direct.status, 201, "{}", direct.text());
    let twin = bench.api.call("POST /api/safe/partner/refills", &headers, &body).await;
    assert_eq!(twin.status, 401);
}

/// The same request, to the operation and to its twin; the first is about bob.
async fn both_are_bobs(bench: &Bench, operation: &str, headers: &[&str]) {
    let direct = bench.api.get(&format!("/api/partner/{operation}"), headers).await;
    assert!(direct.text().contains("bob@") || direct.text().contains("PH-B1"), "{}", direct.text());
    let twin = bench.api.get(&format!("/api/safe/partner/{operation}"), headers).await;
    assert!(!twin.text().contains("bob@") && !twin.text().contains("PH-B1"), "{}", twin.text());
}

#[tokio::test]
async fn a2_jwt_twice() {
    let bench = Bench::start().await;
    let alice = format!("Authorization: Bearer {}", bench.given("issuer/token?for=alice").await);
    let forged = format!("Authorization: Bearer {}", bench.forged("{}", unsigned).await);
    both_are_bobs(&bench, "me", &[&alice, &forged]).await;
}

#[tokio::test]
async fn a2_jwt_comma() {
    let bench = Bench::start().await;
    let alice = bench.given("issuer/token?for=alice").await;
    let forged = bench.forged("{}", unsigned).await;
    let field = format!("Authorization: Bearer {alice}, Bearer {forged}");
    both_are_bobs(&bench, "orders", &[&field]).await;
}

#[tokio::test]
async fn a2_jwt_header_and_cookie() {
    let bench = Bench::start().await;
    let alice = format!("Authorization: Bearer {}", bench.given("issuer/token?for=alice").await);
    let cookie = format!("Cookie: access_token={}", bench.forged("{}", unsigned).await);
    both_are_bobs(&bench, "me", &[&alice, &cookie]).await;
}

#[tokio::test]
async fn a2_jwt_replay() {
    let bench = Bench::start().await;
    let token = bench.signed(|(_, claims)| claims["once"] = json!(true)).await;
    let field = format!("Authorization: Bearer {token}");
    let body = r#"{"number":"RX-1003"}"#;
    for (path, second) in [("/api/partner/refills", 201), ("/api/safe/partner/refills", 401)] {
        let order = format!("POST {path}");
        assert_eq!(bench.api.call(&order, &[&field], body).await.status, 201);
        assert_eq!(bench.api.call(&order, &[&field], body).await.status, second);
    }
}

#[tokio::test]
async fn an_issuer_says_where_its_keys_are() {
    let bench = Bench::start().await;
    for name in ["issuer", "other"] {
        let place = format!("/{name}/.well-known/openid-configuration");
        let metadata = bench.api.get(&place, &[]).await.json();
        assert_eq!(metadata["issuer"], format!("{}/{name}", bench.origin()));
        assert_eq!(metadata["jwks_uri"], format!("{}/{name}/jwks", bench.origin()));
        let keys = bench.api.get(&format!("/{name}/jwks"), &[]).await.json();
        assert_eq!(keys["keys"].as_array().map(Vec::len), Some(5));
        assert!(!keys.to_string().contains("\"d\""), "a private key");
    }
}

#[tokio::test]
async fn both_algorithms_of_the_issuer_are_good_at_both_doors() {
    let bench = Bench::start().await;
    for alg in ["ES256", "RS256"] {
        let token = bench.given(&format!("issuer/token?for=bob&alg={alg}")).await;
        for operation in ["me", "orders", "prescriptions", "summary"] {
            let (direct, twin) = bench.shown(operation, &token).await;
            assert_eq!((direct.status, twin.status), (200, 200), "{alg} {operation}");
        }
    }
}

#[tokio::test]
async fn an_opaque_token_means_something_to_its_issuer_alone() {
    let bench = Bench::start().await;
    let token = bench.given("issuer/token?for=bob&kind=opaque").await;
    let form = "Content-Type: application/x-www-form-urlencoded";
    let known = "Authorization: Basic Z2F0ZXdheTpmYWtlLWNsaWVudC1zZWNyZXQ=";
    let ask = async |token: &str, headers: &[&str]| {
        bench.api.call("POST /issuer/introspect", headers, format!("token={token}")).await
    };
    let meaning = ask(&token, &[form, known]).await.json();
    assert_eq!((&meaning["active"], &meaning["customer_id"]), (&json!(true), &json!(2)));
    assert_eq!(ask("nothing", &[form, known]).await.json(), json!({ "active": false }));
    assert_eq!(ask(&token, &[form]).await.status, 401);
    let (direct, twin) = bench.shown("orders", &token).await;
    assert_eq!((direct.status, twin.status), (401, 401));
}
