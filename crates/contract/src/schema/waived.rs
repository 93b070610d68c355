//! Names that a request need not hold though a schema requires them: those that the same schema
//! calls read-only, because requests do not set them.
//!
//! `required` and `readOnly` may stand in different schemas of one value. Parts that all hold
//! (`allOf`, a reference and what stands beside it) count for one another; alternatives do not.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use crate::document::Node;
use crate::notes::Notes;
use crate::reference::References;
use crate::shape::build::ShapeBuilder;

/// Sets of names that definitions are entered with.
const SETS_MAX: usize = 1_000;
/// References that are entered with such a set.
const ENTERED_MAX: usize = 20_000;
/// Schemas that are looked at for what they require.
const STEPS_MAX: usize = 2_000_000;

/// Names that a request does not set.
pub(super) type ReadOnly = Rc<BTreeSet<String>>;

/// A part of a schema that speaks of the same value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// Its own `properties`, or what no single part says.
    Own,
    Reference,
    AllOf(usize),
    AnyOf,
    OneOf,
    Conditional,
}

/// What is waived in one schema, and in its parts.
#[derive(Debug, Default)]
pub(super) struct Waived {
    /// For what the schema itself requires.
    pub(super) all: ReadOnly,
    /// What only one part says, which holds within that part alone.
    only: HashMap<Place, Vec<String>>,
}

impl Waived {
    /// Nothing but what is waived around a schema.
    pub(super) fn around(names: &ReadOnly) -> Self {
        Self { all: names.clone(), only: HashMap::new() }
    }

    /// What is waived in a part because of what stands around it.
    pub(super) fn within(&self, place: Place) -> ReadOnly {
        let Some(only) = self.only.get(&place) else {
            return self.all.clone();
        };
        let mut names = BTreeSet::clone(&self.all);
        only.iter().for_each(|name| {
            names.remove(name);
        });
        Rc::new(names)
    }

    /// Names that are called read-only by alternatives of this kind, and by nothing else.
    pub(super) fn only_in(&self, place: Place) -> &[String] {
        self.only.get(&place).map_or(&[], Vec::as_slice)
    }
}

/// What is waived in a schema that stands where these names are.
pub(super) fn waived<'a>(
    schema: Node<'a>,
    around: &ReadOnly,
    shapes: &mut ShapeBuilder<'a>,
    notes: &mut Notes,
) -> Waived {
    let own = read_only(schema, shapes, notes);
    let new: BTreeSet<String> = own.into_iter().filter(|name| !around.contains(name)).collect();
    if new.is_empty() {
        return Waived::around(around);
    }
    let mut places: HashMap<String, Place> = HashMap::new();
    let mut say = |name: String, place: Place| {
        if new.contains(&name) {
            let known = places.entry(name).or_insert(place);
            if *known != place {
                *known = Place::Own;
            }
        }
    };
    for (place, part) in parts(schema, shapes, notes) {
        read_only(part, shapes, notes).into_iter().for_each(|name| say(name, place));
    }
    shapes.own_read_only(schema, notes).into_iter().for_each(|name| say(name, Place::Own));
    let mut only: HashMap<Place, Vec<String>> = HashMap::new();
    for (name, place) in places.into_iter().filter(|(_, place)| *place != Place::Own) {
        only.entry(place).or_default().push(name);
    }
    let all = Rc::new(around.iter().cloned().chain(new).collect());
    Waived { all, only }
}

/// The parts of a schema, beside its own keywords.
fn parts<'a>(
    schema: Node<'a>,
    shapes: &ShapeBuilder<'a>,
    notes: &mut Notes,
) -> Vec<(Place, Node<'a>)> {
    let target = shapes.references().step(schema, notes).target();
    let mut parts: Vec<_> = target.into_iter().map(|part| (Place::Reference, part)).collect();
    for (name, keyword) in schema.members() {
        match name.text {
            "allOf" => {
                let all = keyword.items().enumerate();
                parts.extend(all.map(|(index, part)| (Place::AllOf(index), part)));
            }
            "anyOf" => parts.extend(keyword.items().map(|part| (Place::AnyOf, part))),
            "oneOf" => parts.extend(keyword.items().map(|part| (Place::OneOf, part))),
            "then" | "else" => parts.push((Place::Conditional, keyword)),
            "dependentSchemas" => {
                parts.extend(keyword.members().map(|(_, part)| (Place::Conditional, part)));
            }
            _ => {}
        }
    }
    parts
}

