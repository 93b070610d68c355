//! What is declared for one value, over all the schemas that speak of it.

use std::collections::{HashMap, HashSet};

use portcullis_json::Kind;

use super::bounds::Bounds;
use super::never::Nevers;
use super::source::{Source, says_nothing};
use super::summary::{Map, Summary, add};
use super::text::{Patterns, TextShape};
use super::types::{is_binary, pointing, types};
use super::{Pointing, Types};
use crate::codes;
use crate::dialect;
use crate::document::Node;
use crate::kinds::{self, is_no_schema};
use crate::notes::{Notes, shown};
use crate::reference::Step;
use crate::swagger;

/// `allOf`, `oneOf` and references inside one another, at one value.
const DEPTH_MAX: usize = 1_000;
/// References to references that are followed to find out whether a schema is one of its own alternatives.
const REFERENCES_MAX: usize = 16;

/// All that a set of schemas declares.
#[derive(Debug, Default)]
pub(super) struct Gathered<'a> {
    pub(super) types: Types,
    /// In the order in which they are found.
    pub(super) properties: Vec<(&'a str, Vec<Node<'a>>)>,
    pub(super) patterns: Vec<(&'a str, Node<'a>)>,
    /// Names and patterns of which some schema says that nothing may stand there.
    pub(super) forbidden: HashSet<&'a str>,
    pub(super) forbidden_patterns: Vec<(&'a str, Node<'a>)>,
    /// Names that a discriminator says.
    pub(super) discriminators: HashSet<&'a str>,
    /// Names that must be there, as one of the schemas says.
    pub(super) required: HashSet<&'a str>,
    pub(super) items: Vec<Node<'a>>,
    /// Schemas of additional properties.
    pub(super) maps: Vec<Map<'a>>,
    /// `propertyNames`.
    pub(super) names: Vec<Node<'a>>,
    pub(super) is_closed: bool,
    pub(super) is_declared: bool,
    pub(super) is_said_open: bool,
    pub(super) is_binary: bool,
    pub(super) pointing: Pointing,
    pub(super) is_choice: bool,
    pub(super) text: TextShape,
    pub(super) bounds: Bounds,
    /// Schemas that were looked at.
    pub(super) steps: usize,
    /// Those among them that speak of the value, and do not just ask (`if`).
    pub(super) schemas: Vec<u32>,
}

struct Gatherer<'a, 'n> {
    source: Source<'a>,
    nevers: &'n mut Nevers,
    texts: &'n mut Patterns<'a>,
    notes: &'n mut Notes,
    steps: usize,
    found: Gathered<'a>,
    property_index: HashMap<&'a str, usize>,
    /// Schemas that were seen for this value; `None` while they are being looked at.
    seen: HashMap<(u32, bool, bool), Option<Summary<'a>>>,
    /// Whether what is looked at is a part of a schema that builds on it.
    is_heir: bool,
    /// Whether it is only asked: within `if`.
    is_asked: bool,
}

/// Gathers what a set of alternative schemas declares.
pub(super) fn gather<'a>(
    source: Source<'a>,
    set: &[Node<'a>],
    nevers: &mut Nevers,
    texts: &mut Patterns<'a>,
    notes: &mut Notes,
) -> Gathered<'a> {
    let mut gatherer = Gatherer {
        source,
        nevers,
        texts,
        notes,
        steps: 0,
        found: Gathered::default(),
        property_index: HashMap::new(),
        seen: HashMap::new(),
        is_heir: false,
        is_asked: false,
    };
    let summaries: Vec<Summary<'a>> =
        set.iter().map(|schema| gatherer.schema(*schema, 0)).collect();
    let mut whole = Summary::any_of(&summaries);
    if whole.declares {
        // Several schemas may speak of one property. What is a map in one of them is none where
        // another declares properties, as among alternatives.
        let others = summaries.iter().filter(|one| !one.declares);
        others.for_each(|one| add(&mut whole.doubtful_maps, one.maps.clone()));
    }
    if let [one] = summaries.as_slice() {
        whole.names.clone_from(&one.names);
    }
    for map in whole.settle() {
        let message = "these properties are allowed only sometimes (under a condition, or by one \
                       subtype or alternative), which is not honoured beside others that are \
                       declared";
        gatherer.notes.warn(&codes::FREE_FORM, map.values.span(), message);
    }
    let speaks = |(schema, _, is_asked): &(u32, bool, bool)| (!is_asked).then_some(*schema);
    Gathered {
        schemas: gatherer.seen.keys().filter_map(speaks).collect(),
        types: whole.types,
        text: whole.text,
        bounds: whole.bounds,
        is_closed: whole.closes,
        is_declared: whole.declares,
        maps: whole.maps,
        names: whole.names,
        steps: gatherer.steps,
        ..gatherer.found
    }
}

