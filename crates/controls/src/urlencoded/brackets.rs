//! `name[member]=value`: objects and lists by brackets, in queries (`deepObject`) and in forms.
//!
//! OpenAPI gives this a meaning for one level. What lies deeper is read as all servers that know
//! brackets at all read it: `a[b][c]` is a member of a member, `a[b][]` and `a[b][0]` are items,
//! and so are equal names where a list is declared. One list in two spellings has two readings, and
//! so has what `qs`, Rack and PHP take for different things: indices out of order, an object whose
//! names are all indices, names that every JavaScript object has.

use std::borrow::Cow;
use std::collections::HashMap;

use portcullis_contract::{ShapeId, Shapes, Types};
use portcullis_json::{Value, push_quoted};

use super::{Fault, declared, member, push_scalar};

/// Brackets behind a name. Servers stop following them between 5 (`qs`) and 32 (Rack).
pub(crate) const KEYS_MAX: usize = 5;
/// Items of a list by index. `qs` takes longer ones for objects.
const INDICES_MAX: usize = 20;
/// Members of every JavaScript object: `qs` leaves them out.
const INHERITED: [&str; 12] = [
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// One pair of brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key<'n> {
    /// `[name]`.
    Name(&'n str),
    /// `[]`.
    Push,
}

/// The brackets behind a parameter's name; `None` if the name is that of something else.
pub(crate) fn keys<'n>(parameter: &str, name: &'n str) -> Option<Vec<Key<'n>>> {
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

/// A value, decoded, and which of the pairs of its text it is.
#[derive(Debug, Clone)]
pub(crate) struct Sent<'n> {
    pub(crate) pair: usize,
    pub(crate) text: Cow<'n, str>,
}

