//! # `content_type`
//!
//! Only declared media types and charsets reach the API, and a body is what it says it is.
//!
//! ## Why
//!
//! Frameworks parse a body by its look, not by its label: `text/plain` that holds JSON crosses
//! origins without a preflight, `application/anything+json` walks past a filter that knows only
//! `application/json`, UTF-16 hides keywords from a scanner (OWASP API8; CWE-436, CWE-351).
//!
//! ## Example
//!
//! The contract declares `application/json` for `createOrder`. The same body as `text/plain`, as
//! a form, with `charset=utf-16`, or without a `Content-Type` is answered 415. A body for an
//! operation that declares none is dropped and reported.
//!
//! ## Limits
//!
//! Streams, and bodies of parts other than `multipart/form-data`, are refused as requests even where
//! they are declared; `check` lists them. So is XML of which the document does not say clearly what
//! its elements are; XML without a schema is only held to be well-formed. Bytes are looked at in their first few, for types that
//! always begin alike (PNG, JPEG, GIF, WebP, PDF, ZIP, gzip and others). Of a picture, sound, film, font or PDF it is asked,
//! too, whether it is a page, a program, a script or an archive besides, of a drawing (SVG) whether it runs, and of a ZIP or a
//! package whether all readers find the same files in it; nothing is unpacked. A part whose types are not declared is
//! asked what it is besides, by its label and its name, and may begin as it likes.

use portcullis_contract::{BodyKind, Media, MediaRange, Operation, RequestBody, Shapes};
use portcullis_json::Fault;
use portcullis_model::{Code, ControlId, Diagnostic, Refusal, Room, Status};
use portcullis_policy::Model;

use crate::face::{Expectation, Face, Judgement, Stride, Threat};
use crate::free_form::Way;
use crate::labels::undone;
use crate::multipart::{PartFile, boundary};
use crate::signature::{begins_as, by_name, other_file, runs_on_servers};
use crate::xml::Fault as XmlFault;

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::ContentType,
    item: "F2",
    guarantee: "only declared media types and charsets, and a body is what it says",
    threat: Threat {
        id: "content-type-confusion",
        text: "a body is read by the API as something that no check has looked at",
        stride: Stride::Tampering,
        cwe: &[351, 436],
    },
    rooms: &[Room::Validate],
    expectation,
    source: include_str!("content_type.rs"),
};

static NOT_READ: Code = Code {
    name: "content-type-not-read",
    page: "The operation takes a body of a type that this version does not read (parts other \
           than `multipart/form-data`, streams, XML with two readings). Such requests are answered 415, because nothing would check them.\n\nDeclare \
           a JSON or form variant beside it, or keep the operation off the gateway until the type \
           is read.",
};

static UNDONE: Code = Code {
    name: "content-type-not-described",
    page: "One media type of this body has no schema, and another one describes it. Under the first, \
           the same body would reach the API without a look at its properties, so requests with it \
           are answered 415.\n\nGive it the schema of the other (`$ref`), or one of its own; \
           `{ type: object }` says that anything may stand in it.",
};

/// The codes of this control.
pub const CODES: [&Code; 2] = [&NOT_READ, &UNDONE];

/// The codings of a body that are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// As it is.
    Identity,
    /// RFC 1952.
    Gzip,
    /// zlib (RFC 1950), which HTTP calls deflate.
    Deflate,
}

impl Coding {
    /// The coding of a `Content-Encoding` field; `None` if it is not decoded here.
    pub fn from_name(name: Option<&str>) -> Option<Self> {
        match name.map(str::trim) {
            None | Some("") => Some(Self::Identity),
            Some(name) if name.eq_ignore_ascii_case("identity") => Some(Self::Identity),
            Some(name) if name.eq_ignore_ascii_case("gzip") => Some(Self::Gzip),
            Some(name) if name.eq_ignore_ascii_case("deflate") => Some(Self::Deflate),
            Some(_) => None,
        }
    }
}

