//! What one operation takes and gives, and how its bodies are handled.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use portcullis_contract::{
    BodyKind, Media, Operation, Parameter, RequestBody, Response, Schema, StatusPattern,
};
use portcullis_injection::TextKind;
use portcullis_model::Span;
use portcullis_policy::{
    BodyHandling, Graphql, OperationAmounts, OperationLines, Redirects, Serialized, Targets,
    TextPlace, Undeclared, ValueRule,
};

use super::shapes::{self, Sides};
use super::{OfOperation, Pair};
use crate::free_form::Way;

pub(super) fn compare(pair: &Pair<'_>, old: usize, new: usize, of: &mut OfOperation<'_>) {
    handling(pair, old, new, of);
    let (before, after) = (&pair.before.model.contract, &pair.after.model.contract);
    // The same document: all that follows is the same.
    if before.digest == after.digest {
        return;
    }
    let (Some(old), Some(new)) = (before.operation(old), after.operation(new)) else {
        return;
    };
    let sides = Sides { before: &before.shapes, after: &after.shapes };
    sunset(old, new, of);
    parameters(old, new, &sides, of);
    request(old.body.as_ref(), new.body.as_ref(), &sides, of);
    answers(old, new, &sides, of);
}

/// What the policy says of the operation.
fn handling(pair: &Pair<'_>, old: usize, new: usize, of: &mut OfOperation<'_>) {
    let (before, after) = (&pair.before.model, &pair.after.model);
    let lines = after.lines.operations.get(new).copied().unwrap_or_default();
    let at = |list: &[Undeclared], index: usize| list.get(index).copied().unwrap_or_default();
    let mut undeclared = |before, after, what, line| match (before, after) {
        (Undeclared::Refuse, Undeclared::Drop) => {
            of.wider(format!("drops undeclared properties of {what}, and refused them"), line);
        }
        (Undeclared::Drop, Undeclared::Refuse) => {
            of.narrower(format!("refuses undeclared properties of {what}"), line);
        }
        _ => {}
    };
    let (was, is) = (at(&before.undeclared_in, old), at(&after.undeclared_in, new));
    undeclared(was, is, "requests", lines.undeclared);
    let (was, is) = (at(&before.undeclared_out, old), at(&after.undeclared_out, new));
    undeclared(was, is, "answers", lines.answers);
    let at = |list: &[BodyHandling], index: usize| list.get(index).copied().unwrap_or_default();
    let (was, is) = (at(&before.bodies, old), at(&after.bodies, new));
    // Without `..`, as in `bounds`.
    let BodyHandling {
        stream_answer,
        upgrades,
        exact_request,
        null_is_absent,
        escapes_markup,
        graphql,
    } = is;
    let is_served = |said: Graphql| said != Graphql::Undecided;
    let mut flag = |was: bool, is: bool, what: &str, line| match (was, is) {
        (false, true) => of.wider(what, line),
        (true, false) => of.narrower(format!("no longer: {what}"), line),
        _ => {}
    };
    flag(was.stream_answer, stream_answer, "lets answers stream, uninspected", lines.answer);
    flag(was.upgrades, upgrades, "may become a WebSocket, uninspected", lines.upgrade);
    let what = "is served although it may speak GraphQL, uninspected";
    flag(is_served(was.graphql), is_served(graphql), what, lines.graphql);
    flag(was.exact_request, exact_request, "forwards bodies as they came", lines.body);
    flag(was.null_is_absent, null_is_absent, "takes null for absent", lines.null_means);
    flag(!was.escapes_markup, !escapes_markup, "answers with markup as it came", None);
    amounts(pair, (old, new), &lines, of);
    let at = |list: &[Vec<TextPlace>], index: usize| list.get(index).cloned().unwrap_or_default();
    texts(&at(&before.texts, old), &at(&after.texts, new), lines.texts, of);
    let at = |list: &[Option<Serialized>], index: usize| list.get(index).cloned().flatten();
    serialized(
        at(&before.serialized, old).as_ref(),
        at(&after.serialized, new).as_ref(),
        lines.serialize,
        of,
    );
    let at = |list: &[Targets], index: usize| list.get(index).cloned().unwrap_or_default();
    targets(&at(&before.targets, old), &at(&after.targets, new), lines.targets, of);
    let at = |list: &[Vec<ValueRule>], index: usize| list.get(index).cloned().unwrap_or_default();
    values(&at(&before.values, old), &at(&after.values, new), of);
    let at = |list: &[bool], index: usize| list.get(index).copied().unwrap_or_default();
    match (at(&before.changing, old), at(&after.changing, new)) {
        (true, false) => of.wider("is taken for a read", None),
        (false, true) => of.narrower("is taken for a write", lines.changes),
        _ => {}
    }
    let at = |list: &[Redirects], index: usize| list.get(index).cloned().unwrap_or_default();
    redirects(&at(&before.redirects, old), &at(&after.redirects, new), lines.redirects, of);
}

