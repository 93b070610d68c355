//! How the values of a parameter are written, and what they must look like.

use crate::codes;
use crate::document::{Name, Node};
use crate::media::{BodyKind, MediaRange};
use crate::notes::shown;
use crate::parameter::{Collection, Place, Prefix};
use crate::reader::{Closed, Direction, Reader};
use crate::schema::Schema;
use crate::shape::Types;
use crate::style::{self, Holds};

/// What a document says of the value of a parameter.
pub(crate) struct Written {
    pub(crate) prefix: Prefix,
    pub(crate) collection: Collection,
    pub(crate) schema: Option<Schema>,
}

impl Written {
    const fn plain(collection: Collection, schema: Option<Schema>) -> Self {
        Self { prefix: Prefix::None, collection, schema }
    }
}

impl<'a> Reader<'a> {
    /// How the values of a parameter are written: as its media type, or as its style says.
    pub(crate) fn written(&mut self, node: Node<'a>, place: Place) -> Result<Written, Closed> {
        let content = node.get("content").filter(|content| content.is_object());
        if let Some((key, media)) = content.and_then(|content| content.members().next()) {
            self.warn_beside_content(node, key);
            return self.typed_value(key, media);
        }
        if let Some(content) = node.get("content").filter(|content| !content.is_null()) {
            let message = "`content` must name one media type: here it has no effect";
            self.notes.warn(&codes::PARAMETER, content.span(), message);
        }
        let Some(schema) =
            node.get("schema").and_then(|schema| self.schema(schema, Direction::Request))
        else {
            return Ok(Written::plain(Collection::Single, None));
        };
        match self.style(node, place, &schema) {
            Some((prefix, collection)) => {
                self.warn_of_members(node, place, collection, &schema);
                Ok(Written { prefix, collection, schema: Some(schema) })
            }
            None => Ok(Written::plain(Collection::NotUnderstood, None)),
        }
    }

    /// A value has one form: what else is said of it has no effect.
    fn warn_beside_content(&mut self, node: Node<'a>, key: Name<'a>) {
        let media = node.get("content").into_iter().flat_map(Node::members).skip(1);
        let others = media.map(|(other, _)| other.span).next();
        let beside = ["schema", "style", "explode"].into_iter().find_map(|name| node.get(name));
        if let Some(span) = others.or_else(|| beside.map(Node::span)) {
            let message = format!(
                "a parameter has either one media type or a schema: {} counts, this has no effect",
                shown(key.text)
            );
            self.notes.warn(&codes::PARAMETER, span, message);
        }
    }

    fn typed_value(&mut self, key: Name<'a>, media: Node<'a>) -> Result<Written, Closed> {
        let range = MediaRange::parse(key.text);
        let collection = match range.map(|range| range.kind()) {
            Some(BodyKind::Json) => Collection::Json,
            Some(BodyKind::Form) => Collection::Form,
            Some(BodyKind::Text) => Collection::Single,
            _ => {
                let message = format!(
                    "a parameter of type {} is not read: it is taken as one text and not checked",
                    shown(key.text)
                );
                self.notes.warn(&codes::PARAMETER_STYLE, key.span, message);
                return Ok(Written::plain(Collection::NotUnderstood, None));
            }
        };
        let media = self.object(media, "a media type")?;
        let schema = media.get("schema");
        let schema = schema.and_then(|schema| self.schema(schema, Direction::Request));
        Ok(Written::plain(collection, schema))
    }

    /// The form that the style gives; `None`, and a warning, where it gives none.
    fn style(
        &mut self,
        node: Node<'a>,
        place: Place,
        schema: &Schema,
    ) -> Option<(Prefix, Collection)> {
        let style = node.get("style").filter(|style| !style.is_null());
        let name = style.map_or(Some(style::default_style(place)), Node::as_str).unwrap_or("?");
        let explode = self.explode(node);
        let explode = explode.unwrap_or_else(|| style::default_explode(name));
        let shape = self.shapes.get(schema.shape);
        let holds = shape.map_or(Holds::Scalar, |shape| Holds::of(schema.types, shape));
        if let Some(written) = style::written(place, name, explode, holds) {
            return Some(written);
        }
        let span = style.unwrap_or(node).span();
        let what = format!("the style {} of this {} parameter", shown(name), place.name());
        if place == Place::Query && name == "deepObject" {
            let message = format!("{what} says nothing of a single value: it is read as `form`");
            self.notes.warn(&codes::PARAMETER_STYLE, span, message);
            return Some((Prefix::None, Collection::Single));
        }
        let message = format!("{what} is not read: it is taken as one text and not checked");
        self.notes.warn(&codes::PARAMETER_STYLE, span, message);
        None
    }

    /// The types of one value of a parameter.
    pub(crate) fn scalar_types(&self, schema: Option<&Schema>, collection: Collection) -> Types {
        let Some(schema) = schema else {
            return Types::STRING;
        };
        let is_list = matches!(
            collection,
            Collection::Joined(_) | Collection::Repeated | Collection::DeepObject
        );
        let items = self.shapes.get(schema.shape).and_then(|shape| shape.items);
        let types = match items {
            Some(items) if is_list => self.shapes.get(items).map(|shape| shape.types),
            None if is_list => None,
            _ => Some(schema.types),
        };
        // Where nothing is declared, a text is a text.
        types.filter(|types| *types != Types::ANY).unwrap_or(Types::STRING)
    }
}
