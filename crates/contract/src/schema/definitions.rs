//! The schemas that requests depend on, each translated once.

use std::collections::{HashMap, HashSet};

use portcullis_model::Span;
use serde_json::Value as Data;

use super::options::Engine;
use super::patterns::Patterns;
use super::scopes::Scopes;
use super::waived::{ReadOnly, Waivers};
use crate::document::Node;

/// Schemas inside one another at one value, references followed. Checking recurses this deep for
/// each level of the value.
const DEPTH_MAX: usize = 64;

/// All definitions of one contract. Those that refer to one another are compiled together.
#[derive(Debug, Default)]
pub(crate) struct Definitions<'a> {
    list: Vec<Definition<'a>>,
    /// By schema, scope and waived names.
    by_node: HashMap<(u32, usize, usize), usize>,
    translated: usize,
    pub(super) patterns: Patterns<'a>,
    pub(super) scopes: Scopes<'a>,
    pub(super) waivers: Waivers<'a>,
    /// Formats that nobody here knows, each told once.
    pub(super) unknown_formats: HashSet<&'a str>,
    /// The same for keywords.
    pub(super) unknown_keywords: HashSet<&'a str>,
}

#[derive(Debug)]
struct Definition<'a> {
    node: Node<'a>,
    /// Where it is entered from.
    scope: usize,
    /// What is waived where it is entered from.
    waived: usize,
    /// The pointer by which it is referred to; empty for the schema of a parameter or body.
    origin: String,
    /// A parameter or body is checked against it, not only what refers to it.
    is_entry: bool,
    translated: Translated,
}

/// One definition, translated.
#[derive(Debug, Default)]
pub(super) struct Translated {
    pub(super) schema: Data,
    /// The definitions that it refers to, and how many schemas stand around the reference at the
    /// same value; `None` where the reference is about a part of the value.
    pub(super) refers_to: Vec<(usize, Option<usize>)>,
    /// How many schemas stand in one another at the same value.
    pub(super) depth: usize,
    pub(super) fault: Option<Fault>,
    pub(super) backtracks: bool,
}

/// Why a definition cannot be checked.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) span: Span,
    pub(crate) message: String,
}

impl<'a> Definitions<'a> {
    /// The index of a schema; it is translated later.
    pub(super) fn index(
        &mut self,
        node: Node<'a>,
        scope: usize,
        waived: usize,
        origin: &str,
    ) -> usize {
        let next = self.list.len();
        let index = *self.by_node.entry((node.id(), scope, waived)).or_insert(next);
        if index == next {
            self.list.push(Definition {
                node,
                scope,
                waived,
                origin: origin.to_owned(),
                is_entry: false,
                translated: Translated::default(),
            });
        }
        index
    }

    /// The index of a schema that values are checked against.
    pub(super) fn entry(&mut self, node: Node<'a>) -> usize {
        let index = self.index(node, 0, 0, "");
        if let Some(definition) = self.list.get_mut(index) {
            definition.is_entry = true;
        }
        index
    }

    /// The next schema that is to be translated, the scope that it is entered from, and what is
    /// waived there.
    pub(super) fn untranslated(&self) -> Option<(Node<'a>, usize, ReadOnly)> {
        let next = self.list.get(self.translated)?;
        Some((next.node, next.scope, self.waivers.get(next.waived)))
    }

    /// Takes the translation of that schema.
    pub(super) fn set_translated(&mut self, translated: Translated) {
        if let Some(definition) = self.list.get_mut(self.translated) {
            definition.translated = translated;
            self.translated += 1;
        }
    }

    /// Adds an entry that has no schema of its own in the document. All others are translated.
    pub(super) fn push_translated(&mut self, at: Node<'a>, translated: Translated) -> usize {
        let index = self.list.len();
        self.list.push(Definition {
            node: at,
            scope: 0,
            waived: 0,
            origin: String::new(),
            is_entry: true,
            translated,
        });
        self.translated = self.list.len();
        index
    }

    pub(super) fn is_entry(&self, index: usize) -> bool {
        self.list.get(index).is_some_and(|definition| definition.is_entry)
    }

    pub(super) fn schema(&self, index: usize) -> Option<&serde_json::Value> {
        Some(&self.list.get(index)?.translated.schema)
    }

    pub(super) fn origin(&self, index: usize) -> &str {
        self.list.get(index).map_or("", |definition| &definition.origin)
    }

    /// These definitions and all that they refer to.
    pub(super) fn reached(&self, from: &[usize]) -> Vec<usize> {
        let mut is_reached = vec![false; self.list.len()];
        let mut waiting = from.to_vec();
        while let Some(index) = waiting.pop() {
            let Some(is_reached @ false) = is_reached.get_mut(index) else {
                continue;
            };
            *is_reached = true;
            let definition = self.list.get(index);
            let targets = definition.iter().flat_map(|one| &one.translated.refers_to);
            waiting.extend(targets.map(|(target, _)| *target));
        }
        (0..is_reached.len()).filter(|index| is_reached.get(*index) == Some(&true)).collect()
    }

