//! What of a document concerns one operation: its digest changes when something changes that could make the
//! operation behave, or be judged, in another way, and does not when another operation changes.
//!
//! A slice is the operation, what its path item says of all, what the document says of all (servers, security
//! schemes), and everything that is referred to from there. Words for people (`description`, `summary`) do not
//! count. Of a document in several files, all files but the first count as a whole.

use std::collections::BTreeMap;

use portcullis_model::{Diagnostic, SourceId, Sources};
use serde_json::Value as Data;
use sha2::{Digest as _, Sha256};

use crate::document::Tree;
use crate::operation::Operation;

/// What every operation depends on.
const SHARED: [&str; 12] = [
    "/openapi",
    "/swagger",
    "/jsonSchemaDialect",
    "/servers",
    "/host",
    "/basePath",
    "/schemes",
    "/consumes",
    "/produces",
    "/security",
    "/components/securitySchemes",
    "/securityDefinitions",
];

/// The methods of a path item.
const METHODS: [&str; 9] =
    ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// A document, ready to be cut.
#[derive(Debug)]
pub struct Slices {
    root: Data,
    /// The digest of all further files.
    further: [u8; 32],
}

impl Slices {
    /// Reads the main document of a contract once more.
    pub fn read(
        sources: &Sources,
        main: SourceId,
        further: &[SourceId],
    ) -> Result<Self, Diagnostic> {
        let tree = Tree::read(sources, main, "", 0)?;
        let mut hash = Sha256::new();
        for source in further {
            let (name, text) = (sources.name(*source), sources.text(*source));
            hash.update((name.len() as u64).to_be_bytes());
            hash.update(name);
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        Ok(Self { root: tree.root().to_data(), further: hash.finalize().into() })
    }

    /// The SHA-256 of what concerns an operation.
    pub fn of(&self, operation: &Operation) -> [u8; 32] {
        let mut pieces = Pieces { root: &self.root, found: BTreeMap::new(), waiting: Vec::new() };
        for pointer in SHARED {
            pieces.add(pointer.to_owned());
        }
        let item = format!("/paths/{}", escaped(&operation.template));
        if let Some(Data::Object(members)) = self.root.pointer(&item) {
            let is_other = |name: &str| METHODS.contains(&name) && name != operation.method.key();
            let all = members.keys().filter(|name| !is_other(name));
            let own: Vec<String> = all.map(|name| format!("{item}/{}", escaped(name))).collect();
            own.into_iter().for_each(|pointer| pieces.add(pointer));
            let target = members.get("$ref").and_then(Data::as_str);
            pieces.waiting.extend(target.and_then(|target| pointer("$ref", target)));
        }
        let mut hash = Sha256::new_with_prefix(self.further);
        for (pointer, text) in pieces.all() {
            for part in [pointer, text] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        hash.finalize().into()
    }
}

/// What was found to concern an operation.
struct Pieces<'a> {
    root: &'a Data,
    /// By pointer: one text for what stands there.
    found: BTreeMap<String, String>,
    waiting: Vec<String>,
}

impl Pieces<'_> {
    fn add(&mut self, pointer: String) {
        if self.found.contains_key(&pointer) {
            return;
        }
        let Some(value) = self.root.pointer(&pointer) else { return };
        let mut text = String::new();
        write(value, Reading::Words, &mut text, &mut self.waiting);
        self.found.insert(pointer, text);
    }

    /// With all that is referred to.
    fn all(mut self) -> BTreeMap<String, String> {
        while let Some(pointer) = self.waiting.pop() {
            self.add(pointer);
        }
        self.found
    }
}

/// How what stands inside is to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Keywords of OpenAPI and JSON Schema.
    Words,
    /// Names that somebody chose, with keywords below: members of `properties`.
    Names,
    /// A value: nothing in it is a keyword.
    Value,
}