/// What a request's body is.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// There is none.
    None,
    /// There is one, and the operation declares none: it is read within limits and dropped.
    Undeclared,
    /// It is of a declared media type.
    Declared(Label),
    /// Nobody looked: it goes to the API as it came (only when this control observes or is not
    /// asked).
    AsItCame,
}

/// What a declared body says it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The index in the operation's `body.media`.
    pub media: usize,
    /// The media type that was sent.
    pub range: MediaRange,
    /// How it is coded.
    pub coding: Coding,
    /// The `Content-Type` that goes to the API: essence, and `charset=utf-8` if it was said.
    pub content_type: String,
    /// The boundary of a body of parts.
    pub boundary: Option<String>,
}

/// Judges the labels of a body, before it is read.
pub fn judge_labels(
    operation: &Operation,
    shapes: &Shapes,
    content_type: Option<&str>,
    content_encoding: Option<&str>,
    has_body: bool,
) -> Judgement<Body> {
    if !has_body && !is_empty_form(operation, content_type) {
        return Judgement::Pass(Body::None);
    }
    let Some(declared) = &operation.body else {
        return Judgement::Pass(Body::Undeclared);
    };
    let refuse = |reason, detail: String| {
        let refusal =
            Refusal::new(ControlId::ContentType, Status::UNSUPPORTED_MEDIA_TYPE, reason, detail);
        Judgement::Refuse(refusal, Body::AsItCame)
    };
    let Some(content_type) = content_type else {
        return refuse("no_content_type", "a body without `Content-Type`".to_owned());
    };
    let Some(range) = MediaRange::parse(content_type).filter(|range| !range.has_wildcard()) else {
        return refuse("bad_content_type", "the `Content-Type` is no media type".to_owned());
    };
    let found = declared.media.iter().position(|media| media.range.covers(&range));
    let Some(media) = found else {
        return refuse("undeclared_media_type", format!("`{range}` is not declared"));
    };
    if let Some(detail) = is_meant_otherwise(declared, media, &range, shapes) {
        return refuse("type_not_read", detail);
    }
    let Some(charset) = charset(content_type) else {
        return refuse("undeclared_charset", "a charset other than UTF-8".to_owned());
    };
    let kinds = [range.kind(), declared.media.get(media).map_or(range.kind(), |media| media.kind)];
    if !kinds.into_iter().all(is_read) {
        return refuse("type_not_read", format!("`{range}` is not read in this version"));
    }
    let boundary = if range.kind() == BodyKind::FormData {
        let Some(boundary) = boundary(content_type) else {
            return refuse("boundary", "no boundary, or one with two readings".to_owned());
        };
        Some(boundary.to_owned())
    } else {
        None
    };
    let coding = match content_encoding.map(str::trim) {
        None | Some("") => Coding::Identity,
        Some(name) if name.eq_ignore_ascii_case("identity") => Coding::Identity,
        Some(name) if name.eq_ignore_ascii_case("gzip") => Coding::Gzip,
        Some(name) if name.eq_ignore_ascii_case("deflate") => Coding::Deflate,
        Some(_) => {
            return refuse("unknown_coding", "a content coding that is not read".to_owned());
        }
    };
    let content_type = match charset {
        Charset::NotSaid => range.to_string(),
        Charset::Utf8 => format!("{range}; charset=utf-8"),
    };
    Judgement::Pass(Body::Declared(Label { media, range, coding, content_type, boundary }))
}

/// Whether a body that is required came as a form without a field, which has no byte (URL Standard, section
/// 5.2): what is missing in it, its schema says.
fn is_empty_form(operation: &Operation, content_type: Option<&str>) -> bool {
    let is_required = operation.body.as_ref().is_some_and(|body| body.required);
    let range = content_type.and_then(MediaRange::parse);
    is_required && range.is_some_and(|range| range.kind() == BodyKind::Form)
}

