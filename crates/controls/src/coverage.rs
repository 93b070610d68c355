//! How far each part of an operation is enforced, and why no further: for people who ask what
//! their document is worth.
//!
//! It asks the controls wherever they can answer without a request, so that a report says what
//! the gateway does.

use portcullis_contract::{
    BodyKind, Collection, Media, Operation, Parameter, Response, Schema, Shapes, StatusPattern,
    Types,
};
use portcullis_model::Pointer;

use crate::content_type::judge_labels;
use crate::face::Judgement;
use crate::free_form::{Way, free_form, named, said_open};
use crate::labels::{may_hold_properties, undone};
use crate::xml;

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
pub fn parameter(parameter: &Parameter, shapes: &Shapes) -> Extent {
    if parameter.collection == Collection::NotUnderstood {
        return Extent::Not("its style is not read: taken as one text, unchecked".to_owned());
    }
    match &parameter.schema {
        None if is_one_text(parameter) => Extent::Partly("no schema: any text passes".to_owned()),
        Some(schema) if schema.types == Types::ANY && is_one_text(parameter) => {
            Extent::Partly("no type: any text passes that its other keywords allow".to_owned())
        }
        schema => described(schema.as_ref(), shapes, Way::In, "what is sent reaches the API"),
    }
}

const fn is_one_text(parameter: &Parameter) -> bool {
    matches!(parameter.collection, Collection::Single)
}

/// Said of XML whose schema is a text.
const ONE_TEXT: &str = "declared as one text: nothing looks into its elements";

fn is_one_text_in_xml(media: &Media, shapes: &Shapes) -> bool {
    media.schema.as_ref().is_some_and(|schema| xml::is_whole(schema.shape, shapes))
}

/// How far a request's body of one media type is enforced.
pub fn request(operation: &Operation, media: &Media, shapes: &Shapes) -> Extent {
    let all = operation.body.as_ref().map_or(&[][..], |body| &body.media);
    if let Some(described) = undone(all, media, &media.range, shapes, Way::In) {
        return Extent::Refused(format!(
            "describes no properties, and the same body is described as `{}`",
            described.range
        ));
    }
    // Any type that a range covers stands for all of them; with properties, those that are read.
    let is_range = media.range.has_wildcard() && may_hold_properties(&media.range);
    let is_read = is_range && media.has_properties(shapes);
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
        BodyKind::Text | BodyKind::Opaque if !is_range && media.has_properties(shapes) => {
            Extent::Partly("its properties are not read: every name reaches the API".to_owned())
        }
        BodyKind::Xml if is_one_text_in_xml(media, shapes) => Extent::Partly(ONE_TEXT.to_owned()),
        BodyKind::Text if !is_range && media.schema.is_some() => Extent::Enforced,
        BodyKind::Text if !is_range => Extent::Partly("no schema: any text passes".to_owned()),
        BodyKind::Opaque if !is_range => {
            Extent::Partly("length, type and first bytes only: nothing looks into it".to_owned())
        }
        _ => described(media.schema.as_ref(), shapes, Way::In, "every name reaches the API"),
    }
}

/// How far an answer of one media type is enforced.
pub fn answer(response: &Response, media: &Media, shapes: &Shapes) -> Extent {
    if is_server_error(response.status) {
        return Extent::Enforced;
    }
    if let Some(described) = undone(&response.media, media, &media.range, shapes, Way::Out) {
        let described = &described.range;
        if media.kind != BodyKind::Json || media.range.has_wildcard() {
            return Extent::Refused(format!(
                "describes no properties, and the same answer is described as `{described}`: passes, \
                 uninspected, only where the policy says `answer: stream`; JSON is held to that"
            ));
        }
        if is_success(response.status) {
            return Extent::Enforced;
        }
    }
    if media.range.has_wildcard() && may_hold_properties(&media.range) {
        let extent = described(media.schema.as_ref(), shapes, Way::Out, LEAVES);
        let is_any_type = extent == Extent::Enforced && !media.has_properties(shapes);
        let why = "JSON is held to its schema; of any other type nothing is looked into";
        return if is_any_type { Extent::Partly(why.to_owned()) } else { extent };
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
        BodyKind::Xml if is_one_text_in_xml(media, shapes) => Extent::Partly(ONE_TEXT.to_owned()),
        BodyKind::Json | BodyKind::Xml => {
            described(media.schema.as_ref(), shapes, Way::Out, LEAVES)
        }
        BodyKind::Stream if media.range.is_lines() && media.schema.is_some() => {
            described(media.schema.as_ref(), shapes, Way::Out, LEAVES)
        }
        BodyKind::Stream => Extent::Refused(
            "a stream: passes, uninspected, only where the policy says `answer: stream`".to_owned(),
        ),
        _ if media.has_properties(shapes) && response.has_json() => Extent::Refused(
            "its properties are not read, and JSON is declared, too: passes, uninspected, only \
             where the policy says `answer: stream`"
                .to_owned(),
        ),
        _ => Extent::Partly("type and size only: nothing looks into it".to_owned()),
    }
}

