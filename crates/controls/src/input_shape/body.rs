//! Bodies: one reading, and the declared schema.

use std::borrow::Cow;

use portcullis_contract::{Blobs, Scalar, Schema};
use portcullis_json::{Document, FaultKind};
use portcullis_model::Refusal;
use portcullis_policy::Limits;

use super::concerned::NULL_IN_BODY;
use super::nulls::is_null_member;
use super::{mismatch, refusal};
use crate::face::Judgement;
use crate::multipart::Fault as PartsFault;
use crate::urlencoded::form::Unread;
use crate::xml::{Fault as XmlFault, FaultKind as XmlFaultKind};
use crate::{content_type, resource_limits};

/// Characters of a field's name that the record shows.
const FIELD_CHARACTERS_MAX: usize = 64;

/// The refusal of a JSON text that is not accepted. Who refuses depends on why: too large is
/// `resource_limits`, not JSON at all is `content_type`, two readings is this control.
pub fn unreadable(fault: &portcullis_json::Fault) -> Refusal {
    match fault.kind {
        kind if kind.is_limit() => resource_limits::json_refusal(fault),
        FaultKind::Syntax
        | FaultKind::UnexpectedEnd
        | FaultKind::TrailingText
        | FaultKind::ControlCharacter => content_type::not_what_it_says(fault),
        kind => refusal(kind.name(), fault.to_string()),
    }
}

/// The refusal of a form that has no single reading.
pub fn unreadable_form(unread: &Unread) -> Refusal {
    let Unread { fault, field } = unread;
    let place = match field {
        Some(name) => {
            format!(", at `{}`", name.chars().take(FIELD_CHARACTERS_MAX).collect::<String>())
        }
        None => String::new(),
    };
    refusal(fault.name(), format!("in the form{place}: {}", fault.detail()))
}

/// The refusal of an XML text that is not accepted. Who refuses depends on why, as for JSON.
pub fn unreadable_xml(fault: XmlFault, limits: &Limits) -> Refusal {
    match fault.kind {
        XmlFaultKind::Breach(breach) => breach.refusal(limits),
        XmlFaultKind::NotUtf8 => content_type::not_utf8(),
        XmlFaultKind::Syntax(_) => content_type::not_xml(&fault),
        XmlFaultKind::Value(fault) => unreadable(&fault),
        kind => refusal(kind.name(), fault.to_string()),
    }
}

/// The refusal of an XML body of which the element has another name than is declared.
pub fn other_root() -> Refusal {
    refusal("xml_root", "the element of the body has another name than is declared")
}

/// The refusal of a body of parts that has no single reading. Who refuses depends on why, as for
/// JSON.
pub fn unreadable_parts(fault: &PartsFault, limits: &Limits) -> Refusal {
    match fault {
        PartsFault::Syntax(what) => content_type::not_parts(what),
        PartsFault::Shape(reason) => refusal(reason, "in the parts of the body"),
        PartsFault::Scalar(fault) => {
            refusal("type", format!("in the parts of the body: {}", fault.wanted()))
        }
        PartsFault::Label(reason) => content_type::part_label(reason),
        PartsFault::Breach(breach) => breach.refusal(limits),
        PartsFault::Json(fault) => unreadable(fault),
        PartsFault::Xml(fault) => unreadable_xml(*fault, limits),
        PartsFault::NotUtf8 => content_type::not_utf8(),
    }
}

/// The refusal of a request without the body that is required.
pub fn missing_body() -> Refusal {
    refusal("missing_body", "the body is required")
}

/// Whether a body is what its schema says.
pub fn judge_body(schema: Option<&Schema>, document: &Document) -> Judgement<()> {
    if document.contains_nul() {
        return Judgement::Refuse(refusal("nul", "U+0000 in a string or name"), ());
    }
    match schema.map(|schema| schema.check(document.root())) {
        None | Some(Ok(())) => Judgement::Pass(()),
        Some(Err(found)) if is_null_member(document, &found.at) => {
            Judgement::Refuse(mismatch(NULL_IN_BODY, &found), ())
        }
        Some(Err(found)) => Judgement::Refuse(mismatch("body", &found), ()),
    }
}

/// The same for a body of parts, of which some are files.
pub fn judge_parts(
    schema: Option<&Schema>,
    document: &Document,
    blobs: &Blobs<'_>,
) -> Judgement<()> {
    if document.contains_nul() {
        return Judgement::Refuse(refusal("nul", "U+0000 in a part or its name"), ());
    }
    match schema.map(|schema| schema.check_parts(document.root(), blobs)) {
        None | Some(Ok(())) => Judgement::Pass(()),
        Some(Err(found)) => Judgement::Refuse(mismatch("body", &found), ()),
    }
}

/// Whether a text body is what its schema says: one value, in the one spelling of its type.
pub fn judge_text(schema: Option<&Schema>, text: &str) -> Judgement<()> {
    if text.contains('\0') {
        return Judgement::Refuse(refusal("nul", "U+0000 in the text"), ());
    }
    let Some(schema) = schema else {
        return Judgement::Pass(());
    };
    // The text goes on as it came, so it must be in its one spelling.
    let scalar = Scalar::read(Cow::Borrowed(text), schema.types);
    let scalar = scalar.ok().filter(|scalar| scalar.text() == text);
    let Some(scalar) = scalar else {
        return Judgement::Refuse(refusal("type", format!("the text is no {}", schema.types)), ());
    };
    match schema.check_scalar(&scalar) {
        Ok(()) => Judgement::Pass(()),
        Err(found) => Judgement::Refuse(mismatch("body", &found), ()),
    }
}

/// Whether a body of bytes is what its schema says: as long as it may be, in octets.
pub fn judge_bytes(schema: Option<&Schema>, bytes: &[u8]) -> Judgement<()> {
    match schema.map(|schema| schema.check_bytes(bytes)) {
        None | Some(Ok(())) => Judgement::Pass(()),
        Some(Err(found)) => Judgement::Refuse(mismatch("body", &found), ()),
    }
}
