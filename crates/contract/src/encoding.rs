//! `encoding`: how the parts of a `multipart/form-data` body are sent.

use portcullis_model::Diagnostic;

use crate::codes;
use crate::document::{Name, Node};
use crate::media::{Encoding, MediaRange};
use crate::notes::shown;
use crate::parameter::{Collection, Parameter, Place};
use crate::parameters::Written;
use crate::reader::{Closed, Reader};
use crate::schema::Schema;
use crate::shape::{Member, Shape, Types};

/// Properties with an encoding, in one body.
const ENCODINGS_MAX: usize = 512;
/// Media types, or header fields, of one part.
const CHOICES_MAX: usize = 64;

impl<'a> Reader<'a> {
    /// What a media type says of its parts.
    pub(crate) fn encoding(
        &mut self,
        media: Node<'a>,
        schema: Option<&Schema>,
    ) -> Result<Vec<Encoding>, Closed> {
        let encodings = self.encodings(media, schema, |reader, name, encoding| {
            reader.tell_style(name, encoding);
            Ok(Encoding {
                property: name.text.to_owned(),
                collection: None,
                content_types: content_types(encoding)?,
                headers: reader.part_headers(encoding)?,
            })
        })?;
        self.tell_any_file(&encodings, schema);
        Ok(encodings)
    }

    /// The members of `encoding`, each as `read` reads it.
    pub(crate) fn encodings(
        &mut self,
        media: Node<'a>,
        schema: Option<&Schema>,
        mut read: impl FnMut(&mut Self, Name<'a>, Node<'a>) -> Result<Encoding, Closed>,
    ) -> Result<Vec<Encoding>, Closed> {
        let mut encodings = Vec::new();
        let list = media.get("encoding").filter(|node| !node.is_null());
        for (name, node) in list.into_iter().flat_map(Node::members) {
            if name.text.starts_with("x-") {
                continue;
            }
            if encodings.len() == ENCODINGS_MAX {
                let message = format!("more than {ENCODINGS_MAX} properties have an encoding");
                return Err(Closed::new(list.unwrap_or(media), message));
            }
            let encoding = self.object(node, "an encoding")?;
            if !self.is_property(schema, name.text) {
                let message = format!("{} is no property of this body", shown(name.text));
                self.notes.warn(&codes::ENCODING, name.span, message);
                continue;
            }
            encodings.push(read(self, name, encoding)?);
        }
        Ok(encodings)
    }

    fn is_property(&self, schema: Option<&Schema>, name: &str) -> bool {
        let shape = schema.and_then(|schema| self.shapes.get(schema.shape));
        shape.is_none_or(|shape| {
            !matches!(shape.object.member(name, &mut 0), Member::Undeclared | Member::Closed)
        })
    }

    /// `headers`; `Content-Type` is said by `contentType`.
    fn part_headers(&mut self, encoding: Node<'a>) -> Result<Vec<Parameter>, Closed> {
        const OWN: [&str; 4] =
            ["content-type", "content-disposition", "content-length", "content-transfer-encoding"];
        let mut headers: Vec<Parameter> = Vec::new();
        let Some(list) = encoding.get("headers").filter(|node| !node.is_null()) else {
            return Ok(headers);
        };
        for (name, node) in list.members() {
            if headers.len() == CHOICES_MAX {
                return Err(Closed::new(list, "too many header fields of one part"));
            }
            let header = self.object(node, "a header")?;
            if OWN.iter().any(|own| own.eq_ignore_ascii_case(name.text)) {
                continue;
            }
            let Written { prefix, collection, schema } = self.written(header, Place::Header)?;
            if collection != Collection::Single {
                let message = format!(
                    "the header {} of a part has more than one value: it is refused",
                    shown(name.text)
                );
                self.notes.warn(&codes::ENCODING, name.span, message);
            }
            let scalar_types = self.scalar_types(schema.as_ref(), collection);
            headers.push(Parameter {
                place: Place::Header,
                name: name.text.to_owned(),
                required: self.flag(header, "required", true),
                prefix,
                collection,
                allow_empty: false,
                schema,
                span: name.span,
                scalar_types,
            });
        }
        Ok(headers)
    }

    /// Styles other than the default are not read: parts that are sent so are refused or dropped.
    fn tell_style(&mut self, name: Name<'a>, encoding: Node<'a>) {
        let style = encoding.get_str("style").unwrap_or("form");
        let explode = self.explode(encoding);
        if style == "form" && explode != Some(false) {
            return;
        }
        let message = format!(
            "the style of {} is not read in a body of parts: one part per value is expected",
            shown(name.text)
        );
        let place = encoding.get("style").or_else(|| encoding.get("explode")).unwrap_or(encoding);
        self.notes.warn(&codes::ENCODING, place.span(), message);
    }

    /// A file of which no media type is declared may be anything: a page with a script, a program.
    fn tell_any_file(&mut self, encodings: &[Encoding], schema: Option<&Schema>) {
        let Some(schema) = schema else {
            return;
        };
        let Some(shape) = self.shapes.get(schema.shape) else {
            return;
        };
        let is_file = |shape: Option<&Shape>| shape.is_some_and(|shape| shape.is_binary);
        let any: Vec<&str> = shape
            .object
            .properties()
            .filter(|(_, property)| {
                let value = self.shapes.get(property.shape);
                let items = value.and_then(|value| value.items);
                let is_list = value.is_some_and(|value| value.types.contains(Types::ARRAY));
                is_file(value) || is_list && is_file(items.and_then(|items| self.shapes.get(items)))
            })
            .map(|(name, _)| name)
            .filter(|name| {
                let own = encodings.iter().find(|encoding| encoding.property == *name);
                own.is_none_or(|own| own.content_types.is_empty())
            })
            .collect();
        if let Some(first) = any.first() {
            let message = format!("{} takes files of any media type", shown(first));
            let help =
                format!("declare `encoding: {{ {first}: {{ contentType: \"image/png\" }} }}`");
            self.notes
                .push(Diagnostic::warning(&codes::ENCODING, message).at(schema.span).help(help));
        }
    }
}

/// `contentType: image/png, image/*`.
pub(crate) fn content_types(encoding: Node<'_>) -> Result<Vec<MediaRange>, Closed> {
    let Some(node) = encoding.get("contentType").filter(|node| !node.is_null()) else {
        return Ok(Vec::new());
    };
    let Some(text) = node.as_str() else {
        return Err(Closed::new(node, "`contentType` must be a list of media types, in one text"));
    };
    let mut ranges = Vec::new();
    for item in text.split(',') {
        let range = MediaRange::parse(item).filter(|_| ranges.len() < CHOICES_MAX);
        let Some(range) = range else {
            let message = format!("{} is no media type, or one too many", shown(item.trim()));
            return Err(Closed::new(node, message));
        };
        ranges.push(range);
    }
    Ok(ranges)
}
