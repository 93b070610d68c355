//! A schema of the suite, placed into an OpenAPI document as an author would place it.

use portcullis_contract::{Contract, NoFiles, Schema};
use portcullis_json::{Document, Limits, Value, push_quoted};
use portcullis_model::Sources;

/// Where the schema stands in the document.
const PLACE: &str = "/components/schemas/Case";

/// A schema, as requests are checked against it.
pub(super) enum Placed {
    /// It is served; the contract holds the schema.
    Served(Box<Contract>),
    /// It says nothing, so everything is valid.
    Anything,
    /// The operation is closed, or the document refused, for this reason.
    Closed(String),
}

impl Placed {
    /// Reads a document of this version that holds the schema.
    pub(super) fn read(openapi: &str, schema: Value<'_>) -> Self {
        let mut sources = Sources::default();
        let main = sources.add("suite.json", document(openapi, schema));
        let contract = match portcullis_contract::read(&mut sources, main, &mut NoFiles) {
            Ok(contract) => contract,
            Err(problems) => return Self::Closed(messages(&problems)),
        };
        if contract.operations.is_empty() {
            return Self::Closed(messages(&contract.warnings));
        }
        if schema_of(&contract).is_none() {
            return Self::Anything;
        }
        Self::Served(Box::new(contract))
    }

    /// Whether a request with this body would be let through.
    pub(super) fn accepts(&self, data: Value<'_>) -> bool {
        let contract = match self {
            Self::Served(contract) => contract,
            Self::Anything => return true,
            Self::Closed(_) => return false,
        };
        // The value stands in the text of the suite as it would stand in a request.
        let text = data.lexeme().as_bytes().to_vec();
        let Ok(document) = Document::parse(text, &Limits::default()) else {
            return false;
        };
        schema_of(contract).is_some_and(|schema| schema.check(document.root()).is_ok())
    }
}

fn schema_of(contract: &Contract) -> Option<&Schema> {
    let body = contract.operations.first()?.body.as_ref()?;
    body.media.first()?.schema.as_ref()
}

fn messages(problems: &[portcullis_model::Diagnostic]) -> String {
    let all: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    all.join("; ")
}

fn document(openapi: &str, schema: Value<'_>) -> String {
    let mut placed = Vec::new();
    write(schema, !has_own_address(schema), &mut placed);
    let placed = String::from_utf8_lossy(&placed).into_owned();
    format!(
        r##"{{"openapi": "{openapi}", "info": {{"title": "Suite", "version": "1"}},
        "paths": {{"/case": {{"post": {{"requestBody": {{"content": {{"application/json":
            {{"schema": {{"$ref": "#{PLACE}"}}}}}}}}}}}}}},
        "components": {{"schemas": {{"Case": {placed}}}}}}}"##
    )
}

fn has_own_address(schema: Value<'_>) -> bool {
    schema.get("$id").is_some_and(|id| id.as_str().is_some())
}

/// Writes a schema. A pointer that began at the schema begins at the document now, so it is led to
/// the place of the schema; a schema with an `$id` keeps its own beginning.
fn write(value: Value<'_>, moves: bool, out: &mut Vec<u8>) {
    if value.is_array() {
        out.push(b'[');
        for (index, item) in value.items().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write(item, moves, out);
        }
        out.push(b']');
        return;
    }
    if !value.is_object() {
        value.write(out);
        return;
    }
    out.push(b'{');
    for (index, (name, member)) in value.members().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        name.write(out);
        out.push(b':');
        let pointer = match name.as_str() {
            Some("$ref" | "$dynamicRef") if moves => {
                member.as_str().and_then(|text| text.strip_prefix('#'))
            }
            _ => None,
        };
        let pointer = pointer.filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
        if let Some(pointer) = pointer {
            push_quoted(&format!("#{PLACE}{pointer}"), out);
        } else {
            // What values are compared with is no schema.
            let is_value = matches!(name.as_str(), Some("enum" | "const"));
            write(member, moves && !is_value && !has_own_address(member), out);
        }
    }
    out.push(b'}');
}
