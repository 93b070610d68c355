//! Of what classes a body is: by the names of all properties that may stand in it.

use std::collections::{HashMap, HashSet, VecDeque};

use portcullis_contract::{Property, ShapeId, Shapes};
use portcullis_controls::sensitive;

use super::words::classes_of;
use crate::system::{DataClasses, DataSet};

/// Shapes that are looked at in one body.
const SHAPES_MAX: usize = 2_000;

/// Which way a body goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Way {
    In,
    Out,
}

/// What the names in a body say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) classes: DataClasses,
    /// Pointers to properties that say so.
    pub(super) witnesses: Vec<String>,
    /// A password, a token, a key among them.
    pub(super) has_secret: bool,
    /// A password among them.
    pub(super) has_password: bool,
    /// Something in it is a list.
    pub(super) has_list: bool,
    /// Something in it is bytes.
    pub(super) has_bytes: bool,
    /// Something in it may be called anything.
    pub(super) is_open: bool,
    /// It has named properties.
    pub(super) has_properties: bool,
}

impl Told {
    /// Both together.
    #[must_use]
    pub(super) fn with(mut self, other: Self) -> Self {
        self.classes = self.classes.with(other.classes);
        self.witnesses.extend(other.witnesses);
        self.witnesses.sort_unstable();
        self.witnesses.dedup();
        self.witnesses.truncate(DataSet::WITNESSES_MAX);
        self.has_secret |= other.has_secret;
        self.has_password |= other.has_password;
        self.has_list |= other.has_list;
        self.has_bytes |= other.has_bytes;
        self.is_open |= other.is_open;
        self.has_properties |= other.has_properties;
        self
    }
}

/// The bodies of one contract, each looked through once.
pub(super) struct Looking<'a> {
    shapes: &'a Shapes,
    names: HashMap<&'a str, DataClasses>,
    known: HashMap<(ShapeId, Way), Told>,
}

impl<'a> Looking<'a> {
    pub(super) fn at(shapes: &'a Shapes) -> Self {
        Self { shapes, names: HashMap::new(), known: HashMap::new() }
    }

    /// What the names in a body of this shape say.
    pub(super) fn told(&mut self, root: ShapeId, way: Way) -> Told {
        if let Some(known) = self.known.get(&(root, way)) {
            return known.clone();
        }
        let told = self.look(root, way);
        self.known.insert((root, way), told.clone());
        told
    }

    fn look(&mut self, root: ShapeId, way: Way) -> Told {
        let mut told = Told::default();
        let mut seen = HashSet::from([root]);
        let mut next = VecDeque::from([(root, String::new())]);
        while let Some((id, at)) = next.pop_front() {
            let shape = self.shapes.get(id);
            told.has_list |= shape.items.is_some() && at.is_empty();
            told.has_bytes |= shape.is_binary;
            let object = &shape.object;
            told.has_properties |= object.properties().next().is_some();
            told.is_open |= matches!(object.rest, portcullis_contract::Rest::FreeForm)
                && shape.types == portcullis_contract::Types::ANY
                && shape.items.is_none();
            let mut push = |told: &mut Told, id: ShapeId, at: String| {
                if seen.len() >= SHAPES_MAX {
                    told.is_open = true;
                } else if seen.insert(id) {
                    next.push_back((id, at));
                }
            };
            for (name, property) in object.properties() {
                if hidden(property, way) {
                    continue;
                }
                let here = format!("{at}/{name}");
                let classes = *self.names.entry(name).or_insert_with(|| classes_of(name));
                if !classes.is_empty() && told.witnesses.len() < DataSet::WITNESSES_MAX {
                    told.witnesses.push(here.clone());
                }
                told.classes = told.classes.with(classes);
                told.has_secret |= sensitive::credential_name(name);
                told.has_password |= sensitive::password_name(name);
                push(&mut told, property.shape, here);
            }
            for id in object.under_patterns() {
                push(&mut told, id, format!("{at}/*"));
            }
            if let portcullis_contract::Rest::Map(id) = object.rest {
                push(&mut told, id, format!("{at}/*"));
            }
            if let Some(items) = shape.items {
                push(&mut told, items, format!("{at}/*"));
            }
        }
        told
    }
}

const fn hidden(property: Property, way: Way) -> bool {
    match way {
        Way::In => property.read_only,
        Way::Out => property.write_only,
    }
}
