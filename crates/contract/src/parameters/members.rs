//! What is doubtful about objects that are written as parameters.

use std::collections::HashSet;

use crate::codes;
use crate::document::Node;
use crate::notes::shown;
use crate::parameter::{Collection, Parameter, Place};
use crate::reader::Reader;
use crate::schema::Schema;
use crate::shape::{Rest, Types};

impl<'a> Reader<'a> {
    pub(super) fn warn_of_members(
        &mut self,
        node: Node<'a>,
        place: Place,
        collection: Collection,
        schema: &Schema,
    ) {
        let Some(shape) = self.shapes.get(schema.shape) else {
            return;
        };
        if collection == Collection::Members
            && matches!(shape.object.rest, Rest::Map(_) | Rest::FreeForm)
        {
            let message = format!(
                "every {} parameter that nothing else declares is taken as a member of this one",
                place.name()
            );
            self.notes.warn(&codes::OPEN_PARAMETER, node.span(), message);
        }
        let (readable, outcome) = match collection {
            Collection::JoinedMembers { .. } => {
                (Types::SCALAR, "requests that hold it are refused")
            }
            Collection::Members => (Types::SCALAR.or(Types::ARRAY), "it is read as JSON"),
            _ => return,
        };
        let unreadable = shape.object.properties().find(|(_, property)| {
            let shape = self.shapes.get(property.shape);
            shape.is_some_and(|shape| !shape.types.intersects(readable))
        });
        if let Some((name, _)) = unreadable {
            let message =
                format!("this style has no spelling for what {} holds: {outcome}", shown(name));
            self.notes.warn(&codes::PARAMETER_STYLE, node.span(), message);
        }
    }

    /// Where a member of an object has the name of another parameter, the parameter counts.
    pub(super) fn warn_of_shared_names(&mut self, parameters: &[Parameter]) {
        let objects = parameters.iter().filter(|one| one.collection == Collection::Members);
        let mut taken = HashSet::new();
        let mut doubts = Vec::new();
        for object in objects {
            let shape = object.schema.as_ref().and_then(|schema| self.shapes.get(schema.shape));
            for (name, _) in shape.into_iter().flat_map(|shape| shape.object.properties()) {
                let is_parameter = parameters.iter().any(|other| {
                    other.place == object.place
                        && other.collection != Collection::Members
                        && other.name == name
                });
                if is_parameter || !taken.insert((object.place, name)) {
                    doubts.push((object.span, name.to_owned()));
                }
            }
        }
        for (span, name) in doubts {
            let message = format!(
                "{} is the name of another parameter and of a member of this one: the other counts",
                shown(&name)
            );
            self.notes.warn(&codes::PARAMETER, span, message);
        }
    }
}
