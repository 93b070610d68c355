//! Whether an operation speaks GraphQL, as far as a document can tell: then one operation is many functions, and what
//! is asked for stands in a text that no schema describes.

use std::fmt;

use crate::media::BodyKind;
use crate::operation::Operation;
use crate::parameter::Place;
use crate::shape::{ShapeId, Shapes, Types};

/// What says that an operation speaks GraphQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphqlSign {
    /// Its path.
    Path,
    /// The media type of its body or of an answer (GraphQL over HTTP).
    Media,
    /// What its body holds: `query` beside `variables`, `operationName` or `extensions`.
    Body,
    /// The same in its query.
    Query,
    /// Its parts: `operations` beside `map`, which is how files are sent with it.
    Parts,
    /// What one request said: its `query` is a document of GraphQL.
    Document,
    /// Another method of its path speaks it, and it takes a `query`, too.
    Neighbour,
}

impl fmt::Display for GraphqlSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "its path says so",
            Self::Media => "a media type says so",
            Self::Body => {
                "its body has `query` beside `variables`, `operationName` or `extensions`"
            }
            Self::Query => "it takes `query` beside `variables`, `operationName` or `extensions`",
            Self::Parts => "its parts have `operations` beside `map`",
            Self::Document => "a `query` in this request is a document of GraphQL",
            Self::Neighbour => "another method of its path does, and it takes a `query`",
        })
    }
}

/// What a request of GraphQL has beside its document.
pub const GRAPHQL_BESIDE: [&str; 3] = ["extensions", "operationName", "variables"];
/// Where its document stands, or what names one that the API knows.
pub const GRAPHQL_DOCUMENTS: [&str; 6] =
    ["doc_id", "documentId", "mutation", "query", "queryHash", "queryId"];

impl Operation {
    /// What says that it speaks GraphQL, if anything does.
    pub fn graphql(&self, shapes: &Shapes) -> Option<GraphqlSign> {
        let is_segment = |segment: &str| {
            ["graphql", "gql"].iter().any(|known| segment.eq_ignore_ascii_case(known))
        };
        if self.template.split('/').any(is_segment) {
            return Some(GraphqlSign::Path);
        }
        let own = self.body.iter().flat_map(|body| &body.media);
        let mut media = own.clone().chain(self.responses.iter().flat_map(|answer| &answer.media));
        let is_media = |sub: &str| {
            sub == "graphql" || sub.starts_with("graphql+") || sub == "graphql-response+json"
        };
        if media.any(|media| is_media(&media.range.sub)) {
            return Some(GraphqlSign::Media);
        }
        let roots = own.filter_map(|media| Some((media.kind, media.schema.as_ref()?.shape)));
        for (kind, root) in roots {
            if is_request(root, shapes) {
                return Some(GraphqlSign::Body);
            }
            if kind == BodyKind::FormData && has_all(root, &["map", "operations"], shapes) {
                return Some(GraphqlSign::Parts);
            }
        }
        let is_asked = self.has_query(&GRAPHQL_DOCUMENTS) && self.has_query(&GRAPHQL_BESIDE);
        is_asked.then_some(GraphqlSign::Query)
    }

    /// Whether it takes the document of a request of GraphQL, so that it speaks it if another method of its path does.
    pub fn takes_graphql(&self) -> bool {
        self.body.is_some() || self.has_query(&GRAPHQL_DOCUMENTS)
    }

    fn has_query(&self, names: &[&str]) -> bool {
        let mut all = self.parameters.iter().filter(|one| one.place == Place::Query);
        all.any(|one| names.contains(&one.name.as_str()))
    }
}

/// Whether a body is a request of GraphQL, or a list of them.
fn is_request(root: ShapeId, shapes: &Shapes) -> bool {
    let object = &shapes.get(shapes.object_of(root)).object;
    let is_text = |name: &&str| {
        let document = object.property(name, &mut 0);
        document.is_some_and(|one| shapes.get(one.shape).types.contains(Types::STRING))
    };
    GRAPHQL_DOCUMENTS.iter().any(is_text)
        && GRAPHQL_BESIDE.iter().any(|name| object.property(name, &mut 0).is_some())
}

fn has_all(root: ShapeId, names: &[&str], shapes: &Shapes) -> bool {
    let object = &shapes.get(root).object;
    names.iter().all(|name| object.property(name, &mut 0).is_some())
}

