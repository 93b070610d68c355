//! How far each part of an operation is enforced, and why no further: for people who ask what
//! their document is worth.
//!
//! It asks the controls wherever they can answer without a request, so that a report says what
//! the gateway does.

use std::collections::HashSet;

use portcullis_contract::{
    BodyKind, Collection, Media, Operation, Parameter, Rest, Schema, ShapeId, Shapes,
    StatusPattern, Types,
};
use portcullis_model::Pointer;

use crate::content_type::judge_labels;
use crate::face::Judgement;

/// How far something is enforced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// Wholly.
    Enforced,
    /// In part; what is not, and why.
    Partly(String),
    /// Not at all, and why.
    Not(String),
    /// It does not pass, and why.
    Refused(String),
}

impl Extent {
    /// One word: `enforced`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::Partly(_) => "partly",
            Self::Not(_) => "not",
            Self::Refused(_) => "refused",
        }
    }

    /// Why it is not wholly enforced.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Enforced => None,
            Self::Partly(why) | Self::Not(why) | Self::Refused(why) => Some(why),
        }
    }
}

/// How far a parameter is enforced.
pub fn parameter(parameter: &Parameter) -> Extent {
    if parameter.collection == Collection::NotUnderstood {
        return Extent::Not("its style is not read: taken as one text, unchecked".to_owned());
    }
    match &parameter.schema {
        None => Extent::Partly("no schema: any text passes".to_owned()),
        Some(schema) if schema.types == Types::ANY => {
            Extent::Partly("no type: any text passes that its other keywords allow".to_owned())
        }
        Some(_) => Extent::Enforced,
    }
}

/// How far a request's body of one media type is enforced.
pub fn request(operation: &Operation, media: &Media, shapes: &Shapes) -> Extent {
    // Any type that a range covers stands for all of them; with properties, those that are read.
    let is_read = media.range.has_wildcard() && media.has_properties(shapes);
    let mut content_type = if is_read {
        let main = if media.range.main == "*" { "application" } else { &media.range.main };
        format!("{main}/json")
    } else {
        media.range.to_string().replace('*', "x")
    };
    if media.kind == BodyKind::FormData {
        content_type.push_str("; boundary=x");
    }
    let labels = judge_labels(operation, shapes, Some(&content_type), None, true);
    if let Judgement::Refuse(refusal, _) = labels {
        return Extent::Refused(refusal.detail);
    }
    match media.kind {
        BodyKind::Text if media.schema.is_some() => Extent::Enforced,
        BodyKind::Text => Extent::Partly("no schema: any text passes".to_owned()),
        BodyKind::Opaque => {
            Extent::Partly("length, type and first bytes only: nothing looks into it".to_owned())
        }
        BodyKind::Json
        | BodyKind::Form
        | BodyKind::FormData
        | BodyKind::Xml
        | BodyKind::Stream
        | BodyKind::Multipart => {
            described(media.schema.as_ref(), shapes, "every name reaches the API")
        }
    }
}

/// How far an answer of one media type is enforced.
pub fn answer(status: StatusPattern, media: &Media, shapes: &Shapes) -> Extent {
    if is_server_error(status) {
        return Extent::Enforced;
    }
    match media.kind {
        BodyKind::Xml if media.is_unread => Extent::Refused(
            "what its elements are is not clear: passes, uninspected, only where the policy says \
             `answer: stream`"
                .to_owned(),
        ),
        BodyKind::Xml if media.schema.is_none() => {
            Extent::Partly("no schema: nothing looks into it".to_owned())
        }
        BodyKind::Json | BodyKind::Xml => described(
            media.schema.as_ref(),
            shapes,
            "what the API sends leaves, but for password-like names",
        ),
        BodyKind::Stream => Extent::Refused(
            "a stream: passes, uninspected, only where the policy says `answer: stream`".to_owned(),
        ),
        BodyKind::Form
        | BodyKind::Text
        | BodyKind::Opaque
        | BodyKind::FormData
        | BodyKind::Multipart => {
            Extent::Partly("type and size only: nothing looks into it".to_owned())
        }
    }
}

/// Whether an answer of this status always becomes a neutral problem document.
pub const fn is_server_error(status: StatusPattern) -> bool {
    match status {
        StatusPattern::Exact(status) => status >= 500,
        StatusPattern::Range(hundred) => hundred >= 5,
        StatusPattern::Default => false,
    }
}

/// Free-form places that are named; more are counted.
const PLACES_MAX: usize = 5;

fn described(schema: Option<&Schema>, shapes: &Shapes, consequence: &str) -> Extent {
    let Some(schema) = schema else {
        return Extent::Partly(format!("no schema: {consequence}"));
    };
    let places = free_form(shapes, schema.shape);
    match places.as_slice() {
        [] => Extent::Enforced,
        [root] if root.as_str().is_empty() => {
            Extent::Partly(format!("no properties are declared: {consequence}"))
        }
        places => {
            let named: Vec<&str> = places.iter().take(PLACES_MAX).map(Pointer::as_str).collect();
            let more = match places.len().saturating_sub(PLACES_MAX) {
                0 => String::new(),
                more => format!(" and at {more} more places"),
            };
            let named = named.join("`, `");
            Extent::Partly(format!("free-form at `{named}`{more}: there, {consequence}"))
        }
    }
}

