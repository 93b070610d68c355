//! # `response_shape`
//!
//! An answer holds only what the contract declares: media type and properties, by status.
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
//! An answer that the document does not describe (no success declared, no `content`, no schema,
//! `{}`, a bare object) passes with password-like names removed, if it is JSON, and is reported as
//! not described; text and bytes of a type that `produces` of Swagger 2.0 names pass as they are. A text that is called a password or a hash of one, or looks like one, does not leave
//! (`answers: { Customer: { show: [/checksum] } }` lets one); any other
//! secret inside a declared property passes until `answers` or a rule says that it is hidden. A client error (4xx) that the document does not
//! declare passes as JSON if nothing in it looks like an inner detail, because clients depend on
//! 409 and 422 that nobody documented; so do values of other types in a declared one. XML is read by
//! its schema, elements and attributes that are no property are cut out, and what cannot be read does
//! not leave; XML without a schema is not looked into. Nor is text: what has properties does not leave
//! as text where it is declared as JSON, too, and a wildcard declares no form but JSON.

mod everybody;
mod filters;
mod hashes;
mod project;
mod undecided;

use portcullis_contract::{
    BodyKind, Media, MediaRange, Operation, Response, Shapes, StatusPattern, Types,
};
use portcullis_model::{Code, ControlId, Diagnostic, Method, Refusal, Room, Span, Status};
use portcullis_policy::Model;

use crate::coverage::{self, Extent, is_success};
use crate::face::{Expectation, Face, Stride, Threat};
use crate::free_form::Way;
use crate::labels::{may_hold_properties, undone};

pub use everybody::{Edits, Told, everybody, masked, masks_of};
pub use filters::{hidden_filter, hidden_names, names_hidden};
pub use hashes::{Found, Hash, hashes};
pub use project::{OtherType, Projection, Removed, Why, project};
pub use undecided::shows_undecided;

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
    page: "A successful answer of this operation has no declared properties (no success among its \
           `responses`, no `content`, no schema, `{}`, a bare object, a list without `items`), or \
           holds such a place: there, `*` stands for any item or name. JSON passes with \
           password-like names removed, and what is of another type that `produces` of Swagger 2.0 \
           names passes as it is; whatever else the API puts into it reaches the \
           client.\n\nDescribe the answer: `content`, `application/json`, a schema with \
           `properties`; or, where there is nothing to answer, declare `204`.",
};

static NOT_INSPECTED: Code = Code {
    name: "response-not-inspected",
    page: "This answer holds properties in a form that is not read (YAML, MessagePack, CSV, a form, \
           XML without a schema), and it is declared in no other. It passes in its declared type, \
           whole: what the API puts into it reaches the client.\n\nDeclare the answer as JSON, or as \
           XML with a schema. Where JSON is declared beside it, this form is answered 502 unless the \
           policy says `answer: stream`.",
};

static UNDECIDED_STREAM: Code = Code {
    name: "undecided-stream",
    page: "This answer is declared as a stream (`text/event-stream`, JSON lines). A stream cannot be \
           looked at as a whole before its first byte leaves, so it does not leave until somebody has \
           decided that it may; the caller gets 502.\n\nDecide in the policy file: \
           `operations: { NAME: { answer: stream } }`. Such answers are marked \
           `body_not_inspected` in the ledger.",
};

/// The codes of this control.
pub const CODES: [&Code; 4] = [&NOT_DESCRIBED, &NOT_INSPECTED, &UNDECIDED_STREAM, &undecided::CODE];

/// What becomes of an answer, decided from its head.
#[derive(Debug, Clone, Copy)]
pub enum Handling<'a> {
    /// There is no body, or none may be: the head goes out alone.
    Empty,
    /// There may be a body, and it stays behind: the head goes out alone; why.
    WithoutBody(&'static str),
    /// JSON Lines, each of which is projected to what is declared of one.
    Lines(&'a Media),
    /// A body in XML that is read by its schema, and projected to it.
    Xml(&'a Media),
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
    /// The same of a type that is only named (Swagger 2.0, `produces`).
    NotDescribed(BodyKind),
    /// A neutral problem document instead of the body.
    Neutral(Neutral),
}

/// Why a neutral problem document stands instead of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neutral {
    /// A server error: never for the world.
    ServerError,
    /// A body that does not say what it is cannot be read in one way.
    NoMediaType,
    /// A type that is not declared for this status.
    UndeclaredMediaType,
    /// The same, and it may never end.
    UndeclaredStream,
    /// Properties in a form that is not read, where the same answer is declared as JSON; or XML of
    /// which the document does not say clearly what its elements are.
    NotInspected,
}

impl Neutral {
    /// The short word for the ledger.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::ServerError => "server_error",
            Self::NoMediaType => "no_media_type",
            Self::UndeclaredMediaType => "undeclared_media_type",
            Self::UndeclaredStream => "undeclared_stream",
            Self::NotInspected => "not_inspected",
        }
    }

    /// Whether the head alone decides it, however long the body lets wait.
    pub const fn is_decided_by_head(self) -> bool {
        matches!(self, Self::ServerError | Self::UndeclaredStream)
    }
}

