//! `encoding`: how the properties of an `application/x-www-form-urlencoded` body are sent.

use portcullis_model::Diagnostic;

use crate::codes;
use crate::document::{Name, Node};
use crate::encoding::content_types;
use crate::media::{BodyKind, Encoding};
use crate::notes::shown;
use crate::parameter::{Collection, Place};
use crate::reader::{Closed, Reader};
use crate::schema::Schema;
use crate::shape::{Member, Shape};
use crate::style::{self, Holds};

impl<'a> Reader<'a> {
    /// What a form says of its fields. What it does not say is left to the reader of the form.
    pub(crate) fn fields(
        &mut self,
        media: Node<'a>,
        schema: Option<&Schema>,
    ) -> Result<Vec<Encoding>, Closed> {
        self.encodings(media, schema, |reader, name, encoding| {
            let collection = reader.field_collection(name, encoding, schema);
            let property = name.text.to_owned();
            let (content_types, headers) = (Vec::new(), Vec::new());
            Ok(Encoding { property, collection, content_types, headers })
        })
    }

    /// How one field is written; `None` where the document leaves it to its schema. `style`,
    /// `explode` and `allowReserved` count before `contentType` (OpenAPI 3.1 section 4.8.15.1).
    fn field_collection(
        &mut self,
        name: Name<'a>,
        encoding: Node<'a>,
        schema: Option<&Schema>,
    ) -> Option<Collection> {
        let has = |key| encoding.get(key).is_some_and(|node| !node.is_null());
        if has("style") || has("explode") || has("allowReserved") {
            return self.field_style(name, encoding, schema);
        }
        let place = encoding.get("contentType").filter(|node| !node.is_null())?;
        let declared = content_types(encoding).unwrap_or_default();
        let is_all = |kind| !declared.is_empty() && declared.iter().all(|one| one.kind() == kind);
        if is_all(BodyKind::Json) {
            return Some(Collection::Json);
        }
        if !is_all(BodyKind::Text) {
            let message = format!(
                "this content type of {} is not read in a form: it is taken as if none were declared",
                shown(name.text)
            );
            self.notes.warn(&codes::ENCODING, place.span(), message);
        }
        None
    }

    fn field_style(
        &mut self,
        name: Name<'a>,
        encoding: Node<'a>,
        schema: Option<&Schema>,
    ) -> Option<Collection> {
        let declared = encoding.get("style").filter(|style| !style.is_null());
        let style = declared.map_or(Some("form"), Node::as_str).unwrap_or("?");
        let explode = self.explode(encoding);
        let explode = explode.unwrap_or_else(|| style::default_explode(style));
        let holds = self.field_holds(schema, name.text);
        let written = style::written(Place::Query, style, explode, holds);
        // Members that stand for themselves are told from other fields by their names.
        let written = written.filter(|(_, collection)| {
            *collection != Collection::Members || self.has_names(schema, name.text)
        });
        if let Some((_, collection)) = written {
            return Some(collection);
        }
        let span = declared.unwrap_or(encoding).span();
        let message = format!(
            "the style {} says nothing of what {} holds: it is read as if none were declared",
            shown(style),
            shown(name.text)
        );
        let told = Diagnostic::warning(&codes::ENCODING, message).at(span);
        self.notes.push(match holds {
            Holds::Scalar => told.help("leave the style out: one value looks the same in all"),
            _ => told.help("write `style: deepObject` for brackets, or leave the style out"),
        });
        None
    }

    fn field_holds(&self, schema: Option<&Schema>, name: &str) -> Holds {
        self.field_shape(schema, name).map_or(Holds::Scalar, |shape| Holds::of(shape.types, shape))
    }

    fn has_names(&self, schema: Option<&Schema>, name: &str) -> bool {
        let shape = self.field_shape(schema, name);
        shape.is_some_and(|shape| shape.object.properties().next().is_some())
    }

    fn field_shape(&self, schema: Option<&Schema>, name: &str) -> Option<&Shape> {
        let object = &self.shapes.get(schema?.shape)?.object;
        match object.member(name, &mut 0) {
            Member::Property(property) => self.shapes.get(property.shape),
            Member::Pattern(shape) => self.shapes.get(shape),
            Member::Map(_) | Member::FreeForm | Member::Undeclared | Member::Closed => None,
        }
    }
}
