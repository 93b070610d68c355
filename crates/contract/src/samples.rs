//! Values that a request may have, drawn from its document: for whoever must send one that passes.
//!
//! Examples and defaults come first, then what the schema alone says. Every body is held against the
//! schema's own validator before it is given out, so a value is either valid or there is none.

mod form;
mod made;
mod unusual;

use portcullis_json::{Document, Limits};
use portcullis_model::{Diagnostic, SourceId, Sources};
use serde_json::Value as Data;

use crate::document::Tree;
use crate::media::{BodyKind, Media, MediaRange};
use crate::operation::Operation;
use crate::parameter::Parameter;
use made::Made;

/// References that are followed one after the other.
const HOPS_MAX: usize = 16;

/// The document of a contract, as it is written. References into other files are not followed.
#[derive(Debug)]
pub struct Samples {
    root: Data,
}

impl Samples {
    /// Reads the main document of a contract once more.
    pub fn read(sources: &Sources, main: SourceId) -> Result<Self, Diagnostic> {
        let tree = Tree::read(sources, main, "", 0)?;
        Ok(Self { root: tree.root().to_data() }.with_forms())
    }

    /// A value for a parameter; none where nobody says how one looks.
    pub fn parameter(&self, operation: &Operation, parameter: &Parameter) -> Option<Data> {
        let item = self.item(operation)?;
        let lists = [item.get(operation.method.key())?.get("parameters"), item.get("parameters")];
        let all = lists.into_iter().flatten().filter_map(Data::as_array).flatten();
        let is_it = |one: &&Data| {
            let says = |key, value: &str| one.get(key).and_then(Data::as_str) == Some(value);
            says("name", &parameter.name) && says("in", parameter.place.name())
        };
        let declared = all.filter_map(|one| self.follow(one)).find(is_it)?;
        // Swagger 2.0 has the schema's keywords beside the name.
        let schema = declared.get("schema").unwrap_or(declared);
        examples(declared).into_iter().next().or_else(|| Made { samples: self }.value(schema))
    }

    /// A valid body of a declared type; none where none could be made.
    pub fn body(&self, operation: &Operation, media: &Media) -> Option<Data> {
        let declared = self.declared(operation, &media.range)?;
        let mut all = examples(declared);
        let schema = declared.get("schema")?;
        all.extend(Made { samples: self }.value(schema));
        all.into_iter().find(|body| is_valid(media, body))
    }

    /// The members of a body, at its top, that may be any short text: `note`, `title`, `text`.
    pub fn free_texts(&self, operation: &Operation, media: &Media) -> Vec<String> {
        let schema = self.declared(operation, &media.range).and_then(|one| one.get("schema"));
        schema.map(|schema| Made { samples: self }.free_texts(schema)).unwrap_or_default()
    }

    /// A value for a member of an answer of success, by its JSON Pointer (`*` or a number leads into a list),
    /// that it does not have by chance, and that is none of those that are taken; none where none is known.
    pub fn unusual_in_answer(
        &self,
        operation: &Operation,
        pointer: &str,
        taken: &[Data],
    ) -> Option<Data> {
        let made = Made { samples: self };
        let schemas = self.answered(operation);
        schemas.iter().find_map(|schema| made.unusual(made.schema_at(schema, pointer)?, taken))
    }

    /// The same for a member of a body.
    pub fn unusual_in_body(
        &self,
        (operation, media): (&Operation, &Media),
        pointer: &str,
        taken: &[Data],
    ) -> Option<Data> {
        let made = Made { samples: self };
        let schema = self.declared(operation, &media.range)?.get("schema")?;
        made.unusual(made.schema_at(schema, pointer)?, taken)
    }

    /// The schemas of what an operation answers in JSON where it succeeds.
    fn answered(&self, operation: &Operation) -> Vec<&Data> {
        let stated = self.item(operation).and_then(|item| item.get(operation.method.key()));
        let all = stated.and_then(|stated| stated.get("responses")).and_then(Data::as_object);
        let successes = all.into_iter().flatten().filter(|(status, _)| status.starts_with('2'));
        let mut schemas = Vec::new();
        for (_, response) in successes {
            let Some(response) = self.follow(response) else { continue };
            let content = response.get("content").and_then(Data::as_object);
            let json = content.into_iter().flatten().filter(|(range, _)| {
                MediaRange::parse(range).is_some_and(|range| range.kind() == BodyKind::Json)
            });
            schemas.extend(json.filter_map(|(_, media)| media.get("schema")));
            // Swagger 2.0 has it at the answer itself.
            schemas.extend(response.get("schema"));
        }
        schemas
    }