/// Operations and fragments of a document that are looked at, and what stands between the name of one and its braces.
const DEFINITIONS_MAX: usize = 64;
const PARTS_MAX: usize = 16;
/// Words with which a document of GraphQL may begin, beside `{` (October 2021 edition, section 2.3).
const WORDS: [&str; 4] = ["fragment", "mutation", "query", "subscription"];

/// Whether a text is a document of GraphQL, as far as its first and its last words say: a selection of fields in braces,
/// and no JSON, which has quotes behind its brace.
pub fn is_graphql_document(text: &str) -> bool {
    let begins = meant(text);
    let word = WORDS.iter().find_map(|word| begins.strip_prefix(word));
    let is_name = |one: char| one.is_ascii_alphabetic() || one == '_';
    let braced = match word {
        Some(behind) if behind.starts_with(is_name) => return false,
        Some(behind) => behind.find('{').and_then(|place| behind.get(place..)),
        None => Some(begins),
    };
    let Some(inside) = braced.and_then(|braced| braced.strip_prefix('{')) else { return false };
    let first = meant(inside);
    text.contains('}') && (first.starts_with(is_name) || first.starts_with("..."))
}

/// Whether a text is a document of GraphQL and nothing else, so that it is one wherever it stands: it begins with a
/// word of its own, and is made of whole operations and fragments.
pub fn is_only_graphql(text: &str) -> bool {
    let mut rest = meant(text);
    if rest.starts_with('{') {
        // Much else is written in braces.
        return false;
    }
    for _ in 0..DEFINITIONS_MAX {
        let Some(further) = behind_definition(rest) else { return false };
        rest = meant(further);
        if rest.is_empty() {
            return true;
        }
    }
    true
}

/// What stands behind an operation or a fragment: `query Q($id: ID!) @live { ... }`, `fragment F on T { ... }`.
fn behind_definition(text: &str) -> Option<&str> {
    let word = WORDS.iter().find_map(|word| text.strip_prefix(word));
    let mut rest = match word {
        Some(behind) if behind.starts_with(is_of_name) => return None,
        Some(behind) => behind_name(meant(behind)),
        None => text,
    };
    if let Some(typed) = rest.strip_prefix("on").filter(|rest| !rest.starts_with(is_of_name)) {
        rest = behind_name(meant(typed));
    }
    for _ in 0..PARTS_MAX {
        rest = match rest.chars().next()? {
            '(' => meant(behind_pair(rest, '(', ')')?),
            '@' => behind_name(rest.get(1..)?),
            _ => break,
        };
    }
    let first = meant(rest.strip_prefix('{')?);
    let is_selection = first.starts_with(is_of_name) || first.starts_with("...");
    is_selection.then(|| behind_pair(rest, '{', '}')).flatten()
}

const fn is_of_name(one: char) -> bool {
    one.is_ascii_alphanumeric() || one == '_'
}

fn behind_name(text: &str) -> &str {
    meant(text.trim_start_matches(is_of_name))
}

/// What stands behind the sign that closes the one at the beginning; what is quoted opens and closes nothing.
fn behind_pair(text: &str, opening: char, closing: char) -> Option<&str> {
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    for (place, one) in text.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if one == '"' {
            is_quoted = !is_quoted;
        } else if is_quoted {
            is_escaped = one == '\\';
        } else if one == opening {
            depth += 1;
        } else if one == closing {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return text.get(place + one.len_utf8()..);
            }
        }
    }
    None
}

/// What stands behind spaces, commas and comments, which mean nothing (section 2.1).
fn meant(text: &str) -> &str {
    let is_ignored = |one: char| one.is_whitespace() || one == ',' || one == '\u{feff}';
    let mut text = text.trim_start_matches(is_ignored);
    while let Some(comment) = text.strip_prefix('#') {
        let end = comment.find(['\n', '\r']).unwrap_or(comment.len());
        text = comment.get(end..).unwrap_or_default().trim_start_matches(is_ignored);
    }
    text
}

#[cfg(test)]
mod tests {
    use portcullis_model::Sources;

    use super::*;
    use crate::{Contract, NoFiles, read};

    fn sign(path: &str, operation: &str) -> Option<GraphqlSign> {
        let text = format!(
            r#"{{"openapi": "3.1.0", "info": {{"title": "t", "version": "1"}}, "paths": {{"{path}": {{"post": {operation}}}}}}}"#
        );
        let mut sources = Sources::default();
        let main = sources.add("t.json", text);
        let contract: Contract = read(&mut sources, main, &mut NoFiles).unwrap();
        contract.operations[0].graphql(&contract.shapes)
    }

