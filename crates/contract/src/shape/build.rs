//! From schemas to shapes.
//!
//! A shape is made for a set of schema nodes: all that are declared for one value. Each set is
//! made once, so recursive schemas become cycles and the work ends.

use std::collections::HashMap;

use portcullis_model::{Diagnostic, Span};
use regex::{Regex, RegexBuilder};

use super::gather::{Gathered, Source, gather};
use super::xml::map::XmlBuilder;
use super::xml::said::Sayings;
use super::{ObjectShape, Property, Rest, Shape, ShapeId, Shapes, Types};
use crate::codes;
use crate::document::Node;
use crate::ecma::spelt_out;
use crate::form::Field;
use crate::notes::{Notes, shown};
use crate::pattern_budget::{NAMES_BYTES_MAX, PatternBudget};
use crate::reference::{References, Step};
use crate::version::Version;

/// Shapes of one contract. The largest published documents have a tenth of each of these.
const SHAPES_MAX: usize = 1_000_000;
/// Properties of all shapes together.
const PROPERTIES_MAX: usize = 1_000_000;
/// Schema nodes looked at, all shapes together.
const STEPS_MAX: usize = 5_000_000;
/// Bytes of one compiled pattern of property names.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// Makes the shapes of one contract.
#[derive(Debug)]
pub(crate) struct ShapeBuilder<'a> {
    source: Source<'a>,
    shapes: Vec<Shape>,
    known: HashMap<Box<[u32]>, ShapeId>,
    pending: Vec<(ShapeId, Vec<Node<'a>>)>,
    patterns: HashMap<&'a str, Option<Regex>>,
    pattern_budget: PatternBudget,
    properties: usize,
    steps: usize,
    /// Only where a document speaks of XML.
    xml: Option<XmlBuilder<'a>>,
}

impl<'a> ShapeBuilder<'a> {
    pub(crate) fn new(references: &'a References<'a>, version: Version) -> Self {
        Self {
            source: Source { references, version },
            shapes: Vec::new(),
            known: HashMap::new(),
            pending: Vec::new(),
            patterns: HashMap::new(),
            pattern_budget: PatternBudget::new(NAMES_BYTES_MAX),
            properties: 0,
            steps: 0,
            xml: None,
        }
    }

    /// From here on, what schemas say of XML is kept.
    pub(crate) fn with_xml(mut self, root: Node<'a>) -> Self {
        let Source { references, version } = self.source;
        self.xml = Some(XmlBuilder::new(Sayings::new(root, version, references)));
        self
    }

    /// Makes a shape readable in XML; false if it cannot be. What is not understood is noted, at
    /// `span` where it has no better place.
    pub(crate) fn map_xml(&mut self, shape: ShapeId, span: Span, notes: &mut Notes) -> bool {
        self.xml.as_mut().is_some_and(|xml| xml.map(shape, &self.shapes, span, notes))
    }

    /// The shape of one schema, complete with all that it contains.
    pub(crate) fn shape(&mut self, schema: Node<'a>, notes: &mut Notes) -> ShapeId {
        let id = self.id(vec![schema], notes);
        while let Some((id, set)) = self.pending.pop() {
            if self.is_too_complex() {
                let message = "the schemas are combined in too many ways";
                let place = set.first().map(|node| node.span());
                notes.push(Diagnostic::error(&codes::TOO_COMPLEX, message).at(place));
                self.pending.clear();
                break;
            }
            if let Some(xml) = &mut self.xml {
                xml.hear(id, &set, notes);
            }
            let shape = self.make(&set, notes);
            self.properties += shape.object.properties.len();
            if let Some(place) = self.shapes.get_mut(id.0 as usize) {
                *place = shape;
            }
        }
        id
    }