/// Decides from status and media type (rule 22).
pub fn handling<'a>(
    operation: &'a Operation,
    shapes: &Shapes,
    status: u16,
    content_type: Option<&str>,
    has_body: bool,
) -> Handling<'a> {
    if status >= 500 {
        return Handling::Neutral(Neutral::ServerError);
    }
    if !has_body {
        return Handling::Empty;
    }
    let response = operation.response(status);
    let range = content_type.and_then(MediaRange::parse).filter(|range| !range.has_wildcard());
    let Some(range) = range else {
        return Handling::Neutral(Neutral::NoMediaType);
    };
    let kind = range.kind();
    if let Some((response, media)) =
        response.and_then(|response| Some((response, response.media_for(&range)?)))
    {
        return declared(response, media, &range, status, shapes);
    }
    match (kind, status) {
        (BodyKind::Json, 400..=499) => Handling::Json { media: None, is_undeclared_error: true },
        (BodyKind::Json, _) if response.is_none_or(|response| response.media.is_empty()) => {
            match any_success(operation) {
                None if has_empty_success(operation) => Handling::WithoutBody("undeclared_body"),
                media => Handling::Json { media, is_undeclared_error: false },
            }
        }
        // A redirect's body is for people; nothing is lost without it.
        (_, 300..=399) => Handling::WithoutBody("redirect"),
        _ => response
            .and_then(|response| produced(operation, response, &range, shapes))
            .unwrap_or(Handling::Neutral(undeclared(kind))),
    }
}

const fn undeclared(kind: BodyKind) -> Neutral {
    match kind {
        BodyKind::Stream => Neutral::UndeclaredStream,
        _ => Neutral::UndeclaredMediaType,
    }
}

/// A body of a type that the document only names. What another answer of the operation describes does
/// not leave in a form that is not read.
fn produced<'a>(
    operation: &Operation,
    response: &Response,
    sent: &MediaRange,
    shapes: &Shapes,
) -> Option<Handling<'a>> {
    let media = response.produced_for(sent)?;
    let mut all = operation.responses.iter();
    let is_described = all.any(|one| undone(&one.media, media, sent, shapes, Way::Out).is_some());
    Some(if is_described {
        Handling::Neutral(Neutral::NotInspected)
    } else {
        Handling::NotDescribed(sent.kind())
    })
}

/// A body of a declared type. What has properties leaves only where they can be looked at: a
/// wildcard does not declare each of its types, and a client that asks for text where JSON is
/// declared, too, does not get around the projection. A label without a schema does not undo what is
/// described under another.
fn declared<'a>(
    response: &'a Response,
    media: &'a Media,
    sent: &MediaRange,
    status: u16,
    shapes: &Shapes,
) -> Handling<'a> {
    let kind = sent.kind();
    let undone = undone(&response.media, media, sent, shapes, Way::Out);
    if kind == BodyKind::Json {
        // Errors are told in more ways than documents say (rule 22).
        let media = undone.filter(|_| status < 400).unwrap_or(media);
        return Handling::Json { media: Some(media), is_undeclared_error: false };
    }
    if undone.is_some() {
        return Handling::Neutral(Neutral::NotInspected);
    }
    if sent.is_lines() && media.range.is_lines() && media.schema.is_some() {
        return Handling::Lines(media);
    }
    if kind == BodyKind::Xml && media.kind == BodyKind::Xml {
        return match (&media.schema, media.is_unread) {
            (Some(_), _) => Handling::Xml(media),
            (None, true) => Handling::Neutral(Neutral::NotInspected),
            (None, false) => Handling::Declared(kind),
        };
    }
    if media.has_properties(shapes) {
        if media.range.has_wildcard() {
            return Handling::Neutral(Neutral::UndeclaredMediaType);
        }
        if kind != BodyKind::Stream && response.has_json() {
            return Handling::Neutral(Neutral::NotInspected);
        }
    }
    Handling::Declared(kind)
}

