//! A8 beyond SQL: texts that become paths, templates, pages, heads, commands, filters and lines of a log. And GraphQL.

use serde_json::{Value, json};

use crate::client::{Api, Reply};

/// The same request to the careless operation and to its twin.
async fn both(line: &str, body: &Value) -> (Reply, Reply) {
    let api = Api::start().await;
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let careless = api.call(line, &[], &body).await;
    let safe = api.call(&line.replacen("/api/", "/api/safe/", 1), &[], &body).await;
    (careless, safe)
}

fn count(reply: &Reply, member: &str) -> usize {
    reply.json()[member].as_array().map_or(0, Vec::len)
}

async fn reads_the_secret(line: &str) {
    let (careless, safe) = both(line, &Value::Null).await;
    assert_eq!(careless.json()["text"], "SESSION_SECRET=fake-session-secret");
    assert_eq!(safe.status, 404);
}

#[tokio::test]
async fn a8_leaflet_path() {
    reads_the_secret("GET /api/leaflets?name=../.env").await;
}

#[tokio::test]
async fn a8_leaflet_path_twice() {
    reads_the_secret("GET /api/leaflets?name=%252e%252e%252f.env").await;
}

#[tokio::test]
async fn a8_label_template() {
    let (careless, safe) = both("POST /api/labels", &json!({ "text": "{{7*7}}" })).await;
    assert_eq!(careless.json()["label"], "49");
    assert_eq!(safe.json()["label"], "{{7*7}}");
}

#[tokio::test]
async fn a8_label_template_base64() {
    let (careless, safe) = both("POST /api/labels", &json!({ "encoded": "e3s3Kjd9fQ==" })).await;
    assert_eq!(careless.json()["label"], "49");
    assert_eq!(safe.json()["label"], "e3s3Kjd9fQ==");
}

async fn is_a_part_of_the_page(text: &str) {
    let api = Api::start().await;
    for (door, holds) in [("/api", true), ("/api/safe", false)] {
        let api = if holds { &api } else { &Api::start().await };
        let written = api
            .call(&format!("POST {door}/reviews"), &[], json!({ "text": text }).to_string())
            .await;
        assert_eq!(written.status, 201);
        let page = api.get(&format!("{door}/reviews"), &[]).await.json()["page"].to_string();
        assert_eq!(page.contains("<script>"), holds, "{page}");
    }
}

#[tokio::test]
async fn a8_review_script() {
    is_a_part_of_the_page("<script>alert(1)</script>").await;
}

#[tokio::test]
async fn a8_review_script_escaped() {
    is_a_part_of_the_page(r"\u003cscript\u003ealert(1)\u003c/script\u003e").await;
}

async fn adds_a_field(name: &str) {
    let (careless, safe) = both("POST /api/leaflets/print", &json!({ "file_name": name })).await;
    assert_eq!(careless.json()["head"][2], "Set-Cookie: role=admin");
    assert_eq!(count(&safe, "head"), 2);
}

#[tokio::test]
async fn a8_print_header() {
    adds_a_field("a\r\nSet-Cookie: role=admin").await;
}

#[tokio::test]
async fn a8_print_header_percent() {
    adds_a_field("a%0d%0aSet-Cookie: role=admin").await;
}

async fn is_a_second_command(body: &Value) {
    let (careless, safe) = both("POST /api/leaflets/convert", body).await;
    assert_eq!(careless.json()["commands"][1], "cat /etc/passwd");
    assert_eq!(count(&safe, "commands"), 1);
}

#[tokio::test]
async fn a8_convert_shell() {
    is_a_second_command(&json!({ "title": "a\"; cat /etc/passwd; \"" })).await;
}

#[tokio::test]
async fn a8_convert_shell_json() {
    let options = json!({ "title": "a\"; cat /etc/passwd; \"" }).to_string();
    is_a_second_command(&json!({ "options": options })).await;
}

async fn finds_everybody(query: &str) {
    let (careless, safe) = both(&format!("GET /api/doctors?name={query}"), &Value::Null).await;
    assert_eq!(count(&careless, "items"), 3);
    assert_eq!((safe.status, count(&safe, "items")), (200, 0));
}

#[tokio::test]
async fn a8_doctor_filter() {
    finds_everybody("x))(%7C(role=*").await;
}

#[tokio::test]
async fn a8_doctor_filter_entity() {
    finds_everybody("x%26%2341;%26%2341;(%7C(role=*").await;
}

async fn opens_the_safe(query: &str) {
    let (careless, safe) =
        both(&format!("GET /api/opening-hours?branch={query}"), &Value::Null).await;
    assert_eq!(careless.json()["items"][0]["text"], "opens with 0417");
    assert_eq!((safe.status, count(&safe, "items")), (200, 0));
}

#[tokio::test]
async fn a8_hours_register() {
    opens_the_safe("x%27]%7C//safe[name!=%27").await;
}

#[tokio::test]
async fn a8_hours_register_entity() {
    opens_the_safe("x%26%2339;]%7C//safe[name!=%26%2339;").await;
}

async fn writes_a_second_line(name: &str) {
    let (careless, safe) = both("POST /api/visitors", &json!({ "name": name })).await;
    assert_eq!(
        careless.json()["log"],
        json!(["2026-01-31T12:00:00Z INFO visitor eve", "2026-01-31T12:00:01Z INFO visitor adam"])
    );
    assert_eq!(count(&safe, "log"), 1);
}

#[tokio::test]
async fn a8_visitor_log() {
    writes_a_second_line("eve\n2026-01-31T12:00:01Z INFO visitor adam").await;
}

#[tokio::test]
async fn a8_visitor_log_percent() {
    writes_a_second_line("eve%0a2026-01-31T12:00:01Z INFO visitor adam").await;
}

#[tokio::test]
async fn a5_graphql_customers() {
    let (careless, safe) =
        both("POST /api/graphql", &json!({ "query": "{ customers { email } }" })).await;
    assert_eq!(careless.json()["data"][0]["name"], "alice@pharmacy.example");
    assert_eq!(safe.status, 403);
}

#[tokio::test]
async fn honest_texts_are_what_they_were() {
    let api = Api::start().await;
    let doctors = api.get("/api/doctors?name=Dr.%20O'Brien", &[]).await;
    assert_eq!(count(&doctors, "items"), 1);
    let hours = api.get("/api/opening-hours?branch=d'Or", &[]).await;
    assert_eq!(hours.json()["items"][0]["text"], "10 to 16");
    let leaflet = api.get("/api/leaflets?name=aspirelle.txt", &[]).await;
    assert_eq!(leaflet.json()["text"], "Take one with water.");
    let label = api.call("POST /api/labels", &[], r#"{"text":"For {{name}}, 3 * 1"}"#).await;
    assert_eq!(label.json()["label"], "For Alice, 3 * 1");
    let body = r#"{"title":"Pain & fever; what now?"}"#;
    let commands = api.call("POST /api/leaflets/convert", &[], body).await;
    assert_eq!(count(&commands, "commands"), 1);
}