/// Where a value of this shape may hold anything at all. Each shape counts once, at the first
/// place that leads to it; `*` stands for an item, or for any name of a map.
pub fn free_form(shapes: &Shapes, root: ShapeId) -> Vec<Pointer> {
    /// Shapes that are looked at: real schemas have hundreds.
    const SHAPES_MAX: usize = 10_000;
    let mut found = Vec::new();
    let mut known = HashSet::from([root]);
    let mut waiting = vec![(root, Pointer::root())];
    while let Some((id, at)) = waiting.pop() {
        let shape = shapes.get(id);
        let is_object = shape.types.contains(Types::OBJECT);
        if is_object && shape.object.rest == Rest::FreeForm {
            found.push(at.clone());
        }
        let rest = match shape.object.rest {
            Rest::Map(inner) => Some(("*", inner)),
            _ => None,
        };
        let properties = shape.object.properties().map(|(name, one)| (name, one.shape));
        let inside = properties.chain(rest).chain(shape.items.map(|items| ("*", items)));
        for (name, inner) in inside {
            if known.len() < SHAPES_MAX && known.insert(inner) {
                let mut at = at.clone();
                at.push(name);
                waiting.push((inner, at));
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use portcullis_contract::Contract;
    use portcullis_model::Sources;

    use super::*;

    const DOCUMENT: &str = r##"openapi: 3.1.0
info: { title: t, version: "1" }
paths:
  /notes/{id}:
    post:
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer } }
        - { name: any, in: query }
        - { name: all, in: query, schema: { maxLength: 3 } }
        - { name: odd, in: query, style: pipeDelimited, schema: { type: array } }
      requestBody:
        content:
          application/json: { schema: { $ref: "#/components/schemas/Note" } }
          application/x-www-form-urlencoded: {}
          image/png: {}
          application/x-ndjson: {}
      responses:
        "200":
          description: a note
          content:
            application/json: { schema: { type: object } }
            text/event-stream: {}
            text/plain: {}
        "500": { description: x, content: { application/json: {} } }
components:
  schemas:
    Note:
      type: object
      properties:
        text: { type: string }
        meta: { type: object }
        parent: { $ref: "#/components/schemas/Note" }
        labels: { type: object, additionalProperties: { type: array, items: {} } }
"##;

    fn contract() -> Contract {
        let mut sources = Sources::default();
        let source = sources.add("openapi.yaml", DOCUMENT);
        portcullis_contract::read(&mut sources, source, &mut portcullis_contract::NoFiles).unwrap()
    }

    #[test]
    fn what_is_not_enforced_is_said() {
        let contract = contract();
        let operation = contract.operation(0).unwrap();
        let shapes = &contract.shapes;
        let parameters: Vec<_> =
            operation.parameters.iter().map(|one| (one.name.as_str(), parameter(one))).collect();
        assert_eq!(parameters[0], ("id", Extent::Enforced));
        for (name, extent) in &parameters[1..3] {
            assert_eq!(extent.name(), "partly", "{name}");
        }
        let body = operation.body.as_ref().unwrap();
        let bodies = body.media.iter().map(|media| {
            let extent = request(operation, media, shapes);
            (media.range.to_string(), extent)
        });
        for (range, extent) in bodies {
            let expected = match range.as_str() {
                "application/json" => Extent::Partly(
                    "free-form at `/labels/*/*`, `/meta`: there, every name reaches the API"
                        .to_owned(),
                ),
                "application/x-ndjson" => {
                    assert_eq!(extent.name(), "refused");
                    continue;
                }
                "image/png" => Extent::Partly(
                    "length, type and first bytes only: nothing looks into it".to_owned(),
                ),
                _ => Extent::Partly("no schema: every name reaches the API".to_owned()),
            };
            assert_eq!(extent, expected, "{range}");
        }
    }

    #[test]
    fn answers_are_told_by_what_is_looked_at() {
        let contract = contract();
        let operation = contract.operation(0).unwrap();
        let extents = operation.responses.iter().flat_map(|response| {
            response.media.iter().map(|media| {
                let extent = answer(response.status, media, &contract.shapes);
                (response.status, media.range.to_string(), extent.name())
            })
        });
        for (status, range, name) in extents {
            let expected = match range.as_str() {
                _ if is_server_error(status) => "enforced",
                "text/event-stream" => "refused",
                _ => "partly",
            };
            assert_eq!(name, expected, "{range}");
        }
    }

    #[test]
    fn a_shape_that_holds_itself_is_walked_once() {
        let contract = contract();
        let operation = contract.operation(0).unwrap();
        let media = &operation.body.as_ref().unwrap().media;
        let schema = media.iter().find_map(|media| media.schema.as_ref()).unwrap();
        let places = free_form(&contract.shapes, schema.shape);
        assert_eq!(places.len(), 2, "{places:?}");
    }
}
