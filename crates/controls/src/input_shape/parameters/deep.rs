//! `name[member]=value`: objects and lists by brackets (`deepObject`).
//!
//! OpenAPI gives this a meaning for one level. What lies deeper is read as all servers that know
//! brackets at all read it: `a[b][c]` is a member of a member, `a[b][]` and `a[b][0]` are items,
//! and so are equal names where a list is declared. Each goes on in the spelling in which it came;
//! one list in two spellings has two readings.

use std::borrow::Cow;

use portcullis_contract::{Parameter, Rest, ShapeId, Types};
use portcullis_json::{Document, Limits, push_quoted};
use portcullis_model::Refusal;

use super::Judge;
use super::value::{check_tree, unreadable};
use crate::urlencoded::{self, Fault};

/// Brackets behind a name. Servers stop following them between 5 (`qs`) and 32 (Rack).
const KEYS_MAX: usize = 5;

/// One pair of brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key<'n> {
    /// `[name]`.
    Name(&'n str),
    /// `[]`.
    Push,
}

/// The brackets behind a parameter's name; `None` if the name is that of something else.
pub(super) fn keys<'n>(parameter: &str, name: &'n str) -> Option<Vec<Key<'n>>> {
    let mut rest = name.strip_prefix(parameter)?;
    let mut keys = Vec::new();
    while !rest.is_empty() {
        let (inner, behind) = rest.strip_prefix('[')?.split_once(']')?;
        if inner.contains('[') {
            return None;
        }
        keys.push(if inner.is_empty() { Key::Push } else { Key::Name(inner) });
        rest = behind;
    }
    (!keys.is_empty()).then_some(keys)
}

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
        let mut kept: Vec<(&str, Cow<'_, str>)> = Vec::with_capacity(taken.len());
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
            root.insert(&keys, value.clone()).map_err(fault)?;
            kept.push((name, value));
        }
        if kept.is_empty() {
            return Self::absent(parameter);
        }
        let document = self.tree(&root, shape).map_err(fault)?;
        check_tree(parameter, &document)?;
        for (name, value) in kept {
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
            shape = match known.object.property(name, &mut 0) {
                Some(property) if property.read_only => return false,
                Some(property) => Some(property.shape),
                None => match (known.object.pattern(name), known.object.rest) {
                    (Some(shape), _) | (None, Rest::Map(shape)) => Some(shape),
                    (None, Rest::Open) => return false,
                    (None, Rest::FreeForm | Rest::Closed) => return true,
                },
            };
        }
        true
    }

    fn tree(&self, root: &Node<'_>, shape: Option<ShapeId>) -> Result<Document, Fault> {
        let mut json = Vec::new();
        self.push(root, shape, &mut json)?;
        let limits = self.given.limits;
        let limits =
            Limits { text_bytes_max: limits.text_bytes_max.saturating_mul(4), ..limits.clone() };
        Document::parse(json, &limits).map_err(|_| Fault::TooLarge)
    }

    /// Appends a node as JSON. Recurses as deep as there are brackets.
    fn push(
        &self,
        node: &Node<'_>,
        shape: Option<ShapeId>,
        json: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let known = shape.map(|shape| self.shapes.get(shape));
        let types = known.map_or(Types::ANY, |known| known.types);
        let items = known.and_then(|known| known.items);
        match node {
            Node::Values(values) => match values.as_slice() {
                [value] if types.intersects(Types::SCALAR) => {
                    urlencoded::push_scalar(value, scalars(types), json)
                }
                _ if types.contains(Types::ARRAY) && known.is_some() => {
                    self.push_items(values, items, json)
                }
                [_] => Err(Fault::Type),
                _ => Err(Fault::Repeated),
            },
            Node::Pushed(values) if types.contains(Types::ARRAY) => {
                self.push_items(values, items, json)
            }
            Node::Pushed(_) => Err(Fault::Type),
            Node::Members(members) if is_list_only(types) => {
                json.push(b'[');
                for (place, (name, member)) in members.iter().enumerate() {
                    if *name != place.to_string() {
                        return Err(Fault::TwoReadings);
                    }
                    if place > 0 {
                        json.push(b',');
                    }
                    self.push(member, items, json)?;
                }
                json.push(b']');
                Ok(())
            }
            Node::Members(members) => {
                json.push(b'{');
                for (place, (name, member)) in members.iter().enumerate() {
                    if place > 0 {
                        json.push(b',');
                    }
                    push_quoted(name, json);
                    json.push(b':');
                    self.push(member, urlencoded::member(self.shapes, shape, name), json)?;
                }
                json.push(b'}');
                Ok(())
            }
        }
    }

    fn push_items(
        &self,
        values: &[Cow<'_, str>],
        items: Option<ShapeId>,
        json: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let types = items.map_or(Types::ANY, |items| self.shapes.get(items).types);
        if !types.intersects(Types::SCALAR) {
            return Err(Fault::Type);
        }
        json.push(b'[');
        for (place, value) in values.iter().enumerate() {
            if place > 0 {
                json.push(b',');
            }
            urlencoded::push_scalar(value, scalars(types), json)?;
        }
        json.push(b']');
        Ok(())
    }
}

