//! Every schema that an operation leads to.

use super::facts::{Context, Edge, EdgeKind, Lacks, OutlinedSchema, Said};
use super::walk::Walker;
use super::{SchemaIndex, Uses, VISITS_MAX};
use crate::document::Node;
use crate::shape::Types;

/// Parts of a whole inside one another, as far as their bounds count for one another.
const PARTS_DEPTH_MAX: usize = 16;
/// Parts that are asked for the bounds of one schema.
const PARTS_MAX: usize = 256;

impl<'a> Walker<'a, '_> {
    /// A schema, with all that it leads to.
    pub(super) fn schema(&mut self, node: Node<'a>) -> Option<SchemaIndex> {
        let index = self.reach(node, Context::default())?;
        while let Some((schema, around)) = self.waiting.pop() {
            self.visits += 1;
            if self.visits > VISITS_MAX {
                self.is_whole = false;
                self.waiting.clear();
                break;
            }
            self.visit(schema, around);
        }
        Some(index)
    }

    /// The schema of a node, which is visited with these bounds around it if it was not yet.
    fn reach(&mut self, node: Node<'a>, around: Context) -> Option<SchemaIndex> {
        let schema = self.resolved(node)?;
        if !schema.is_object() {
            return None;
        }
        let index = match self.known.get(&schema.id()) {
            Some(index) => *index,
            None => self.add(schema),
        };
        if self.visited.insert((schema.id(), around)) {
            self.waiting.push((schema, around));
        }
        Some(index)
    }

    fn add(&mut self, schema: Node<'a>) -> SchemaIndex {
        let index = SchemaIndex(self.schemas.len() as u32);
        self.known.insert(schema.id(), index);
        let site = self.site(schema);
        self.examples_of(schema);
        self.schemas.push(OutlinedSchema {
            site,
            said: said(schema),
            lacks: Lacks::default(),
            edges: Vec::new(),
            in_requests: Uses::default(),
            in_answers: Uses::default(),
        });
        index
    }

    fn visit(&mut self, schema: Node<'a>, around: Context) {
        let Some(from) = self.known.get(&schema.id()).copied() else { return };
        let mut left = PARTS_MAX;
        let held = around.and(self.held_with_parts(schema, PARTS_DEPTH_MAX, &mut left));
        let declares = schema.get("properties").is_some_and(|all| all.len() > 0);
        let is_whole = schema.get("allOf").is_some_and(|parts| parts.len() > 0);
        if let Some(known) = self.schemas.get_mut(from.0 as usize) {
            known.lacks = known.lacks.or(Lacks::of(&known.said, held, declares || is_whole));
        }
        let is_first = self.expanded.insert(schema.id());
        let from = is_first.then_some(from);
        let has_own = declares || is_whole;
        // Beside other keywords, a reference is one part more.
        let sibling = schema.get("$ref").is_some().then(|| self.referred(schema)).flatten();
        let parts = schema.get("allOf").into_iter().flat_map(Node::items).chain(sibling);
        for part in parts {
            self.lead(from, part, EdgeKind::Same, held, true);
        }
        for key in ["oneOf", "anyOf"] {
            for one in schema.get(key).into_iter().flat_map(Node::items) {
                self.lead(from, one, EdgeKind::Same, held, has_own);
            }
        }
        for one in ["then", "else"].into_iter().filter_map(|key| schema.get(key)) {
            self.lead(from, one, EdgeKind::Same, held, true);
        }
        // What is in it has no bounds around it: one visit is enough.
        if is_first {
            self.inside(schema, from);
        }
    }

    fn inside(&mut self, schema: Node<'a>, from: Option<SchemaIndex>) {
        let fresh = Context::default();
        for (name, one) in schema.get("properties").into_iter().flat_map(Node::members) {
            self.lead(from, one, EdgeKind::Property(name.text.into()), fresh, false);
        }
        for one in schema.get("prefixItems").into_iter().flat_map(Node::items) {
            self.lead(from, one, EdgeKind::Item, fresh, false);
        }
        if let Some(one) = schema.get("items") {
            self.lead(from, one, EdgeKind::Item, fresh, false);
        }
        for one in ["additionalProperties", "unevaluatedProperties"] {
            if let Some(one) = schema.get(one) {
                self.lead(from, one, EdgeKind::Value, fresh, false);
            }
        }
        for (_, one) in schema.get("patternProperties").into_iter().flat_map(Node::members) {
            self.lead(from, one, EdgeKind::Value, fresh, false);
        }
    }

    fn lead(
        &mut self,
        from: Option<SchemaIndex>,
        node: Node<'a>,
        kind: EdgeKind,
        around: Context,
        is_part: bool,
    ) {
        let Some(to) = self.reach(node, around) else { return };
        if let Some(target) = self.schemas.get_mut(to.0 as usize) {
            target.said.is_part |= is_part;
        }
        // A second visit, with other bounds around, leads to the same.
        let known = from.and_then(|from| self.schemas.get_mut(from.0 as usize));
        if let Some(known) = known {
            known.edges.push(Edge { to, kind });
        }
    }

    /// What a schema says of its values, with all that holds together with it.
    fn held_with_parts(&mut self, schema: Node<'a>, depth: usize, left: &mut usize) -> Context {
        let mut held = self.held(schema);
        if depth == 0 {
            return held;
        }
        let sibling = schema.get("$ref").is_some().then(|| self.referred(schema)).flatten();
        for part in schema.get("allOf").into_iter().flat_map(Node::items).chain(sibling) {
            let Some(rest) = left.checked_sub(1) else { break };
            *left = rest;
            if let Some(part) = self.resolved(part) {
                held = held.and(self.held_with_parts(part, depth - 1, left));
            }
        }
        held
    }
}