    /// The shape of a form: an object with these members, each complete. A member without a schema
    /// is a text.
    pub(crate) fn form(&mut self, fields: &[Field<'a>], notes: &mut Notes) -> ShapeId {
        let mut properties = Vec::with_capacity(fields.len());
        for field in fields {
            let shape = match field.schema {
                Some(schema) => self.shape(schema, notes),
                None => self.push(Shape { types: Types::STRING, ..Shape::default() }),
            };
            let property = Property { shape, read_only: false, write_only: false };
            properties.push((field.name.into(), property));
        }
        self.properties += properties.len();
        let by_name = by_name(&properties);
        let rest = Rest::Open;
        self.push(Shape {
            types: Types::OBJECT,
            object: ObjectShape {
                properties,
                by_name,
                patterns: Vec::new(),
                rest,
                is_said_open: false,
            },
            ..Shape::default()
        })
    }

    fn push(&mut self, shape: Shape) -> ShapeId {
        let id = ShapeId(self.shapes.len() as u32);
        self.shapes.push(shape);
        id
    }

    pub(crate) const fn references(&self) -> &'a References<'a> {
        self.source.references
    }

    /// A shape that is complete.
    pub(crate) fn get(&self, id: ShapeId) -> Option<&Shape> {
        self.shapes.get(id.0 as usize)
    }

    /// All of them.
    pub(crate) fn finish(self) -> Shapes {
        let xml = self.xml.map(XmlBuilder::finish).unwrap_or_default();
        let mut shapes = Shapes { shapes: self.shapes, xml, ..Shapes::default() };
        shapes.find_open();
        shapes
    }

    const fn is_too_complex(&self) -> bool {
        self.shapes.len() > SHAPES_MAX || self.properties > PROPERTIES_MAX || self.steps > STEPS_MAX
    }

    /// The id of a set of schemas; the shape itself is made later.
    fn id(&mut self, schemas: Vec<Node<'a>>, notes: &mut Notes) -> ShapeId {
        self.steps += schemas.len();
        let mut set: Vec<Node<'a>> =
            schemas.into_iter().map(|schema| self.resolved(schema, notes)).collect();
        set.sort_by_key(|node| node.id());
        set.dedup_by_key(|node| node.id());
        let key: Box<[u32]> = set.iter().map(|node| node.id()).collect();
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        let id = self.push(Shape::default());
        self.known.insert(key, id);
        self.pending.push((id, set));
        id
    }

    /// What a schema that is only a reference points to, so that sets are found again.
    fn resolved(&self, schema: Node<'a>, notes: &mut Notes) -> Node<'a> {
        let is_only_reference = |node: Node<'a>| {
            node.get("$ref").is_some()
                && (self.source.version.has_lone_references() || node.len() == 1)
        };
        let mut at = schema;
        for _ in 0..64 {
            if !is_only_reference(at) {
                break;
            }
            match self.source.references.step(at, notes) {
                Step::To(target) => at = target,
                Step::NoReference | Step::Unreadable => break,
            }
        }
        at
    }

    fn make(&mut self, set: &[Node<'a>], notes: &mut Notes) -> Shape {
        let gathered = gather(self.source, set, notes);
        let Gathered {
            types,
            properties,
            patterns,
            items,
            maps,
            is_closed,
            is_declared,
            is_said_open,
            is_binary,
            steps,
        } = gathered;
        self.steps += steps;
        let patterns: Vec<(Regex, ShapeId)> = patterns
            .into_iter()
            .filter_map(|(pattern, schema)| {
                let regex = self.pattern(pattern, schema, notes)?;
                Some((regex, self.id(vec![schema], notes)))
            })
            .collect();
        // A name that is only required is described by the pattern or the map that it falls under.
        let is_described_elsewhere = |name: &str| {
            !maps.is_empty() || patterns.iter().any(|(pattern, _)| pattern.is_match(name))
        };
        let properties: Vec<(Box<str>, Property)> = properties
            .into_iter()
            .filter(|(name, declarations)| {
                !declarations.is_empty() || !is_described_elsewhere(name)
            })
            .map(|(name, declarations)| {
                let property = Property {
                    read_only: self.any_says("readOnly", &declarations, notes),
                    write_only: self.any_says("writeOnly", &declarations, notes),
                    shape: self.id(declarations, notes),
                };
                (name.into(), property)
            })
            .collect();
        let by_name = by_name(&properties);
        let rest = match (maps.is_empty(), is_declared, is_closed) {
            (false, ..) => Rest::Map(self.id(maps, notes)),
            (true, false, _) => Rest::FreeForm,
            (true, true, true) => Rest::Closed,
            (true, true, false) => Rest::Open,
        };
        Shape {
            types,
            read_only: self.any_says("readOnly", set, notes),
            write_only: self.any_says("writeOnly", set, notes),
            object: ObjectShape { properties, by_name, patterns, rest, is_said_open },
            items: (!items.is_empty()).then(|| self.id(items, notes)),
            is_binary,
        }
    }

    fn pattern(&mut self, text: &'a str, schema: Node<'a>, notes: &mut Notes) -> Option<Regex> {
        let known =
            self.patterns.entry(text).or_insert_with(|| compiled(text, &mut self.pattern_budget));
        if known.is_none() {
            let message = format!(
                "the pattern {} is not read, or too large, by itself or beside the others: properties \
                 that it means count as undeclared",
                shown(text)
            );
            notes.warn(&codes::SCHEMA, schema.span(), message);
        }
        known.clone()
    }

    /// Whether a declaration of a property says this. One is enough, as in JSON Schema's own
    /// rule for parts of an `allOf`; among alternatives, too, the stricter one counts.
    fn any_says(&mut self, flag: &str, declarations: &[Node<'a>], notes: &mut Notes) -> bool {
        declarations.iter().any(|schema| self.says(flag, *schema, 0, notes))
    }

    /// Whether a schema says this itself, through its reference, or in a part of it.
    /// Beside a `$ref` it counts in 3.0, too: there it has no meaning in the specification, and
    /// one in the mind of its author.
    fn says(&mut self, flag: &str, schema: Node<'a>, depth: usize, notes: &mut Notes) -> bool {
        const DEPTH_MAX: usize = 16;
        self.steps += 1;
        match schema.get(flag).map(|value| (value, value.as_bool())) {
            Some((_, Some(true))) => return true,
            Some((value, None)) if !value.is_null() => {
                let message = format!("`{flag}` must be a boolean: it is taken as `true`");
                notes.warn(&codes::SCHEMA, value.span(), message);
                return true;
            }
            _ => {}
        }
        if depth >= DEPTH_MAX {
            return false;
        }
        let target = self.source.references.step(schema, notes).target();
        if target.is_some_and(|target| self.says(flag, target, depth + 1, notes)) {
            return true;
        }
        let parts = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|name| schema.get(name));
        parts.flat_map(Node::items).take(64).any(|part| self.says(flag, part, depth + 1, notes))
    }
}

/// Indices of properties, sorted by name.
fn by_name(properties: &[(Box<str>, Property)]) -> Vec<u32> {
    let mut by_name: Vec<u32> = (0..properties.len() as u32).collect();
    by_name.sort_by_key(|index| properties.get(*index as usize).map(|(name, _)| name));
    by_name
}

/// A pattern as validators read it: in the dialect of ECMA-262.
fn compiled(pattern: &str, budget: &mut PatternBudget) -> Option<Regex> {
    let spelt = spelt_out(pattern)?;
    budget.take(&spelt, PATTERN_BYTES_MAX).ok()?;
    RegexBuilder::new(&spelt).size_limit(PATTERN_BYTES_MAX).build().ok()
}