    /// What the document says of a type of body.
    fn declared(&self, operation: &Operation, range: &MediaRange) -> Option<&Data> {
        let stated = self.item(operation)?.get(operation.method.key())?;
        if let Some(body) = stated.get("requestBody") {
            let content = self.follow(body)?.get("content")?.as_object()?;
            let is_it = |key: &str| MediaRange::parse(key).is_some_and(|known| known == *range);
            return content.iter().find(|(key, _)| is_it(key)).map(|(_, media)| media);
        }
        let parameters = stated.get("parameters")?.as_array()?;
        let mut followed = parameters.iter().filter_map(|one| self.follow(one));
        followed.find(|one| one.get("in").and_then(Data::as_str) == Some("body"))
    }

    fn item(&self, operation: &Operation) -> Option<&Data> {
        self.follow(self.root.get("paths")?.get(&operation.template)?)
    }

    /// The value, or what it refers to in the end.
    fn follow<'a>(&'a self, value: &'a Data) -> Option<&'a Data> {
        let mut at = value;
        for _ in 0..HOPS_MAX {
            let Some(reference) = at.get("$ref").and_then(Data::as_str) else {
                return Some(at);
            };
            at = self.root.pointer(reference.strip_prefix('#')?)?;
        }
        None
    }
}

/// Whether the contract takes a body.
pub fn is_valid(media: &Media, body: &Data) -> bool {
    // All of them are read into the same tree.
    let is_tree =
        matches!(media.kind, BodyKind::Json | BodyKind::Form | BodyKind::FormData | BodyKind::Xml);
    if !is_tree {
        return false;
    }
    let Ok(document) = Document::parse(body.to_string().into_bytes(), &Limits::GENEROUS) else {
        return false;
    };
    media.schema.as_ref().is_none_or(|schema| schema.check(document.root()).is_ok())
}

/// What stands as an example of a parameter, a body or a schema.
fn examples(declared: &Data) -> Vec<Data> {
    let mut all: Vec<Data> = declared.get("example").cloned().into_iter().collect();
    match declared.get("examples") {
        Some(Data::Object(named)) => {
            all.extend(named.values().filter_map(|one| one.get("value")).cloned());
        }
        Some(Data::Array(listed)) => all.extend(listed.iter().cloned()),
        _ => {}
    }
    all.extend(declared.get("default").cloned());
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::files::NoFiles;
    use crate::read::read;

    const DOCUMENT: &str = r##"
openapi: 3.0.3
info: { title: t, version: "1" }
paths:
  /orders/{code}:
    put:
      parameters:
        - { name: code, in: path, required: true, schema: { type: string, pattern: "^[A-Z]{3}$" } }
        - { name: page, in: query, schema: { type: integer, minimum: 5 }, example: 7 }
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } }
      responses: { "204": { description: x } }
    post:
      parameters: [{ name: code, in: path, required: true, schema: { type: string } }]
      requestBody:
        content:
          application/json:
            schema: { $ref: "#/components/schemas/Order" }
            examples: { wrong: { value: { due: soon } }, right: { value: { due: "2030-01-01", lines: [{ n: 2 }] } } }
      responses: { "204": { description: x } }
components:
  schemas:
    Order:
      type: object
      required: [id, due, lines]
      properties:
        id: { type: integer, readOnly: true }
        due: { type: string, format: date }
        note: { type: string, maxLength: 100 }
        state: { type: string, enum: [new, old] }
        lines: { type: array, minItems: 1, items: { $ref: "#/components/schemas/Line" } }
    Line: { type: object, required: [n], properties: { n: { type: integer, minimum: 3 } } }
"##;

    #[test]
    fn bodies_and_parameters_are_such_as_the_document_takes() {
        let mut sources = Sources::default();
        let main = sources.add("a.yaml", DOCUMENT);
        let contract = read(&mut sources, main, &mut NoFiles).unwrap();
        let samples = Samples::read(&sources, main).unwrap();
        let operation = |index: usize| &contract.operations[index];
        let media = |index: usize| &operation(index).body.as_ref().unwrap().media[0];
        let made = samples.body(operation(0), media(0)).unwrap();
        assert_eq!(
            made,
            json!({ "due": "2031-01-31", "lines": [{ "n": 3 }] }),
            "read-only is left out"
        );
        // The first example is not valid, the second has too small a number: the schema's own counts.
        assert_eq!(samples.body(operation(1), media(1)), Some(made));
        assert_eq!(samples.free_texts(operation(0), media(0)), ["note"]);
        let values: Vec<_> = operation(0)
            .parameters
            .iter()
            .map(|one| samples.parameter(operation(0), one))
            .collect();
        assert_eq!(values, [Some(json!("AAA")), Some(json!(7))]);
    }
}
