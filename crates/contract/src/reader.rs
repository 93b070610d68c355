//! What all parts of the reading share.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use portcullis_model::{Diagnostic, Span};

use crate::codes;
use crate::document::Node;
use crate::notes::{Notes, shown};
use crate::reference::References;
use crate::schema::{Definition, Definitions, Schema, Validators};
use crate::shape::Types;
use crate::shape::build::ShapeBuilder;
use crate::version::Version;

/// Reads the parts of one document.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(crate) root: Node<'a>,
    pub(crate) version: Version,
    pub(crate) references: &'a References<'a>,
    pub(crate) shapes: ShapeBuilder<'a>,
    pub(crate) definitions: Definitions<'a>,
    pub(crate) validators: Arc<OnceLock<Validators>>,
    /// Whether the document says `readOnly` anywhere.
    pub(crate) has_read_only: bool,
    /// Keys that mean nothing, by what they stand in: each is told once.
    pub(crate) unknown_keys: HashSet<(&'static str, &'a str)>,
    pub(crate) notes: Notes,
}

/// Why an operation cannot be served.
#[derive(Debug)]
pub(crate) struct Closed {
    pub(crate) span: Span,
    pub(crate) message: String,
}

impl Closed {
    pub(crate) fn new(node: Node<'_>, message: impl Into<String>) -> Self {
        Self { span: node.span(), message: message.into() }
    }
}

/// In which direction values go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Answer,
}

impl<'a> Reader<'a> {
    /// The node, or what it refers to.
    pub(crate) fn follow(&mut self, node: Node<'a>) -> Option<Node<'a>> {
        self.references.follow(node, &mut self.notes)
    }

    /// The node, or what it refers to, which must be an object.
    pub(crate) fn object(&mut self, node: Node<'a>, what: &str) -> Result<Node<'a>, Closed> {
        let unreadable = || Closed::new(node, format!("{what} cannot be read"));
        let target = self.follow(node).ok_or_else(unreadable)?;
        if target.is_object() {
            return Ok(target);
        }
        let message = format!("{what} must be an object, not {}", target.kind_name());
        Err(Closed::new(target, message))
    }

    /// A schema; `None` if it says nothing.
    pub(crate) fn schema(&mut self, node: Node<'a>, direction: Direction) -> Option<Schema> {
        if node.as_bool() == Some(true) || node.is_null() || node.is_object() && node.len() == 0 {
            return None;
        }
        let shape = self.shapes.shape(node, &mut self.notes);
        let types = self.shapes.get(shape).map_or(Types::ANY, |shape| shape.types);
        let definition = (direction == Direction::Request).then(|| Definition {
            validators: self.validators.clone(),
            index: self.definitions.add(
                node,
                self.version,
                self.has_read_only,
                &mut self.shapes,
                &mut self.notes,
            ),
        });
        Some(Schema { shape, types, span: node.span(), definition })
    }

    /// Notes what stops the whole document.
    pub(crate) fn error(&mut self, node: Node<'a>, message: impl Into<String>) {
        self.notes.push(Diagnostic::error(&codes::STRUCTURE, message).at(node.span()));
    }

    /// Notes that a member is missing or of another kind, if it is; what it should be is said in
    /// words.
    pub(crate) fn expect(
        &mut self,
        object: Node<'a>,
        name: &str,
        what: &str,
        is_right: impl Fn(Node<'a>) -> bool,
    ) -> Option<Node<'a>> {
        let member = object.get(name);
        match member {
            Some(member) if is_right(member) => return Some(member),
            Some(member) => {
                let message = format!("{} must be {what}, not {}", shown(name), member.kind_name());
                self.error(member, message);
            }
            None => self.error(object, format!("{} is missing", shown(name))),
        }
        None
    }
}
