//! Which names and types a value may have, compared from both contracts' shapes.

use std::collections::HashSet;

use portcullis_contract::{Property, Rest, Shape, ShapeId, Shapes, Types};
use portcullis_model::Pointer;

use super::Reach;
use crate::free_form::Way;

/// Pairs of shapes that are looked at for one value; beyond them it counts as wider.
const PAIRS_MAX: usize = 20_000;

/// The shapes of both contracts.
pub(super) struct Sides<'a> {
    pub(super) before: &'a Shapes,
    pub(super) after: &'a Shapes,
}

/// What is different at one place of a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) reach: Reach,
    pub(super) at: Pointer,
    pub(super) what: String,
}

/// All differences between two shapes for values that go this way.
pub(super) fn differences(
    before: ShapeId,
    after: ShapeId,
    way: Way,
    sides: &Sides<'_>,
) -> Vec<Difference> {
    let mut walk = Walk {
        way,
        sides,
        seen: HashSet::from([(before, after)]),
        waiting: vec![(before, after, Pointer::root())],
        found: Vec::new(),
    };
    while let Some((before, after, at)) = walk.waiting.pop() {
        if walk.seen.len() > PAIRS_MAX {
            walk.push(Reach::Wider, &at, "is too large to be compared");
            break;
        }
        walk.compare(sides.before.get(before), sides.after.get(after), &at);
    }
    walk.found
}

struct Walk<'a> {
    way: Way,
    sides: &'a Sides<'a>,
    seen: HashSet<(ShapeId, ShapeId)>,
    waiting: Vec<(ShapeId, ShapeId, Pointer)>,
    found: Vec<Difference>,
}

