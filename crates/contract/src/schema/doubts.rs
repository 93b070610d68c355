//! What stands in a schema and decides nothing, though its author may think so.

use portcullis_model::{Diagnostic, did_you_mean};

use super::translate::Translator;
use crate::codes;
use crate::document::{Name, Node};
use crate::notes::shown;

/// Keywords that are checked.
const CHECKED: [&str; 38] = [
    "$ref",
    "$dynamicRef",
    "type",
    "enum",
    "const",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "format",
    "maxItems",
    "minItems",
    "uniqueItems",
    "items",
    "prefixItems",
    "contains",
    "maxContains",
    "minContains",
    "unevaluatedItems",
    "maxProperties",
    "minProperties",
    "required",
    "dependentRequired",
    "dependentSchemas",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "unevaluatedProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "nullable",
];

/// Keywords that say something else than what is valid.
const ELSE: [&str; 27] = [
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$id",
    "$schema",
    "$vocabulary",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "deprecated",
    "description",
    "discriminator",
    "else",
    "example",
    "examples",
    "externalDocs",
    "id",
    "if",
    "readOnly",
    "summary",
    "then",
    "title",
    "writeOnly",
    "xml",
];

/// Names inside one schema that are looked at for a tag.
const TAG_DEPTH_MAX: usize = 16;

impl<'a> Translator<'a, '_> {
    /// A keyword that nobody here knows. Each name is told once.
    pub(super) fn unknown_keyword(&mut self, name: Name<'a>) {
        let text = name.text;
        let is_known = ELSE.contains(&text) || CHECKED.contains(&text) || text.starts_with("x-");
        if is_known || !self.definitions.unknown_keywords.insert(text) {
            return;
        }
        let message = format!("{} means nothing in a schema: it is not enforced", shown(text));
        let problem = Diagnostic::warning(&codes::UNKNOWN_KEY, message).at(name.span);
        let near = match text {
            "dependencies" => Some("dependentRequired"),
            "additionalItems" => Some("items"),
            _ if self.notes.suggests() => did_you_mean(text, CHECKED.into_iter().chain(ELSE)),
            _ => None,
        };
        self.notes.push(match near {
            Some(near) => problem.help(format!("did you mean {}?", shown(near))),
            None => problem,
        });
    }

    /// What stands beside a reference before 3.1, where it has no effect.
    pub(super) fn beside_reference(&mut self, schema: Node<'a>) {
        let decides = |name: &str| name == "xml" || CHECKED.contains(&name) && name != "$ref";
        let beside = schema.members().find(|(name, _)| decides(name.text));
        if let Some((name, _)) = beside {
            let message =
                format!("{} has no effect beside `$ref` before OpenAPI 3.1", shown(name.text));
            self.notes.push(
                Diagnostic::warning(&codes::SCHEMA, message)
                    .at(name.span)
                    .help("put the reference into an `allOf`, and the rest beside that"),
            );
        }
    }

    /// A discriminator does not change what is valid (OpenAPI 3.1 section 4.8.25), but the API
    /// chooses by it. It is told where the schema does not bind the two together.
    pub(super) fn discriminator(&mut self, schema: Node<'a>, keyword: Node<'a>) {
        let Some(tag) = keyword.get_str("propertyName") else {
            return;
        };
        let lists = ["oneOf", "anyOf"].into_iter().filter_map(|name| schema.get(name));
        let alternatives: Vec<Node<'a>> = lists.flat_map(Node::items).collect();
        if alternatives.is_empty() {
            let message = "values are held to this schema alone, not to the one of those that the \
                           discriminator means: their properties pass as they are";
            self.notes.push(
                Diagnostic::warning(&codes::SCHEMA, message)
                    .at(keyword.span())
                    .help("list them in a `oneOf` beside it, and refer to that"),
            );
        } else if !alternatives.into_iter().all(|one| self.binds_tag(one, tag, 0)) {
            let message = format!(
                "the alternatives do not say which {} each has: a value may be shaped as one and \
                 named as another",
                shown(tag)
            );
            self.notes.push(
                Diagnostic::warning(&codes::SCHEMA, message)
                    .at(keyword.span())
                    .help("give the property an `enum` with one value in each alternative"),
            );
        }
    }

    /// Whether a schema says which values its tag has.
    fn binds_tag(&mut self, schema: Node<'a>, tag: &str, depth: usize) -> bool {
        if depth > TAG_DEPTH_MAX {
            return false;
        }
        let property = schema.get("properties").and_then(|all| all.get(tag));
        if property.is_some_and(|one| one.get("enum").or_else(|| one.get("const")).is_some()) {
            return true;
        }
        let target = self.shapes.references().step(schema, self.notes).target();
        let parts = schema.get("allOf").into_iter().flat_map(Node::items).take(64);
        target.into_iter().chain(parts).any(|part| self.binds_tag(part, tag, depth + 1))
    }
}