/// Whether a label would let properties pass unseen, and how. A wildcard with properties means the
/// forms in which they are read, and so does a body that is declared as JSON, too. A label without a
/// schema does not undo what is described under another.
fn is_meant_otherwise(
    declared: &RequestBody,
    media: usize,
    range: &MediaRange,
    shapes: &Shapes,
) -> Option<String> {
    let media = declared.media.get(media)?;
    if let Some(described) = undone(&declared.media, media, range, shapes, Way::In) {
        let described = &described.range;
        return Some(format!(
            "`{range}` describes no properties, and the same body is described as `{described}`"
        ));
    }
    let is_xml = range.kind() == BodyKind::Xml && media.kind == BodyKind::Xml;
    if is_xml && media.is_unread {
        return Some(format!("what its elements are is not clear, so `{range}` is not read"));
    }
    let is_read = matches!(range.kind(), BodyKind::Json | BodyKind::Form | BodyKind::FormData);
    let has_properties = media.is_unread || media.has_properties(shapes);
    if is_read || is_xml || !has_properties {
        return None;
    }
    if media.range.has_wildcard() {
        let meant = &media.range;
        return Some(format!(
            "`{range}` falls under `{meant}`, whose properties are not read in it"
        ));
    }
    let is_json = |media: &Media| media.kind == BodyKind::Json && media.has_properties(shapes);
    declared.media.iter().any(is_json).then(|| {
        format!("properties are not read in `{range}`, and the same body is declared as JSON")
    })
}

/// The refusal of a body that is not what its label says.
pub fn not_what_it_says(fault: &Fault) -> Refusal {
    Refusal::new(
        ControlId::ContentType,
        Status::BAD_REQUEST,
        "not_what_it_says",
        format!("declared as JSON: {fault}"),
    )
}

/// The refusal of a body that is no `multipart/form-data`.
pub fn not_parts(detail: &str) -> Refusal {
    let detail = format!("declared as parts: {detail}");
    Refusal::new(ControlId::ContentType, Status::BAD_REQUEST, "not_what_it_says", detail)
}

/// The refusal of a body that is no XML.
pub fn not_xml(fault: &XmlFault) -> Refusal {
    let detail = format!("declared as XML: {fault}");
    Refusal::new(ControlId::ContentType, Status::BAD_REQUEST, "not_what_it_says", detail)
}

/// The refusal of a part with another label than is declared.
pub fn part_label(reason: &'static str) -> Refusal {
    let status = Status::UNSUPPORTED_MEDIA_TYPE;
    Refusal::new(ControlId::ContentType, status, reason, "the label of a part")
}

/// Whether bytes begin as files with their label do, and are nothing else besides.
pub fn judge_signature(label: &MediaRange, bytes: &[u8]) -> Judgement<()> {
    if begins_as(label, bytes) == Some(false) {
        let detail = format!("labelled `{label}`, and does not begin as such files do");
        let status = Status::BAD_REQUEST;
        let refusal = Refusal::new(ControlId::ContentType, status, "not_what_it_says", detail);
        return Judgement::Refuse(refusal, ());
    }
    other_file(label, bytes).map_or(Judgement::Pass(()), |other| two_files(label, other))
}

/// Judges a file among the parts of a body. Where the document says which types it may have, it begins as its label says;
/// everywhere it is nothing else besides, as far as its label or its name says what it is.
pub fn judge_file(file: &PartFile<'_>) -> Judgement<()> {
    match file.label {
        Some(label) if file.is_declared => {
            if let Judgement::Refuse(refusal, ()) = judge_signature(label, file.bytes) {
                return Judgement::Refuse(refusal, ());
            }
        }
        Some(label) => {
            if let Some(other) = other_file(label, file.bytes) {
                return two_files(label, other);
            }
        }
        None => {}
    }
    if let (Some(label), Some(name)) = (file.label, file.name)
        && is_media(label)
        && runs_on_servers(name)
    {
        return two_files(label, "called as what servers run (`.php`)");
    }
    // Whoever hands it out later goes by the name.
    match file.name.and_then(by_name) {
        Some(label) => other_file(&label, file.bytes)
            .map_or(Judgement::Pass(()), |other| two_files(&label, other)),
        None => Judgement::Pass(()),
    }
}

