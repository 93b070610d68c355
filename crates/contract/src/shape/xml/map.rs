//! From what is said to names that can be looked up, and whether they can be.

use std::collections::HashMap;

use portcullis_model::{Diagnostic, Span};

use super::said::{Doubt, Said, Sayings, XmlNode, is_name};
use super::{XmlMember, XmlName, XmlShape, XmlText};
use crate::codes;
use crate::document::Node;
use crate::notes::{Notes, shown};
use crate::shape::member::folded;
use crate::shape::{ObjectShape, Rest, Shape, ShapeId, Types};

/// Problems of one body that are told.
const TOLD_MAX: usize = 10;

/// How XML writes the shapes of one contract.
#[derive(Debug)]
pub(in crate::shape) struct XmlBuilder<'a> {
    sayings: Sayings<'a>,
    said: HashMap<ShapeId, Said>,
    made: Vec<Option<Box<XmlShape>>>,
    /// Problems by the shape that has them; shapes of bodies without any are not in it.
    doubts: HashMap<ShapeId, Vec<Doubt>>,
    /// Which bodies can be read.
    known: HashMap<ShapeId, bool>,
}

/// A property in XML.
enum Placed {
    Element(XmlMember),
    Attribute(XmlMember),
    Text(XmlText),
}

impl<'a> XmlBuilder<'a> {
    pub(in crate::shape) fn new(sayings: Sayings<'a>) -> Self {
        Self {
            sayings,
            said: HashMap::new(),
            made: Vec::new(),
            doubts: HashMap::new(),
            known: HashMap::new(),
        }
    }

