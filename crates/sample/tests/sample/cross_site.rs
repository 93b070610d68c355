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

/// Fields of a request that another site has a browser of this session send.
fn led(token: &str) -> [String; 3] {
    [
        format!("Cookie: session={token}"),
        "Origin: https://evil.example".to_owned(),
        "Sec-Fetch-Site: cross-site".to_owned(),
    ]
}

#[tokio::test]
async fn f4_logout() {
    let api = Api::start().await;
    let token = api.token("alice").await;
    let fields = led(&token);
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let cookie = &fields[..1];
    assert_eq!(api.call("POST /api/safe/logout/web", &fields, "").await.status, 401);
    assert_eq!(api.get("/api/profile", cookie).await.status, 200);
    assert_eq!(api.call("POST /api/logout", &fields, "").await.status, 204);
    assert_eq!(api.get("/api/profile", cookie).await.status, 401);
}

#[tokio::test]
async fn f4_photo_post() {
    let api = Api::start().await;
    let token = api.token("alice").await;
    let fields = led(&token);
    let mut fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    fields.push("Content-Type: multipart/form-data; boundary=B");
    let body = "--B\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"me.png\"\r\n\
                Content-Type: image/png\r\n\r\n\u{1}\r\n--B\r\n\
                Content-Disposition: form-data; name=\"name\"\r\n\r\nEvil\r\n--B--\r\n";
    assert_eq!(api.call("POST /api/safe/profile/photo", &fields, body).await.status, 401);
    let reply = api.call("POST /api/profile/photo", &fields, body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let profile = api.get("/api/profile", &fields[..1]).await;
    assert_eq!(profile.json()["name"], json!("Evil"));
}

#[tokio::test]
async fn f4_login_as_another() {
    let api = Api::start().await;
    let fields =
        ["Origin: https://evil.example", "Content-Type: application/x-www-form-urlencoded"];
    let body = "email=bob%40pharmacy.example&password=bob-pass";
    let reply = api.call("POST /api/login/form", &fields, body).await;
    assert_eq!(reply.status, 303);
    assert!(reply.header("set-cookie").starts_with("session="));
    let reply = api.call("POST /api/safe/login", &fields, body).await;
    assert_eq!((reply.status, reply.header("set-cookie")), (415, ""));
}

#[tokio::test]
async fn f4_get_changes() {
    let api = Api::start().await;
    let token = api.token("alice").await;
    let fields = led(&token);
    let mut fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let reply = api.get("/api/profile/move?to=1+Evil+Street", &fields).await;
    assert_eq!((reply.status, &reply.json()["address"]), (200, &json!("1 Evil Street")));
    fields.push("Content-Type: application/x-www-form-urlencoded");
    let body = "address=1+Evil+Street";
    assert_eq!(api.call("POST /api/safe/profile/form", &fields, body).await.status, 401);
}
