//! # `input_shape`
//!
//! Every value in path, query, headers, cookies and body has one reading and the declared shape,
//! before a byte of the request reaches the API.
//!
//! ## Why
//!
//! What a check and an API read differently is an attacker's tool: the second of two equal keys,
//! `07` for the id 7, a path with `%2f` in it, a string where a number belongs (OWASP API8;
//! CWE-20, CWE-436, CWE-1287).
//!
//! ## Example
//!
//! The contract declares `quantity` as `type: integer, minimum: 1`. `-5`, `0.5`, `"5"`, and a
//! body with `quantity` twice are answered 400. What passes goes to the API in one spelling:
//! names and texts unescaped, parameters decoded and encoded once, undeclared query parameters
//! and cookies left out, `True` and `FALSE` as `true` and `false` outside of JSON.
//!
//! Forms are read in the style that `encoding` declares: `items[0][price]=p` is a member of the
//! first item, held against what is declared there, and goes on under that name. `user[role]=admin`
//! is as undeclared, or as read-only, as it is in JSON.
//!
//! Numbers are those that every reader reads alike, as far as that goes: no longer than 64 characters, within what 64-bit
//! floating point holds, and whole ones within 64 bits, unless a `maximum` says that larger ones are meant.
//!
//! ## Limits
//!
//! Between 2^53 and 2^64 a whole number passes as it was written; readers whose only numbers are doubles round it.
//! A value is as safe as its schema: `type: string` without `pattern`, `enum`, `format` or
//! `maxLength` lets any text through (within `limits`). Number lexemes and member order stay as
//! they were sent. An item of a list cannot hold the character that stands between items: `%2C`
//! and `,` both do, and are refused where both stand in one value. Cookies go on as they came,
//! once they are as declared both decoded and not. Brackets that frameworks read differently are
//! refused: indices that are not 0, 1, 2 and so on in their order, more than 20 of them, an object
//! whose names are all small numbers, a list of objects under `[]`, more than five brackets.

mod body;
mod concerned;
mod nulls;
mod parameters;
mod whole;

use portcullis_contract::{Mismatch, Operation, Parameter, PathFault, Place, Shapes};
use portcullis_model::{Code, ControlId, Diagnostic, Refusal, Room, Status, shown};
use portcullis_policy::Model;

use crate::coverage::{self, Extent};
use crate::face::{Expectation, Face, Stride, Threat};

pub use body::{
    judge_body, judge_bytes, judge_parts, judge_text, missing_body, other_root, unreadable,
    unreadable_form, unreadable_parts, unreadable_xml,
};
pub use concerned::{Concerned, Unmet};
pub use nulls::{NullMember, null_members};
pub use parameters::{Accepted, Given, Header, judge_parameters};
pub use whole::judge_whole_numbers;

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::InputShape,
    item: "F1",
    guarantee: "every value has one reading and the declared shape",
    threat: Threat {
        id: "input-confusion",
        text: "the API reads something else than what was checked, or what it cannot handle",
        stride: Stride::Tampering,
        cwe: &[20, 436, 1287],
    },
    rooms: &[Room::Receive, Room::Validate, Room::Forward],
    expectation,
    source: include_str!("input_shape.rs"),
};

static NOT_DESCRIBED: Code = Code {
    name: "parameter-not-described",
    page: "This parameter has no schema or type, or holds a place of which nothing is declared: an \
           object without `properties`, a list without `items` (`*` stands for any item or name). \
           What is sent there reaches the API.\n\nGive the parameter a `schema` with a `type`, an \
           object its `properties`, a list its `items`.",
};

/// The codes of this control.
pub const CODES: [&Code; 1] = [&NOT_DESCRIBED];

fn expectation(model: &Model, operation: usize) -> Expectation {
    let Some(operation) = model.contract.operation(operation) else {
        return Expectation::NotApplicable("no such operation");
    };
    let shapes = &model.contract.shapes;
    let findings: Vec<Diagnostic> = operation
        .parameters
        .iter()
        // Of a name of the path that nothing declares the contract itself tells.
        .filter(|one| one.span != operation.span)
        .filter_map(|one| open_parameter(operation, one, shapes))
        .collect();
    if !findings.is_empty() {
        return Expectation::Missing(findings);
    }
    let parameters = operation.parameters.len();
    let body = if operation.body.is_some() { " and its body" } else { "" };
    Expectation::Required(format!("{parameters} parameters{body} are as declared"))
}

/// What of a parameter reaches the API although nothing says what is in it. One whose style is not
/// read has been told of by the contract.
fn open_parameter(
    operation: &Operation,
    parameter: &Parameter,
    shapes: &Shapes,
) -> Option<Diagnostic> {
    let Extent::Partly(why) = coverage::parameter(parameter, shapes) else {
        return None;
    };
    let message = format!(
        "the {} parameter {} of `{}` is not described: {why}",
        parameter.place.name(),
        shown(&parameter.name),
        operation.name()
    );
    let finding = Diagnostic::warning(&NOT_DESCRIBED, message).at(parameter.span);
    Some(finding.help("give it a `schema` with a `type`, `properties` or `items`"))
}

/// The refusal of a path that has more than one reading.
pub fn path_refusal(fault: PathFault) -> Refusal {
    let (reason, detail) = match fault {
        PathFault::NotAbsolute => ("path_not_absolute", "the path does not begin with `/`"),
        PathFault::BadEscape => ("path_bad_escape", "`%` without two hexadecimal digits"),
        PathFault::NotUtf8 => ("path_not_utf8", "the path is not UTF-8"),
        PathFault::ControlCharacter => ("path_control_character", "a control character"),
        PathFault::HiddenSeparator => ("path_hidden_separator", "an encoded slash or a backslash"),
        PathFault::DotSegment => ("path_dot_segment", "a `.` or `..` segment"),
        PathFault::EmptySegment => ("path_empty_segment", "an empty segment"),
        PathFault::BadCharacter => ("path_bad_character", "a character that must be encoded"),
    };
    refusal(reason, detail)
}

fn refusal(reason: &'static str, detail: impl Into<String>) -> Refusal {
    Refusal::new(ControlId::InputShape, Status::BAD_REQUEST, reason, detail)
        .saying("the request is not what the contract declares")
}

fn mismatch(what: &str, mismatch: &Mismatch) -> Refusal {
    let Mismatch { at, keyword, schema_at, wanted } = mismatch;
    // No backtick in here: what is told is read back, see `concerned`.
    let wanted = wanted.replace('`', "'");
    let colon = if wanted.is_empty() { "" } else { ": " };
    let at = if at.as_str().is_empty() { String::new() } else { format!(" at `{at}`") };
    refusal(
        "schema",
        format!("{what}: `{keyword}` is not met{at} (schema `{schema_at}`){colon}{wanted}"),
    )
}

fn parameter_refusal(reason: &'static str, place: Place, name: &str) -> Refusal {
    refusal(reason, format!("{} parameter `{name}`", place.name()))
}
