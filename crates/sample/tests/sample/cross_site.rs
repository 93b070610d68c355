//! F4: what another site has a customer's browser ask.

use serde_json::json;

use crate::client::Api;

#[tokio::test]
async fn f4_form_post() {
    let api = Api::start().await;
    let cookie = format!("Cookie: session={}", api.token("alice").await);
    // What a form of another site sends, with all that a browser says of it.
    let headers = [
        cookie.as_str(),
        "Origin: https://evil.example",
        "Sec-Fetch-Site: cross-site",
        "Content-Type: application/x-www-form-urlencoded",
    ];
    let body = "address=1+Evil+Street";
    let direct = api.call("POST /api/profile/form", &headers, body).await;
    assert_eq!((direct.status, &direct.json()["address"]), (200, &json!("1 Evil Street")));
    assert_eq!(api.call("POST /api/safe/profile/form", &headers, body).await.status, 401);
}