    /// Takes in what the schemas of a shape say.
    pub(in crate::shape) fn hear(&mut self, id: ShapeId, set: &[Node<'a>], notes: &mut Notes) {
        let said = self.sayings.of(set, notes);
        self.said.insert(id, said);
    }

    pub(in crate::shape) fn finish(self) -> Vec<Option<Box<XmlShape>>> {
        self.made
    }

    /// Makes the names for all that a body of this shape holds; false if it cannot be read. What is
    /// not understood is noted, at `span` where it has no better place.
    pub(in crate::shape) fn map(
        &mut self,
        root: ShapeId,
        shapes: &[Shape],
        span: Span,
        notes: &mut Notes,
    ) -> bool {
        if let Some(known) = self.known.get(&root) {
            return *known;
        }
        self.made.resize_with(shapes.len(), || None);
        let mut seen = vec![false; shapes.len()];
        let mut waiting = vec![root];
        let (mut is_readable, mut told) = (true, 0);
        while let Some(id) = waiting.pop() {
            let index = id.0 as usize;
            let (Some(shape), Some(seen @ false)) = (shapes.get(index), seen.get_mut(index)) else {
                continue;
            };
            *seen = true;
            if self.made.get(index).is_some_and(Option::is_none) {
                self.make(id, shape, shapes);
            }
            for doubt in self.doubts.get(&id).into_iter().flatten() {
                is_readable &= !doubt.closes;
                told += 1;
                if told <= TOLD_MAX {
                    notes.push(problem(doubt, span));
                }
            }
            waiting.extend(inside(shape));
        }
        self.known.insert(root, is_readable);
        is_readable
    }

    fn make(&mut self, id: ShapeId, shape: &Shape, shapes: &[Shape]) {
        let mut made = XmlShape { is_wrapped: self.is_wrapped(id), ..XmlShape::default() };
        let mut doubts = self.said(id).doubts.clone();
        let said = self.said(id);
        made.is_said = said.span.is_some() || !said.others.is_empty();
        let own = said.name.as_ref().or(said.component.as_ref().filter(|name| is_name(name)));
        if said.others.iter().all(|other| other.name.is_none()) || said.name.is_some() {
            let namespace = said.namespace.clone();
            made.root = own.map(|local| XmlName { local: local.clone(), namespace });
        }
        if let Some(items) = shape.items {
            let (said, names) = (self.said(items), self.own_name(items));
            let namespace = said.namespace.clone();
            made.items = names.map(|local| XmlName { local, namespace });
            if self.is_inline_list(items, shapes) {
                doubts.push(closing(said.span, "a list in a list that is not `wrapped`"));
            }
            if matches!(said.node, XmlNode::Attribute | XmlNode::Text) {
                doubts.push(closing(said.span, "an item of a list must be an element"));
            }
            self.check_others(items, "an item", &mut doubts);
        }
        for (name, property) in shape.object.properties() {
            match self.member(name, property.shape, shapes) {
                Ok(placed) => made.place(placed, &mut doubts),
                Err(doubt) => doubts.push(doubt),
            }
            self.check_others(property.shape, name, &mut doubts);
        }
        made.elements.sort_by(|a, b| a.name.cmp(&b.name));
        made.attributes.sort_by(|a, b| a.name.cmp(&b.name));
        for list in [&made.elements, &made.attributes] {
            for pair in list.windows(2) {
                if let [a, b] = pair
                    && a.name == b.name
                {
                    let (a, b) = (shown(&a.property), shown(&b.property));
                    doubts.push(closing(None, format!("{a} and {b} have one name")));
                }
            }
        }
        made.spellings = spellings(&made, &shape.object);
        for value in by_any_name(shape) {
            let said = self.said(value);
            if said.name.is_some() || !matches!(said.node, XmlNode::Inferred | XmlNode::Element) {
                let text = "a member of a map has its own name, which this takes away";
                doubts.push(closing(said.span, text));
            }
        }
        if !doubts.is_empty() {
            self.doubts.insert(id, doubts);
        }
        if let Some(place) = self.made.get_mut(id.0 as usize) {
            *place = Some(Box::new(made));
        }
    }

    fn said(&self, id: ShapeId) -> &Said {
        static NOTHING: std::sync::LazyLock<Said> = std::sync::LazyLock::new(Said::default);
        self.said.get(&id).unwrap_or(&NOTHING)
    }

    /// The name that a schema gives its values: in 3.2, a reference has that of what it means.
    fn own_name(&self, id: ShapeId) -> Option<Box<str>> {
        let said = self.said(id);
        let component = said.component.as_ref().filter(|_| self.sayings.version.is_32());
        said.name.as_ref().or(component).cloned()
    }

    /// Where a property stands in the element of its object.
    fn member(&self, property: &str, id: ShapeId, shapes: &[Shape]) -> Result<Placed, Doubt> {
        let said = self.said(id);
        let shape = shapes.get(id.0 as usize);
        let types = shape.map_or(Types::ANY, |shape| shape.types);
        let name = |local: Box<str>, namespace: &Option<Box<str>>| {
            if is_name(&local) {
                return Ok(XmlName { local, namespace: namespace.clone() });
            }
            let text = format!("{} is no name of an element: it cannot be sent", shown(&local));
            Err(Doubt { span: said.span, text, closes: false })
        };
        let member =
            |name, wrapped| XmlMember { name, property: property.into(), shape: id, wrapped };
        if let Some(shape) = shape.filter(|shape| is_list(shape)) {
            if matches!(said.node, XmlNode::Attribute | XmlNode::Text) {
                let text = format!("{} is a list, which is elements", shown(property));
                return Err(closing(said.span, text));
            }
            let of_items = &shape.items.and_then(|items| self.said(items).namespace.clone());
            let own = shape.items.and_then(|items| self.own_name(items));
            if !self.is_wrapped(id) {
                let local = own.unwrap_or_else(|| property.into());
                return Ok(Placed::Element(member(name(local, of_items)?, None)));
            }
            if types != Types::ANY && types.intersects(ONE) {
                let text = format!("{} is wrapped, and not always a list", shown(property));
                return Err(closing(said.span, text));
            }
            let around = said.name.clone().unwrap_or_else(|| property.into());
            let local = own.unwrap_or_else(|| around.clone());
            let wrapped = Some(name(local, of_items)?);
            return Ok(Placed::Element(member(name(around, &said.namespace)?, wrapped)));
        }
        let local = self.own_name(id).unwrap_or_else(|| property.into());
        let is_text = types.intersects(Types::SCALAR);
        match said.node {
            XmlNode::Inferred | XmlNode::Element => {
                Ok(Placed::Element(member(name(local, &said.namespace)?, None)))
            }
            XmlNode::Attribute if is_text => {
                Ok(Placed::Attribute(member(name(local, &said.namespace)?, None)))
            }
            XmlNode::Text if is_text => {
                Ok(Placed::Text(XmlText { property: property.into(), shape: id }))
            }
            XmlNode::Attribute | XmlNode::Text => {
                let text = format!("{} is an object, which is an element", shown(property));
                Err(closing(said.span, text))
            }
            XmlNode::None => {
                let text =
                    format!("{} is in the element around it, which is not read", shown(property));
                Err(closing(said.span, text))
            }
        }
    }

    fn is_wrapped(&self, id: ShapeId) -> bool {
        let said = self.said(id);
        said.is_wrapped || said.node == XmlNode::Element
    }

    /// A list whose items stand in the element around it.
    fn is_inline_list(&self, id: ShapeId, shapes: &[Shape]) -> bool {
        !self.is_wrapped(id) && shapes.get(id.0 as usize).is_some_and(is_list)
    }

    /// Whether all that speaks of one value says the same.
    fn check_others(&self, id: ShapeId, name: &str, doubts: &mut Vec<Doubt>) {
        let said = self.said(id);
        let meant = |one: &Said| {
            let local = one.name.as_deref().unwrap_or(name).to_owned();
            let node = if one.node == XmlNode::Element { XmlNode::Inferred } else { one.node };
            let is_wrapped = one.is_wrapped || one.node == XmlNode::Element;
            (local, one.namespace.clone(), node, is_wrapped)
        };
        let mut others = said.others.iter();
        if let Some(other) = others.find(|other| meant(other) != meant(said)) {
            let text = format!("{} has several names or places", shown(name));
            doubts.push(closing(other.span.or(said.span), text));
        }
    }
}

impl XmlShape {
    fn place(&mut self, placed: Placed, doubts: &mut Vec<Doubt>) {
        match placed {
            Placed::Element(member) => self.elements.push(member),
            Placed::Attribute(member) => self.attributes.push(member),
            Placed::Text(text) if self.text.is_none() => self.text = Some(text),
            Placed::Text(text) => {
                let text =
                    format!("{} is the text of an element that has one", shown(&text.property));
                doubts.push(closing(None, text));
            }
        }
    }
}

/// How the names of an object's properties look to a careless reader, where others may stand there.
fn spellings(made: &XmlShape, object: &ObjectShape) -> Vec<Box<str>> {
    if object.patterns.is_empty() && !matches!(object.rest, Rest::Map(_)) {
        return Vec::new();
    }
    let in_xml = made.elements.iter().chain(&made.attributes).map(|member| &*member.name.local);
    let in_schema = object.properties().map(|(name, _)| name);
    let forbidden = object.forbidden.iter().map(|name| &**name);
    let mut spellings: Vec<Box<str>> =
        in_xml.chain(in_schema).chain(forbidden).map(folded).collect();
    spellings.sort();
    spellings.dedup();
    spellings
}

/// What is one value, and no list of them.
const ONE: Types = Types::BOOLEAN.or(Types::NUMBER).or(Types::STRING).or(Types::OBJECT);

/// Whether a value may be a list, and that is said.
fn is_list(shape: &Shape) -> bool {
    let is_nothing_else = || shape.types != Types::ANY && !shape.types.intersects(ONE);
    shape.types.contains(Types::ARRAY) && (shape.items.is_some() || is_nothing_else())
}

/// Values of members that are not declared by their own name.
fn by_any_name(shape: &Shape) -> impl Iterator<Item = ShapeId> {
    let rest = match shape.object.rest {
        Rest::Map(rest) => Some(rest),
        _ => None,
    };
    let patterns = shape.object.patterns.iter().filter_map(|(_, shape)| *shape);
    patterns.chain(shape.object.joined.iter().map(|(_, shape)| *shape)).chain(rest)
}

/// The shapes that stand directly in one.
fn inside(shape: &Shape) -> impl Iterator<Item = ShapeId> {
    let properties = shape.object.properties().map(|(_, property)| property.shape);
    properties.chain(shape.items).chain(by_any_name(shape))
}

fn closing(span: Option<Span>, text: impl Into<String>) -> Doubt {
    Doubt { span, text: text.into(), closes: true }
}

fn problem(doubt: &Doubt, span: Span) -> Diagnostic {
    let at = doubt.span.unwrap_or(span);
    let problem = Diagnostic::warning(&codes::XML_SCHEMA, format!("in XML: {}", doubt.text)).at(at);
    if doubt.closes {
        problem.help("until it has one meaning, bodies in XML with it are refused")
    } else {
        problem
    }
}