    fn with_body(media: &str, schema: &str) -> String {
        format!(
            r#"{{"requestBody": {{"content": {{"{media}": {{"schema": {schema}}}}}}}, "responses": {{"200": {{"description": ""}}}}}}"#
        )
    }

    #[test]
    fn graphql_is_known_by_path_media_type_body_and_query() {
        let body =
            r#"{"properties": {"query": {"type": "string"}, "variables": {"type": "object"}}}"#;
        let json = "application/json";
        for (path, operation, expected) in [
            ("/v1/GraphQL", with_body(json, "{}"), Some(GraphqlSign::Path)),
            (
                "/q",
                with_body("application/graphql", r#"{"type": "string"}"#),
                Some(GraphqlSign::Media),
            ),
            ("/q", with_body(json, body), Some(GraphqlSign::Body)),
            (
                "/q",
                with_body(json, &format!(r#"{{"type": "array", "items": {body}}}"#)),
                Some(GraphqlSign::Body),
            ),
            (
                "/q",
                with_body(json, r#"{"properties": {"query": {"type": "string"}, "page": {}}}"#),
                None,
            ),
            (
                "/q",
                with_body(
                    json,
                    r#"{"properties": {"query": {"type": "object"}, "variables": {}}}"#,
                ),
                None,
            ),
            ("/graphql-guides", with_body(json, "{}"), None),
            (
                "/q",
                with_body(
                    "multipart/form-data",
                    r#"{"properties": {"operations": {"type": "string"}, "map": {"type": "string"}}}"#,
                ),
                Some(GraphqlSign::Parts),
            ),
            (
                "/q",
                with_body(json, r#"{"properties": {"operations": {"type": "array"}, "map": {}}}"#),
                None,
            ),
            (
                "/q",
                with_body(
                    json,
                    r#"{"properties": {"doc_id": {"type": "string"}, "variables": {"type": "object"}}}"#,
                ),
                Some(GraphqlSign::Body),
            ),
            (
                "/q",
                r#"{"parameters": [{"name": "query", "in": "query", "schema": {"type": "string"}},
                {"name": "operationName", "in": "query", "schema": {"type": "string"}}],
                "responses": {"200": {"description": ""}}}"#
                    .to_owned(),
                Some(GraphqlSign::Query),
            ),
        ] {
            assert_eq!(sign(path, &operation), expected, "{path} {operation}");
        }
    }

    #[test]
    fn a_document_is_one_wherever_it_stands_if_it_is_nothing_else() {
        for text in [
            "query { me { id } }",
            "query Q($id: ID!, $in: I = {a: 1}) { order(id: $id) { id } }",
            "mutation{pay}",
            " # a comment\nsubscription S @live { x }\n",
            "fragment F on Customer { email } query { me { ...F } }",
            "query { say(text: \"}\\\" {\") }",
        ] {
            assert!(is_only_graphql(text), "{text}");
        }
        for text in [
            "",
            "{ me { id } }",
            "query {id: 1} is what I asked for",
            "query results {a} are off {b}",
            "mutation of a gene {BRCA1}",
            "fragment F on {a}, and on {b}",
            "query (the first) {me",
            "Our API takes query { me { id } }",
            "query { me { id }",
            "queries { x }",
        ] {
            assert!(!is_only_graphql(text), "{text}");
        }
    }

    #[test]
    fn a_document_is_told_from_what_people_search_for() {
        for text in [
            "{ customers { email } }",
            "{customers{email}}",
            "query { me }",
            "query Q($id: ID!) { order(id: $id) { id } }",
            "mutation{pay}",
            "subscription S @live { x }",
            "# a comment\n, {\n# another {\n  ...F }",
            "fragment F on Customer { email } { me { ...F } }",
            "\u{feff}{__schema{types{name}}}",
        ] {
            assert!(is_graphql_document(text), "{text}");
        }
        for text in [
            "",
            "query",
            "aspirin",
            "{}",
            "{\"name\": \"x\"}",
            "{ \"$gt\": 1 }",
            "{{name}}",
            "queries { x }",
            "a { b }",
            "SELECT * FROM { a }",
            "{name",
        ] {
            assert!(!is_graphql_document(text), "{text}");
        }
    }
}
