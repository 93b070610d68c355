//! From schemas to shapes.
//!
//! A shape is made for a set of schema nodes: all that are declared for one value. Each set is
//! made once, so recursive schemas become cycles and the work ends.

use std::collections::HashMap;

use portcullis_model::{Diagnostic, Span};
use regex::Regex;

use super::flags::{Flag, Flags};
use super::gather::gather;
use super::member::by_name;
use super::named::NamedSchemas;
use super::never::Nevers;
use super::source::Source;
use super::text::Patterns;
use super::xml::map::XmlBuilder;
use super::xml::said::Sayings;
use super::{ObjectShape, Property, Rest, Shape, ShapeId, Shapes, Types};
use crate::codes;
use crate::document::Node;
use crate::form::Field;
use crate::notes::Notes;
use crate::pattern_budget::{NAMES_BYTES_MAX, PatternBudget};
use crate::reference::{References, Step};
use crate::version::Version;

/// Shapes of one contract. The largest published documents have a tenth of each of these.
const SHAPES_MAX: usize = 1_000_000;
/// Properties of all shapes together.
const PROPERTIES_MAX: usize = 1_000_000;
/// Schema nodes looked at, all shapes together.
const STEPS_MAX: usize = 5_000_000;

/// Makes the shapes of one contract.
#[derive(Debug)]
pub(crate) struct ShapeBuilder<'a> {
    pub(super) source: Source<'a>,
    shapes: Vec<Shape>,
    known: HashMap<Box<[u32]>, ShapeId>,
    pending: Vec<(ShapeId, Vec<Node<'a>>)>,
    pub(super) patterns: HashMap<&'a str, Option<Regex>>,
    pub(super) pattern_budget: PatternBudget,
    pub(super) nevers: Nevers,
    texts: Patterns<'a>,
    flags: Flags,
    named: NamedSchemas,
    /// The shape of a text of which no more is known.
    pub(super) text: Option<ShapeId>,
    properties: usize,
    pub(super) steps: usize,
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
            nevers: Nevers::default(),
            texts: Patterns::default(),
            flags: Flags::default(),
            named: NamedSchemas::default(),
            text: None,
            properties: 0,
            steps: 0,
            xml: None,
        }
    }

    /// From here on, shapes know which named schemas speak of them.
    pub(crate) fn with_names(mut self) -> Self {
        // What leads nowhere is noted where it is used.
        let mut unheard = Notes::default();
        let named: Vec<(&str, Node<'a>)> = self.source.references.named_schemas().collect();
        for (name, schema) in named {
            let meant = self.resolved(schema, &mut unheard);
            self.named.add(name, [schema, meant].into_iter().map(Node::id));
        }
        self
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
            let property = Property { shape, read_only: false, write_only: false, required: false };
            properties.push((field.name.into(), property));
        }
        self.properties += properties.len();
        let by_name = by_name(&properties);
        let rest = Rest::Open;
        self.push(Shape {
            types: Types::OBJECT,
            object: ObjectShape { properties, by_name, rest, ..ObjectShape::default() },
            ..Shape::default()
        })
    }

    pub(super) fn push(&mut self, shape: Shape) -> ShapeId {
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
        let names = self.named.into_names();
        let mut shapes = Shapes { shapes: self.shapes, xml, names, ..Shapes::default() };
        shapes.find_open();
        shapes
    }

    const fn is_too_complex(&self) -> bool {
        self.shapes.len() > SHAPES_MAX
            || self.properties > PROPERTIES_MAX
            || self.steps.saturating_add(self.flags.steps) > STEPS_MAX
    }

    /// The id of a set of schemas; the shape itself is made later.
    pub(super) fn id(&mut self, schemas: Vec<Node<'a>>, notes: &mut Notes) -> ShapeId {
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
    pub(super) fn resolved(&self, schema: Node<'a>, notes: &mut Notes) -> Node<'a> {
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
        let mut gathered = gather(self.source, set, &mut self.nevers, &mut self.texts, notes);
        self.steps += gathered.steps;
        let object = self.object(set, &mut gathered, notes);
        Shape {
            types: gathered.types,
            read_only: self.any_says(Flag::ReadOnly, set, notes),
            write_only: self.any_says(Flag::WriteOnly, set, notes),
            object,
            items: (!gathered.items.is_empty()).then(|| self.id(gathered.items, notes)),
            is_binary: gathered.is_binary,
            pointing: gathered.pointing,
            is_choice: gathered.is_choice,
            text: gathered.text,
            bounds: gathered.bounds,
            names: self.named.of(&gathered.schemas),
        }
    }

    /// The names that the `properties` of a schema call read-only, without its parts.
    pub(crate) fn own_read_only(&mut self, schema: Node<'a>, notes: &mut Notes) -> Vec<String> {
        let own = schema.get("properties").into_iter().flat_map(Node::members);
        own.filter(|(_, declaration)| self.any_says(Flag::ReadOnly, &[*declaration], notes))
            .map(|(name, _)| name.text.to_owned())
            .collect()
    }

    /// Whether one of these declarations says this of its value.
    pub(super) fn any_says(
        &mut self,
        flag: Flag,
        declarations: &[Node<'a>],
        notes: &mut Notes,
    ) -> bool {
        self.flags.any_says(flag, self.source, declarations, notes)
    }
}
