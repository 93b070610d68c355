//! Values that a request may have, drawn from its document: for whoever must send one that passes.
//!
//! Examples and defaults come first, then what the schema alone says. Every body is held against the
//! schema's own validator before it is given out, so a value is either valid or there is none.

mod made;

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
        Ok(Self { root: tree.root().to_data() })
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
    if !matches!(media.kind, BodyKind::Json | BodyKind::Form) {
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
