//! Whether an operation speaks GraphQL, as far as a document can tell: then one operation is many functions, and what
//! is asked for stands in a text that no schema describes.

use std::fmt;

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
        })
    }
}

/// What a request of GraphQL has beside its document.
const BESIDE: [&str; 3] = ["extensions", "operationName", "variables"];

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
        let mut roots = own.filter_map(|media| Some(media.schema.as_ref()?.shape));
        if roots.any(|root| is_request(root, shapes)) {
            return Some(GraphqlSign::Body);
        }
        let has = |name: &str| {
            self.parameters.iter().any(|one| one.place == Place::Query && one.name == name)
        };
        (has("query") && BESIDE.iter().any(|name| has(name))).then_some(GraphqlSign::Query)
    }
}

/// Whether a body is a request of GraphQL, or a list of them.
fn is_request(root: ShapeId, shapes: &Shapes) -> bool {
    let object = &shapes.get(shapes.object_of(root)).object;
    let document = object.property("query", &mut 0);
    let is_text = document.is_some_and(|one| shapes.get(one.shape).types.contains(Types::STRING));
    is_text && BESIDE.iter().any(|name| object.property(name, &mut 0).is_some())
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
}
