//! A body as the tree that the same body in JSON would be, and where each value of it stands.
//!
//! Names, attributes and lists are as the schema says them; texts get their declared types. What the
//! schema does not name keeps a name that no property has, so that the controls, which know trees
//! alone, find it undeclared.

use std::borrow::Cow;
use std::ops::Range;

use portcullis_contract::{Shape, ShapeId, Shapes, Types, XmlName};
use portcullis_json::{Document, Limits as JsonLimits, push_quoted};
use portcullis_model::Pointer;
use portcullis_policy::Limits;

use super::body::{Stray, XmlBody};
use super::members::key;
use super::tree::{Attribute, Element, Tree};
use super::walk::walk;
use super::whole::{is_whole, read_whole};
use super::{Fault, FaultKind};
use crate::resource_limits::Breach;
use crate::urlencoded::push_scalar;

/// Reading recurses once per element, and JSON takes two levels for one: this bounds both stacks,
/// whatever the limits say.
const DEPTH_MAX: usize = 250;
/// Strays whose whole place is told.
const PLACES_MAX: usize = 16;
/// Characters of a name that a place shows. Names are as long as a sender likes.
const SHOWN_MAX: usize = 64;
/// Characters of a number; what is longer may be a text, and is one where that is declared.
const NUMBER_BYTES_MAX: usize = 64;
/// The namespace of `nil`.
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// What is no list and no null.
const ONE: Types = Types::BOOLEAN.or(Types::NUMBER).or(Types::STRING).or(Types::OBJECT);
const TEXT: Types = Types::BOOLEAN.or(Types::NUMBER).or(Types::STRING);

/// Reads a body of this shape; `None`: nothing is said of it. On a fault it is given back.
pub fn read(
    bytes: Vec<u8>,
    shape: Option<ShapeId>,
    shapes: &Shapes,
    json: &JsonLimits,
    limits: &Limits,
) -> Result<XmlBody, (Fault, Vec<u8>)> {
    match read_tree(&bytes, shape, shapes, json, limits) {
        Ok(Read { document, spans, strays, is_other_root }) => {
            Ok(XmlBody { bytes, document, spans, strays, is_other_root })
        }
        Err(fault) => Err((fault, bytes)),
    }
}

struct Read {
    document: Document,
    spans: Vec<(u32, Range<usize>)>,
    strays: Vec<Stray>,
    is_other_root: bool,
}

fn read_tree(
    bytes: &[u8],
    shape: Option<ShapeId>,
    shapes: &Shapes,
    json: &JsonLimits,
    limits: &Limits,
) -> Result<Read, Fault> {
    let tree = walk(bytes, limits)?;
    if shape.is_some_and(|shape| is_whole(shape, shapes)) {
        let document = read_whole(bytes, json)?;
        return Ok(Read { document, spans: Vec::new(), strays: Vec::new(), is_other_root: false });
    }
    if tree.depth > DEPTH_MAX {
        return Err(Fault { kind: FaultKind::Breach(Breach::XmlDepth), at: 0 });
    }
    let instance = tree.namespaces.iter().position(|name| name == INSTANCE);
    let mut reader = Reader {
        tree: &tree,
        shapes,
        instance: instance.map(|number| number as u32),
        json: Vec::with_capacity(bytes.len()),
        next: 0,
        spans: Vec::with_capacity(tree.elements.len()),
        strays: Vec::new(),
        at: Vec::new(),
        is_closed: false,
    };
    reader.value(0, shape)?;
    let root = shape.and_then(|shape| shapes.xml(shape)?.root.as_ref());
    let is_root = |element: &Element<'_>, name: &XmlName| {
        let namespace = tree.namespace(element.namespace);
        // Where no namespace is said, the document's own is that of the body.
        name.is(element.local, namespace, namespace)
    };
    let is_other_root =
        tree.elements.first().zip(root).is_some_and(|(element, name)| !is_root(element, name));
    let Reader { json: text, spans, strays, .. } = reader;
    let limits = JsonLimits {
        // The limits of XML hold already.
        text_bytes_max: text.len(),
        depth_max: 2 * DEPTH_MAX + 2,
        nodes_max: usize::MAX,
        ..json.clone()
    };
    match Document::parse(text, &limits) {
        Ok(document) => Ok(Read { document, spans, strays, is_other_root }),
        Err(rejected) => Err(Fault { kind: FaultKind::Value(rejected.fault), at: 0 }),
    }
}

