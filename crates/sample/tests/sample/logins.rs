//! A2: guessing, counting, and sessions that do not end.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::client::{Api, Reply};

/// A JSON body to `path` and to its safe twin, at the same instance.
async fn both(api: &Api, path: &str, twin: &str, body: &serde_json::Value) -> (Reply, Reply) {
    let direct = api.call(&format!("POST {path}"), &[], body.to_string()).await;
    let safe = api.call(&format!("POST {twin}"), &[], body.to_string()).await;
    (direct, safe)
}

fn login(email: &str, password: &str) -> serde_json::Value {
    json!({ "email": email, "password": password })
}

/// Wrong passwords for bob at both, then the right one.
async fn guessed(path: &str, twin: &str) -> (Reply, Reply) {
    let api = Api::start().await;
    for round in 0..8 {
        let wrong = login("bob@pharmacy.example", &format!("bob-{round}"));
        let (direct, safe) = both(&api, path, twin, &wrong).await;
        assert!(direct.json()["token"].is_null() && safe.json()["token"].is_null());
    }
    both(&api, path, twin, &login("bob@pharmacy.example", "bob-pass")).await
}

#[tokio::test]
async fn a2_guess_password() {
    for (path, twin) in
        [("/api/login", "/api/safe/login"), ("/api/login/app", "/api/safe/login/app")]
    {
        let (direct, safe) = guessed(path, twin).await;
        assert_eq!(direct.json()["customer_id"], 2);
        assert_eq!(safe.status, 429);
    }
}

