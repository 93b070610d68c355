//! What requests of an operation hold: parameters and bodies.

use super::walk::Walker;
use super::{DECLARED_MAX, OutlinedParameter, SchemaIndex};
use crate::document::Node;
use crate::parameter::Place;

/// Schemas of bodies, each with its media type.
pub(super) type Bodies = Vec<(String, Option<SchemaIndex>)>;

impl<'a> Walker<'a, '_> {
    /// Parameters of the operation, those of its path behind them unless it declares them anew; and its bodies.
    pub(super) fn inputs(
        &mut self,
        item: Node<'a>,
        operation: Node<'a>,
    ) -> (Vec<OutlinedParameter>, Bodies) {
        let mut parameters: Vec<OutlinedParameter> = Vec::new();
        let mut bodies = Bodies::new();
        for holder in [operation, item] {
            let all = holder.get("parameters").into_iter().flat_map(Node::items);
            for node in all.take(DECLARED_MAX) {
                let Some(declared) = self.object(node) else { continue };
                if declared.get_str("in") == Some("body") {
                    let schema = declared.get("schema").and_then(|schema| self.schema(schema));
                    let types = self.named_types(operation, "consumes");
                    bodies.extend(types.into_iter().map(|kind| (kind, schema)));
                    continue;
                }
                let Some(one) = self.parameter(declared) else { continue };
                let is_same =
                    |known: &OutlinedParameter| known.place == one.place && known.name == one.name;
                if !parameters.iter().any(is_same) {
                    parameters.push(one);
                }
            }
        }
        if let Some(node) = operation.get("requestBody")
            && let Some(body) = self.object(node)
        {
            bodies.extend(self.content(body));
        }
        (parameters, bodies)
    }

    fn parameter(&mut self, declared: Node<'a>) -> Option<OutlinedParameter> {
        let place = match declared.get_str("in")? {
            "path" => Some(Place::Path),
            "query" | "querystring" => Some(Place::Query),
            "header" => Some(Place::Header),
            "cookie" => Some(Place::Cookie),
            "formData" => None,
            _ => return None,
        };
        let name = declared.get_str("name")?.to_owned();
        self.examples_of(declared);
        // A parameter of Swagger 2.0 is its own schema.
        let own = self.version.is_swagger().then_some(declared);
        let by_content = || declared.get("content")?.members().next()?.1.get("schema");
        let schema = declared.get("schema").or(own).or_else(by_content);
        let schema = schema.and_then(|schema| self.schema(schema));
        let mut site = self.site(declared);
        site.span = declared.get("name").unwrap_or(declared).span();
        Some(OutlinedParameter { name, place, site, schema })
    }

    /// `content`: a schema for each media type.
    pub(super) fn content(&mut self, holder: Node<'a>) -> Bodies {
        let mut bodies = Bodies::new();
        let all = holder.get("content").into_iter().flat_map(Node::members);
        for (kind, node) in all.take(DECLARED_MAX) {
            let Some(media) = self.object(node) else { continue };
            self.examples_of(media);
            let schema = media.get("schema").and_then(|schema| self.schema(schema));
            bodies.push((kind.text.to_owned(), schema));
        }
        bodies
    }

    /// The media types of Swagger 2.0: the operation's, else the document's, else JSON.
    pub(super) fn named_types(&self, operation: Node<'a>, key: &str) -> Vec<String> {
        let named = operation.get(key).or_else(|| self.root.get(key));
        let named = named.into_iter().flat_map(Node::items).filter_map(Node::as_str);
        let types: Vec<String> = named.take(DECLARED_MAX).map(str::to_owned).collect();
        if types.is_empty() { vec!["application/json".to_owned()] } else { types }
    }
}