pub(super) struct Reader<'t, 'a> {
    pub(super) tree: &'t Tree<'a>,
    pub(super) shapes: &'t Shapes,
    /// The number of the namespace of `nil`, if the document speaks of it.
    instance: Option<u32>,
    pub(super) json: Vec<u8>,
    /// The place in the JSON document of the value that comes next.
    pub(super) next: u32,
    pub(super) spans: Vec<(u32, Range<usize>)>,
    strays: Vec<Stray>,
    /// The names of the members around this value; an item has none.
    pub(super) at: Vec<Option<Cow<'t, str>>>,
    /// Whether the object around this value lets nothing undeclared pass.
    pub(super) is_closed: bool,
}

impl<'t, 'a> Reader<'t, 'a> {
    /// Writes what an element holds, as a value of this shape; `None`: nothing is said of it.
    pub(super) fn value(&mut self, index: usize, id: Option<ShapeId>) -> Result<(), Fault> {
        let tree = self.tree;
        let Some(element) = tree.elements.get(index) else { return Ok(()) };
        if self.is_nil(index, element)? {
            self.loose_attributes(element);
            self.push(b"null");
            return Ok(());
        }
        let shape = id.map(|id| self.shapes.get(id));
        let xml = id.and_then(|id| self.shapes.xml(id));
        if let Some(shape) = shape.filter(|shape| is_only_list(shape)) {
            // At the root, any element is an item; in a list, those that are named as the list is.
            let own = XmlName { local: element.local.into(), namespace: None };
            let said = xml.and_then(|xml| xml.items.as_ref());
            let name = said.or_else(|| (index > 0).then_some(&own));
            return self.list(index, element, shape.items, name);
        }
        let types = shape.map_or(Types::ANY, |shape| shape.types);
        let takes_object = types.contains(Types::OBJECT);
        let has_children = element.next > index + 1;
        if has_children && !takes_object {
            // Whatever it is, it is not what is declared.
            return self.object(index, element, None);
        }
        let is_described = shape.is_some_and(|shape| shape.object.is_described());
        let is_object = has_children
            || takes_object
                && (self.own_attributes(element).next().is_some()
                    || xml.is_some_and(|xml| xml.text.is_some())
                    || element.is_blank() && (is_described || !types.intersects(TEXT)));
        if is_object {
            return self.object(index, element, id);
        }
        self.loose_attributes(element);
        self.scalar(&element.text, types);
        Ok(())
    }

    /// Attributes that are not XML Schema's `nil`.
    pub(super) fn own_attributes(
        &self,
        element: &'t Element<'a>,
    ) -> impl Iterator<Item = (&'t Attribute<'a>, u32)> + use<'t, 'a> {
        let instance = self.instance;
        let attributes = self.tree.attributes(element);
        attributes.filter(move |(one, space)| instance != Some(*space) || one.name.local != "nil")
    }

    /// `xsi:nil="true"` says null, and nothing may say otherwise.
    pub(super) fn is_nil(&self, index: usize, element: &Element<'_>) -> Result<bool, Fault> {
        let Some(instance) = self.instance else { return Ok(false) };
        let mut all = self.tree.attributes(element);
        let nil = all.find(|(one, space)| *space == instance && one.name.local == "nil");
        let Some((nil, _)) = nil else { return Ok(false) };
        let is_empty = element.next == index + 1 && element.text.is_empty();
        match &*nil.value {
            "true" | "1" if is_empty => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(Fault { kind: FaultKind::Nil, at: nil.start }),
        }
    }