#[tokio::test]
async fn a2_guess_basic() {
    let api = Api::start().await;
    let field = |password: &str| {
        let text = format!("bob@pharmacy.example:{password}");
        format!("Authorization: Basic {}", BASE64_STANDARD.encode(text))
    };
    for (path, status) in [("/api/tills/me", 200), ("/api/safe/tills/me", 429)] {
        assert_eq!(api.get(path, &[&field("bob-pass")]).await.json()["customer_id"], 2);
        for round in 0..8 {
            let reply = api.get(path, &[&field(&format!("bob-{round}"))]).await;
            assert!([401, 429].contains(&reply.status), "{path}: {}", reply.status);
        }
        assert_eq!(api.get(path, &[&field("bob-pass")]).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn a2_spray() {
    let api = Api::start().await;
    let (path, twin) = ("/api/login", "/api/safe/login");
    for name in ["carl", "dora", "emil", "fred", "gina", "hans"] {
        let wrong = login(&format!("{name}@pharmacy.example"), "bob-pass");
        both(&api, path, twin, &wrong).await;
    }
    let right = login("bob@pharmacy.example", "bob-pass");
    let (direct, safe) = both(&api, path, twin, &right).await;
    assert_eq!((direct.status, safe.status), (200, 429));
}

#[tokio::test]
async fn three_mistyped_passwords_lock_nobody_out() {
    let api = Api::start().await;
    for _ in 0..3 {
        let wrong = login("alice@pharmacy.example", "alise-pass");
        let (direct, safe) = both(&api, "/api/login", "/api/safe/login", &wrong).await;
        assert_eq!((direct.status, safe.status), (401, 401));
    }
    let right = login("alice@pharmacy.example", "alice-pass");
    let (direct, safe) = both(&api, "/api/login", "/api/safe/login", &right).await;
    assert_eq!((direct.status, safe.status), (200, 200));
}

#[tokio::test]
async fn a2_user_exists() {
    let api = Api::start().await;
    let (path, twin) = ("/api/login/app", "/api/safe/login/app");
    let (known, safe_known) = both(&api, path, twin, &login("bob@pharmacy.example", "no")).await;
    let (nobody, safe_nobody) = both(&api, path, twin, &login("eve@pharmacy.example", "no")).await;
    assert_eq!((known.status, nobody.status), (200, 200));
    assert_ne!(known.json()["reason"], nobody.json()["reason"]);
    assert_eq!(safe_known.text(), safe_nobody.text());
}

#[tokio::test]
async fn a2_count_tokens() {
    let api = Api::start().await;
    let bob = login("bob@pharmacy.example", "bob-pass");
    api.call("POST /api/safe/login", &[], bob.to_string()).await;
    let guess = "Authorization: Bearer ph-2-000001";
    assert_eq!(api.get("/api/profile", &[guess]).await.status, 401);
    api.call("POST /api/login", &[], bob.to_string()).await;
    let guess = "Authorization: Bearer ph-2-000002";
    assert_eq!(api.get("/api/profile", &[guess]).await.json()["id"], 2);
}

/// Whether alice's other session is over after she did that, at the careless and the safe place.
async fn is_over(line: &str, twin: &str, body: &str, own: bool) -> (bool, bool) {
    let mut over = Vec::new();
    for line in [line, twin] {
        let api = Api::start().await;
        let stolen = api.login("alice").await;
        let used = if own { stolen.clone() } else { api.login("alice").await };
        let done = api.call(line, &[&used], body).await;
        assert!([204, 303].contains(&done.status), "{line}: {}", done.text());
        over.push(api.get("/api/profile", &[&stolen]).await.status == 401);
    }
    (over[0], over[1])
}

#[tokio::test]
async fn a2_token_after_logout() {
    let over = is_over("POST /api/logout/web", "POST /api/safe/logout/web", "", true).await;
    assert_eq!(over, (false, true));
}

#[tokio::test]
async fn a2_token_after_password() {
    let body = r#"{"current_password":"alice-pass","new_password":"alice-pass-2"}"#;
    let over = is_over("POST /api/password", "POST /api/safe/password", body, false).await;
    assert_eq!(over, (false, true));
}

/// Numbers from `first` on, `count` of them, at that version; whether one was right.
async fn tried(api: &Api, version: &str, who: &str, first: u32, count: u32) -> bool {
    for pin in first..first + count {
        let body = json!({
            "email": format!("{who}@pharmacy.example"), "pin": format!("{pin:04}"),
            "new_password": "eve-pass-1",
        });
        let line = format!("POST /api/{version}/password/reset");
        if api.call(&line, &[], body.to_string()).await.status == 204 {
            return true;
        }
    }
    false
}

async fn asked(api: &Api, version: &str, who: &str) {
    let body = json!({ "email": format!("{who}@pharmacy.example") }).to_string();
    let line = format!("POST /api/{version}/password/reset-request");
    assert_eq!(api.call(&line, &[], body).await.status, 204);
}

#[tokio::test]
async fn a2_reset_pin() {
    for (version, is_found) in [("v1", true), ("v2", true), ("safe", false)] {
        let api = Api::start().await;
        let mut found = false;
        for round in 0..3 {
            asked(&api, version, "bob").await;
            found |= tried(&api, version, "bob", round * 5, 5).await;
        }
        assert_eq!(found, is_found, "{version}");
        let right = login("bob@pharmacy.example", "eve-pass-1").to_string();
        let status = api.call("POST /api/login", &[], right).await.status;
        assert_eq!(status == 200, is_found, "{version}");
    }
}

#[tokio::test]
async fn a2_reset_versions() {
    let api = Api::start().await;
    assert!(!tried(&api, "v1", "alice", 0, 5).await);
    assert!(!tried(&api, "v1", "alice", 5, 5).await, "v1 has had enough");
    assert!(tried(&api, "v2", "alice", 5, 5).await, "v2 has not");
    assert!(!tried(&api, "safe", "bob", 10, 4).await);
    assert!(tried(&api, "safe", "bob", 14, 1).await, "four mistakes are borne");
    assert!(!tried(&api, "safe", "paula", 15, 5).await);
    assert!(!tried(&api, "safe", "paula", 20, 5).await);
}

#[tokio::test]
async fn a2_weak_cookie() {
    let api = Api::start().await;
    // Base64 of `2`.
    let forged = "Cookie: remember=Mg";
    assert_eq!(api.get("/api/welcome", &[forged]).await.json()["email"], "bob@pharmacy.example");
    assert_eq!(api.get("/api/safe/welcome", &[forged]).await.status, 401);
    let alice = login("alice@pharmacy.example", "alice-pass");
    let (direct, safe) = both(&api, "/api/login/app", "/api/safe/login/app", &alice).await;
    for (reply, path) in [(direct, "/api/welcome"), (safe, "/api/safe/welcome")] {
        let cookie = reply.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let seen = api.get(path, &[&format!("Cookie: {cookie}")]).await;
        assert_eq!(seen.json()["customer_id"], 1, "{path}");
    }
}

#[tokio::test]
async fn a2_session_fixation() {
    for (line, status) in [("POST /api/login/form", 200), ("POST /api/safe/login/form", 401)] {
        let api = Api::start().await;
        let chosen = "Cookie: session=chosen-before";
        assert_eq!(api.get("/api/profile", &[chosen]).await.status, 401);
        let form = "Content-Type: application/x-www-form-urlencoded";
        let body = "email=alice%40pharmacy.example&password=alice-pass";
        assert_eq!(api.call(line, &[form, chosen], body).await.status, 303);
        assert_eq!(api.get("/api/profile", &[chosen]).await.status, status, "{line}");
    }
}

#[tokio::test]
async fn a2_token_in_url() {
    let api = Api::start().await;
    let token = api.token("alice").await;
    let direct = api.get(&format!("/api/session?token={token}"), &[]).await;
    assert_eq!(direct.json()["customer_id"], 1);
    let twin = api.get(&format!("/api/safe/session?token={token}"), &[]).await;
    assert_eq!(twin.status, 401);
}