/// The types as which one text is read; a text is a text where anything goes.
fn scalars(types: Types) -> Types {
    if types == Types::ANY { Types::STRING } else { types.and(Types::SCALAR) }
}

/// Whether what stands in brackets is the index of an item.
fn is_list_only(types: Types) -> bool {
    types.contains(Types::ARRAY) && !types.contains(Types::OBJECT)
}

/// What the brackets describe, before it is known what is declared.
#[derive(Debug)]
enum Node<'n> {
    /// One value, or several under one name.
    Values(Vec<Cow<'n, str>>),
    /// Values behind `[]`.
    Pushed(Vec<Cow<'n, str>>),
    /// Members or indices, in the order in which they came.
    Members(Vec<(&'n str, Node<'n>)>),
}

impl Default for Node<'_> {
    fn default() -> Self {
        Self::Values(Vec::new())
    }
}

impl<'n> Node<'n> {
    /// Recurses once for each pair of brackets.
    fn insert(&mut self, keys: &[Key<'n>], value: Cow<'n, str>) -> Result<(), Fault> {
        if matches!(self, Self::Values(values) if values.is_empty()) {
            match keys.first() {
                Some(Key::Push) => *self = Self::Pushed(Vec::new()),
                Some(Key::Name(_)) => *self = Self::Members(Vec::new()),
                None => {}
            }
        }
        match (self, keys) {
            (Self::Values(values), []) | (Self::Pushed(values), [Key::Push]) => {
                values.push(value);
                Ok(())
            }
            (Self::Members(members), [Key::Name(name), rest @ ..]) => {
                // A query holds few names, and their number is bounded.
                let known = members.iter().position(|(known, _)| known == name);
                let index = known.unwrap_or(members.len());
                if known.is_none() {
                    members.push((name, Node::default()));
                }
                let member = members.get_mut(index).ok_or(Fault::TooLarge)?;
                member.1.insert(rest, value)
            }
            // One name for a value and an object, a list in two spellings, members of an item
            // that has no number.
            _ => Err(Fault::TwoReadings),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_read_or_the_name_is_another() {
        use Key::{Name, Push};
        assert_eq!(keys("a", "a[b]"), Some(vec![Name("b")]));
        assert_eq!(keys("a", "a[b][c][]"), Some(vec![Name("b"), Name("c"), Push]));
        for name in ["a", "ab", "a[b", "a]b[", "a[b]c", "a[[b]]", "a[b]]", "a.b", "b[a]", "A[b]"] {
            assert_eq!(keys("a", name), None, "{name}");
        }
    }
}
