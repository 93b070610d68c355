//! `paths`: every operation that can be served.

use std::collections::HashMap;

use portcullis_model::{Date, Diagnostic, Method, Span, plain};

use crate::codes;
use crate::contract::NotServed;
use crate::document::{Name, Node};
use crate::keys;
use crate::notes::shown;
use crate::operation::{Operation, Sunset};
use crate::reader::{Closed, Reader};
use crate::route::{Routes, Taken};
use crate::schema::Fault;
use crate::scheme::SecurityScheme;
use crate::template::Template;

/// What `paths` declares.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    /// Operations, and how their paths are matched.
    operations: Vec<(Operation, Template)>,
    /// Operations that cannot be served.
    not_served: Vec<(NotServed, Method, Template)>,
    /// Every path, also one without operations.
    templates: Vec<(String, Template)>,
}

/// What becomes of them.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) operations: Vec<Operation>,
    pub(crate) not_served: Vec<NotServed>,
    pub(crate) paths: Vec<String>,
    pub(crate) routes: Routes,
}

impl<'a> Reader<'a> {
    /// All operations, in document order.
    pub(crate) fn operations(&mut self, schemes: &mut Vec<SecurityScheme>) -> Paths {
        let mut all = Paths::default();
        let paths = self.root.get("paths");
        for (path, node) in paths.into_iter().flat_map(Node::members) {
            if path.text.starts_with("x-") {
                continue;
            }
            let template = match Template::parse(path.text) {
                Ok(template) => template,
                Err(fault) => {
                    let message = format!("no request can match {}: {fault}", shown(path.text));
                    self.notes.warn(&codes::PATH_TEMPLATE, path.span, message);
                    continue;
                }
            };
            if template.patterns().any(crate::template::Pattern::is_splittable) {
                let message = format!(
                    "some paths can be split in two ways by {}: values must be as declared in each",
                    shown(path.text)
                );
                self.notes.warn(&codes::SPLITTABLE_PATH, path.span, message);
            }
            self.path_item(path, node, &template, schemes, &mut all);
            all.templates.push((path.text.to_owned(), template));
        }
        all
    }

    fn path_item(
        &mut self,
        path: Name<'a>,
        node: Node<'a>,
        template: &Template,
        schemes: &mut Vec<SecurityScheme>,
        all: &mut Paths,
    ) {
        let item = match self.object(node, "the path") {
            Ok(item) => item,
            Err(closed) => {
                self.not_served(path.text, &closed);
                return;
            }
        };
        self.beside_reference(node);
        self.ignored_servers(item);
        self.ignored_sunset(item);
        self.unknown_keys(item, &keys::PATH);
        for (key, node) in item.members() {
            if key.text == "additionalOperations" && self.version.is_32() {
                self.additional(path, node);
                continue;
            }
            let Some(method) = self.version.methods().find(|method| method.key() == key.text)
            else {
                continue;
            };
            match self.operation((path, key, method), item, node, template, schemes) {
                Ok(operation) => all.operations.push((operation, template.clone())),
                Err(closed) => {
                    let title = format!("{method} {}", path.text);
                    self.not_served(&title, &closed);
                    let closed = NotServed::new(title, key.span, closed);
                    all.not_served.push((closed, method, template.clone()));
                }
            }
        }
    }

    /// Operations of 3.2 with methods that have no field of their own: none is served.
    fn additional(&mut self, path: Name<'a>, node: Node<'a>) {
        for (method, _) in node.members().filter(|(name, _)| !name.text.starts_with("x-")) {
            let message = match Method::from_name(method.text) {
                Some(_) => "this method has a field of its own in the path",
                None => "its method is not read",
            };
            let closed = Closed { span: method.span, message: message.to_owned() };
            self.not_served(&format!("{} {}", method.text, path.text), &closed);
        }
    }

    /// Notes what stands beside the `$ref` of a path: it is not joined with what that points to.
    fn beside_reference(&mut self, node: Node<'a>) {
        if node.get("$ref").is_none() {
            return;
        }
        for (key, _) in node.members() {
            let is_prose = matches!(key.text, "$ref" | "summary" | "description");
            if !is_prose && !key.text.starts_with("x-") {
                let message = format!("{} has no effect beside `$ref`", shown(key.text));
                self.notes.warn(&codes::UNKNOWN_KEY, key.span, message);
            }
        }
    }

    /// Notes that an operation, or all of a path, is closed. After an error nothing is served.
    pub(crate) fn not_served(&mut self, name: &str, closed: &Closed) {
        if self.notes.has_error() {
            return;
        }
        let message = format!("{} is not served: {}", shown(name), closed.message);
        self.notes.warn(&codes::NOT_SERVED, closed.span, message);
    }