impl<'a> Gatherer<'a, '_> {
    fn schema(&mut self, schema: Node<'a>, depth: usize) -> Summary<'a> {
        self.steps += 1;
        let key = (schema.id(), self.is_heir, self.is_asked);
        if let Some(seen) = self.seen.get(&key) {
            // A schema inside itself, at the same value, adds nothing.
            return seen.clone().unwrap_or_else(Summary::silent);
        }
        if self.takes_nothing(schema) {
            return Summary::nothing();
        }
        if !schema.is_object() {
            return Summary::silent();
        }
        if depth > DEPTH_MAX {
            let message = format!(
                "more than {DEPTH_MAX} schemas stand in one another here: what this one declares is \
                 undeclared"
            );
            self.notes.warn(&codes::SCHEMA, schema.span(), message);
            return Summary::unknown();
        }
        self.seen.insert(key, None);
        let summary = self.parts(schema, depth + 1);
        self.seen.insert(key, Some(summary.clone()));
        summary
    }

    fn takes_nothing(&mut self, schema: Node<'a>) -> bool {
        is_no_schema(schema) || self.nevers.takes_nothing(self.source, schema, self.notes)
    }

    fn parts(&mut self, schema: Node<'a>, depth: usize) -> Summary<'a> {
        let mut summary = Summary::silent();
        let mut is_free = says_object(schema);
        let step = self.source.references.step(schema, self.notes);
        if let Step::To(target) = step {
            summary = self.schema(target, depth);
            is_free |= summary.is_free;
        }
        if self.source.version.has_lone_references() && !matches!(step, Step::NoReference) {
            return summary;
        }
        kinds::doubts(schema, self.source.version, self.notes);
        summary = self.own(schema).and(summary);
        for (name, keyword) in schema.members() {
            match name.text {
                "allOf" => {
                    let was_heir = self.is_heir;
                    self.is_heir |= self.source.references.is_subtype(schema);
                    for part in keyword.items() {
                        summary = summary.and(self.schema(part, depth));
                    }
                    self.is_heir = was_heir;
                }
                "anyOf" | "oneOf" => {
                    let alternatives = self.alternatives(keyword, depth);
                    summary = summary.and(alternatives);
                }
                "$schema" => dialect::doubt(keyword, self.source.version, self.notes),
                "discriminator" => self.subtypes(schema, keyword, &mut summary, depth),
                "$dynamicRef" if self.source.version.is_json_schema() => {
                    self.dynamic(schema, &mut summary, depth);
                }
                "if" => self.asked(keyword, &mut summary, depth),
                "then" | "else" => self.sometimes(keyword, &mut summary, depth),
                "dependentSchemas" => {
                    for (_, part) in keyword.members() {
                        self.sometimes(part, &mut summary, depth);
                    }
                }
                _ => {}
            }
        }
        if let Some(keyword) = schema.get("unevaluatedProperties") {
            self.unevaluated(schema, keyword, &mut summary);
        }
        if self.source.version.nullable_key().is_some_and(|key| schema.is_true(key)) {
            summary.types = summary.types.or(Types::NULL);
        }
        if self.source.version.is_swagger() {
            swagger::doubts(schema, self.notes);
        }
        summary.is_free = is_free && !summary.declares && summary.maps.is_empty();
        summary
    }

    /// What its parts leave open: `unevaluatedProperties`, when all of them are known.
    fn unevaluated(&mut self, schema: Node<'a>, keyword: Node<'a>, summary: &mut Summary<'a>) {
        let is_open = !self.takes_nothing(keyword);
        if is_open && !summary.closes {
            self.additional(schema, keyword, summary);
        } else if !is_open && !summary.evaluates_all && summary.maps.is_empty() {
            *summary = std::mem::replace(summary, Summary::silent()).and(Summary::unknown());
        }
    }

    /// What undeclared properties must be, where a schema says it.
    fn additional(&mut self, owner: Node<'a>, values: Node<'a>, summary: &mut Summary<'a>) {
        let map = Map { owner, values };
        if !says_nothing(values) || values.is_true("readOnly") {
            add(&mut summary.maps, vec![map]);
        } else if values.is_true("writeOnly") {
            add(&mut summary.doubtful_maps, vec![map]);
            summary.evaluates_all = true;
        } else {
            self.found.is_said_open = true;
            summary.evaluates_all = true;
        }
    }

    /// What a dynamic reference may mean: what any of the schemas declares is declared.
    fn dynamic(&mut self, schema: Node<'a>, summary: &mut Summary<'a>, depth: usize) {
        let Some((target, name)) = self.source.references.dynamic_step(schema, self.notes) else {
            return;
        };
        self.sometimes(target, summary, depth);
        let others =
            name.into_iter().flat_map(|name| self.source.references.names().all_dynamic(name));
        for other in others.collect::<Vec<_>>() {
            self.sometimes(other, summary, depth);
        }
    }

    /// What stands under a condition: its properties are declared, and it is a map where nothing
    /// else is declared.
    fn sometimes(&mut self, schema: Node<'a>, summary: &mut Summary<'a>, depth: usize) {
        let part = self.schema(schema, depth);
        summary.declares |= part.declares;
        if !summary.closes {
            add(&mut summary.doubtful_maps, part.maps);
            add(&mut summary.doubtful_maps, part.doubtful_maps);
        }
    }

    /// What a condition asks: the properties that it describes are declared. It asserts nothing, so
    /// that what it requires need not be known.
    fn asked(&mut self, schema: Node<'a>, summary: &mut Summary<'a>, depth: usize) {
        let was_asked = self.is_asked;
        self.is_asked = true;
        let part = self.schema(schema, depth);
        self.is_asked = was_asked;
        summary.declares |= part.declares;
    }

    fn alternatives(&mut self, list: Node<'a>, depth: usize) -> Summary<'a> {
        let part = |part| {
            // A value is of a type because it is of that type: no value is.
            if self.is_under_way(part) { Summary::nothing() } else { self.schema(part, depth) }
        };
        let summaries: Vec<Summary<'a>> = list.items().map(part).collect();
        let whole = Summary::any_of(&summaries);
        if whole.declares {
            for (part, summary) in list.items().zip(&summaries) {
                if summary.is_free || !summary.declares && !summary.maps.is_empty() {
                    self.notes.warn(
                        &codes::FREE_FORM,
                        part.span(),
                        "this alternative allows any properties, which is not honoured beside \
                         others that declare theirs",
                    );
                }
            }
        }
        whole
    }

    /// Whether a schema is, but for references, one that is being looked at for this very value.
    fn is_under_way(&mut self, mut schema: Node<'a>) -> bool {
        for _ in 0..REFERENCES_MAX {
            if self
                .seen
                .get(&(schema.id(), self.is_heir, self.is_asked))
                .is_some_and(Option::is_none)
            {
                return true;
            }
            match self.source.references.step(schema, self.notes) {
                Step::To(target) => schema = target,
                _ => return false,
            }
        }
        false
    }

    /// Schemas that a discriminator leads to: what they declare may stand here, too, as may the
    /// property that tells them apart.
    fn subtypes(
        &mut self,
        schema: Node<'a>,
        discriminator: Node<'a>,
        summary: &mut Summary<'a>,
        depth: usize,
    ) {
        // Swagger 2.0 writes the name alone.
        let name = discriminator.as_str().or_else(|| discriminator.get_str("propertyName"));
        if let Some(name) = name {
            self.declare(name);
            self.found.discriminators.insert(name);
        }
        if self.is_heir {
            // The value is of a type that builds on this one, so it is none of the others that do.
            return;
        }
        let references = self.source.references;
        let mapping = discriminator.get("mapping").into_iter().flat_map(Node::members);
        let mapping = mapping.map(|(_, target)| target).chain(discriminator.get("defaultMapping"));
        let mut subtypes: Vec<Node<'a>> = Vec::new();
        for target in mapping {
            let named = target.as_str().and_then(|name| references.schema_named(name, target));
            if named.is_none() {
                let message = format!(
                    "{} leads to no schema: what only that declares is undeclared",
                    shown(target.as_str().unwrap_or_default())
                );
                self.notes.warn(&codes::SCHEMA, target.span(), message);
            }
            subtypes.extend(named);
        }
        subtypes.extend(references.subtypes(schema));
        for subtype in subtypes {
            self.sometimes(subtype, summary, depth);
        }
    }

    /// What a schema says without its parts.
    fn own(&mut self, schema: Node<'a>) -> Summary<'a> {
        let types = types(schema, self.source.version, self.notes);
        let text = self.texts.of(schema, self.notes);
        let mut summary =
            Summary { types, text, bounds: Bounds::of(schema, types), ..Summary::silent() };
        self.found.is_binary |= is_binary(schema, self.source.version);
        self.found.pointing = self.found.pointing.max(pointing(schema));
        self.found.is_choice |= schema.get("enum").or_else(|| schema.get("const")).is_some();
        for (name, keyword) in schema.members() {
            match name.text {
                "properties" => {
                    for (name, declaration) in keyword.members() {
                        summary.declares = true;
                        if self.takes_nothing(declaration) {
                            self.found.forbidden.insert(name.text);
                        } else {
                            self.property(name.text, declaration);
                        }
                    }
                }
                "patternProperties" => {
                    for (name, declaration) in keyword.members() {
                        summary.declares = true;
                        let never = self.takes_nothing(declaration);
                        let found = &mut self.found;
                        let list =
                            if never { &mut found.forbidden_patterns } else { &mut found.patterns };
                        list.push((name.text, declaration));
                    }
                }
                "additionalProperties" | "propertyNames" if self.takes_nothing(keyword) => {
                    summary.declares = true;
                    summary.closes = true;
                }
                "additionalProperties" => self.additional(schema, keyword, &mut summary),
                "propertyNames" => summary.names.push(keyword),
                "items" | "unevaluatedItems"
                    if keyword.is_object() || keyword.kind() == Kind::False =>
                {
                    self.found.items.push(keyword);
                }
                "prefixItems" => self.found.items.extend(keyword.items()),
                _ => {}
            }
        }
        if !self.is_asked {
            self.required(schema);
        }
        // Nothing of it is left to a map.
        if summary.closes { summary.and(Summary::silent()) } else { summary }
    }

    /// What must be there may be there, described or not; behind those that are, in their order.
    fn required(&mut self, schema: Node<'a>) {
        let required = schema.get("required");
        self.found
            .required
            .extend(required.into_iter().flat_map(Node::items).filter_map(Node::as_str));
        let required = required.into_iter();
        let dependent = schema.get("dependentRequired").into_iter();
        let lists = required.chain(dependent.flat_map(Node::members).map(|(_, list)| list));
        for name in lists.flat_map(Node::items).filter_map(Node::as_str) {
            self.declare(name);
        }
    }

    /// A name that may stand there.
    fn declare(&mut self, name: &'a str) -> usize {
        let next = self.found.properties.len();
        let index = *self.property_index.entry(name).or_insert(next);
        if index == next {
            self.found.properties.push((name, Vec::new()));
        }
        index
    }

    fn property(&mut self, name: &'a str, declaration: Node<'a>) {
        let index = self.declare(name);
        if let Some((_, declarations)) = self.found.properties.get_mut(index) {
            declarations.push(declaration);
        }
    }
}

/// Whether a schema says "an object", or nothing, and no more.
fn says_object(schema: Node<'_>) -> bool {
    let says_object = schema.get("type").is_some_and(|keyword| {
        keyword.as_str() == Some("object")
            || keyword.items().any(|item| item.as_str() == Some("object"))
    });
    // `type: object, nullable: true` as an alternative is how generators write null.
    let is_bare = schema.get("required").is_none() && !schema.is_true("nullable");
    says_object && is_bare || schema.len() == 0
}
