//! A small contract, and how tests join policies with it.

use std::fmt::Write as _;
use std::path::PathBuf;

use portcullis_model::{Date, Diagnostic, Severity, Sources, UnixMillis};
use portcullis_policy::{Failure, Input, Model, Overrides};

/// A correct section `apis`.
pub(crate) const API: &str =
    "apis:\n  - { contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }\n";

/// The contract.
pub(crate) const CONTRACT: &str = r#"openapi: 3.0.3
info: { title: Pharmacy, version: 1.0.0 }
servers: [{ url: http://127.0.0.1:3000/api }]
paths:
  /medicines:
    get:
      operationId: listMedicines
      responses:
        "200":
          description: all
          content:
            application/json: { schema: { type: array, items: { type: string } } }
  /orders:
    post:
      operationId: createOrder
      requestBody:
        required: true
        content:
          application/json:
            schema: { type: object, properties: { item: { type: string } } }
      responses:
        "201": { description: made }
    get:
      operationId: watchOrders
      responses:
        "200":
          description: events
          content: { text/event-stream: {} }
  /orders/{id}:
    get:
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer } }
      responses:
        "200": { description: one }
"#;

/// The day of all tests.
pub(crate) fn today() -> UnixMillis {
    Date::parse("2026-11-24").map_or(UnixMillis(0), Date::start)
}

/// Puts a correct `apis` section in the place of the word `API`.
pub(crate) fn with_api(policy: &str) -> String {
    policy.strip_prefix("API\n").map_or_else(|| policy.to_owned(), |rest| format!("{API}{rest}"))
}

/// Joins a policy with the contract.
pub(crate) fn join(policy: &str) -> Result<Model, Box<Failure>> {
    Model::join(input(Some(policy))).map_err(Box::new)
}

/// The same with another contract.
pub(crate) fn join_of(contract: &str, policy: &str) -> Result<Model, Box<Failure>> {
    let mut input = input(Some(policy));
    input.contract = input.sources.add("openapi.yaml", contract);
    Model::join(input).map_err(Box::new)
}

/// What [`Model::join`] takes.
pub(crate) fn input(policy: Option<&str>) -> Input {
    let mut sources = Sources::default();
    let policy = policy.map(|policy| sources.add("portcullis.yaml", policy));
    let contract = sources.add("openapi.yaml", CONTRACT);
    Input {
        sources,
        contract,
        policy,
        folder: PathBuf::from("conf"),
        overrides: Overrides::default(),
        now: today(),
    }
}

/// What is said of the policy, not of the contract.
pub(crate) fn own(all: &[Diagnostic]) -> Vec<Diagnostic> {
    all.iter().filter(|one| one.code.name.starts_with("policy-")).cloned().collect()
}

/// All that is said, as plain lines.
pub(crate) fn diagnostics(sources: &Sources, all: &[Diagnostic]) -> String {
    let mut text = String::new();
    for one in all {
        let severity = match one.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let place = one.span.map_or_else(String::new, |span| {
            let (line, column) = sources.line_column(span);
            let covered = sources.text(span.source).get(span.start as usize..span.end as usize);
            let covered = covered.unwrap_or_default();
            format!(" {}:{line}:{column} {covered:?}", sources.name(span.source))
        });
        let _ = writeln!(text, "{severity}[{}]{place}\n  {}", one.code.name, one.message);
        if let Some(label) = &one.label {
            let _ = writeln!(text, "  label: {label}");
        }
        if let Some(help) = &one.help {
            let _ = writeln!(text, "  help: {help}");
        }
    }
    text
}
