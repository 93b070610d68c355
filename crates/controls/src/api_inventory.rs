//! # `api_inventory`
//!
//! What the contract does not declare does not exist. What it declares as deprecated says so in
//! every answer, and after its sunset it is gone.
//!
//! ## Why
//!
//! Old versions, debug endpoints and administrative paths that nobody documented are the ones
//! that nobody protects (OWASP API9; CWE-912, CWE-288). A proxy that forwards what it does not
//! know forwards those.
//!
//! ## Example
//!
//! `GET /debug/env` is answered 404, and so is `/%64ebug/env`, which is the same path (`//debug/env`
//! has two readings, so `input_shape` refuses it).
//! With `hosts: [api.example.com]`, a request for `internal.example.com` is answered 421.
//! An operation with `deprecated: true` and `x-sunset: 2026-12-31` carries `Deprecation`
//! (RFC 9745) and `Sunset` (RFC 8594) until that day, and is answered 410 from then on.
//!
//! ## Limits
//!
//! What listens beside the gateway is not seen here: the API's network must let only the gateway
//! in. OpenAPI has no field for a sunset, so the extension `x-sunset` is read. `Deprecation`
//! needs a date (RFC 9745); the document has none, so the first second of 1970 is sent, which is
//! in the past and therefore means "deprecated already".

use portcullis_contract::{NotServed, Operation};
use portcullis_model::{ControlId, Diagnostic, Refusal, Room, Status, UnixMillis, shown};
use portcullis_policy::Model;

use crate::face::{Expectation, Face, Judgement, Stride, Threat};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::ApiInventory,
    item: "A9",
    guarantee: "what the contract does not declare does not exist",
    threat: Threat {
        id: "forgotten-operation",
        text: "forgotten, undocumented or retired operations are reached",
        stride: Stride::ElevationOfPrivilege,
        cwe: &[288, 672, 912],
    },
    rooms: &[Room::Receive, Room::FindOperation, Room::Inspect],
    expectation,
    source: include_str!("api_inventory.rs"),
};

static DEPRECATED_WITHOUT_SUNSET: portcullis_model::Code = portcullis_model::Code {
    name: "inventory-deprecated-without-sunset",
    page: "An operation is `deprecated: true`, but nothing says when it ends. Old operations \
           outlive those who know them.\n\nAdd `x-sunset: YYYY-MM-DD` to the operation: until \
           then answers carry `Sunset`, from then on it is answered 410.",
};

/// The codes of this control.
pub const CODES: [&portcullis_model::Code; 1] = [&DEPRECATED_WITHOUT_SUNSET];

fn expectation(model: &Model, operation: usize) -> Expectation {
    match model.contract.operation(operation) {
        Some(operation) if operation.deprecated && operation.sunset.is_none() => {
            Expectation::Missing(vec![
                Diagnostic::warning(
                    &DEPRECATED_WITHOUT_SUNSET,
                    format!("`{}` is deprecated, but no date says when it ends", operation.name()),
                )
                .at(operation.span)
                .help("add `x-sunset: YYYY-MM-DD` to the operation"),
            ])
        }
        Some(Operation { sunset: Some(sunset), .. }) => {
            Expectation::Required(format!("served until {}", sunset.date))
        }
        _ => Expectation::Required("served as declared".to_owned()),
    }
}

/// The refusal of a path that the contract does not declare. `hint` says what would have matched
/// under another base path (rule 32).
pub fn undeclared(hint: Option<String>) -> Judgement<()> {
    let detail = hint.unwrap_or_else(|| "the contract declares no such path".to_owned());
    let refusal =
        Refusal::new(ControlId::ApiInventory, Status::NOT_FOUND, "undeclared_path", detail);
    Judgement::Refuse(refusal, ())
}

/// The refusal of a request for a host that no API claims (RFC 9110 section 15.5.20): the same
/// whether or not an API has its path.
pub fn misdirected(host: Option<&str>) -> Refusal {
    let detail = match host {
        Some(host) => {
            let host = shown(host);
            format!("no API claims the host {host}, or the connection is for another one (SNI)")
        }
        None => "no API serves a request without a host".to_owned(),
    };
    let status = Status::MISDIRECTED;
    Refusal::new(ControlId::ApiInventory, status, "misdirected", detail)
}

/// The refusal of an operation that the contract declares in a way that cannot be enforced.
pub fn not_served(closed: &NotServed) -> Judgement<()> {
    let NotServed { title, why, .. } = closed;
    let detail = format!("`{title}` is declared, and not served: {why}; `check` shows where");
    let refusal = Refusal::new(ControlId::ApiInventory, Status::NOT_FOUND, "not_served", detail);
    Judgement::Refuse(refusal, ())
}

/// Whether a declared operation is still served.
pub fn judge_sunset(operation: &Operation, now: UnixMillis) -> Judgement<()> {
    match operation.sunset {
        Some(sunset) if now >= sunset.date.start() => {
            let detail = format!("sunset was {}", sunset.date);
            Judgement::Refuse(
                Refusal::new(ControlId::ApiInventory, Status::GONE, "sunset", detail),
                (),
            )
        }
        _ => Judgement::Pass(()),
    }
}

/// The header fields that announce the end of an operation: RFC 9745 and RFC 8594.
pub fn announcement(operation: &Operation) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    if operation.deprecated || operation.sunset.is_some() {
        fields.push(("Deprecation", "@0".to_owned()));
    }
    if let Some(sunset) = operation.sunset {
        fields.push(("Sunset", sunset.date.start().http_date()));
    }
    fields
}
