//! Contracts and policies of these runs.

use serde_json::{Value, json};

use crate::bench::documents::{self, ORIGIN_PORT};
use crate::bench::folder::Folder;
use crate::bench::processes::{self, Process};

pub(crate) const PLAIN_PORT: u16 = 18_190;
pub(crate) const INSIDE_PORT: u16 = 18_191;
pub(crate) const EVENTS_PORT: u16 = 18_192;
/// A long answer has at least so many bytes.
pub(crate) const LONG_BYTES: usize = 256 << 10;

/// Names of policy files, and whether TLS is spoken.
pub(crate) const PLAIN: (&str, u16) = ("plain", PLAIN_PORT);
pub(crate) const INSIDE: (&str, u16) = ("inside", INSIDE_PORT);

pub(crate) fn write(folder: &Folder) -> Result<(), String> {
    documents::write(folder)?;
    let mut items = documents::contract(10);
    let strings = json!({ "type": "array", "items": { "type": "string" } });
    let id = json!([{ "name": "id", "in": "path", "required": true,
                      "schema": { "type": "integer", "minimum": 1 } }]);
    if let Some(paths) = items.get_mut("paths").and_then(Value::as_object_mut) {
        let answers = answers("application/json", &strings);
        paths.insert(
            "/long/{id}".to_owned(),
            json!({ "get": { "operationId": "getLong", "security": [], "parameters": id,
                             "responses": answers } }),
        );
    }
    folder.write("items.json", &items.to_string())?;
    let events = json!({ "openapi": "3.1.0", "info": { "title": "Events", "version": "1" },
        "paths": { "/events": { "get": { "operationId": "events", "security": [],
            "responses": answers("text/event-stream", &json!({})) } } } });
    folder.write("events.json", &events.to_string())?;
    let line = "x".repeat(1024);
    folder.write("long.json", &json!(vec![line; LONG_BYTES / 1024]).to_string())?;
    for one in [PLAIN, INSIDE] {
        policy(folder, one, false)?;
    }
    Ok(())
}

fn answers(media: &str, schema: &Value) -> Value {
    json!({ "200": { "description": "it", "content": { media: { "schema": schema } } } })
}

/// Writes a policy file. `is_other`: one that lets less through.
pub(crate) fn policy(
    folder: &Folder,
    (name, port): (&str, u16),
    is_other: bool,
) -> Result<(), String> {
    let tls = if (name, port) == INSIDE {
        "tls: { certificate: file:cert.pem, key: file:key.pem }\n"
    } else {
        ""
    };
    let headers = if is_other { 40 } else { 50 };
    let text = format!(
        "apis:\n\
         - {{ name: items, contract: items.json, upstream: \"http://127.0.0.1:{ORIGIN_PORT}\" }}\n\
         - {{ name: live, contract: events.json, base_path: /live, \
         upstream: \"http://127.0.0.1:{EVENTS_PORT}\" }}\n\
         listen: 127.0.0.1:{port}\n{tls}\
         access: [{{ anyone: \"*\" }}]\n\
         operations: {{ events: {{ answer: stream }} }}\n\
         limits: {{ connections: 20000, upstream_concurrency: 4000, headers: {headers} }}\n"
    );
    // In one step: a file that is half written is not to be read.
    let new = format!("{name}.new");
    folder.write(&new, &text)?;
    let path = folder.path();
    std::fs::rename(path.join(&new), path.join(format!("{name}.yaml")))
        .map_err(|error| format!("{name}.yaml: {error}"))
}

/// The API: nginx, as for the figures, with a long answer beside the short ones.
pub(crate) fn origin(folder: &Folder) -> Result<Process, String> {
    let long = folder.path().join("long.json");
    let long = long.display();
    let more = format!(
        "location /long/ {{ default_type application/json; root /; try_files {long} =404; }}"
    );
    processes::nginx(folder, "origin", &documents::origin_configuration(&more))
}

/// A gateway; its ledger goes nowhere: ten million records would fill a disk.
pub(crate) fn gateway(folder: &Folder, (name, port): (&str, u16)) -> Result<Process, String> {
    processes::with_policy(folder, name, "/dev/null", port)
}
