//! Attacks that are made for an API of 50 operations: how many, how many requests, how long?
//!
//! The API is the sample behind a document that has 50 of its operations, with a policy and the tokens of four people:
//! what a user has who tries this on an API of their own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use portcullis_testkit::exchange;
use serde_json::{Value, json};

use super::report::{number, rows, table};
use super::reported;
use crate::bench::folder::Folder;
use crate::listening::start;
use crate::shell;

const PORT: u16 = 18_771;

/// 50 operations of the sample, none of its safe twins.
const PATHS: [&str; 33] = [
    "/login",
    "/register",
    "/logout",
    "/password",
    "/profile",
    "/medicines",
    "/medicines/lookup",
    "/medicines/{id}",
    "/search",
    "/orders",
    "/orders/{id}",
    "/orders/search",
    "/orders/export",
    "/orders/cancel",
    "/orders/notes",
    "/orders/{id}/receipt",
    "/payments",
    "/payments/{id}",
    "/prescriptions",
    "/prescriptions/export",
    "/prescriptions/{number}",
    "/customers/{customer_id}",
    "/customers/{customer_id}/orders",
    "/reminders",
    "/reminders/{id}",
    "/cards",
    "/cards/{id}",
    "/deliveries",
    "/deliveries/{id}",
    "/points",
    "/staff/customers",
    "/staff/reports/sales",
    "/staff/customers/{id}/role",
];

/// How often a thousand packets are put on the shelf.
const RESTOCKED: usize = 5;

const POLICY: &str = include_str!("fifty.yaml");

/// Who calls: the first one's objects are attacked.
const PEOPLE: [&str; 4] = ["alice", "bob", "paula", "adam"];

/// Runs it.
pub(crate) fn tried() -> Result<String, String> {
    let folder = Folder::new()?;
    let whole = std::fs::read_to_string(shell::root().join("crates/sample/openapi/honest.yaml"))
        .map_err(|error| format!("the sample's document: {error}"))?;
    let document = cut(&whole);
    let operations = document.matches("operationId:").count();
    folder.write("openapi.yaml", &document)?;
    folder.write("portcullis.yaml", POLICY)?;
    let mut serve = Command::new(shell::root().join("target/release/examples/serve"));
    serve.arg(format!("127.0.0.1:{PORT}"));
    let _sample = start(serve, PORT)?;
    let mut command = Command::new(shell::root().join("target/release/portcullis"));
    command.args(["attack", "--format", "json", "-c", "portcullis.yaml", "--direct"]);
    command.arg(format!("http://127.0.0.1:{PORT}")).current_dir(folder.path());
    for name in PEOPLE {
        let file = format!("{name}.token");
        folder.write(&file, &token(name)?)?;
        private(&folder.path().join(&file))?;
        command.args(["--as", &format!("{name}={file}")]);
    }
    stock(&token("paula")?)?;
    let (report, took) = reported(&mut command)?;
    let rows = rows(&report);
    let left_out = report.get("left_out").and_then(Value::as_array).map_or(0, Vec::len);
    Ok(format!(
        "{operations} operations, four people (two customers, a pharmacist, an administrator), all that is made: {} attacks in \
         **{:.0} s** with **{} requests**, knock-outs included (aim: 60 s, 5,000). {left_out} things are not tried, each with \
         its reason.\n\n{}",
        number(&report, "/totals/attacks"),
        took.as_secs_f64(),
        number(&report, "/requests"),
        table(&rows, false).trim_end(),
    ))
}

/// A document with these paths alone. Paths are the lines below `paths` that begin two columns in.
fn cut(document: &str) -> String {
    let mut kept = String::new();
    let (mut is_in_paths, mut keeps) = (false, true);
    for line in document.lines() {
        if !line.starts_with([' ', '#']) && !line.is_empty() {
            is_in_paths = line == "paths:";
            keeps = true;
        } else if is_in_paths
            && let Some(path) = line.strip_prefix("  ").filter(|one| one.starts_with('/'))
        {
            keeps = PATHS.contains(&path.trim_end_matches(':'));
        }
        if keeps {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Fills the shelf: each attack on orders makes some, and what they order must be there.
fn stock(pharmacist: &str) -> Result<(), String> {
    for _ in 0..RESTOCKED {
        let sent = posted(
            "/api/staff/medicines/1/restock",
            Some(pharmacist),
            &json!({ "quantity": 1000 }),
        );
        sent.map_err(|status| format!("nothing can be put on the shelf: {status}"))?;
    }
    Ok(())
}

fn token(name: &str) -> Result<String, String> {
    let (email, password) = (format!("{name}@pharmacy.example"), format!("{name}-pass"));
    let said = posted("/api/login", None, &json!({ "email": email, "password": password }));
    let said = said.map_err(|status| format!("{name} cannot log in: {status}"))?;
    let token = said.get("token").and_then(Value::as_str).map(str::to_owned);
    token.ok_or_else(|| format!("{name} gets no token"))
}

/// What is answered with success; else the status.
fn posted(path: &str, token: Option<&str>, body: &Value) -> Result<Value, u16> {
    let at = SocketAddr::from(([127, 0, 0, 1], PORT));
    let body = body.to_string();
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let answer = exchange(
        at,
        format!(
            "POST {path} HTTP/1.1\r\nHost: {at}\r\n{token}Content-Type: application/json\r\nContent-Length: \
             {}\r\n\r\n{body}",
            body.len()
        ),
    );
    let said = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status == 200 { Ok(said) } else { Err(answer.status) }
}

fn private(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, mode).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_fifty_operations() {
        let whole =
            std::fs::read_to_string(shell::root().join("crates/sample/openapi/honest.yaml"));
        let cut = cut(&whole.unwrap());
        assert_eq!(cut.matches("operationId:").count(), 50);
        assert!(cut.contains("\ncomponents:\n") && cut.starts_with("openapi: "));
    }
}