/// Where redirects may lead.
fn redirects(was: &Redirects, is: &Redirects, line: Option<Span>, of: &mut OfOperation<'_>) {
    let what = format!("redirects to {is}, and before to {was}");
    match (is.is_at_least(was), was.is_at_least(is)) {
        (true, true) => {}
        (false, true) => of.narrower(what, line),
        // What cannot be compared counts as wider.
        _ => of.wider(what, line),
    }
}

/// How much one request may ask for. Without a line of its own the bound of all holds, where the contract has none.
fn amounts(
    pair: &Pair<'_>,
    (old, new): (usize, usize),
    lines: &OperationLines,
    of: &mut OfOperation<'_>,
) {
    let (before, after) = (&pair.before.model, &pair.after.model);
    let was = before.amounts.get(old).copied().unwrap_or_default();
    // Without `..`, as in `bounds`.
    let OperationAmounts { page_size, page_offset, batch_items } =
        after.amounts.get(new).copied().unwrap_or_default();
    let mut one = |key, was: Option<usize>, is: Option<usize>, of_all: (usize, usize), line| {
        let (was, is) = (was.unwrap_or(of_all.0), is.unwrap_or(of_all.1));
        let what = format!("`{key}` is {is}, and was {was}");
        match is.cmp(&was) {
            Ordering::Greater => of.wider(what, line),
            Ordering::Less => of.narrower(what, line),
            Ordering::Equal => {}
        }
    };
    let (limits, others) = (&before.limits, &after.limits);
    let of_all = (limits.page_size_max, others.page_size_max);
    one("page_size", was.page_size, page_size, of_all, lines.page_size);
    let of_all = (limits.page_offset_max, others.page_offset_max);
    one("page_offset", was.page_offset, page_offset, of_all, lines.page_offset);
    let of_all = (limits.batch_items_max, others.batch_items_max);
    one("batch_items", was.batch_items, batch_items, of_all, lines.batch_items);
}

/// Where URLs may point.
fn targets(was: &Targets, is: &Targets, line: Option<Span>, of: &mut OfOperation<'_>) {
    let rule = |of: &Targets, place| {
        of.places.iter().find(|(known, _)| known == place).map(|(_, rule)| rule.clone())
    };
    let all = was.places.iter().chain(&is.places).map(|(place, _)| place);
    let mut told = Vec::new();
    for place in all {
        if told.contains(&place) {
            continue;
        }
        told.push(place);
        let (was, is) = (rule(was, place).unwrap_or_default(), rule(is, place).unwrap_or_default());
        let what = format!("lets `{place}` point at {is}, and before at {was}");
        match (is.is_at_least(&was), was.is_at_least(&is)) {
            (true, true) => {}
            (false, true) => of.narrower(what, line),
            // What cannot be compared counts as wider.
            _ => of.wider(what, line),
        }
    }
}

/// What values must be: a rule that is not there any more, or says something else, may let one pass.
fn values(was: &[ValueRule], is: &[ValueRule], of: &mut OfOperation<'_>) {
    for rule in was.iter().filter(|rule| !is.contains(rule)) {
        of.wider(format!("no longer asks for `{}`", rule.text), None);
    }
    for rule in is.iter().filter(|rule| !was.contains(rule)) {
        of.narrower(format!("asks for `{}`", rule.text), rule.line);
    }
}

/// What texts are meant to be: whatever is not the same may be looked at for less.
fn texts(was: &[TextPlace], is: &[TextPlace], line: Option<Span>, of: &mut OfOperation<'_>) {
    let is_less = |one: &&TextPlace| one.kind != TextKind::Plain;
    let added = is.iter().filter(|one| !was.contains(one)).find(is_less);
    let gone = was.iter().any(|one| !is.contains(one));
    match (added, gone) {
        (Some(one), _) => {
            of.wider(format!("takes a text for `{}`", one.kind.word()), line);
        }
        // What is said no longer is what the contract says: that may be less, or more.
        (None, true) => of.wider("no longer says what a text is meant to be", line),
        (None, false) if was.len() != is.len() => {
            of.narrower("looks for everything in a text", line);
        }
        (None, false) => {}
    }
}

/// Which requests wait for one another.
fn serialized(
    was: Option<&Serialized>,
    is: Option<&Serialized>,
    line: Option<Span>,
    of: &mut OfOperation<'_>,
) {
    match (was, is) {
        (None, Some(is)) => of.narrower(format!("serves requests of one {is} in turn"), line),
        (Some(was), None) => {
            of.wider(format!("no longer serves requests of one {was} in turn"), None);
        }
        // What was one value may be two of the other kind.
        (Some(was), Some(is)) if was != is => {
            of.wider(format!("serves requests of one {is} in turn, and not of one {was}"), line);
        }
        _ => {}
    }
}