/// What the brackets describe, before it is known what is declared.
#[derive(Debug)]
pub(crate) enum Node<'n> {
    /// One value, or several under one name.
    Values(Vec<Sent<'n>>),
    /// Values behind `[]`.
    Pushed(Vec<Sent<'n>>),
    /// Members or indices, in the order in which they came.
    Members(Members<'n>),
}

/// Members in the order in which they came, and where each of them is.
#[derive(Debug, Default)]
pub(crate) struct Members<'n> {
    pub(crate) list: Vec<(&'n str, Node<'n>)>,
    places: HashMap<&'n str, usize>,
}

impl<'n> Members<'n> {
    /// The member of this name, a new one if there was none.
    pub(crate) fn entry(&mut self, name: &'n str) -> Option<&mut Node<'n>> {
        let place = *self.places.entry(name).or_insert(self.list.len());
        if place == self.list.len() {
            self.list.push((name, Node::default()));
        }
        self.list.get_mut(place).map(|(_, node)| node)
    }

    /// Whether every name is an index, so that some readers take the whole for a list.
    fn are_indices(&self) -> bool {
        let mut all = self.list.iter();
        all.all(|(name, _)| {
            name.parse::<usize>()
                .is_ok_and(|index| index <= INDICES_MAX && index.to_string() == *name)
        })
    }
}

impl Default for Node<'_> {
    fn default() -> Self {
        Self::Values(Vec::new())
    }
}

impl<'n> Node<'n> {
    /// Puts a value where its brackets say. Recurses once for each pair of brackets.
    pub(crate) fn insert(&mut self, keys: &[Key<'n>], value: Sent<'n>) -> Result<(), Fault> {
        if matches!(self, Self::Values(values) if values.is_empty()) {
            match keys.first() {
                Some(Key::Push) => *self = Self::Pushed(Vec::new()),
                Some(Key::Name(_)) => *self = Self::Members(Members::default()),
                None => {}
            }
        }
        match (self, keys) {
            (Self::Values(values), []) | (Self::Pushed(values), [Key::Push]) => {
                values.push(value);
                Ok(())
            }
            (Self::Members(members), [Key::Name(name), rest @ ..]) => {
                members.entry(name).ok_or(Fault::TooLarge)?.insert(rest, value)
            }
            // One name for a value and an object, a list in two spellings, members of an item
            // that has no number.
            _ => Err(Fault::TwoReadings),
        }
    }

    /// Says which value of the tree each pair became. Recurses as deep as there are brackets.
    pub(crate) fn leaves<'d>(&self, value: Value<'d>, leaf: &mut impl FnMut(usize, Value<'d>)) {
        match self {
            Self::Values(values) | Self::Pushed(values) => {
                if let ([one], false) = (values.as_slice(), matches!(self, Self::Pushed(_)))
                    && !value.is_array()
                {
                    leaf(one.pair, value);
                }
                for (one, item) in values.iter().zip(value.items()) {
                    leaf(one.pair, item);
                }
            }
            Self::Members(members) if value.is_array() => {
                for ((_, node), item) in members.list.iter().zip(value.items()) {
                    node.leaves(item, leaf);
                }
            }
            Self::Members(members) => {
                for ((_, node), (_, member)) in members.list.iter().zip(value.members()) {
                    node.leaves(member, leaf);
                }
            }
        }
    }
}

/// Appends a node as JSON. Recurses as deep as there are brackets.
pub(crate) fn push(
    node: &Node<'_>,
    shape: Option<ShapeId>,
    shapes: &Shapes,
    json: &mut Vec<u8>,
) -> Result<(), Fault> {
    let known = shape.map(|shape| shapes.get(shape));
    let types = known.map_or(Types::ANY, |known| known.types);
    let items = known.and_then(|known| known.items);
    match node {
        Node::Values(values) => match values.as_slice() {
            [value] if types.intersects(Types::SCALAR) => {
                push_scalar(&value.text, scalars(types), json)
            }
            _ if types.contains(Types::ARRAY) && known.is_some() => {
                push_items(values, items, shapes, json)
            }
            [_] => Err(Fault::Type),
            _ => Err(Fault::Repeated),
        },
        Node::Pushed(values) if types.contains(Types::ARRAY) => {
            push_items(values, items, shapes, json)
        }
        Node::Pushed(_) => Err(Fault::Type),
        Node::Members(members)
            if is_list_only(types) || types.contains(Types::ARRAY) && members.are_indices() =>
        {
            push_indexed(members, items, shapes, json)
        }
        Node::Members(members) if members.are_indices() => Err(Fault::TwoReadings),
        Node::Members(members) => push_object(members, shape, shapes, json),
    }
}

fn push_object(
    members: &Members<'_>,
    shape: Option<ShapeId>,
    shapes: &Shapes,
    json: &mut Vec<u8>,
) -> Result<(), Fault> {
    json.push(b'{');
    for (place, (name, node)) in members.list.iter().enumerate() {
        if INHERITED.contains(name) && declared(shapes, shape, name).is_none() {
            return Err(Fault::TwoReadings);
        }
        if place > 0 {
            json.push(b',');
        }
        push_quoted(name, json);
        json.push(b':');
        push(node, member(shapes, shape, name), shapes, json)?;
    }
    json.push(b'}');
    Ok(())
}

fn push_indexed(
    members: &Members<'_>,
    items: Option<ShapeId>,
    shapes: &Shapes,
    json: &mut Vec<u8>,
) -> Result<(), Fault> {
    if members.list.len() > INDICES_MAX {
        return Err(Fault::LongList);
    }
    json.push(b'[');
    for (place, (name, node)) in members.list.iter().enumerate() {
        if *name != place.to_string() {
            return Err(Fault::TwoReadings);
        }
        if place > 0 {
            json.push(b',');
        }
        push(node, items, shapes, json)?;
    }
    json.push(b']');
    Ok(())
}

fn push_items(
    values: &[Sent<'_>],
    items: Option<ShapeId>,
    shapes: &Shapes,
    json: &mut Vec<u8>,
) -> Result<(), Fault> {
    let types = items.map_or(Types::ANY, |items| shapes.get(items).types);
    if !types.intersects(Types::SCALAR) {
        return Err(Fault::Type);
    }
    json.push(b'[');
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        push_scalar(&value.text, scalars(types), json)?;
    }
    json.push(b']');
    Ok(())
}

/// The types as which one text is read; a text is a text where anything goes.
fn scalars(types: Types) -> Types {
    if types == Types::ANY { Types::STRING } else { types.and(Types::SCALAR) }
}

/// Whether what stands in brackets is the index of an item.
pub(crate) fn is_list_only(types: Types) -> bool {
    types.contains(Types::ARRAY) && !types.contains(Types::OBJECT)
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