/// Writes a value in one form, without what is said to people, and gathers what it refers to.
fn write(value: &Data, reading: Reading, text: &mut String, refers: &mut Vec<String>) {
    match value {
        Data::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (name, inner) in sorted {
                let name = name.as_str();
                if reading == Reading::Words && is_for_people(name, inner) {
                    continue;
                }
                if reading == Reading::Words
                    && let Data::String(target) = inner
                {
                    refers.extend(pointer(name, target));
                }
                text.push_str(&Data::from(name).to_string());
                text.push(':');
                write(inner, below(reading, name), text, refers);
                text.push(',');
            }
            text.push('}');
        }
        Data::Array(items) => {
            text.push('[');
            for item in items {
                write(item, reading, text, refers);
                text.push(',');
            }
            text.push(']');
        }
        Data::String(target) if reading == Reading::Names => {
            // The values of `discriminator.mapping` are references without `$ref`.
            refers.extend(pointer("$ref", target));
            text.push_str(&value.to_string());
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn below(reading: Reading, name: &str) -> Reading {
    match (reading, name) {
        (Reading::Value, _)
        | (Reading::Words, "enum" | "const" | "default" | "example" | "examples") => Reading::Value,
        (
            Reading::Words,
            "properties"
            | "patternProperties"
            | "$defs"
            | "definitions"
            | "dependentSchemas"
            | "mapping"
            | "responses"
            | "headers"
            | "content"
            | "callbacks"
            | "links"
            | "encoding"
            | "securitySchemes"
            | "securityDefinitions"
            | "scopes",
        ) => Reading::Names,
        (Reading::Words | Reading::Names, _) => Reading::Words,
    }
}

fn is_for_people(name: &str, value: &Data) -> bool {
    matches!(name, "description" | "summary" | "title") && value.is_string()
        || matches!(name, "externalDocs" | "tags" | "example" | "examples")
}

/// Where a reference leads in the same document.
fn pointer(name: &str, target: &str) -> Option<String> {
    if !matches!(name, "$ref" | "$dynamicRef" | "operationRef") {
        return None;
    }
    let fragment = target.strip_prefix('#')?;
    fragment.starts_with('/').then(|| decoded(fragment))
}

/// Percent escapes of a fragment (RFC 6901 section 6).
fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escape = behind.first_chunk::<2>().filter(|_| *first == b'%').and_then(|pair| {
            let digits = str::from_utf8(pair).ok()?;
            u8::from_str_radix(digits, 16).ok()
        });
        bytes.push(escape.unwrap_or(*first));
        rest = if escape.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A name in a JSON Pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::NoFiles;
    use crate::read::read;

    const DOCUMENT: &str = r##"
openapi: 3.0.3
info: { title: t, version: "1" }
paths:
  /orders/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: getOrder
      responses: { "200": { description: an order, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
    delete:
      operationId: deleteOrder
      responses: { "204": { description: gone } }
  /pets:
    get:
      operationId: listPets
      responses: { "200": { description: pets, content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } } }
components:
  schemas:
    Order: { type: object, properties: { lines: { type: array, items: { $ref: "#/components/schemas/Line" } }, description: { type: string } } }
    Line: { type: object, properties: { order: { $ref: "#/components/schemas/Order" }, state: { enum: [new, { description: x }] } } }
    Pet: { type: object, description: "a pet", properties: { name: { type: string } } }
"##;

    /// The digests of `getOrder`, `deleteOrder` and `listPets`.
    fn slices(text: &str) -> Vec<[u8; 32]> {
        let mut sources = Sources::default();
        let main = sources.add("a.yaml", text);
        let contract = read(&mut sources, main, &mut NoFiles).unwrap();
        let slices = Slices::read(&sources, main, &[]).unwrap();
        ["getOrder", "deleteOrder", "listPets"]
            .map(|name| slices.of(&contract.operations[contract.operation_named(name).unwrap()]))
            .to_vec()
    }

    /// Which of the three change when a text does.
    fn change(from: &str, to: &str) -> [bool; 3] {
        assert!(DOCUMENT.contains(from), "{from}");
        let (before, after) = (slices(DOCUMENT), slices(&DOCUMENT.replacen(from, to, 1)));
        [before[0] != after[0], before[1] != after[1], before[2] != after[2]]
    }

    #[test]
    fn a_slice_changes_with_what_concerns_its_operation_alone() {
        let (get, delete, pets, no) = (true, true, true, false);
        for (from, to, changes) in [
            ("schema: { type: integer }", "schema: { type: string }", [get, delete, no]),
            ("\"204\"", "\"202\"", [no, delete, no]),
            ("name: { type: string }", "name: { type: integer }", [no, no, pets]),
            // Through two references, one of which leads in a circle.
            ("enum: [new,", "enum: [old,", [get, no, no]),
            // A member that is called as a keyword is none, and neither is what stands in a value.
            ("description: { type: string }", "description: { type: number }", [get, no, no]),
            ("{ description: x }", "{ description: y }", [get, no, no]),
            ("openapi: 3.0.3", "openapi: 3.1.0", [get, delete, pets]),
            ("components:", "security: [{}]\ncomponents:", [get, delete, pets]),
            // Words for people.
            ("an order", "one order", [no; 3]),
            ("\"a pet\"", "\"some pet\"", [no; 3]),
            ("title: t", "title: u", [no; 3]),
        ] {
            assert_eq!(change(from, to), changes, "{from}");
        }
    }

    #[test]
    fn how_a_document_is_written_does_not_matter() {
        let sorted = DOCUMENT
            .replace("{ name: id, in: path,", "{ in: path, # of an order\n        name: id,");
        assert_eq!(slices(DOCUMENT), slices(&sorted));
    }

    #[test]
    fn further_files_count_as_a_whole() {
        let mut sources = Sources::default();
        let main = sources.add("a.yaml", DOCUMENT);
        let further = sources.add("b.yaml", "type: string");
        let contract = read(&mut sources, main, &mut NoFiles).unwrap();
        let operation = &contract.operations[0];
        let alone = Slices::read(&sources, main, &[]).unwrap().of(operation);
        let both = Slices::read(&sources, main, &[further]).unwrap().of(operation);
        assert_ne!(alone, both);
    }
}
