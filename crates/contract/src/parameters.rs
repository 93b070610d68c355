//! Parameters of an operation.

use portcullis_model::Diagnostic;

use crate::codes;
use crate::document::Node;
use crate::media::{BodyKind, MediaRange};
use crate::notes::shown;
use crate::parameter::{Collection, Parameter, Place};
use crate::reader::{Closed, Direction, Reader};
use crate::schema::Schema;
use crate::shape::{Rest, Types};
use crate::template::Template;

/// Parameters of one operation, those of its path included.
pub(crate) const PARAMETERS_MAX: usize = 512;

impl<'a> Reader<'a> {
    /// The parameters of an operation, those of its path included unless it declares them anew.
    pub(crate) fn parameters(
        &mut self,
        path: Node<'a>,
        operation: Node<'a>,
        template: &Template,
    ) -> Result<Vec<Parameter>, Closed> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for holder in [operation, path] {
            let Some(list) = holder.get("parameters").filter(|list| !list.is_null()) else {
                continue;
            };
            if !list.is_array() || list.len() > PARAMETERS_MAX {
                let message = format!("`parameters` must be a list of at most {PARAMETERS_MAX}");
                return Err(Closed::new(list, message));
            }
            let outer = parameters.len();
            for item in list.items() {
                let Some(parameter) = self.parameter(item, template)? else {
                    continue;
                };
                let known = parameters.iter().position(|known| is_same(known, &parameter));
                match known {
                    None => parameters.push(parameter),
                    // The operation's own counts.
                    Some(index) if index < outer => {}
                    Some(_) => {
                        let message = format!(
                            "{} is declared twice: the first one counts",
                            shown(&parameter.name)
                        );
                        self.notes.warn(&codes::PARAMETER, parameter.span, message);
                    }
                }
            }
        }
        self.reads_query_once(path, operation)?;
        self.declare_rest(&mut parameters, operation, template);
        Ok(parameters)
    }

    /// Adds the names of the path that no parameter declares.
    pub(crate) fn declare_rest(
        &mut self,
        parameters: &mut Vec<Parameter>,
        operation: Node<'a>,
        template: &Template,
    ) {
        for name in template.names() {
            let is_declared =
                parameters.iter().any(|known| known.place == Place::Path && known.name == name);
            if !is_declared {
                let message = format!("{} is not declared: any text is taken", shown(name));
                self.notes.push(
                    Diagnostic::warning(&codes::PARAMETER, message)
                        .at(operation.span())
                        .help(format!("declare {} with `in: path` and its schema", shown(name))),
                );
                parameters.push(undeclared(name, operation));
            }
        }
    }

    /// One parameter; `None` if it is left out.
    fn parameter(
        &mut self,
        item: Node<'a>,
        template: &Template,
    ) -> Result<Option<Parameter>, Closed> {
        let node = self.object(item, "a parameter")?;
        let Some(name) = node.get_str("name").filter(|name| !name.is_empty()) else {
            return Err(Closed::new(node, "a parameter has no name"));
        };
        let place = match node.get_str("in") {
            Some("path") => Place::Path,
            Some("query") => Place::Query,
            Some("header") => Place::Header,
            Some("cookie") => Place::Cookie,
            Some("querystring") if self.version.is_32() => {
                return self.querystring(node, name).map(Some);
            }
            _ => {
                let message = format!("the parameter {} does not say where it stands", shown(name));
                return Err(Closed::new(node, message));
            }
        };
        let span = node.get("name").unwrap_or(node).span();
        if place == Place::Header && is_protocol_field(name) {
            return Ok(None);
        }
        if place == Place::Path && !template.names().any(|known| known == name) {
            let message = format!("{} is not named in the path: it is left out", shown(name));
            self.notes.warn(&codes::PARAMETER, span, message);
            return Ok(None);
        }
        let (collection, schema) = self.value(node, place)?;
        let scalar_types = self.scalar_types(schema.as_ref(), &collection);
        Ok(Some(Parameter {
            place,
            name: name.to_owned(),
            required: place == Place::Path || node.is_true("required"),
            collection,
            schema,
            span,
            scalar_types,
        }))
    }

    /// How the values of a parameter are written, and what they must look like.
    pub(crate) fn value(
        &mut self,
        node: Node<'a>,
        place: Place,
    ) -> Result<(Collection, Option<Schema>), Closed> {
        if let Some((key, media)) = node.get("content").and_then(|content| content.members().next())
        {
            let range = MediaRange::parse(key.text);
            if range.is_some_and(|range| range.kind() == BodyKind::Json) {
                let media = self.object(media, "a media type")?;
                let schema = media.get("schema");
                let schema = schema.and_then(|schema| self.schema(schema, Direction::Request));
                return Ok((Collection::Json, schema));
            }
            let message = format!(
                "a parameter of type {} is not read: it is taken as one text and not checked",
                shown(key.text)
            );
            self.notes.warn(&codes::PARAMETER_STYLE, key.span, message);
            return Ok((Collection::NotUnderstood, None));
        }
        let Some(schema) =
            node.get("schema").and_then(|schema| self.schema(schema, Direction::Request))
        else {
            return Ok((Collection::Single, None));
        };
        match self.collection(node, place, &schema) {
            Ok(collection) => Ok((collection, Some(schema))),
            Err(reason) => {
                let message =
                    format!("{reason} is not read: it is taken as one text and not checked");
                let span = node.get("style").unwrap_or(node).span();
                self.notes.warn(&codes::PARAMETER_STYLE, span, message);
                Ok((Collection::NotUnderstood, None))
            }
        }
    }

    fn collection(
        &mut self,
        node: Node<'a>,
        place: Place,
        schema: &Schema,
    ) -> Result<Collection, String> {
        let default = match place {
            Place::Path | Place::Header => "simple",
            Place::Query | Place::Cookie => "form",
        };
        let style = node.get("style").map_or(Some(default), Node::as_str).unwrap_or("?");
        let explode = node
            .get("explode")
            .and_then(Node::as_bool)
            .unwrap_or(matches!(style, "form" | "cookie"));
        let is_known = schema.types != Types::ANY;
        let is_list = is_known && schema.types.contains(Types::ARRAY);
        let is_object = is_known && !is_list && schema.types.contains(Types::OBJECT);
        let what = || format!("the style {} of this {} parameter", shown(style), place.name());
        match (place, style) {
            (Place::Query, "deepObject") if is_object => {
                self.warn_deeper(node, schema);
                Ok(Collection::DeepObject)
            }
            (Place::Query, "spaceDelimited" | "pipeDelimited") if !is_list && !is_object => {
                Ok(Collection::Single)
            }
            (Place::Path | Place::Header, "simple")
            | (Place::Query | Place::Cookie, "form")
            | (Place::Cookie, "cookie") => match (is_list, is_object) {
                (true, _) if explode && style != "simple" => Ok(Collection::Repeated),
                (true, _) => Ok(Collection::Commas),
                (false, true) if explode && place == Place::Query => {
                    self.members(node, schema).map(Collection::Members)
                }
                (false, true) => Err(format!("an object in this {} parameter", place.name())),
                (false, false) => Ok(Collection::Single),
            },
            _ => Err(what()),
        }
    }

    /// The names of an object whose members are parameters themselves.
    pub(crate) fn members(
        &mut self,
        node: Node<'a>,
        schema: &Schema,
    ) -> Result<Vec<String>, String> {
        let Some(shape) = self.shapes.get(schema.shape) else {
            return Ok(Vec::new());
        };
        let names: Vec<String> =
            shape.object.properties().map(|(name, _)| name.to_owned()).collect();
        if names.is_empty() {
            return Err("an object without declared properties in a query".to_owned());
        }
        if matches!(shape.object.rest, Rest::Map(_)) {
            let message = "only the declared properties of this parameter are read";
            self.notes.warn(&codes::PARAMETER_STYLE, node.span(), message);
        }
        Ok(names)
    }

    /// `filter[a][b]` has no agreed meaning.
    fn warn_deeper(&mut self, node: Node<'a>, schema: &Schema) {
        let Some(shape) = self.shapes.get(schema.shape) else {
            return;
        };
        let deeper = shape.object.properties().find(|(_, property)| {
            self.shapes.get(property.shape).is_some_and(|shape| shape.types == Types::OBJECT)
        });
        if let Some((name, _)) = deeper {
            let message =
                format!("{} is an object inside `deepObject`: it is not read", shown(name));
            self.notes.warn(&codes::PARAMETER_STYLE, node.span(), message);
        }
    }

    /// The types of one value of a parameter.
    pub(crate) fn scalar_types(&self, schema: Option<&Schema>, collection: &Collection) -> Types {
        let Some(schema) = schema else {
            return Types::STRING;
        };
        let is_list = matches!(collection, Collection::Commas | Collection::Repeated);
        let types = if is_list {
            let items = self.shapes.get(schema.shape).and_then(|shape| shape.items);
            items.and_then(|items| self.shapes.get(items)).map(|shape| shape.types)
        } else {
            Some(schema.types)
        };
        // Where nothing is declared, a text is a text.
        types.filter(|types| *types != Types::ANY).unwrap_or(Types::STRING)
    }
}

fn is_same(a: &Parameter, b: &Parameter) -> bool {
    a.place == b.place
        && match a.place {
            Place::Header => a.name.eq_ignore_ascii_case(&b.name),
            _ => a.name == b.name,
        }
}

/// Header fields that are no parameters, whatever a document says (OpenAPI 3.1 section 4.8.12.2).
pub(crate) fn is_protocol_field(name: &str) -> bool {
    ["accept", "content-type", "authorization"].iter().any(|fixed| fixed.eq_ignore_ascii_case(name))
}

fn undeclared(name: &str, operation: Node<'_>) -> Parameter {
    Parameter {
        place: Place::Path,
        name: name.to_owned(),
        required: true,
        collection: Collection::Single,
        schema: None,
        span: operation.span(),
        scalar_types: Types::STRING,
    }
}
