//! Two requests at once, of which only one may succeed.

use serde_json::json;

use crate::client::Api;

/// alice sends both at the same time; their statuses, the smaller first.
async fn together(api: &Api, lines: [&str; 2], bodies: [&str; 2]) -> [u16; 2] {
    let alice = api.login("alice").await;
    let headers = [alice.as_str()];
    let ([one, two], [first, second]) = (lines, bodies);
    let (one, two) = tokio::join!(api.call(one, &headers, first), api.call(two, &headers, second));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn n4_race_points() {
    for (safe, statuses, balance) in [("", [200, 200], -500), ("/safe", [200, 409], 0)] {
        let api = Api::start().await;
        let line = format!("POST /api{safe}/points/redeem");
        let body = r#"{"points":500}"#;
        assert_eq!(together(&api, [&line, &line], [body, body]).await, statuses, "{line}");
        let alice = api.login("alice").await;
        assert_eq!(api.get("/api/points", &[&alice]).await.json()["balance"], balance, "{line}");
    }
}

#[tokio::test]
async fn n4_race_voucher() {
    for (safe, statuses, left) in [("", [200, 200], -1), ("/safe", [200, 409], 0)] {
        let api = Api::start().await;
        let line = format!("POST /api{safe}/vouchers/ONCE/use");
        let bodies = [r#"{"order_id":1}"#, r#"{"order_id":3}"#];
        assert_eq!(together(&api, [&line, &line], bodies).await, statuses, "{line}");
        let alice = api.login("alice").await;
        let voucher = api.get("/api/vouchers/ONCE", &[&alice]).await.json();
        assert_eq!(voucher["uses_left"], json!(left), "{line}");
    }
}

#[tokio::test]
async fn what_was_used_up_is_refused_also_one_after_the_other() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let body = r#"{"points":500}"#;
    assert_eq!(api.call("POST /api/points/redeem", &[&alice], body).await.status, 200);
    assert_eq!(api.call("POST /api/points/redeem", &[&alice], body).await.status, 409);
}

/// alice uses the same voucher for one order after the other; the statuses, and how many uses are left.
async fn again_and_again(safe: &str, orders: &[i64]) -> (Vec<u16>, i64) {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let line = format!("POST /api{safe}/vouchers/WELCOME/use");
    let mut statuses = Vec::new();
    for order in orders {
        let body = json!({ "order_id": order }).to_string();
        statuses.push(api.call(&line, &[&alice], &body).await.status);
    }
    let voucher = api.get("/api/vouchers/WELCOME", &[&alice]).await.json();
    (statuses, voucher["uses_left"].as_i64().unwrap_or_default())
}

#[tokio::test]
async fn a11_voucher_again() {
    assert_eq!(again_and_again("", &[1, 3]).await, (vec![200, 200], 48));
    assert_eq!(again_and_again("/safe", &[1, 3]).await, (vec![200, 409], 49));
}

#[tokio::test]
async fn a4_voucher_busy() {
    let since = std::time::Instant::now();
    assert_eq!(again_and_again("", &[1; 8]).await, (vec![200; 8], 42));
    assert!(since.elapsed().as_millis() > 1_600, "it keeps nobody busy");
    let (statuses, left) = again_and_again("/safe", &[1; 8]).await;
    assert_eq!((statuses[0], &statuses[1..], left), (200, &[409; 7][..], 49));
}