    /// Marks a definition, and all that refer to it, as one that cannot be checked.
    pub(super) fn mark(&self, index: usize, message: &str, faults: &mut [Option<Fault>]) {
        let Some(definition) = self.list.get(index) else {
            return;
        };
        if let Some(fault) = faults.get_mut(index) {
            *fault = Some(Fault { span: definition.node.span(), message: message.to_owned() });
        }
        let spread = self.spread(faults.to_vec());
        faults.clone_from_slice(&spread);
    }

    /// Why each definition cannot be checked, if it or what it refers to cannot.
    pub(super) fn faults(&self) -> Vec<Option<Fault>> {
        let depths = self.depths();
        let own = self.list.iter().zip(depths).map(|(definition, depth)| {
            definition.translated.fault.clone().or_else(|| {
                (depth > DEPTH_MAX).then(|| Fault {
                    span: definition.node.span(),
                    message: format!("more than {DEPTH_MAX} schemas stand in one another here"),
                })
            })
        });
        self.spread(own.collect())
    }

    /// Which engine each definition needs, with all that it refers to.
    pub(super) fn engines(&self) -> Vec<Engine> {
        let own = self.list.iter();
        let own = own.map(|definition| definition.translated.backtracks.then_some(()));
        let spread = self.spread(own.collect());
        let engine = |backtracks: Option<()>| match backtracks {
            Some(()) => Engine::Backtracking,
            None => Engine::Linear,
        };
        spread.into_iter().map(engine).collect()
    }

    /// Whether each definition reaches a union that contains itself.
    pub(super) fn have_recursive_unions(&self) -> Vec<bool> {
        let own = (0..self.list.len()).map(|index| {
            let definition = self.list.get(index)?;
            let targets: Vec<usize> =
                definition.translated.refers_to.iter().map(|(target, _)| *target).collect();
            let is_recursive = has_union(&definition.translated.schema)
                && self.reached(&targets).binary_search(&index).is_ok();
            is_recursive.then_some(())
        });
        self.spread(own.collect()).iter().map(Option::is_some).collect()
    }

    /// Carries a mark from each definition to all that refer to it.
    fn spread<T: Clone>(&self, mut marks: Vec<Option<T>>) -> Vec<Option<T>> {
        let mut referred_by: Vec<Vec<usize>> = vec![Vec::new(); self.list.len()];
        for (index, definition) in self.list.iter().enumerate() {
            for (target, _) in &definition.translated.refers_to {
                if let Some(list) = referred_by.get_mut(*target) {
                    list.push(index);
                }
            }
        }
        let mut waiting: Vec<usize> = (0..marks.len())
            .filter(|index| marks.get(*index).is_some_and(Option::is_some))
            .collect();
        while let Some(index) = waiting.pop() {
            let mark = marks.get(index).cloned().flatten();
            for other in referred_by.get(index).into_iter().flatten() {
                if let Some(place @ None) = marks.get_mut(*other) {
                    place.clone_from(&mark);
                    waiting.push(*other);
                }
            }
        }
        marks
    }

    /// How many schemas stand in one another at the value of each definition.
    fn depths(&self) -> Vec<usize> {
        let mut depths = vec![None; self.list.len()];
        (0..self.list.len()).map(|index| self.depth(index, 0, &mut depths)).collect()
    }

    fn depth(&self, index: usize, around: usize, depths: &mut Vec<Option<usize>>) -> usize {
        if let Some(Some(known)) = depths.get(index) {
            return *known;
        }
        let Some(definition) = self.list.get(index).filter(|_| around <= DEPTH_MAX) else {
            return DEPTH_MAX + 1;
        };
        // A definition inside itself at the same value: validators stop there.
        if let Some(place) = depths.get_mut(index) {
            *place = Some(0);
        }
        let mut deepest = definition.translated.depth;
        for (target, depth) in &definition.translated.refers_to {
            if let Some(depth) = depth {
                let below = self.depth(*target, around + 1, depths);
                deepest = deepest.max(depth + 1 + below);
            }
        }
        let deepest = deepest.min(DEPTH_MAX + 1);
        if let Some(place) = depths.get_mut(index) {
            *place = Some(deepest);
        }
        deepest
    }
}

/// Whether a schema holds alternatives anywhere.
fn has_union(schema: &Data) -> bool {
    match schema {
        Data::Object(members) => members.iter().any(|(name, value)| {
            matches!(name.as_str(), "oneOf" | "anyOf") && value.is_array() || has_union(value)
        }),
        Data::Array(items) => items.iter().any(has_union),
        _ => false,
    }
}
