//! Parameters of an operation.

mod members;
mod value;

use portcullis_model::Diagnostic;

pub(crate) use value::Written;

use crate::codes;
use crate::document::Node;
use crate::notes::shown;
use crate::parameter::{Collection, Parameter, Place, Prefix};
use crate::reader::{Closed, Reader};
use crate::shape::Types;
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
        Ok(Some(Parameter {
            place,
            name: name.to_owned(),
            required: place == Place::Path || node.is_true("required"),
            prefix,
            collection,
            allow_empty: place == Place::Query && node.is_true("allowEmptyValue"),
            schema,
            span,
            scalar_types,
        }))
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
        prefix: Prefix::None,
        collection: Collection::Single,
        allow_empty: false,
        schema: None,
        span: operation.span(),
        scalar_types: Types::STRING,
    }
}