fn sunset(old: &Operation, new: &Operation, of: &mut OfOperation<'_>) {
    let day = |operation: &Operation| operation.sunset.map(|sunset| sunset.date);
    let line = new.sunset.map(|sunset| sunset.span);
    match (day(old), day(new)) {
        (Some(old), Some(new)) if new < old => of.narrower(format!("ends on {new}"), line),
        (None, Some(new)) => of.narrower(format!("ends on {new}"), line),
        (Some(old), Some(new)) if new > old => {
            of.wider(format!("ends on {new}, and not on {old}"), line);
        }
        (Some(old), None) => of.wider(format!("does not end on {old} any more"), None),
        _ => {}
    }
}

fn parameters(old: &Operation, new: &Operation, sides: &Sides<'_>, of: &mut OfOperation<'_>) {
    let is_same = |one: &Parameter, other: &Parameter| {
        one.place == other.place && one.name.eq_ignore_ascii_case(&other.name)
    };
    for after in &new.parameters {
        let what = format!("{} parameter `{}`", after.place.name(), after.name);
        match old.parameters.iter().find(|before| is_same(before, after)) {
            None => of.wider(format!("takes the {what}"), Some(after.span)),
            Some(before) => parameter(before, after, &what, sides, of),
        }
    }
    for before in &old.parameters {
        if !new.parameters.iter().any(|after| is_same(before, after)) {
            let what =
                format!("no longer takes the {} parameter `{}`", before.place.name(), before.name);
            of.narrower(what, None);
        }
    }
}

fn parameter(
    before: &Parameter,
    after: &Parameter,
    what: &str,
    sides: &Sides<'_>,
    of: &mut OfOperation<'_>,
) {
    let line = Some(after.span);
    let is_same = (before.collection, before.prefix) == (after.collection, after.prefix);
    if !is_same || before.name != after.name {
        of.wider(format!("reads the {what} in another style"), line);
    }
    if !before.allow_empty && after.allow_empty {
        of.wider(format!("takes an empty {what}"), line);
    }
    required(before.required, after.required, what, line, of);
    let part = Part { what, way: Way::In, is_compared_by_text: true, line };
    schema(before.schema.as_ref(), after.schema.as_ref(), &part, sides, of);
}

fn required(was: bool, is: bool, what: &str, line: Option<Span>, of: &mut OfOperation<'_>) {
    match (was, is) {
        (true, false) => of.wider(format!("does not require the {what} any more"), line),
        (false, true) => of.narrower(format!("requires the {what}"), line),
        _ => {}
    }
}

/// A part of a request or an answer that a schema describes.
struct Part<'a> {
    what: &'a str,
    way: Way,
    /// Its texts are compared, too: values of requests, and how XML writes what it says.
    is_compared_by_text: bool,
    line: Option<Span>,
}

fn schema(
    before: Option<&Schema>,
    after: Option<&Schema>,
    part: &Part<'_>,
    sides: &Sides<'_>,
    of: &mut OfOperation<'_>,
) {
    let &Part { what, way, is_compared_by_text, line } = part;
    match (before, after) {
        (Some(_), None) => of.wider(format!("has no schema for the {what} any more"), line),
        (None, Some(_)) => of.narrower(format!("has a schema for the {what}"), line),
        (Some(before), Some(after)) => {
            if is_compared_by_text {
                of.pend(before.span, after.span, what);
            }
            for found in shapes::differences(before.shape, after.shape, way, sides) {
                let at = if found.at.as_str().is_empty() { "it" } else { found.at.as_str() };
                let words = format!("{what}: `{at}` {}", found.what);
                of.push(found.reach, words, Some(after.span));
            }
        }
        (None, None) => {}
    }
}

fn request(
    old: Option<&RequestBody>,
    new: Option<&RequestBody>,
    sides: &Sides<'_>,
    of: &mut OfOperation<'_>,
) {
    match (old, new) {
        (None, Some(new)) => of.wider("takes a body", Some(new.span)),
        (Some(_), None) => of.narrower("takes no body any more", None),
        (Some(old), Some(new)) => {
            required(old.required, new.required, "body", Some(new.span), of);
            media(&old.media, &new.media, "body", Way::In, sides, of);
        }
        (None, None) => {}
    }
}

