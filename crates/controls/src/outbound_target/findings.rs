//! Where an operation takes URLs by its own word, and nobody says where they may point.

use portcullis_contract::{Operation, Place, Pointing, ShapeId, Shapes, Types};
use portcullis_model::{Code, Diagnostic, Pointer, shown};
use portcullis_policy::{InputPlace, RequestPlace, Targets, ValueMust, ValueRule};

use super::names::reading;
use super::target::Reading;

pub(super) static POINTS_ANYWHERE: Code = Code {
    name: "points-anywhere",
    page: "This operation takes a URL, by the format or the name of a value, and nobody says at which hosts it may \
           point. It may point at every host that everybody can reach: not inside, but a caller may still have the \
           API call whoever they like, or send others there.\n\nName the hosts:\n\n```yaml\noperations:\n  attachImage: \
           { targets: { body./url: [images.example.com, \"*.cdn.example.com\"] } }\n  signIn: { targets: { query.next: \
           own } }\n  setProfile: { targets: { body./homepage: public } }\n```\n\n`own` is a path or a host of this API, \
           for what it redirects to; `public` says that every public host is meant, as for a link that is only \
           shown.",
};

/// Places of one operation that are told.
const PLACES_MAX: usize = 16;
/// How deep bodies are looked through: schemas may be endless.
const DEPTH_MAX: usize = 8;
/// Schemas that are looked at in one body.
const STEPS_MAX: usize = 2_000;

/// Where an operation takes URLs by its own word.
pub(super) fn places(shapes: &Shapes, operation: &Operation) -> Vec<InputPlace> {
    let mut found = Vec::new();
    for one in &operation.parameters {
        let shape = one.schema.as_ref().map(|schema| schema.shape);
        if !is_made_for_urls(shapes, shape, &one.name) {
            continue;
        }
        let name = one.name.clone();
        found.push(match one.place {
            Place::Path => InputPlace::One(RequestPlace::Path(name)),
            Place::Query => InputPlace::One(RequestPlace::Query(name)),
            Place::Cookie => InputPlace::One(RequestPlace::Cookie(name)),
            Place::Header => match name.to_ascii_lowercase() {
                name if ["origin", "referer", "referrer"].contains(&&*name) => continue,
                name => InputPlace::Header(name),
            },
        });
    }
    let media = operation.body.iter().flat_map(|body| &body.media);
    for schema in media.filter_map(|media| media.schema.as_ref()) {
        let mut steps = 0;
        of_body(shapes, schema.shape, &Pointer::root(), (0, &mut steps), &mut found);
    }
    found.truncate(PLACES_MAX);
    found
}

fn is_made_for_urls(shapes: &Shapes, shape: Option<ShapeId>, name: &str) -> bool {
    let Some(shape) = shape.map(|shape| shapes.get(shape)) else {
        return reading(Pointing::Nowhere, name) > Reading::Anywhere;
    };
    let value = shape.items.map_or(shape, |items| shapes.get(items));
    value.types.intersects(Types::STRING)
        && !value.is_choice
        && reading(value.pointing, name) > Reading::Anywhere
}

fn of_body(
    shapes: &Shapes,
    shape: ShapeId,
    at: &Pointer,
    (depth, steps): (usize, &mut usize),
    found: &mut Vec<InputPlace>,
) {
    *steps += 1;
    if depth == DEPTH_MAX || *steps > STEPS_MAX || found.len() >= PLACES_MAX {
        return;
    }
    let here = shapes.get(shape);
    for (name, property) in here.object.properties() {
        if property.read_only {
            continue;
        }
        let mut at = at.clone();
        at.push(name);
        if is_made_for_urls(shapes, Some(property.shape), name) {
            let place = InputPlace::One(RequestPlace::Body(at.to_string()));
            if !found.contains(&place) {
                found.push(place);
            }
        }
        of_body(shapes, property.shape, &at, (depth + 1, &mut *steps), found);
    }
    if let Some(items) = here.items {
        let mut at = at.clone();
        at.push("*");
        of_body(shapes, items, &at, (depth + 1, steps), found);
    }
}

/// Those of which the policy says nothing: neither where they point, nor that nothing stands there.
pub(super) fn undecided<'a>(
    places: &'a [InputPlace],
    targets: Option<&Targets>,
    values: &[ValueRule],
) -> Vec<&'a InputPlace> {
    let said = |place: &InputPlace| {
        targets.is_some_and(|targets| targets.places.iter().any(|(known, _)| known == place))
    };
    let is_decoy = |place: &InputPlace| {
        values.iter().any(|rule| rule.place == *place && matches!(rule.must, ValueMust::Empty))
    };
    places.iter().filter(|place| !said(place) && !is_decoy(place)).collect()
}

pub(super) fn points_anywhere(operation: &Operation, undecided: &[&InputPlace]) -> Diagnostic {
    let name = operation.name();
    let places: Vec<String> = undecided.iter().map(|place| format!("`{place}`")).collect();
    let first = undecided.first().map(ToString::to_string).unwrap_or_default();
    let message = format!(
        "{} of {} points anywhere public: nobody named its hosts",
        places.join(", "),
        shown(&name)
    );
    Diagnostic::warning(&POINTS_ANYWHERE, message).at(operation.span).help(format!(
        "write `{name}: {{ targets: {{ {first}: [...] }} }}` under `operations`: hosts, `own` or `public`"
    ))
}
