//! `in: formData`: the fields of a form as the properties of one object.

use std::sync::Arc;

use portcullis_model::Diagnostic;

use super::bodies::{Offered, holds_fields};
use super::collection::{collection_format, delimiter, format_place, has_lists_inside};
use crate::codes;
use crate::document::{Name, Node};
use crate::form::Field;
use crate::media::{Encoding, Media, MediaRange};
use crate::notes::shown;
use crate::operation::RequestBody;
use crate::parameter::Collection;
use crate::reader::{Closed, Direction, Reader};
use crate::schema::{Definition, Schema};
use crate::shape::Types;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

impl<'a> Reader<'a> {
    /// The body that these fields make.
    pub(super) fn swagger_form(
        &mut self,
        operation: Node<'a>,
        nodes: &[Node<'a>],
    ) -> Result<RequestBody, Closed> {
        let (fields, collections): (Vec<Field<'a>>, Vec<Option<Collection>>) =
            nodes.iter().map(|node| self.field(*node)).unzip();
        let has_file = nodes.iter().any(|node| node.get_str("type") == Some("file"));
        let offered = self.form_types(operation, has_file)?;
        let place = operation.get("parameters").unwrap_or(operation);
        let mut media = Vec::with_capacity(offered.len());
        for Offered { range, written } in offered {
            let (kind, direction) = self.kind(&range, written, Direction::Request);
            let schema = Some(self.form_schema(place, &fields, direction));
            let encoding = encodings(&fields, &collections);
            media.push(Media {
                range,
                kind,
                schema,
                is_unread: false,
                encoding,
                span: written.span,
            });
        }
        let required = fields.iter().any(|field| field.required);
        Ok(RequestBody { required, media, span: place.span() })
    }

    /// One field, and how its values are written. The parameter is its own schema.
    fn field(&mut self, node: Node<'a>) -> (Field<'a>, Option<Collection>) {
        let name = node.get_str("name").unwrap_or_default();
        let required = self.flag(node, "required", true);
        self.ignored_schema(node);
        let field = Field { name, required, schema: Some(node) };
        if node.get_str("type") != Some("array") {
            return (field, None);
        }
        let format = collection_format(node);
        let collection = match format {
            "multi" => Some(Collection::Repeated),
            format => delimiter(format).map(Collection::Joined),
        };
        if collection.is_some() && !has_lists_inside(node) {
            return (field, collection);
        }
        let message = format!(
            "the collection format {} of a form field is not read: {} is taken as one text and not \
             checked",
            shown(format),
            shown(name)
        );
        self.notes.push(
            Diagnostic::warning(&codes::PARAMETER_STYLE, message)
                .at(format_place(node))
                .help("where the API takes the name again for each value, write `multi`"),
        );
        (Field { schema: None, ..field }, None)
    }

    /// Of which types the form may be.
    fn form_types(
        &mut self,
        operation: Node<'a>,
        has_file: bool,
    ) -> Result<Vec<Offered<'a>>, Closed> {
        let assumed = if has_file { MULTIPART } else { FORM };
        let mut offered = self.offered(operation, "consumes", assumed)?;
        let first = offered.first().map(|one| one.written.span);
        offered.retain(|one| holds_fields(one.range.kind()));
        if offered.is_empty()
            && let (Some(range), Some(span)) = (MediaRange::parse(assumed), first)
        {
            let message =
                format!("no type here holds the fields of a form: {} is assumed", shown(assumed));
            self.notes.push(
                Diagnostic::warning(&codes::MEDIA_TYPE, message)
                    .at(span)
                    .help(format!("write `consumes: [{assumed}]` in the operation")),
            );
            offered.push(Offered { range, written: Name { text: assumed, span } });
        }
        Ok(offered)
    }

    fn form_schema(&mut self, at: Node<'a>, fields: &[Field<'a>], direction: Direction) -> Schema {
        let shape = self.shapes.form(fields, &mut self.notes);
        let definition = (direction == Direction::Request).then(|| Definition {
            validators: Arc::clone(&self.validators),
            index: self.definitions.add_form(
                at,
                fields,
                self.version,
                self.has_read_only,
                &mut self.shapes,
                &mut self.notes,
            ),
        });
        Schema { shape, types: Types::OBJECT, span: at.span(), definition }
    }
}

/// The fields whose values are written in a way of their own.
fn encodings(fields: &[Field<'_>], collections: &[Option<Collection>]) -> Vec<Encoding> {
    let all = fields.iter().zip(collections).filter(|(_, collection)| collection.is_some());
    all.map(|(field, collection)| Encoding {
        property: field.name.to_owned(),
        collection: *collection,
        content_types: Vec::new(),
        headers: Vec::new(),
    })
    .collect()
}