fn media(
    old: &[Media],
    new: &[Media],
    what: &str,
    way: Way,
    sides: &Sides<'_>,
    of: &mut OfOperation<'_>,
) {
    for after in new {
        let what = format!("{what} as `{}`", after.range);
        let line = Some(after.span);
        let Some(before) = old.iter().find(|before| before.range == after.range) else {
            of.wider(format!("knows a {what}"), line);
            continue;
        };
        if before.is_unread != after.is_unread || encoding(before) != encoding(after) {
            of.wider(format!("reads the {what} in another way"), line);
        }
        let is_compared_by_text = way == Way::In || after.kind == BodyKind::Xml;
        let part = Part { what: &what, way, is_compared_by_text, line };
        schema(before.schema.as_ref(), after.schema.as_ref(), &part, sides, of);
        headers_of_parts(before, after, &what, sides, of);
    }
    for before in old.iter().filter(|before| !new.iter().any(|one| one.range == before.range)) {
        // A range that is gone may leave a wider one that covers it.
        if let Some(heir) = new.iter().find(|one| one.range.covers(&before.range)) {
            of.wider(
                format!("knows a {what} as `{}` only as `{}`", before.range, heir.range),
                None,
            );
        } else {
            of.narrower(format!("knows no {what} as `{}` any more", before.range), None);
        }
    }
}

/// The header fields that parts may have; which there are is compared with [`encoding`].
fn headers_of_parts(
    before: &Media,
    after: &Media,
    what: &str,
    sides: &Sides<'_>,
    of: &mut OfOperation<'_>,
) {
    for part in &after.encoding {
        let known = before.encoding(&part.property).into_iter().flat_map(|known| &known.headers);
        for (old, new) in known.zip(&part.headers).filter(|(old, new)| old.name == new.name) {
            let what = format!("{what}, field `{}` of `{}`", new.name, part.property);
            parameter(old, new, &what, sides, of);
        }
    }
}

/// How fields and parts are written, as far as it can be compared.
fn encoding(media: &Media) -> Vec<String> {
    let one = |encoding: &portcullis_contract::Encoding| {
        let headers: Vec<_> = encoding.headers.iter().map(|header| &header.name).collect();
        let (collection, types) = (&encoding.collection, &encoding.content_types);
        format!("{} {collection:?} {types:?} {headers:?}", encoding.property)
    };
    media.encoding.iter().map(one).collect()
}

/// Answers are compared by what is declared of a status, whether by itself, by its range or by
/// `default`.
fn answers(old: &Operation, new: &Operation, sides: &Sides<'_>, of: &mut OfOperation<'_>) {
    let statuses = old.responses.iter().chain(&new.responses).map(|response| response.status);
    for status in statuses.collect::<BTreeSet<StatusPattern>>() {
        let what = format!("answer {status}");
        produced(declared(old, status), declared(new, status), &what, of);
        match (declared(old, status), declared(new, status)) {
            (None, Some(after)) => of.wider(format!("gives the {what}"), Some(after.span)),
            // What nobody described passes, with less of it looked at.
            (Some(_), None) => of.wider(format!("does not describe the {what} any more"), None),
            (Some(before), Some(after)) if after.media.is_empty() && !before.media.is_empty() => {
                of.wider(format!("describes no content of the {what} any more"), Some(after.span));
            }
            (Some(before), Some(after)) if before.media.is_empty() && !after.media.is_empty() => {
                of.narrower(format!("describes the content of the {what}"), Some(after.span));
            }
            (Some(before), Some(after)) => {
                media(&before.media, &after.media, &what, Way::Out, sides, of);
            }
            (None, None) => {}
        }
    }
}

/// The types that are only named, and pass as they are.
fn produced(old: Option<&Response>, new: Option<&Response>, what: &str, of: &mut OfOperation<'_>) {
    let [old, new] = [old, new].map(|one| one.map_or(&[][..], |one| &one.produced));
    let is_in = |all: &[Media], one: &Media| all.iter().any(|known| known.range == one.range);
    for after in new.iter().filter(|after| !is_in(old, after)) {
        of.wider(format!("gives the {what} as `{}`, undescribed", after.range), Some(after.span));
    }
    for before in old.iter().filter(|before| !is_in(new, before)) {
        of.narrower(format!("gives no {what} as `{}`, undescribed, any more", before.range), None);
    }
}

/// What holds for a status; for a range or `default`, what is declared under just that.
fn declared(operation: &Operation, status: StatusPattern) -> Option<&Response> {
    match status {
        StatusPattern::Exact(status) => operation.response(status),
        StatusPattern::Range(hundred) => operation.responses.iter().find(|response| {
            matches!(response.status, StatusPattern::Default)
                || response.status == StatusPattern::Range(hundred)
        }),
        StatusPattern::Default => {
            operation.responses.iter().find(|response| response.status == status)
        }
    }
}
