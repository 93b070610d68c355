//! Paths that belong to two operations, of which one is served and another implementation may well
//! choose the other.

use std::borrow::Cow;
use std::collections::HashMap;

use portcullis_model::{Diagnostic, Method};

use crate::codes;
use crate::notes::{Notes, shown};
use crate::operation::Operation;
use crate::parameter::Place;
use crate::template::{Pattern, Segment, Template};

/// Pairs of segments that are compared. The largest published document needs twenty million.
const COMPARED_MAX: usize = 30_000_000;

/// Notes each operation that is served for paths which fit another one of the same method better in
/// some segment. OpenAPI leaves such paths to the implementation (3.1 section 4.8.8.2): if the API
/// chooses otherwise, one operation is checked and another one runs.
pub(crate) fn ambiguous(operations: &[Operation], templates: &[Template], notes: &mut Notes) {
    let mut groups: HashMap<(Method, usize), Vec<(&Operation, &Template)>> = HashMap::new();
    for (operation, template) in operations.iter().zip(templates) {
        let group = groups.entry((operation.method, template.segments.len())).or_default();
        group.push((operation, template));
    }
    let mut compared = 0_usize;
    let mut found: Vec<(&Operation, &Operation)> = Vec::new();
    for ((_, segments), group) in &groups {
        for (index, one) in group.iter().enumerate() {
            let others = group.get(index + 1..).unwrap_or_default();
            compared = compared.saturating_add(others.len().saturating_mul(*segments));
            if compared > COMPARED_MAX {
                let message =
                    "there are too many paths to find those that belong to two operations";
                notes.warn(&codes::AMBIGUOUS_PATH, one.0.span, message);
                return;
            }
            found.extend(others.iter().filter_map(|other| winner(*one, *other)));
        }
    }
    found.sort_by_key(|(first, second)| (first.span, second.span));
    // One pair of each is enough to act on.
    found.dedup_by_key(|(first, _)| first.span);
    for (first, second) in found {
        let message = format!(
            "some paths of {} are paths of {} too: this one is served",
            shown(&first.title()),
            shown(&second.title()),
        );
        notes.push(
            Diagnostic::warning(&codes::AMBIGUOUS_PATH, message)
                .at(first.span)
                .help("let the schema of its parameter forbid the fixed text of the other path"),
        );
    }
}

/// Which of two segments is the more special.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Special {
    Same,
    First,
    Second,
    Unclear,
}

type Candidate<'o> = (&'o Operation, &'o Template);

/// The operation that is served, before the other one, if the other one has a claim.
fn winner<'o>(one: Candidate<'o>, other: Candidate<'o>) -> Option<(&'o Operation, &'o Operation)> {
    let pairs = || one.1.segments.iter().zip(&other.1.segments);
    let mut order = Vec::new();
    for (a, b) in pairs() {
        order.push(compared(a, b)?);
    }
    let first = order.iter().find(|special| **special != Special::Same)?;
    let is_second = *first == Special::Second;
    let claim = if is_second { Special::First } else { Special::Second };
    if *first != Special::Unclear && !order.contains(&claim) && !order.contains(&Special::Unclear) {
        return None;
    }
    let (wins, loses) = if is_second { (other, one) } else { (one, other) };
    let mut segments = wins.1.segments.iter().zip(&loses.1.segments);
    let is_refused = segments.any(|(own, foreign)| refuses(wins.0, own, foreign));
    (!is_refused).then_some((wins.0, loses.0))
}

/// `None`: no text fits both.
fn compared(a: &Segment, b: &Segment) -> Option<Special> {
    match (a, b) {
        (Segment::Literal(a), Segment::Literal(b)) => (a == b).then_some(Special::Same),
        (Segment::Literal(text), Segment::Pattern(pattern)) => {
            pattern.is_match(text).then_some(Special::First)
        }
        (Segment::Pattern(pattern), Segment::Literal(text)) => {
            pattern.is_match(text).then_some(Special::Second)
        }
        (Segment::Pattern(a), Segment::Pattern(b)) if a.is_same_shape(b) => Some(Special::Same),
        (Segment::Pattern(a), Segment::Pattern(b)) => a.may_overlap(b).then(|| special(a, b)),
    }
}

fn special(a: &Pattern, b: &Pattern) -> Special {
    match a.fixed_bytes().cmp(&b.fixed_bytes()) {
        std::cmp::Ordering::Greater => Special::First,
        std::cmp::Ordering::Less => Special::Second,
        std::cmp::Ordering::Equal => Special::Unclear,
    }
}

/// Whether the parameters of an operation do not take the fixed text of the other path, such as a
/// number where the other one has a word.
fn refuses(operation: &Operation, own: &Segment, foreign: &Segment) -> bool {
    let (Segment::Pattern(pattern), Segment::Literal(text)) = (own, foreign) else {
        return false;
    };
    let mut is_refused = false;
    pattern.split(text, |name, at| {
        let value = text.get(at).unwrap_or_default();
        let declared = operation
            .parameters
            .iter()
            .find(|parameter| parameter.place == Place::Path && parameter.name == name);
        let Some((parameter, schema)) = declared.and_then(|one| Some((one, one.schema.as_ref()?)))
        else {
            return;
        };
        is_refused |= match parameter.scalar(Cow::Borrowed(value)) {
            Ok(scalar) => schema.check_scalar(&scalar).is_err(),
            Err(_) => true,
        };
    });
    is_refused
}
