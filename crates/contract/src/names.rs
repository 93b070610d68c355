//! Names that schemas of JSON Schema give to themselves (`$id`, `$anchor`) and documents of OpenAPI
//! 3.2 to themselves (`$self`).

use std::collections::HashMap;

use crate::document::{Node, Tree};
use crate::location::resolved;

/// Names that are kept; a reference to one beyond them points to nothing.
const NAMES_MAX: usize = 100_000;

/// Keywords whose members are named by the document.
const MAPS: [&str; 6] =
    ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties", "schemas"];

/// All names in the files of one contract.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    /// The root of each file, and each schema with an `$id`, by where they begin.
    resources: Vec<Resource<'a>>,
    by_uri: HashMap<String, Named<usize>>,
    anchors: HashMap<(usize, &'a str), Named<Node<'a>>>,
    /// The names of `$dynamicAnchor`, by the resource that has them.
    dynamic: HashMap<usize, Vec<(&'a str, Node<'a>)>>,
}

/// What a name names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named<T> {
    One(T),
    /// Two have that name, so neither is meant.
    Several,
}

/// A part of a file within which references are resolved against one base.
#[derive(Debug)]
struct Resource<'a> {
    root: Node<'a>,
    /// One past the last node in it.
    end: u32,
    /// The resource around it.
    around: Option<usize>,
    base: String,
}

impl<'a> Names<'a> {
    /// Gathers the names in these files. Without `has_names` every file is one resource.
    pub(crate) fn gather(trees: impl Iterator<Item = &'a Tree>, has_names: bool) -> Self {
        let mut names = Self::default();
        for tree in trees {
            let root = tree.root();
            let place = format!("local:/{}", tree.path());
            let own = root.get_str("$self").or_else(|| root.get_str("$id"));
            let own =
                own.filter(|_| has_names).and_then(|own| resolved(&place, without_fragment(own)));
            let index = names.add(root, None, own.unwrap_or_else(|| place.clone()));
            // A file is also known by its place.
            names.by_uri.entry(place).or_insert(Named::One(index));
            let mut end = root.id() + 1;
            if has_names {
                names.look_into(root, index, false, &mut end);
            } else {
                end = root.id() + tree.node_count();
            }
            names.close(index, end);
        }
        names
    }

    /// The resource that a node stands in.
    pub(crate) fn resource_of(&self, node: Node<'a>) -> usize {
        let id = node.id();
        let before = self.resources.partition_point(|resource| resource.root.id() <= id);
        let mut at = before.checked_sub(1);
        while let Some(index) = at {
            match self.resources.get(index) {
                Some(resource) if resource.end > id => return index,
                Some(resource) => at = resource.around,
                None => break,
            }
        }
        0
    }

    /// The root of a resource.
    pub(crate) fn root(&self, resource: usize) -> Option<Node<'a>> {
        self.resources.get(resource).map(|resource| resource.root)
    }

    /// The resource that a reference without fragment names, from within another one.
    pub(crate) fn named(&self, from: usize, reference: &str) -> Option<Named<usize>> {
        let uri = resolved(&self.resources.get(from)?.base, reference)?;
        self.by_uri.get(&uri).copied()
    }

    /// The schema that has this anchor.
    pub(crate) fn anchor(&self, resource: usize, name: &str) -> Option<Named<Node<'a>>> {
        self.anchors.get(&(resource, name)).copied()
    }

    /// The dynamic anchors of the resource that a node stands in.
    pub(crate) fn dynamic_anchors(&self, node: Node<'a>) -> &[(&'a str, Node<'a>)] {
        if self.dynamic.is_empty() {
            return &[];
        }
        self.dynamic.get(&self.resource_of(node)).map_or(&[], Vec::as_slice)
    }

    /// All schemas that have this name as a dynamic anchor.
    pub(crate) fn all_dynamic(&self, name: &str) -> impl Iterator<Item = Node<'a>> {
        let all = self.dynamic.values().flatten();
        all.filter(move |(known, _)| *known == name).map(|(_, target)| *target)
    }

    fn add(&mut self, root: Node<'a>, around: Option<usize>, base: String) -> usize {
        let index = self.resources.len();
        self.by_uri
            .entry(base.clone())
            .and_modify(|known| *known = Named::Several)
            .or_insert(Named::One(index));
        self.resources.push(Resource { root, end: root.id() + 1, around, base });
        index
    }

    fn close(&mut self, index: usize, end: u32) {
        if let Some(resource) = self.resources.get_mut(index) {
            resource.end = end;
        }
    }

    /// Gathers the names in a node; `end` becomes one past the last node that was seen. The members
    /// of a map of schemas are named by the document, not by the specification.
    fn look_into(&mut self, node: Node<'a>, around: usize, is_map: bool, end: &mut u32) {
        *end = node.id() + 1;
        let mut resource = around;
        let is_root = self.root(around).is_some_and(|root| root.id() == node.id());
        let id = node.get_str("$id").filter(|id| !without_fragment(id).is_empty() && !is_root);
        if let Some(id) = id.filter(|_| self.resources.len() < NAMES_MAX) {
            let base = self.resources.get(around).map_or("", |resource| &resource.base);
            let base = resolved(base, without_fragment(id)).unwrap_or_else(|| id.to_owned());
            resource = self.add(node, Some(around), base);
        }
        if let Some(name) = node.get_str("$dynamicAnchor") {
            let of_resource = self.dynamic.entry(resource).or_default();
            if of_resource.len() < NAMES_MAX && of_resource.iter().all(|(known, _)| *known != name)
            {
                of_resource.push((name, node));
            }
        }
        for key in ["$anchor", "$dynamicAnchor"] {
            if let Some(name) = node.get_str(key)
                && self.anchors.len() < NAMES_MAX
            {
                self.anchors
                    .entry((resource, name))
                    .and_modify(|known| {
                        // One schema may have one name twice: as anchor and as dynamic anchor.
                        if !matches!(known, Named::One(known) if known.id() == node.id()) {
                            *known = Named::Several;
                        }
                    })
                    .or_insert(Named::One(node));
            }
        }
        for (name, value) in node.members() {
            // What values are compared with is no schema.
            let is_value = match name.text {
                "const" => !is_map,
                "enum" => value.is_array(),
                _ => false,
            };
            if is_value {
                *end = end_of(value);
            } else {
                let is_map = !is_map && MAPS.contains(&name.text);
                self.look_into(value, resource, is_map, end);
            }
        }
        for item in node.items() {
            self.look_into(item, resource, false, end);
        }
        if resource != around {
            self.close(resource, *end);
        }
    }
}

/// One past the last node in a value.
fn end_of(value: Node<'_>) -> u32 {
    let last = value.members().last().map(|(_, member)| member).or_else(|| value.items().last());
    last.map_or(value.id() + 1, end_of)
}

fn without_fragment(uri: &str) -> &str {
    uri.split('#').next().unwrap_or_default()
}
