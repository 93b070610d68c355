//! `parameters` of Swagger 2.0: values of the request, its body, or the fields of its form.

use portcullis_model::{Diagnostic, Span};

use crate::codes;
use crate::document::Node;
use crate::keys;
use crate::notes::shown;
use crate::operation::RequestBody;
use crate::parameter::{Collection, Parameter, Place, Prefix};
use crate::parameters::{Declared, is_protocol_field};
use crate::reader::{Closed, Direction, Reader};
use crate::template::Template;

/// Where a parameter stands (`in`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Home {
    Value(Place),
    Form,
    Body,
}

/// A parameter, as far as it is told from others.
#[derive(Debug, Clone, Copy)]
struct Input<'a> {
    home: Home,
    name: &'a str,
    node: Node<'a>,
}

impl Declared for Input<'_> {
    fn name(&self) -> &str {
        self.name
    }

    fn span(&self) -> Span {
        self.node.get("name").unwrap_or(self.node).span()
    }

    /// An operation has one body.
    fn is_same(&self, other: &Self) -> bool {
        self.home == other.home
            && match self.home {
                Home::Body => true,
                Home::Value(Place::Header) => self.name.eq_ignore_ascii_case(other.name),
                Home::Value(_) | Home::Form => self.name == other.name,
            }
    }
}

impl<'a> Reader<'a> {
    /// What an operation takes: parameters and body, those of its path included unless it declares
    /// them anew.
    pub(crate) fn swagger_inputs(
        &mut self,
        path: Node<'a>,
        operation: Node<'a>,
        template: &Template,
    ) -> Result<(Vec<Parameter>, Option<RequestBody>), Closed> {
        self.swagger_schemes(operation);
        let all = self.declared(path, operation, |reader, item| reader.input(item).map(Some))?;
        let mut parameters = Vec::new();
        for one in &all {
            if let Home::Value(place) = one.home {
                parameters.extend(self.swagger_parameter(*one, place, template));
            }
        }
        self.declare_rest(&mut parameters, operation, template);
        let body = all.iter().find(|one| one.home == Home::Body);
        let fields: Vec<Node<'a>> =
            all.iter().filter(|one| one.home == Home::Form).map(|one| one.node).collect();
        let body = match (body, fields.as_slice()) {
            (None, []) => None,
            (Some(body), []) => Some(self.swagger_body(operation, body.node)?),
            (None, fields) => Some(self.swagger_form(operation, fields)?),
            (Some(body), _) => {
                let message = "`body` and `formData` cannot both be the body of a request";
                return Err(Closed::new(body.node, message));
            }
        };
        Ok((parameters, body))
    }

    fn input(&mut self, item: Node<'a>) -> Result<Input<'a>, Closed> {
        let node = self.object(item, "a parameter")?;
        self.unknown_keys(node, &keys::PARAMETER);
        let home = match node.get_str("in") {
            Some("path") => Home::Value(Place::Path),
            Some("query") => Home::Value(Place::Query),
            Some("header") => Home::Value(Place::Header),
            Some("formData") => Home::Form,
            Some("body") => Home::Body,
            _ => {
                let name = node.get_str("name").unwrap_or_default();
                let message = format!("the parameter {} does not say where it stands", shown(name));
                return Err(Closed::new(node, message));
            }
        };
        // The name of a body is for documentation only.
        let name = node.get_str("name").unwrap_or_default();
        if name.is_empty() && home != Home::Body {
            return Err(Closed::new(node, "a parameter has no name"));
        }
        Ok(Input { home, name, node })
    }

    /// Notes a schema where the parameter is its own.
    pub(super) fn ignored_schema(&mut self, node: Node<'a>) {
        if let Some(schema) = node.get("schema").filter(|schema| !schema.is_null()) {
            let message = "`schema` is only read in the parameter of a body: here it has no effect";
            self.notes.push(
                Diagnostic::warning(&codes::PARAMETER, message)
                    .at(schema.span())
                    .help("write `type`, and what else it says, into the parameter itself"),
            );
        }
    }

    /// One value; `None` if it is left out. The parameter is its own schema.
    fn swagger_parameter(
        &mut self,
        input: Input<'a>,
        place: Place,
        template: &Template,
    ) -> Option<Parameter> {
        let Input { name, node, .. } = input;
        let span = input.span();
        if place == Place::Header && is_protocol_field(name) {
            let message = format!("{} is not read as a parameter: it is left out", shown(name));
            self.notes.push(Diagnostic::warning(&codes::PARAMETER, message).at(span).help(
                "media types belong under `consumes` and `produces`, credentials under `security`",
            ));
            return None;
        }
        if place == Place::Path && !template.names().any(|known| known == name) {
            let message = format!("{} is not named in the path: it is left out", shown(name));
            self.notes.warn(&codes::PARAMETER, span, message);
            return None;
        }
        self.ignored_schema(node);
        if node.get_str("type") == Some("file") {
            let message = format!("{} cannot be a file there: it is a text", shown(name));
            self.notes.warn(&codes::PARAMETER, span, message);
        }
        let schema = self.schema(node, Direction::Request)?;
        let collection = self.swagger_collection(node, place, &schema);
        let schema = Some(schema).filter(|_| collection != Collection::NotUnderstood);
        let scalar_types = self.scalar_types(schema.as_ref(), collection);
        let required = self.flag(node, "required", true);
        let allow_empty = self.flag(node, "allowEmptyValue", false);
        Some(Parameter {
            place,
            name: name.to_owned(),
            required: place == Place::Path || required,
            prefix: Prefix::None,
            collection,
            allow_empty: place == Place::Query && allow_empty,
            schema,
            span,
            scalar_types,
        })
    }
}