/// Whether a label says that a file is looked at or listened to: nobody runs such a one.
fn is_media(label: &MediaRange) -> bool {
    matches!(
        (&*label.main, &*label.sub),
        ("image" | "audio" | "video" | "font", _) | ("application", "pdf")
    )
}

fn two_files(label: &MediaRange, other: &str) -> Judgement<()> {
    let detail = format!("labelled `{label}`, and {other}");
    let refusal = Refusal::new(ControlId::ContentType, Status::BAD_REQUEST, "two_files", detail);
    Judgement::Refuse(refusal, ())
}

/// The refusal of a body whose content coding does not decode.
pub fn bad_coding() -> Refusal {
    let detail = "the body is not what its `Content-Encoding` says";
    Refusal::new(ControlId::ContentType, Status::BAD_REQUEST, "bad_coding", detail)
}

/// The refusal of a text body that is not UTF-8.
pub fn not_utf8() -> Refusal {
    let detail = "declared as text: not UTF-8";
    Refusal::new(ControlId::ContentType, Status::BAD_REQUEST, "not_what_it_says", detail)
}

enum Charset {
    NotSaid,
    Utf8,
}

/// The charset of a media type: every type that is read here is UTF-8 (RFC 8259 section 8.1;
/// for others, by decision).
fn charset(content_type: &str) -> Option<Charset> {
    let mut found = Charset::NotSaid;
    for parameter in content_type.split(';').skip(1) {
        let parameter = parameter.trim();
        if parameter.is_empty() {
            continue;
        }
        let (name, value) = parameter.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("charset") {
            let value = value.trim().trim_matches('"');
            let is_utf8 =
                ["utf-8", "utf8", "us-ascii"].iter().any(|known| known.eq_ignore_ascii_case(value));
            if !is_utf8 || matches!(found, Charset::Utf8) {
                return None;
            }
            found = Charset::Utf8;
        }
    }
    Some(found)
}

/// Whether requests of this kind are looked into, so that they may pass.
const fn is_read(kind: BodyKind) -> bool {
    !matches!(kind, BodyKind::Multipart | BodyKind::Stream)
}

fn expectation(model: &Model, operation: usize) -> Expectation {
    let Some(operation) = model.contract.operation(operation) else {
        return Expectation::NotApplicable("no such operation");
    };
    let Some(body) = &operation.body else {
        return Expectation::NotApplicable("it takes no body");
    };
    let read: Vec<String> = body
        .media
        .iter()
        .filter(|media| is_read(media.kind) && !(media.kind == BodyKind::Xml && media.is_unread))
        .map(|media| match media.kind {
            BodyKind::Xml if media.schema.is_none() => format!("{} (well-formed)", media.range),
            _ => media.range.to_string(),
        })
        .collect();
    if read.is_empty() {
        let names: Vec<String> = body.media.iter().map(|media| media.range.to_string()).collect();
        let message = format!(
            "`{}` takes only `{}`, which is not read in this version",
            operation.name(),
            names.join("`, `")
        );
        return Expectation::Missing(vec![
            Diagnostic::warning(&NOT_READ, message)
                .at(body.span)
                .help("requests with a body are answered 415"),
        ]);
    }
    let shapes = &model.contract.shapes;
    let undone: Vec<Diagnostic> =
        body.media.iter().filter_map(|media| finding(operation, body, media, shapes)).collect();
    if undone.is_empty() {
        return Expectation::Required(format!("a body is {}", read.join(" or ")));
    }
    Expectation::Missing(undone)
}

/// A label that describes nothing, beside one that does.
fn finding(
    operation: &Operation,
    body: &RequestBody,
    media: &Media,
    shapes: &Shapes,
) -> Option<Diagnostic> {
    let described = undone(&body.media, media, &media.range, shapes, Way::In)?;
    let message = format!(
        "`{}` of `{}` describes no properties, and the same body is described as `{}`",
        media.range,
        operation.name(),
        described.range
    );
    let finding = Diagnostic::warning(&UNDONE, message).at(media.span);
    Some(finding.help("requests with it are answered 415; give it that schema, or its own"))
}