/// The `Accept` that the API is offered: of what the client accepts, what may leave. `None` where
/// that is all of it. An API that is never asked for what may not leave does not answer it, and
/// does not do its work for nothing.
pub fn accept(operation: &Operation, shapes: &Shapes, sent: &str) -> Option<String> {
    let may_leave = |range: &MediaRange| {
        range.kind() == BodyKind::Json && !range.has_wildcard()
            || operation.responses.iter().any(|response| {
                let described = response.media.iter().filter_map(|media| {
                    Some(declared(response, media, asked_of(media, range)?, 200, shapes))
                });
                let named = response.produced.iter().filter_map(|media| {
                    produced(operation, response, asked_of(media, range)?, shapes)
                });
                described.chain(named).any(|handling| !matches!(handling, Handling::Neutral(_)))
            })
    };
    let parts: Vec<&str> = sent.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let kept: Vec<&str> = parts
        .iter()
        .copied()
        // What cannot be read is left to the API, as is everything of an API that declares nothing.
        .filter(|part| MediaRange::parse(part).is_none_or(|range| may_leave(&range)))
        .collect();
    if kept.len() == parts.len() || operation.responses.iter().all(|one| one.media.is_empty()) {
        return None;
    }
    if kept.is_empty() {
        let json = operation.responses.iter().flat_map(|response| &response.media);
        let json = json.filter(|media| media.kind == BodyKind::Json && !media.range.has_wildcard());
        return json.map(|media| media.range.to_string()).next();
    }
    Some(kept.join(", "))
}

/// Of which type an API would answer that is asked for `range`, and declares `media`.
fn asked_of<'a>(media: &'a Media, range: &'a MediaRange) -> Option<&'a MediaRange> {
    if media.range.covers(range) {
        return Some(range);
    }
    Some(&media.range).filter(|declared| range.covers(declared))
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

/// Whether somebody decided that a success has no content: by its status. A success whose
/// `content` is left out is one that nobody described (rule 22).
fn has_empty_success(operation: &Operation) -> bool {
    let mut outcomes = outcomes(operation).peekable();
    outcomes.peek().is_some() && outcomes.all(|one| is_bodiless(one.status))
}

/// Whether the document says anything of a request that goes well.
pub fn says_of_success(operation: &Operation) -> bool {
    operation.responses.iter().any(|one| one.status == StatusPattern::Default)
        || outcomes(operation).next().is_some()
}

/// What the document says of it.
fn outcomes(operation: &Operation) -> impl Iterator<Item = &Response> {
    operation.responses.iter().filter(|one| is_success(one.status))
}

const fn is_bodiless(status: StatusPattern) -> bool {
    matches!(status, StatusPattern::Exact(204 | 205 | 300..=399) | StatusPattern::Range(3))
}

/// The refusal of an answer in `refuse` mode, or one that cannot be read.
pub fn refusal(reason: &'static str, detail: impl Into<String>) -> Refusal {
    Refusal::new(ControlId::ResponseShape, Status::BAD_GATEWAY, reason, detail)
}

fn expectation(model: &Model, index: usize) -> Expectation {
    let Some(operation) = model.contract.operation(index) else {
        return Expectation::NotApplicable("no such operation");
    };
    if operation.method == Method::Head {
        return Expectation::NotApplicable("an answer to HEAD has no body");
    }
    let may_stream = model.bodies.get(index).is_some_and(|body| body.stream_answer);
    let shapes = &model.contract.shapes;
    let mut findings = Vec::new();
    let successes = operation.responses.iter().filter(|one| one.status.covers(200));
    let is_stream = |media: &&Media| {
        let is_read = media.range.is_lines() && media.schema.is_some();
        media.kind == BodyKind::Stream && !is_read
    };
    let mut media = successes.flat_map(|one| one.media.iter().chain(&one.produced));
    if !may_stream && let Some(media) = media.find(is_stream) {
        findings.push(undecided(operation, media));
    }
    if !says_of_success(operation) {
        findings.push(finding(operation, operation.span, "no success is declared"));
    }
    for response in operation.responses.iter().filter(|one| !is_bodiless(one.status)) {
        if response.media.is_empty() && is_of_success(operation, response) {
            let what = match response.produced.first() {
                Some(media) => {
                    format!("`{}` has no schema, and is `{}`", response.status, media.range)
                }
                None => format!("`{}` has no content", response.status),
            };
            findings.push(finding(operation, response.span, &what));
        }
        for media in &response.media {
            findings.extend(open_answer(operation, response, media, shapes));
        }
    }
    findings.extend(open_errors(operation, shapes));
    if findings.is_empty() {
        return Expectation::Required("only declared properties leave".to_owned());
    }
    Expectation::Missing(findings)
}

/// Declared properties of answers that their owner should decide about.
pub fn undecided_names(model: &Model) -> Vec<Diagnostic> {
    undecided::names(model)
}

/// Whether requests that go well are answered so: errors are told in more ways than documents say.
fn is_of_success(operation: &Operation, response: &Response) -> bool {
    match response.status {
        StatusPattern::Default => outcomes(operation).next().is_none(),
        status => is_success(status),
    }
}

/// What of this answer leaves although nothing says what is in it.
fn open_answer(
    operation: &Operation,
    response: &Response,
    media: &Media,
    shapes: &Shapes,
) -> Option<Diagnostic> {
    let Extent::Partly(why) = coverage::answer(response, media, shapes) else {
        return None;
    };
    let what = format!("`{} {}`: {why}", response.status, media.range);
    let is_parts = matches!(media.kind, BodyKind::FormData | BodyKind::Multipart);
    let is_read = matches!(media.kind, BodyKind::Json | BodyKind::Xml) && media.schema.is_some()
        || media.kind == BodyKind::Json
        || media.range.has_wildcard() && may_hold_properties(&media.range);
    if !is_read {
        // Of answers in parts the contract itself tells.
        let is_told = media.has_properties(shapes) || may_hold_properties(&media.range);
        return (is_told && !is_parts).then(|| not_inspected(operation, media, &what));
    }
    let is_told = is_of_success(operation, response);
    is_told.then(|| finding(operation, media.span, &what))
}

/// Errors of which nothing at all is declared, in one finding: they are many, and much alike.
fn open_errors(operation: &Operation, shapes: &Shapes) -> Option<Diagnostic> {
    const NAMED_MAX: usize = 8;
    let is_error = |one: &&Response| {
        !is_bodiless(one.status) && !is_of_success(operation, one) && !one.media.is_empty()
    };
    let all = operation.responses.iter().filter(is_error);
    let all = all.flat_map(|response| response.media.iter().map(move |media| (response, media)));
    let open: Vec<(&Response, &Media)> =
        all.filter(|(response, media)| is_open_error(response, media, shapes)).collect();
    let (_, first) = open.first()?;
    let named = open.iter().take(NAMED_MAX);
    let mut what: Vec<String> =
        named.map(|(response, media)| format!("`{} {}`", response.status, media.range)).collect();
    if let Some(more) = open.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
        what.push(format!("and {more} more"));
    }
    let what = format!("{}: no properties are declared of these errors", what.join(", "));
    Some(finding(operation, first.span, &what))
}