    /// Writes one text as a value of its declared type; another text stays a text, and the schema
    /// says whether it will do. It goes on as it came, so a boolean in capitals is none.
    pub(super) fn scalar(&mut self, text: &str, types: Types) {
        self.next += 1;
        let is_no_number = || {
            text.len() > NUMBER_BYTES_MAX
                || text.parse().is_ok_and(|number: f64| !number.is_finite())
        };
        let is_capitalised = types.contains(Types::BOOLEAN) && text.starts_with(['T', 'F']);
        let is_text =
            is_capitalised || types.contains(Types::STRING.or(Types::INTEGER)) && is_no_number();
        if is_text || push_scalar(text, types, &mut self.json).is_err() {
            push_quoted(text, &mut self.json);
        }
    }

    pub(super) fn push(&mut self, json: &[u8]) {
        self.next += 1;
        self.json.extend_from_slice(json);
    }

    /// What nothing can declare: attributes of a single value, elements in a list that are no items.
    pub(super) fn stray(&mut self, name: &str, span: Range<usize>) {
        let mut at = Pointer::root();
        if self.strays.len() < PLACES_MAX {
            self.at.iter().for_each(|step| at.push(shown(step.as_deref().unwrap_or("*"))));
        }
        at.push(shown(name));
        self.strays.push(Stray { span, at, is_closed: self.is_closed });
    }

    fn loose_attributes(&mut self, element: &'t Element<'a>) {
        for (attribute, space) in self.own_attributes(element) {
            let name = key("@", attribute.name.local, space);
            self.stray(&name, attribute.start..attribute.end);
        }
    }

    /// Writes the elements in one as the items of a list; `None`: all of them are items.
    pub(super) fn list(
        &mut self,
        index: usize,
        element: &'t Element<'a>,
        items: Option<ShapeId>,
        name: Option<&XmlName>,
    ) -> Result<(), Fault> {
        self.loose_attributes(element);
        if !element.is_blank() {
            if element.next > index + 1 {
                return Err(Fault { kind: FaultKind::Mixed, at: element.start });
            }
            self.scalar(&element.text, Types::STRING);
            return Ok(());
        }
        let tree = self.tree;
        let around = tree.namespace(element.namespace);
        let mut found = Vec::new();
        for (index, child) in tree.children(index) {
            let space = tree.namespace(child.namespace);
            if name.is_none_or(|name| name.is(child.local, space, around)) {
                found.push(index);
            } else {
                self.stray(&key("", child.local, child.namespace), child.start..child.end);
            }
        }
        self.items(found.into_iter(), items)
    }

    pub(super) fn items(
        &mut self,
        found: impl Iterator<Item = usize>,
        shape: Option<ShapeId>,
    ) -> Result<(), Fault> {
        self.push(b"[");
        self.at.push(None);
        for (place, index) in found.enumerate() {
            if place > 0 {
                self.json.push(b',');
            }
            self.mark(self.next, index);
            self.value(index, shape)?;
        }
        self.at.pop();
        self.json.push(b']');
        Ok(())
    }

    /// Notes where a value stands.
    pub(super) fn mark(&mut self, value: u32, index: usize) {
        if let Some(element) = self.tree.elements.get(index) {
            self.spans.push((value, element.start..element.end));
        }
    }
}

/// The start of a name.
fn shown(name: &str) -> &str {
    let end = name.char_indices().nth(SHOWN_MAX).map_or(name.len(), |(at, _)| at);
    name.get(..end).unwrap_or(name)
}

/// Whether it is said that a value may be a list. What may be anything is one value: as a list, it
/// would not be held to what its schema says of an object or a text.
pub(super) fn is_list_said(shape: &Shape) -> bool {
    shape.types.contains(Types::ARRAY) && (shape.types != Types::ANY || shape.items.is_some())
}

/// Whether a value is a list, whatever stands there.
pub(super) fn is_only_list(shape: &Shape) -> bool {
    let is_said = shape.types != Types::ANY;
    shape.types.contains(Types::ARRAY)
        && if is_said {
            !shape.types.intersects(ONE)
        } else {
            shape.items.is_some() && !shape.object.is_described()
        }
}
