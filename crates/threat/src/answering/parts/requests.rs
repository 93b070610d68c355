//! Whether an operation's requests are confined, looked at, and described.

use std::borrow::Cow;
use std::collections::HashSet;

use portcullis_contract::{
    BodyKind, Media, MediaRange, Operation, Parameter, Rest, ShapeId, Types,
};
use portcullis_controls::Plan;
use portcullis_controls::coverage::{self, Extent};
use portcullis_controls::hostile_input::{Language, Sinks};
use portcullis_model::UnixMillis;

use super::part::Part;
use super::said::{Said, held, told};
use crate::system::{Entry, Fact, filters};

/// Shapes of one body that are looked at for names.
const SHAPES_MAX: usize = 2_000;

pub(super) fn said(
    part: Part,
    plan: &Plan,
    (operation, entry): (usize, &Entry),
    now: UnixMillis,
) -> Said {
    let declared = plan.model.contract.operation(operation);
    match part {
        Part::NothingUndeclared => held(
            !plan.is_undeclared_allowed(operation, now),
            "somebody lets undeclared properties through: `relax`",
        ),
        Part::Described => match declared.and_then(|one| undescribed(plan, one)) {
            Some(why) => Err(Cow::Owned(why)),
            None => Ok(None),
        },
        Part::NamesDeclared => held(
            !plan.is_undeclared_allowed(operation, now)
                && declared.is_some_and(|one| !has_free_names(plan, one)),
            "names in its body may be any",
        ),
        Part::Page => told(
            entry.facts.has(Fact::TakesAmount),
            "sizes of pages are bounded",
            "no parameter says how many: the API answers as many as it has",
        ),
        Part::NamesListed => held(
            declared.is_some_and(|one| filters(one).all(|one| is_listed(plan, one))),
            "the document does not list the names to sort and filter by: `enum`",
        ),
        _ => held(
            declared.is_some_and(|one| !takes_any_file(plan, one)),
            "it takes bytes of any kind: name the media type of its files",
        ),
    }
}

/// Whether all texts of an operation are looked at for these languages.
pub(super) fn looked_for(wanted: &[Language], sinks: Sinks) -> Said {
    held(
        wanted.iter().all(|language| sinks.has(*language)),
        "the document or the policy says of a text that it may speak that language: `texts`, `x-text`, `x-sink`",
    )
}

/// Why values of a body are not held to what the document says, if so.
fn undescribed(plan: &Plan, operation: &Operation) -> Option<String> {
    let media = operation.body.iter().flat_map(|body| &body.media);
    media.into_iter().find_map(|media| {
        match coverage::request(operation, media, &plan.model.contract.shapes) {
            Extent::Enforced | Extent::Refused(_) => None,
            Extent::Partly(why) | Extent::Not(why) => Some(format!("`{}`: {why}", media.range)),
        }
    })
}

/// Whether something in a body may be called as callers like: a map, or what nobody describes.
fn has_free_names(plan: &Plan, operation: &Operation) -> bool {
    let shapes = &plan.model.contract.shapes;
    let media = operation.body.iter().flat_map(|body| &body.media);
    let mut next = Vec::new();
    for media in media {
        match &media.schema {
            Some(schema) => next.push(schema.shape),
            None => return true,
        }
    }
    let mut seen = HashSet::new();
    while let Some(id) = next.pop() {
        if !seen.insert(id) {
            continue;
        }
        let shape = shapes.get(id);
        let is_map = matches!(shape.object.rest, Rest::Map(_))
            || shape.object.under_patterns().next().is_some();
        if seen.len() > SHAPES_MAX
            || is_map
            || shape.is_any_object(shapes)
            || shape.is_any_list(shapes)
        {
            return true;
        }
        next.extend(shape.object.properties().map(|(_, property)| property.shape));
        next.extend(shape.items);
    }
    false
}

/// Whether a parameter leaves no room for names that the document does not have.
fn is_listed(plan: &Plan, parameter: &Parameter) -> bool {
    let Some(schema) = &parameter.schema else { return false };
    let shapes = &plan.model.contract.shapes;
    let shape = shapes.get(shapes.item_of(schema.shape).unwrap_or(schema.shape));
    let is_open_text = shape.types.intersects(Types::STRING) && !shape.text.is_confined;
    !is_open_text && !shape.is_any_object(shapes) && !shape.types.intersects(Types::OBJECT)
}

/// Whether a file of it may be of any kind: so are bytes, and a part of a form of which nobody says a media type.
fn takes_any_file(plan: &Plan, operation: &Operation) -> bool {
    let mut media = operation.body.iter().flat_map(|body| &body.media);
    media.any(|media| match media.kind {
        BodyKind::Opaque => is_any(&media.range),
        BodyKind::FormData => takes_any_part(plan, media),
        BodyKind::Multipart => true,
        _ => false,
    })
}

fn is_any(range: &MediaRange) -> bool {
    range.has_wildcard() || range.to_string() == "application/octet-stream"
}

fn takes_any_part(plan: &Plan, media: &Media) -> bool {
    let shapes = &plan.model.contract.shapes;
    let Some(schema) = &media.schema else { return true };
    let is_file = |shape: ShapeId| shapes.get(shapes.item_of(shape).unwrap_or(shape)).is_binary;
    let mut files = shapes.get(schema.shape).object.properties();
    files.any(|(name, property)| {
        let own = media.encoding.iter().find(|one| one.property == *name);
        let types = own.map_or(&[][..], |one| &one.content_types);
        is_file(property.shape) && (types.is_empty() || types.iter().any(is_any))
    })
}
