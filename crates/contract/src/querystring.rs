//! `in: querystring` of OpenAPI 3.2: the whole query as one value.

use crate::document::Node;
use crate::media::{BodyKind, MediaRange};
use crate::notes::shown;
use crate::parameter::{Collection, Parameter, Place, Prefix};
use crate::reader::{Closed, Direction, Reader};
use crate::shape::Types;

impl<'a> Reader<'a> {
    /// The whole query. As a form it is an object whose members are parameters themselves.
    pub(crate) fn querystring(&mut self, node: Node<'a>, name: &str) -> Result<Parameter, Closed> {
        let span = node.get("name").unwrap_or(node).span();
        let content = node.get("content").and_then(|content| content.members().next());
        let Some((key, media)) = content else {
            return Err(Closed::new(node, "a parameter in `querystring` needs `content`"));
        };
        let range = MediaRange::parse(key.text);
        if range.is_none_or(|range| range.kind() != BodyKind::Form) {
            let message = format!("a whole query of type {} is not read", shown(key.text));
            return Err(Closed { span: key.span, message });
        }
        let media = self.object(media, "a media type")?;
        let schema = media.get("schema");
        let schema = schema.and_then(|schema| self.schema(schema, Direction::Request));
        let Some(schema) = schema.filter(|schema| schema.types.contains(Types::OBJECT)) else {
            return Err(Closed::new(media, "a whole query needs a schema with properties"));
        };
        Ok(Parameter {
            place: Place::Query,
            name: name.to_owned(),
            required: self.flag(node, "required", true),
            prefix: Prefix::None,
            collection: Collection::Members,
            allow_empty: false,
            schema: Some(schema),
            span,
            scalar_types: Types::STRING,
        })
    }

    /// Whether the query is read in one way only: as a whole, or by its parameters.
    pub(crate) fn reads_query_once(
        &mut self,
        path: Node<'a>,
        operation: Node<'a>,
    ) -> Result<(), Closed> {
        let lists = [operation, path].into_iter().filter_map(|holder| holder.get("parameters"));
        let (mut wholes, mut others) = (Vec::new(), 0);
        for item in lists.flat_map(Node::items) {
            let Some(node) = self.follow(item) else {
                continue;
            };
            match node.get_str("in") {
                // The operation's own may declare that of the path anew.
                Some("querystring") => wholes.push(node),
                Some("query") => others += 1,
                _ => {}
            }
        }
        let Some(first) = wholes.first() else {
            return Ok(());
        };
        let is_one = wholes.iter().all(|whole| whole.get_str("name") == first.get_str("name"));
        if is_one && others == 0 {
            return Ok(());
        }
        let message = "beside a parameter in `querystring` no other can read the query";
        Err(Closed::new(*first, message))
    }
}
