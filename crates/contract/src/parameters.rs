//! Parameters of an operation.

mod declared;
mod members;
mod value;

use portcullis_model::{Diagnostic, Span};

pub(crate) use declared::Declared;
pub(crate) use value::Written;

use crate::codes;
use crate::document::Node;
use crate::keys;
use crate::notes::shown;
use crate::parameter::{Collection, Parameter, Place, Prefix};
use crate::reader::{Closed, Reader};
use crate::shape::Types;
use crate::template::Template;

impl<'a> Reader<'a> {
    /// The parameters of an operation, those of its path included unless it declares them anew.
    pub(crate) fn parameters(
        &mut self,
        path: Node<'a>,
        operation: Node<'a>,
        template: &Template,
    ) -> Result<Vec<Parameter>, Closed> {
        let mut parameters =
            self.declared(path, operation, |reader, item| reader.parameter(item, template))?;
        self.reads_query_once(path, operation)?;
        self.declare_rest(&mut parameters, operation, template);
        self.warn_of_shared_names(&parameters);
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
        self.unknown_keys(node, &keys::PARAMETER);
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
        let Written { prefix, collection, schema } = self.written(node, place)?;
        let scalar_types = self.scalar_types(schema.as_ref(), collection);
        let required = self.flag(node, "required", true);
        let allow_empty = self.flag(node, "allowEmptyValue", false);
        Ok(Some(Parameter {
            place,
            name: name.to_owned(),
            required: place == Place::Path || required,
            prefix,
            collection,
            allow_empty: place == Place::Query && allow_empty,
            schema,
            span,
            scalar_types,
        }))
    }
}

impl Declared for Parameter {
    fn name(&self) -> &str {
        &self.name
    }

    fn span(&self) -> Span {
        self.span
    }

    fn is_same(&self, other: &Self) -> bool {
        self.place == other.place
            && match self.place {
                Place::Header => self.name.eq_ignore_ascii_case(&other.name),
                _ => self.name == other.name,
            }
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
        prefix: Prefix::None,
        collection: Collection::Single,
        allow_empty: false,
        schema: None,
        span: operation.span(),
        scalar_types: Types::STRING,
    }
}