    fn operation(
        &mut self,
        (path, key, method): (Name<'a>, Name<'a>, Method),
        item: Node<'a>,
        node: Node<'a>,
        template: &Template,
        schemes: &mut Vec<SecurityScheme>,
    ) -> Result<Operation, Closed> {
        if !node.is_object() {
            let message = format!("an operation must be an object, not {}", node.kind_name());
            return Err(Closed::new(node, message));
        }
        self.ignored_servers(node);
        self.unknown_keys(node, &keys::OPERATION);
        // All parts are read before the first fault counts, so that one run tells all faults.
        let inputs = if self.version.is_swagger() {
            self.swagger_inputs(item, node, template)
        } else {
            let parameters = self.parameters(item, node, template);
            let body = self.request_body(node);
            parameters.and_then(|parameters| Ok((parameters, body?)))
        };
        let responses = self.responses(node);
        let tags = node.get("tags").into_iter().flat_map(Node::items);
        let (parameters, body) = inputs?;
        Ok(Operation {
            id: self.operation_id(node),
            method,
            template: path.text.to_owned(),
            span: key.span,
            tags: tags.filter_map(Node::as_str).map(str::to_owned).collect(),
            deprecated: self.flag(node, "deprecated", true),
            sunset: self.sunset(node),
            parameters,
            body,
            responses: responses?,
            security: self.security(node, schemes),
        })
    }

    /// The name of an operation goes into records, messages and policy files.
    fn operation_id(&mut self, operation: Node<'a>) -> Option<String> {
        let node = operation.get("operationId")?;
        let id = node.as_str()?;
        let why = if plain(id) != id || id.contains('*') {
            "holds characters that a name cannot have"
        } else if is_title(id) {
            "is written like a method and a path: it could be another operation's"
        } else {
            return Some(id.to_owned());
        };
        self.notes.warn(&codes::OPERATION_ID, node.span(), format!("{} {why}", shown(id)));
        None
    }

    /// Notes a sunset of a whole path.
    fn ignored_sunset(&mut self, item: Node<'a>) {
        if let Some(sunset) = item.get("x-sunset").filter(|sunset| !sunset.is_null()) {
            let message = "`x-sunset` is only read in operations: here it has no effect";
            self.notes.warn(&codes::SUNSET, sunset.span(), message);
        }
    }

    fn sunset(&mut self, operation: Node<'a>) -> Option<Sunset> {
        let node = operation.get("x-sunset")?;
        let date = node.as_str().and_then(|text| Date::parse(text).ok());
        if date.is_none() {
            let message = "`x-sunset` must be a date such as `2027-03-31`: it has no effect";
            self.notes.warn(&codes::SUNSET, node.span(), message);
        }
        date.map(|date| Sunset { date, span: node.span() })
    }

    /// Leaves out operations whose requests cannot be checked, or that match the paths of an
    /// earlier one.
    pub(crate) fn served(&mut self, all: Paths, faults: &[Option<Fault>]) -> Outcome {
        let mut served: Vec<Operation> = Vec::new();
        let mut not_served = Vec::new();
        let mut routes = Routes::default();
        let mut names: HashMap<String, Span> = HashMap::new();
        for (_, template) in &all.templates {
            routes.declare(template);
        }
        for (closed, method, template) in all.not_served {
            routes.close(method, &template, not_served.len());
            not_served.push(closed);
        }
        for (mut operation, template) in all.operations {
            if let Some(fault) = fault(&operation, faults) {
                let closed = Closed { span: fault.span, message: fault.message.clone() };
                self.not_served(&operation.title(), &closed);
                routes.close(operation.method, &template, not_served.len());
                not_served.push(NotServed::new(operation.title(), operation.span, closed));
                continue;
            }
            if let Err(Taken(first)) = routes.add(operation.method, &template) {
                let first = served.get(first).map(Operation::title).unwrap_or_default();
                let message = format!(
                    "{} matches the same paths as {}, which is served instead",
                    shown(&operation.title()),
                    shown(&first)
                );
                self.notes.warn(&codes::SAME_PATH, operation.span, message);
                continue;
            }
            if let Some(id) = &operation.id
                && names.insert(id.clone(), operation.span).is_some()
            {
                let message = format!("{} names another operation, too", shown(id));
                self.notes.push(
                    Diagnostic::warning(&codes::OPERATION_ID, message)
                        .at(operation.span)
                        .help(format!("this one is called {}", shown(&operation.title()))),
                );
                operation.id = None;
            }
            served.push(operation);
        }
        let paths = all.templates.into_iter().map(|(text, _)| text).collect();
        Outcome { operations: served, not_served, paths, routes }
    }
}

/// Whether a name is written like the method and path of an operation.
fn is_title(name: &str) -> bool {
    name.split_once(' ').is_some_and(|(method, path)| {
        Method::from_name(method).is_some() && path.trim_start().starts_with('/')
    })
}

impl NotServed {
    fn new(title: String, span: Span, closed: Closed) -> Self {
        Self { title, span, why: closed.message, why_span: closed.span }
    }
}

/// Why a request of an operation cannot be checked.
fn fault<'f>(operation: &Operation, faults: &'f [Option<Fault>]) -> Option<&'f Fault> {
    let parameters = operation.parameters.iter();
    let body = operation.body.iter().flat_map(|body| &body.media);
    parameters
        .map(|parameter| &parameter.schema)
        .chain(body.map(|media| &media.schema))
        .filter_map(|schema| schema.as_ref()?.definition.as_ref())
        .find_map(|definition| faults.get(definition.index)?.as_ref())
}