/// The names that a schema calls read-only, itself or in any part.
pub(super) fn read_only<'a>(
    schema: Node<'a>,
    shapes: &mut ShapeBuilder<'a>,
    notes: &mut Notes,
) -> Vec<String> {
    let id = shapes.shape(schema, notes);
    let Some(object) = shapes.get(id).map(|shape| &shape.object) else {
        return Vec::new();
    };
    let declared = object.properties().filter(|(_, property)| property.read_only);
    let declared = declared.map(|(name, _)| name.to_owned());
    // Names that only a pattern or a map describes.
    let required = own_required(schema).filter(|name| {
        let shape = object.value(name).and_then(|shape| shapes.get(shape));
        shape.is_some_and(|shape| shape.read_only)
    });
    declared.chain(required.map(str::to_owned)).collect()
}

fn own_required(schema: Node<'_>) -> impl Iterator<Item = &str> {
    let required = schema.get("required").into_iter();
    let dependent = schema.get("dependentRequired").into_iter();
    let lists = required.chain(dependent.flat_map(Node::members).map(|(_, list)| list));
    lists.flat_map(Node::items).filter_map(Node::as_str)
}

/// The sets of names that definitions are entered with, and what definitions require.
#[derive(Debug)]
pub(super) struct Waivers<'a> {
    sets: Vec<ReadOnly>,
    by_set: HashMap<ReadOnly, usize>,
    required: HashMap<u32, Rc<HashSet<&'a str>>>,
    entered: usize,
    steps: usize,
}

impl Default for Waivers<'_> {
    fn default() -> Self {
        let none = ReadOnly::default();
        Self {
            sets: vec![none.clone()],
            by_set: HashMap::from([(none, 0)]),
            required: HashMap::new(),
            entered: 0,
            steps: 0,
        }
    }
}

impl<'a> Waivers<'a> {
    /// The set by its number.
    pub(super) fn get(&self, set: usize) -> ReadOnly {
        self.sets.get(set).cloned().unwrap_or_default()
    }

    /// The number of those names that a schema, or a part of it, requires; `None` if there are too
    /// many such sets, or if it takes too long to tell.
    pub(super) fn entering(
        &mut self,
        names: &ReadOnly,
        schema: Node<'a>,
        references: &References<'a>,
        notes: &mut Notes,
    ) -> Option<usize> {
        if names.is_empty() {
            return Some(0);
        }
        if self.steps > STEPS_MAX {
            return None;
        }
        let required = self.required(schema, references, notes);
        let asked = names.iter().filter(|name| required.contains(name.as_str()));
        let asked: ReadOnly = Rc::new(asked.cloned().collect());
        self.entered += usize::from(!asked.is_empty());
        if self.entered > ENTERED_MAX {
            return None;
        }
        if let Some(known) = self.by_set.get(&asked) {
            return Some(*known);
        }
        if self.sets.len() == SETS_MAX {
            return None;
        }
        self.sets.push(asked.clone());
        self.by_set.insert(asked, self.sets.len() - 1);
        Some(self.sets.len() - 1)
    }

    /// All names that a schema may require of its value.
    pub(super) fn required(
        &mut self,
        schema: Node<'a>,
        references: &References<'a>,
        notes: &mut Notes,
    ) -> Rc<HashSet<&'a str>> {
        if let Some(known) = self.required.get(&schema.id()) {
            return known.clone();
        }
        let mut names = HashSet::new();
        let mut seen = HashSet::from([schema.id()]);
        let mut waiting = vec![schema];
        while let Some(next) = waiting.pop() {
            self.steps += 1;
            names.extend(own_required(next));
            let mut parts: Vec<Node<'a>> = Vec::new();
            parts.extend(references.step(next, notes).target());
            for (name, keyword) in next.members() {
                match name.text {
                    "allOf" | "anyOf" | "oneOf" => parts.extend(keyword.items()),
                    "then" | "else" => parts.push(keyword),
                    "dependentSchemas" => parts.extend(keyword.members().map(|(_, part)| part)),
                    "$dynamicRef" => {
                        let Some((target, name)) = references.dynamic_step(next, notes) else {
                            continue;
                        };
                        let all = references.names();
                        parts.push(target);
                        parts.extend(name.into_iter().flat_map(|name| all.all_dynamic(name)));
                    }
                    _ => {}
                }
            }
            waiting.extend(parts.into_iter().filter(|part| seen.insert(part.id())));
        }
        let names = Rc::new(names);
        self.required.insert(schema.id(), names.clone());
        names
    }
}