impl Walk<'_> {
    fn push(&mut self, reach: Reach, at: &Pointer, what: impl Into<String>) {
        self.found.push(Difference { reach, at: at.clone(), what: what.into() });
    }

    fn later(&mut self, before: ShapeId, after: ShapeId, at: Pointer) {
        if self.seen.insert((before, after)) {
            self.waiting.push((before, after, at));
        }
    }

    fn compare(&mut self, before: &Shape, after: &Shape, at: &Pointer) {
        if !before.types.contains(after.types) {
            self.push(
                Reach::Wider,
                at,
                format!("may be {}, and before {}", after.types, before.types),
            );
        } else if before.types != after.types {
            self.push(Reach::Narrower, at, format!("may only be {}", after.types));
        }
        if before.is_binary != after.is_binary {
            self.push(Reach::Wider, at, "is read in another way");
        }
        let both = before.text.sinks.and(after.text.sinks);
        if self.way == Way::In && both != before.text.sinks {
            self.push(Reach::Wider, at, "is looked at for fewer languages (`x-text`, `x-sink`)");
        } else if self.way == Way::In && both != after.text.sinks {
            self.push(Reach::Narrower, at, "is looked at for more languages");
        }
        if before.pointing != after.pointing {
            let reach =
                if before.pointing < after.pointing { Reach::Narrower } else { Reach::Wider };
            self.push(reach, at, "is read in another way as to where it points");
        }
        self.properties(before, after, at);
        self.patterns(before, after, at);
        self.rest(before, after, at);
        match (before.items, after.items) {
            (Some(old), Some(new)) => self.later(old, new, further(at, "*")),
            (Some(_), None) if after.types.intersects(Types::ARRAY) => {
                self.push(Reach::Wider, &further(at, "*"), "may be anything");
            }
            (None, Some(_)) => self.push(Reach::Narrower, &further(at, "*"), "is described"),
            _ => {}
        }
    }

    /// Whether such a property passes on this way.
    fn passes(&self, property: Property, shapes: &Shapes) -> bool {
        let shape = shapes.get(property.shape);
        match self.way {
            Way::In => !property.read_only && !shape.read_only,
            Way::Out => !property.write_only && !shape.write_only,
        }
    }

    fn properties(&mut self, before: &Shape, after: &Shape, at: &Pointer) {
        let verb = match self.way {
            Way::In => "may be written",
            Way::Out => "leaves",
        };
        for (name, property) in after.object.properties() {
            let here = further(at, name);
            if !self.passes(property, self.sides.after) {
                continue;
            }
            let known = before.object.property(name, &mut 0);
            match known.filter(|known| self.passes(*known, self.sides.before)) {
                Some(known) => self.later(known.shape, property.shape, here),
                None => match before.object.rest {
                    // It passed already, as one that nobody described.
                    Rest::FreeForm if known.is_none() => {}
                    Rest::Map(value) if known.is_none() => {
                        self.later(value, property.shape, here);
                    }
                    _ => self.push(Reach::Wider, &here, verb),
                },
            }
        }
        for (name, property) in before.object.properties() {
            let known = after.object.property(name, &mut 0);
            let passed = self.passes(property, self.sides.before);
            let here = further(at, name);
            match (known.is_some_and(|known| self.passes(known, self.sides.after)), known) {
                // What is guarded in a map is guarded no longer where it is not declared.
                (false, None) if matches!(after.object.rest, Rest::FreeForm | Rest::Map(_)) => {
                    self.push(Reach::Wider, &here, "is no longer declared, and other names pass");
                }
                (false, _) if passed => {
                    self.push(
                        Reach::Narrower,
                        &here,
                        format!("no longer {}", verb.replace("may be", "is")),
                    );
                }
                _ => {}
            }
        }
    }

    fn patterns(&mut self, before: &Shape, after: &Shape, at: &Pointer) {
        let is_free = before.object.rest == Rest::FreeForm && !before.object.is_described();
        let old: Vec<_> = before.object.patterns().collect();
        let new: Vec<_> = after.object.patterns().collect();
        for (text, value) in &new {
            let here = further(at, text);
            match (old.iter().find(|(known, _)| known == text), value) {
                (Some((_, Some(old))), Some(new)) => self.later(*old, *new, here),
                (Some((_, None)), Some(_)) => {
                    self.push(Reach::Wider, &here, "is not forbidden any more");
                }
                (Some(_), None) => {}
                (None, None) => self.push(Reach::Narrower, &here, "is forbidden"),
                (None, Some(_)) if is_free => {}
                (None, Some(_)) => self.push(Reach::Wider, &here, "is a name that passes"),
            }
        }
        for (text, value) in old {
            if new.iter().any(|(known, _)| *known == text) {
                continue;
            }
            let here = further(at, text);
            if value.is_none() || !matches!(after.object.rest, Rest::Closed | Rest::Open) {
                self.push(Reach::Wider, &here, "is no rule for names any more");
            } else {
                self.push(Reach::Narrower, &here, "is a name that does not pass any more");
            }
        }
        if before.object.name_rules() != after.object.name_rules() {
            self.push(Reach::Wider, at, "has other rules for names");
        }
    }

    fn rest(&mut self, before: &Shape, after: &Shape, at: &Pointer) {
        let here = further(at, "*");
        match (before.object.rest, after.object.rest) {
            (Rest::Map(old), Rest::Map(new)) => self.later(old, new, here),
            (Rest::FreeForm, Rest::FreeForm)
            | (Rest::Open, Rest::Open)
            | (Rest::Closed, Rest::Closed) => {}
            (Rest::FreeForm, _) => self.push(Reach::Narrower, &here, "is described"),
            (Rest::Map(_) | Rest::Open, Rest::Closed) => {
                self.push(Reach::Narrower, &here, "is refused where it is not declared");
            }
            (Rest::Map(_), Rest::Open) => {
                self.push(Reach::Narrower, &here, "does not pass any more");
            }
            (Rest::Closed, Rest::Open) => {
                self.push(Reach::Wider, &here, "is dropped where it was refused");
            }
            (_, Rest::Map(_)) => self.push(Reach::Wider, &here, "is a name that passes"),
            (_, Rest::FreeForm) => self.push(Reach::Wider, &here, "may be anything"),
        }
    }
}

fn further(at: &Pointer, name: &str) -> Pointer {
    let mut at = at.clone();
    at.push(name);
    at
}