/// What a schema says by itself.
fn said(schema: Node<'_>) -> Said {
    let additional = ["additionalProperties", "unevaluatedProperties"];
    let is_map =
        |key: &str| schema.get(key).is_some_and(|values| values.is_object() && values.len() > 0);
    let is_text_of_bytes = schema.get_str("type") == Some("file")
        || schema.get_str("format") == Some("binary")
        || schema.get("contentMediaType").is_some() && schema.get("contentEncoding").is_none();
    Said {
        types: types(schema),
        format: schema.get_str("format").map(Box::from),
        pattern: schema.get_str("pattern").map(Box::from),
        is_choice: schema.get("enum").or_else(|| schema.get("const")).is_some(),
        read_only: schema.is_true("readOnly"),
        write_only: schema.is_true("writeOnly"),
        is_closed: additional
            .into_iter()
            .any(|key| schema.get(key).and_then(Node::as_bool) == Some(false)),
        is_map: additional.into_iter().any(is_map),
        is_part: false,
        has_parts: schema.get("allOf").is_some_and(|parts| parts.len() > 0),
        has_properties: schema.get("properties").is_some_and(|all| all.len() > 0),
        is_composed: ["$ref", "allOf", "anyOf", "oneOf", "properties", "items", "if", "not"]
            .into_iter()
            .any(|key| schema.get(key).is_some()),
        is_silent: crate::shape::says_nothing(schema),
        is_binary: is_text_of_bytes,
    }
}

fn types(schema: Node<'_>) -> Option<Types> {
    let written = schema.get("type")?;
    let words = written.as_str().into_iter().chain(written.items().filter_map(Node::as_str));
    words.map(named).reduce(Types::or)
}

fn named(word: &str) -> Types {
    match word {
        "null" => Types::NULL,
        "boolean" => Types::BOOLEAN,
        "integer" => Types::INTEGER,
        "number" => Types::NUMBER,
        "string" | "file" => Types::STRING,
        "array" => Types::ARRAY,
        "object" => Types::OBJECT,
        _ => Types::NONE,
    }
}