fn is_open_error(response: &Response, media: &Media, shapes: &Shapes) -> bool {
    let is_read = media.kind == BodyKind::Json
        || media.kind == BodyKind::Xml && media.schema.is_some()
        || media.range.has_wildcard() && may_hold_properties(&media.range);
    let is_any = media.schema.as_ref().is_none_or(|schema| {
        let root = shapes.get(schema.shape);
        root.types.intersects(Types::OBJECT.or(Types::ARRAY)) && !media.has_properties(shapes)
    });
    let is_partly = || matches!(coverage::answer(response, media, shapes), Extent::Partly(_));
    is_read && is_any && is_partly()
}

fn undecided(operation: &Operation, media: &Media) -> Diagnostic {
    let name = operation.name();
    let message = format!("`{name}` answers a stream, and nobody decided that it may");
    Diagnostic::warning(&UNDECIDED_STREAM, message).at(media.span).help(format!(
        "callers get 502; to let it pass, not inspected: \
         operations: {{ \"{name}\": {{ answer: stream }} }}"
    ))
}

fn finding(operation: &Operation, at: Span, what: &str) -> Diagnostic {
    let message = format!("the answer of `{}` is not described: {what}", operation.name());
    Diagnostic::warning(&NOT_DESCRIBED, message)
        .at(at)
        .help("declare its properties: until then, JSON that the API sends passes, but for password-like names")
}

fn not_inspected(operation: &Operation, media: &Media, what: &str) -> Diagnostic {
    let message = format!("an answer of `{}` is not inspected: {what}", operation.name());
    Diagnostic::warning(&NOT_INSPECTED, message)
        .at(media.span)
        .help("declare it as JSON (or XML with a schema), too, or instead")
}