/// What is removed from a request's body of one media type although its schema says that it may
/// stand there; and the line that lets it in.
pub fn removed_request(operation: &Operation, media: &Media, shapes: &Shapes) -> Option<String> {
    let places = removed(media, shapes, Way::In)?;
    let name = operation.name();
    Some(format!(
        "undeclared properties are removed {places}, whatever `additionalProperties` says; to let \
         them in: `relax: [{{ operation: \"{name}\", undeclared: allow, by: ..., reason: ... }}]`"
    ))
}

/// The same for an answer.
pub fn removed_answer(media: &Media, shapes: &Shapes) -> Option<String> {
    let places = removed(media, shapes, Way::Out)?;
    Some(format!(
        "undeclared properties are removed {places}, whatever `additionalProperties` says; declare \
         those that clients need"
    ))
}

fn removed(media: &Media, shapes: &Shapes, way: Way) -> Option<String> {
    let places = said_open(shapes, media.schema.as_ref()?.shape, way);
    match places.as_slice() {
        [] => None,
        [root] if root.as_str().is_empty() => Some("at the top".to_owned()),
        places => Some(format!("at {}", named(places))),
    }
}

/// What becomes of an answer that nothing describes.
const LEAVES: &str = "what the API sends leaves, but for password-like names";

/// Whether this is how a request ends that goes well.
pub const fn is_success(status: StatusPattern) -> bool {
    matches!(status, StatusPattern::Exact(200..=399) | StatusPattern::Range(2 | 3))
}

/// Whether an answer of this status always becomes a neutral problem document.
pub const fn is_server_error(status: StatusPattern) -> bool {
    match status {
        StatusPattern::Exact(status) => status >= 500,
        StatusPattern::Range(hundred) => hundred >= 5,
        StatusPattern::Default => false,
    }
}

fn described(schema: Option<&Schema>, shapes: &Shapes, way: Way, consequence: &str) -> Extent {
    let Some(schema) = schema else {
        return Extent::Partly(format!("no schema: {consequence}"));
    };
    let places = free_form(shapes, schema.shape, way);
    match places.as_slice() {
        [] => Extent::Enforced,
        [root] if root.as_str().is_empty() => {
            Extent::Partly(format!("no properties are declared: {consequence}"))
        }
        [items] if *items == Pointer::from_text("/*") && schema.types == Types::ARRAY => {
            Extent::Partly(format!("nothing is declared of its items: {consequence}"))
        }
        places => Extent::Partly(format!("free-form at {}: there, {consequence}", named(places))),
    }
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
        let parameters: Vec<_> = operation
            .parameters
            .iter()
            .map(|one| (one.name.as_str(), parameter(one, shapes)))
            .collect();
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
                "application/x-ndjson" | "application/x-www-form-urlencoded" => {
                    assert_eq!(extent.name(), "refused", "{range}");
                    continue;
                }
                _ => Extent::Partly(
                    "length, type and first bytes only: nothing looks into it".to_owned(),
                ),
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
                let extent = answer(response, media, &contract.shapes);
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
    fn what_is_filtered_is_said_to_be() {
        let text = r#"{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/t":
            {"post": {
                "requestBody": {"content": {"*/*":
                    {"schema": {"properties": {"a": {"type": "string"}}}}}},
                "responses": {
                    "200": {"description": "", "content": {"*/*":
                        {"schema": {"properties": {"a": {"type": "string"}}}}}},
                    "201": {"description": "", "content": {"application/json":
                        {"schema": {"items": {"properties": {"a": {"type": "string"}}}}}}}
                }}}}}"#;
        let mut sources = Sources::default();
        let source = sources.add("openapi.json", text);
        let contract =
            portcullis_contract::read(&mut sources, source, &mut portcullis_contract::NoFiles)
                .unwrap();
        let (operation, shapes) = (&contract.operations[0], &contract.shapes);
        let media = &operation.body.as_ref().unwrap().media[0];
        assert_eq!(request(operation, media, shapes), Extent::Enforced);
        for response in &operation.responses {
            let extent = answer(response, &response.media[0], shapes);
            assert_eq!(extent, Extent::Enforced, "{}", response.status);
        }
    }
}
