//! # `response_shape`
//!
//! An answer holds only what the contract declares: status, media type, properties.
//!
//! ## Why
//!
//! APIs serialise whole rows and leave the choice to the client; the password hash, the internal
//! note and the supplier's price travel with them (OWASP API3; CWE-213, CWE-209, CWE-200). A
//! server error's body shows the query, the path and the stack.
//!
//! ## Example
//!
//! `getOrder` declares `id`, `items`, `total`. The API sends `staff_note` as well: the client gets
//! the answer without it, and the record says which property was undeclared (the document drifts,
//! or the API leaks). Every 5xx body becomes a neutral problem document; so do an undeclared media
//! type, broken JSON, and an answer above `answer_bytes`.
//!
//! ## Limits
//!
//! An answer that the document does not describe (`{}`, no schema, a bare object) passes with
//! password-like names removed and is reported as not described. Values are not looked at: a
//! secret inside a declared property passes. A client error (4xx) that the document does not
//! declare passes as JSON if nothing in it looks like an inner detail, because clients depend on
//! 409 and 422 that nobody documented.

mod project;

use portcullis_contract::{BodyKind, Media, MediaRange, Operation, Response, Rest, Shapes, Types};
use portcullis_model::{Code, ControlId, Diagnostic, Refusal, Room, Status};
use portcullis_policy::Model;

use crate::face::{Expectation, Face, Stride, Threat};

pub use project::{Projection, Removed, Why, project};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::ResponseShape,
    item: "A3",
    guarantee: "an answer holds only what the contract declares",
    threat: Threat {
        id: "excessive-data-exposure",
        text: "callers read what the API never meant to show",
        stride: Stride::InformationDisclosure,
        cwe: &[200, 209, 213],
    },
    rooms: &[Room::Inspect],
    expectation,
    source: include_str!("response_shape.rs"),
};

static NOT_DESCRIBED: Code = Code {
    name: "response-not-described",
    page: "A successful answer of this operation has no declared properties (no `content`, no \
           schema, `{}`, or a bare object). It passes with password-like names removed; whatever \
           else the API puts into it reaches the client.\n\nDescribe the answer: `content`, \
           `application/json`, a schema with `properties`.",
};

/// The codes of this control.
pub const CODES: [&Code; 1] = [&NOT_DESCRIBED];

/// What becomes of an answer, decided from its head.
#[derive(Debug, Clone, Copy)]
pub enum Plan<'a> {
    /// There is no body, or none may be: the head goes out alone.
    Empty,
    /// JSON, projected to one of these declared media (the first that has a schema decides), or
    /// to nothing declared.
    Json {
        /// The declared answer; `None`: the document says nothing of this status.
        media: Option<&'a Media>,
        /// Whether the leak detector looks at it (an undeclared client error).
        is_undeclared_error: bool,
    },
    /// Text or bytes of a declared type, as they are.
    Declared(BodyKind),
    /// A neutral problem document instead of the body; why.
    Neutral(&'static str),
}

/// Decides from status and media type (rule 22).
pub fn plan<'a>(
    operation: &'a Operation,
    status: u16,
    content_type: Option<&str>,
    has_body: bool,
) -> Plan<'a> {
    if status >= 500 {
        return Plan::Neutral("server_error");
    }
    if !has_body {
        return Plan::Empty;
    }
    let response = operation.response(status);
    let range = content_type.and_then(MediaRange::parse).filter(|range| !range.has_wildcard());
    let Some(range) = range else {
        // A body without a type cannot be read in one way.
        return Plan::Neutral("no_media_type");
    };
    let kind = range.kind();
    if let Some(media) = response.and_then(|response| media_for(response, &range)) {
        return match kind {
            BodyKind::Json => Plan::Json { media: Some(media), is_undeclared_error: false },
            kind => Plan::Declared(kind),
        };
    }
    match (kind, status) {
        (BodyKind::Json, 400..=499) => Plan::Json { media: None, is_undeclared_error: true },
        (BodyKind::Json, _) if response.is_none_or(|response| response.media.is_empty()) => {
            Plan::Json { media: any_success(operation), is_undeclared_error: false }
        }
        // A redirect's body is for people; nothing is lost without it.
        (_, 300..=399) => Plan::Empty,
        _ => Plan::Neutral("undeclared_media_type"),
    }
}

fn media_for<'a>(response: &'a Response, range: &MediaRange) -> Option<&'a Media> {
    response.media.iter().find(|media| media.range.covers(range))
}

/// For a success that is not declared, or declared without content: the other declared success
/// is the nearest thing that somebody decided.
fn any_success(operation: &Operation) -> Option<&Media> {
    operation
        .responses
        .iter()
        .filter(|response| response.status.covers(200) || response.status.covers(201))
        .flat_map(|response| &response.media)
        .find(|media| media.kind == BodyKind::Json && media.schema.is_some())
}

/// The refusal of an answer in `refuse` mode, or one that cannot be read.
pub fn refusal(reason: &'static str, detail: impl Into<String>) -> Refusal {
    Refusal::new(ControlId::ResponseShape, Status::BAD_GATEWAY, reason, detail)
}

fn expectation(model: &Model, operation: usize) -> Expectation {
    let Some(operation) = model.contract.operation(operation) else {
        return Expectation::NotApplicable("no such operation");
    };
    let successes = operation.responses.iter().filter(|response| response.status.covers(200));
    let Some(response) = successes.into_iter().next() else {
        return Expectation::Required("only declared answers".to_owned());
    };
    let json = response.media.iter().find(|media| media.kind == BodyKind::Json);
    match json {
        None if response.media.is_empty() => Expectation::Missing(finding(operation, response)),
        Some(media) if !is_described(media, &model.contract.shapes) => {
            Expectation::Missing(finding(operation, response))
        }
        _ => Expectation::Required("only declared properties leave".to_owned()),
    }
}

fn is_described(media: &Media, shapes: &Shapes) -> bool {
    media.schema.as_ref().is_some_and(|schema| {
        let shape = shapes.get(schema.shape);
        let object = shape.items.map_or(&shape.object, |items| &shapes.get(items).object);
        object.rest != Rest::FreeForm || !shape.types.contains(Types::OBJECT)
    })
}

fn finding(operation: &Operation, response: &Response) -> Diagnostic {
    Diagnostic::warning(
        &NOT_DESCRIBED,
        format!("the answer of `{}` is not described", operation.name()),
    )
    .at(response.span)
    .help("whatever the API sends passes, but for password-like names; declare its properties")
}
