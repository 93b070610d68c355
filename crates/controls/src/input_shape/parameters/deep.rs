//! `name[member]=value` in a query (`deepObject`): stripped, checked, and written anew in the spelling
//! in which it came.

use std::borrow::Cow;

use portcullis_contract::{Member, Parameter, ShapeId};
use portcullis_json::{Document, Limits};
use portcullis_model::Refusal;

use super::Judge;
use super::value::{check_tree, unreadable};
use crate::urlencoded::brackets::{KEYS_MAX, Key, Node, Sent, is_list_only, keys, push};
use crate::urlencoded::{self, Fault};

impl Judge<'_> {
    /// Checks an object that is written with brackets, and writes it anew. `taken` are its names,
    /// decoded, and their values, still encoded.
    pub(super) fn deep_object(
        &mut self,
        parameter: &Parameter,
        taken: &[(&str, &str)],
    ) -> Result<(), Refusal> {
        let fault = unreadable(parameter);
        let shape = parameter.schema.as_ref().map(|schema| schema.shape);
        let mut root = Node::default();
        let mut kept: Vec<&str> = Vec::with_capacity(taken.len());
        for (name, raw) in taken {
            let keys = keys(&parameter.name, name).unwrap_or_default();
            if keys.len() > KEYS_MAX {
                return Err(fault(Fault::TooDeep));
            }
            if !self.keeps_nested(shape, &keys) {
                self.drop_name(parameter.place, name);
                continue;
            }
            let value = urlencoded::decode(raw).map_err(fault)?;
            let sent = Sent { pair: kept.len(), text: value };
            root.insert(&keys, sent).map_err(fault)?;
            kept.push(name);
        }
        if kept.is_empty() {
            return Self::absent(parameter);
        }
        let document = self.tree(&root, shape).map_err(fault)?;
        check_tree(parameter, &document)?;
        let mut values = vec![Cow::Borrowed(""); kept.len()];
        root.leaves(document.root(), &mut |pair, value| {
            if let Some(place) = values.get_mut(pair) {
                *place = urlencoded::as_text(value);
            }
        });
        for (name, value) in kept.iter().zip(values) {
            urlencoded::push_pair(name, &value, &mut self.accepted.query);
        }
        Ok(())
    }

    /// Whether a value goes on to the schema: all members on its way may be written, or the schema
    /// refuses them.
    fn keeps_nested(&self, mut shape: Option<ShapeId>, keys: &[Key<'_>]) -> bool {
        for key in keys {
            let Some(known) = shape.map(|shape| self.shapes.get(shape)) else {
                return true;
            };
            let name = match key {
                Key::Name(name) if !is_list_only(known.types) => name,
                _ => {
                    shape = known.items;
                    continue;
                }
            };
            shape = match known.object.member(name, &mut 0) {
                Member::Property(property) if property.read_only => return false,
                Member::Property(property) => Some(property.shape),
                Member::Pattern(shape) | Member::Map(shape) => {
                    if self.shapes.get(shape).read_only {
                        return false;
                    }
                    Some(shape)
                }
                Member::Undeclared => return false,
                Member::FreeForm | Member::Closed => return true,
            };
        }
        true
    }

    fn tree(&self, root: &Node<'_>, shape: Option<ShapeId>) -> Result<Document, Fault> {
        let mut json = Vec::new();
        push(root, shape, self.shapes, &mut json)?;
        let limits = self.given.limits;
        let limits =
            Limits { text_bytes_max: limits.text_bytes_max.saturating_mul(4), ..limits.clone() };
        Document::parse(json, &limits).map_err(|_| Fault::TooLarge)
    }
}
