//! # `safe_configuration`
//!
//! Secure by default towards browsers and strangers: only declared methods, exact CORS answered
//! by the gateway, sensible security headers, no header or error body that tells how the API is
//! built.
//!
//! ## Why
//!
//! Frameworks reflect any origin, answer `TRACE`, honour `X-HTTP-Method-Override`, and send their
//! version and their stack trace along (OWASP API8 2023, API7 2019; CWE-209, CWE-942).
//!
//! ## Example
//!
//! `DELETE /medicines/{id}` is not declared: 405 with `Allow: GET, HEAD, OPTIONS`. A preflight from an
//! origin that `origins:` does not name is answered without CORS headers and never reaches the API.
//! An `X-Forwarded-For` that a client wrote does not reach it either. A 409 whose
//! body shows SQL keeps its status and gets a neutral body. `Server` and `X-Powered-By` are gone.
//!
//! ## Limits
//!
//! Who the client is, is read from `Forwarded` and `X-Forwarded-For` of `trusted_proxies` only, from
//! the right; of a proxy that passes on such a line as a client wrote it, nobody can tell. `HEAD` is
//! served where `GET` is declared, and asked as `GET`; `OPTIONS` is answered with what is declared.
//! Neither shows more than a 405 does. The
//! leak detector knows the traces of common languages and databases, not every one. The list of
//! header names to remove is that of the OWASP Secure Headers Project (Apache-2.0), with ours.

mod cors;
mod forwarded;
mod headers;
mod leak;
mod links;
mod requests;
mod websocket;

use portcullis_model::{ControlId, Method, Refusal, Room, Status};
use portcullis_policy::Model;

use crate::face::{Expectation, Face, Judgement, Stride, Threat};

pub use cors::{Preflight, answer_fields, judge_preflight};
pub use forwarded::{Client, Forwarding, HOPS_MAX, client};
pub use headers::{Security, is_leak, security_fields};
pub use leak::{LeakDetector, leak_refusal};
pub use links::{InnerLinks, Sides};
pub use requests::{RequestField, is_forwarding, is_sent_unasked, request_field};
pub use websocket::{Handshake, Upgrade, judge_upgrade};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::SafeConfiguration,
    item: "A7",
    guarantee: "only declared methods, exact CORS, security headers, neutral errors",
    threat: Threat {
        id: "careless-defaults",
        text: "careless defaults of the API's framework are an entry or a map for attackers",
        stride: Stride::InformationDisclosure,
        cwe: &[209, 942, 1385],
    },
    rooms: &[
        Room::Receive,
        Room::FindOperation,
        Room::AuthorizeFunction,
        Room::Forward,
        Room::Inspect,
        Room::Record,
    ],
    expectation,
    source: include_str!("safe_configuration.rs"),
};

fn expectation(model: &Model, _operation: usize) -> Expectation {
    Expectation::Required(match model.origins.len() {
        0 => "no web origin may call; security headers on every answer".to_owned(),
        count => format!("{count} web origins may call; security headers on every answer"),
    })
}

/// The refusal of a method that a declared path does not declare (RFC 9110 section 15.5.6).
pub fn undeclared_method(declared: &[Method]) -> Judgement<()> {
    let refusal = Refusal::new(
        ControlId::SafeConfiguration,
        Status::METHOD_NOT_ALLOWED,
        "undeclared_method",
        format!("the path is declared with {} only", names(declared)),
    )
    .with_field("Allow", allow(declared));
    Judgement::Refuse(refusal, ())
}

/// What may be asked of a path: what is declared, `HEAD` where `GET` is, and `OPTIONS`, which the
/// gateway answers itself.
pub fn allow(declared: &[Method]) -> String {
    let is_there = |method: &Method| match method {
        Method::Head => declared.contains(&Method::Get) || declared.contains(method),
        Method::Options => true,
        _ => declared.contains(method),
    };
    let all: Vec<Method> = Method::ALL.into_iter().filter(is_there).collect();
    names(&all)
}

fn names(methods: &[Method]) -> String {
    methods.iter().map(|method| method.name()).collect::<Vec<_>>().join(", ")
}
