//! Bodies of parts and of XML that say more than they should.

use serde_json::{Value, json};

use crate::client::{Api, Reply};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A form with a picture: what stands around its bytes, and the bytes.
fn form(before: &str, head: &str, photo: &[u8]) -> Vec<u8> {
    let mut body = format!("{before}--B\r\n{head}\r\n\r\n").into_bytes();
    body.extend_from_slice(photo);
    body.extend_from_slice(b"\r\n--B--\r\n");
    body
}

fn field(name: &str, text: &str) -> String {
    format!("--B\r\nContent-Disposition: form-data; {name}\r\n\r\n{text}\r\n")
}

fn photo(file_name: &str) -> String {
    format!(
        "Content-Disposition: form-data; name=\"photo\"; filename=\"{file_name}\"\r\n\
         Content-Type: image/png"
    )
}

/// Alice uploads; the answer of the operation and of its twin, and her profile after each.
async fn uploaded(body: &[u8]) -> (Reply, Reply, Value, Value) {
    let media = "Content-Type: multipart/form-data; boundary=B";
    let mut found = Vec::new();
    for path in ["/api/profile/photo", "/api/safe/profile/photo"] {
        let api = Api::start().await;
        let alice = api.login("alice").await;
        let reply = api.call(&format!("POST {path}"), &[&alice, media], body).await;
        found.push((reply, api.get("/api/profile", &[&alice]).await.json()));
    }
    let (twin, twin_after) = found.pop().expect("two");
    let (direct, after) = found.pop().expect("two");
    (direct, twin, after, twin_after)
}

#[tokio::test]
async fn a6_upload_role() {
    let body = form(&field("name=\"role\"", "admin"), &photo("a.png"), PNG);
    let (direct, twin, after, twin_after) = uploaded(&body).await;
    assert_eq!((direct.status, twin.status), (201, 201), "{}", twin.text());
    assert_eq!((&after["role"], &twin_after["role"]), (&json!("admin"), &json!("customer")));
}

#[tokio::test]
async fn f1_multipart_boundary() {
    let hidden = "Alice\n--B\nContent-Disposition: form-data; name=\"role\"\n\nadmin";
    let body = form(&field("name=\"name\"", hidden), &photo("a.png"), PNG);
    let (direct, twin, after, twin_after) = uploaded(&body).await;
    assert_eq!((direct.status, twin.status), (201, 400));
    assert_eq!((&after["role"], &twin_after["role"]), (&json!("admin"), &json!("customer")));
}

#[tokio::test]
async fn f1_multipart_name() {
    let body = form(&field("name=\"name\"; name=\"role\"", "admin"), &photo("a.png"), PNG);
    let (direct, twin, after, _) = uploaded(&body).await;
    assert_eq!((direct.status, twin.status), (201, 400));
    assert_eq!(after["role"], "admin");
}

#[tokio::test]
async fn f1_upload_path() {
    let body = form("", &photo("../../../etc/cron.d/x"), PNG);
    let (direct, twin, ..) = uploaded(&body).await;
    let stored = "/srv/pharmacy/photos/../../../etc/cron.d/x";
    assert_eq!((direct.status, &direct.json()["stored_as"]), (201, &json!(stored)));
    assert_eq!(twin.status, 400);
}

#[tokio::test]
async fn f2_upload_polyglot() {
    let body = form("", &photo("a.png"), b"<script>alert(1)</script>");
    let (direct, twin, ..) = uploaded(&body).await;
    assert_eq!(direct.json()["media_type"], "image/png");
    assert_eq!(direct.json()["begins"], "<script>alert(1)");
    assert_eq!(twin.status, 422);
}

#[tokio::test]
async fn f2_upload_two_files() {
    let head = photo("a.gif").replace("image/png", "image/gif");
    let body = form("", &head, b"GIF89a<script>alert(1)</script>");
    let (direct, twin, ..) = uploaded(&body).await;
    assert_eq!(direct.json()["begins"], "GIF89a<script>al");
    assert_eq!(twin.status, 422);
}

#[tokio::test]
async fn a4_huge_upload() {
    let body = form("", &photo("a.png"), &[PNG, &vec![b'x'; 11_000_000]].concat());
    let (direct, twin, ..) = uploaded(&body).await;
    assert_eq!((direct.status, &direct.json()["bytes"]), (201, &json!(11_000_008)));
    assert_eq!(twin.status, 413);
}

/// Alice imports; the answer of the operation and of its twin.
async fn imported(document: &str) -> (Reply, Reply) {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let headers = [alice.as_str(), "Content-Type: application/xml"];
    let direct = api.call("POST /api/prescriptions/import", &headers, document).await;
    let twin = api.call("POST /api/safe/prescriptions/import", &headers, document).await;
    (direct, twin)
}

#[tokio::test]
async fn a6_import_approved() {
    let (direct, twin) = imported(
        "<prescription><medicine>Migranil</medicine><status>approved</status></prescription>",
    )
    .await;
    assert_eq!((direct.status, twin.status), (201, 201), "{}", twin.text());
    assert_eq!(direct.json()["status"], "approved");
    assert_eq!(twin.json()["status"], "requested");
}

#[tokio::test]
async fn f1_xml_external_entity() {
    let (direct, twin) = imported(
        "<!DOCTYPE p [<!ENTITY x SYSTEM \"file:///srv/pharmacy/.env\">]>\n\
         <prescription><medicine>Migranil</medicine><doctor>&x;</doctor></prescription>",
    )
    .await;
    assert_eq!(direct.json()["doctor"], "SESSION_SECRET=fake-session-secret");
    assert_eq!(twin.status, 400);
}

#[tokio::test]
async fn a4_entity_bomb() {
    let levels: Vec<String> = (1..7)
        .map(|level| format!("<!ENTITY a{level} \"{}\">", format!("&a{};", level - 1).repeat(10)))
        .collect();
    let bomb = format!(
        "<!DOCTYPE p [<!ENTITY a0 \"lol\">{}]><prescription><medicine>Migranil</medicine>\
         <diagnosis>&a6;</diagnosis></prescription>",
        levels.concat()
    );
    let (direct, twin) = imported(&bomb).await;
    let diagnosis = direct.json()["diagnosis"].as_str().map(str::len);
    assert_eq!((direct.status, diagnosis), (201, Some(3_000_000)));
    assert_eq!(twin.status, 400);
}
