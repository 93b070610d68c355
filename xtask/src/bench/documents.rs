//! Contracts, bodies and configurations of a run.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};

use crate::bench::folder::Folder;
use crate::shell;

pub(crate) const ORIGIN_PORT: u16 = 18_080;
pub(crate) const PEER_PORT: u16 = 18_081;
pub(crate) const FEW_PORT: u16 = 18_082;
pub(crate) const MANY_PORT: u16 = 18_083;
pub(crate) const FRESH_PORT: u16 = 18_084;
pub(crate) const NOTHING_PORT: u16 = 18_085;
pub(crate) const CONTRACT_PORT: u16 = 18_086;
pub(crate) const PEER_TLS_PORT: u16 = 18_087;
pub(crate) const SECURE_PORT: u16 = 18_088;
/// An answer has at least so many bytes.
pub(crate) const ITEM_BYTES: usize = 1000;

/// An item of 53 leaves and about 1 KB.
fn item() -> Value {
    let lines: Vec<Value> = (0..10)
        .map(|n| {
            json!({ "sku": format!("medicine-{n:04}"), "name": "Paracetamol 500",
                    "quantity": n + 1, "price": 4.5, "gift": false })
        })
        .collect();
    json!({ "id": 7, "customer": "c-000123", "note": "ring twice, please", "lines": lines })
}

pub(crate) fn contract(operations: usize) -> Value {
    let line = json!({
        "type": "object", "required": ["sku", "quantity"],
        "properties": {
            "sku": { "type": "string", "pattern": "^[a-z]+-[0-9]+$", "maxLength": 32 },
            "name": { "type": "string", "maxLength": 100 },
            "quantity": { "type": "integer", "minimum": 1, "maximum": 100 },
            "price": { "type": "number", "minimum": 0 },
            "gift": { "type": "boolean" } } });
    let item = json!({
        "type": "object", "required": ["customer", "lines"],
        "properties": {
            "id": { "type": "integer" },
            "customer": { "type": "string", "maxLength": 32 },
            "note": { "type": "string", "maxLength": 500 },
            "lines": { "type": "array", "maxItems": 100, "items": line } } });
    let body = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Item" } } });
    let answer = json!({ "200": { "description": "an item", "content": body } });
    let id = json!([{ "name": "id", "in": "path", "required": true,
                      "schema": { "type": "integer", "minimum": 1 } }]);
    let mut paths = serde_json::Map::new();
    paths.insert(
        "/items/{id}".into(),
        json!({ "get": {
        "operationId": "getItem", "security": [], "parameters": id, "responses": answer } }),
    );
    paths.insert(
        "/items".into(),
        json!({ "post": {
        "operationId": "createItem", "security": [],
        "requestBody": { "required": true, "content": body }, "responses": answer } }),
    );
    paths.insert(
        "/raw/{id}".into(),
        json!({ "get": {
        "operationId": "getRaw", "security": [], "parameters": id,
        "responses": { "200": { "description": "bytes",
            "content": { "application/octet-stream": {} } } } } }),
    );
    for number in paths.len()..operations {
        paths.insert(
            format!("/other{number}/{{id}}/parts"),
            json!({ "get": {
            "operationId": format!("other{number}"), "security": [], "parameters": id,
            "responses": answer } }),
        );
    }
    json!({ "openapi": "3.1.0", "info": { "title": "Bench", "version": "1" }, "paths": paths,
            "components": { "schemas": { "Item": item } } })
}

pub(crate) fn write(folder: &Folder) -> Result<(), String> {
    folder.write("few.json", &contract(10).to_string())?;
    folder.write("many.json", &contract(1000).to_string())?;
    let report = "
function done(summary, latency)
  local e = summary.errors
  print('requests:' .. summary.requests)
  print('errors:' .. (e.connect + e.read + e.write + e.status + e.timeout))
  print('per_second:' .. summary.requests / (summary.duration / 1000000))
  print('p50:' .. latency:percentile(50))
  print('p99:' .. latency:percentile(99))
end
";
    folder.write("get.lua", report)?;
    let mut post = String::from(report);
    // Writing to a String cannot fail.
    let _ = write!(
        post,
        "wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = [[{}]]\n",
        item()
    );
    folder.write("post.lua", &post)?;
    folder.write("post.json", &item().to_string())?;
    folder.write(
        "secure.yaml",
        &format!(
            "apis: [{{ contract: few.json, upstream: \"http://127.0.0.1:{ORIGIN_PORT}\" }}]\n\
             listen: 127.0.0.1:{SECURE_PORT}\n\
             tls: {{ certificate: file:cert.pem, key: file:key.pem }}\n\
             access: [{{ anyone: \"*\" }}]\n"
        ),
    )?;
    certificate(folder)
}

/// A certificate for `localhost` with the kind of key that most have today.
fn certificate(folder: &Folder) -> Result<(), String> {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-keyout", "key.pem", "-out", "cert.pem", "-days", "30"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .current_dir(folder.path())
        .output()
        .map_err(|error| format!("openssl: {error}"))?;
    let said = String::from_utf8_lossy(&made.stderr);
    if made.status.success() { Ok(()) } else { Err(format!("openssl: {said}")) }
}

const COMMON: &str = "
worker_processes 1;
error_log stderr crit;
pid nginx.pid;
events { worker_connections 8192; }
";

/// The API: answers at once. `more` places are its own.
pub(crate) fn origin_configuration(more: &str) -> String {
    let item = item();
    format!(
        "{COMMON}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 600s;
  client_body_temp_path client; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {{
    listen 127.0.0.1:{ORIGIN_PORT} backlog=1024;
    location /raw/ {{ default_type application/octet-stream; return 200 '{item}'; }}
    {more}
    location / {{ default_type application/json; return 200 '{item}'; }}
  }}
}}
"
    )
}

/// The peer: `proxy_pass` with upstream keep-alive, nothing else.
pub(crate) fn peer_configuration(folder: &Folder) -> String {
    let folder = folder.path().display();
    format!(
        "{COMMON}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 600s;
  client_body_temp_path client; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  upstream api {{ server 127.0.0.1:{ORIGIN_PORT}; keepalive 128; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{PEER_PORT} backlog=1024;
    listen 127.0.0.1:{PEER_TLS_PORT} ssl http2 backlog=1024;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3; http2_max_concurrent_streams 100;
    location / {{
      proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection '';
    }}
  }}
}}
"
    )
}

/// The time to read and check GitHub's own document, and how many operations it has; none where
/// npm is not there to fetch it.
pub(crate) fn github_compile_time(folder: &Folder) -> Result<Option<(f64, u64)>, String> {
    let fetched = Command::new("npm")
        .args(["install", "--no-save", "--prefix", ".", "@octokit/openapi@19"])
        .current_dir(folder.path())
        .output();
    if !fetched.is_ok_and(|output| output.status.success()) {
        return Ok(None);
    }
    let document = "node_modules/@octokit/openapi/generated/api.github.com.json";
    let mut times = Vec::new();
    let mut operations = 0;
    for _ in 0..5 {
        let started = Instant::now();
        let output = Command::new(shell::root().join("target/release/portcullis"))
            .args(["check", "--format", "json", "--contract", document])
            .current_dir(folder.path())
            .output()
            .map_err(|error| format!("portcullis check: {error}"))?;
        times.push(started.elapsed().as_secs_f64());
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        operations = report.get("operations").and_then(Value::as_u64).unwrap_or(0);
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(times.len() / 2).map(|median| (*median, operations)))
}
