//! An element as an object: which member each attribute, element and text in it is.

use std::borrow::Cow;

use portcullis_contract::{Member as Declared, ObjectShape, Rest, ShapeId, Types, XmlMember};
use portcullis_json::push_quoted;

use super::members::{Member, Source, Target, key, sort_by_name};
use super::read::{Reader, is_list_said, is_only_list};
use super::tree::{Attribute, Element};
use super::{Fault, FaultKind};

/// Members of an ordinary object.
const MEMBERS_EXPECTED: usize = 8;

impl<'t, 'a> Reader<'t, 'a> {
    /// Writes an element as an object of this shape; `None`: anything may stand in it.
    pub(super) fn object(
        &mut self,
        index: usize,
        element: &'t Element<'a>,
        id: Option<ShapeId>,
    ) -> Result<(), Fault> {
        let rest = id.map_or(Rest::FreeForm, |id| self.shapes.get(id).object.rest);
        let was_closed = self.is_closed;
        self.is_closed = rest == Rest::Closed;
        let mut members = Vec::with_capacity(MEMBERS_EXPECTED);
        for (attribute, space) in self.own_attributes(element) {
            members.extend(self.attribute(attribute, space, id));
        }
        for (index, child) in self.tree.children(index) {
            members.extend(self.child(index, child, element, id));
        }
        self.text(index, element, id, &mut members)?;
        self.push(b"{");
        sort_by_name(&mut members);
        for group in members.chunk_by(|a, b| a.first == b.first) {
            let Some(one) = group.first() else { continue };
            if one.first > 0 {
                self.json.push(b',');
            }
            self.next += 1;
            push_quoted(&one.key, &mut self.json);
            self.json.push(b':');
            self.at.push(Some(one.key.clone()));
            self.member(one, group)?;
            self.at.pop();
        }
        self.json.push(b'}');
        self.is_closed = was_closed;
        Ok(())
    }

    /// What an attribute is in its object; `None`: a stray.
    fn attribute(
        &mut self,
        attribute: &'t Attribute<'a>,
        space: u32,
        id: Option<ShapeId>,
    ) -> Option<Member<'t>> {
        let local = attribute.name.local;
        let xml = id.and_then(|id| self.shapes.xml(id));
        let known = xml.and_then(|xml| xml.attribute(local, self.tree.namespace(space)));
        let source = Source::Attribute(attribute.start..attribute.end, &attribute.value);
        if let Some(member) = known {
            return Some(Member::declared(member, source));
        }
        let key = key("@", local, space);
        if xml.is_some_and(|xml| xml.is_like_property(local)) {
            self.stray(&key, attribute.start..attribute.end);
            return None;
        }
        Some(self.unnamed(key, source, id))
    }

    /// What an element is in its object; `None`: a stray.
    fn child(
        &mut self,
        index: usize,
        child: &'t Element<'a>,
        parent: &Element<'_>,
        id: Option<ShapeId>,
    ) -> Option<Member<'t>> {
        let namespace = self.tree.namespace(child.namespace);
        let around = self.tree.namespace(parent.namespace);
        let xml = id.and_then(|id| self.shapes.xml(id));
        let known = xml.and_then(|xml| xml.element(child.local, namespace, around));
        let source = Source::Element(index);
        if let Some(member) = known {
            return Some(Member::declared(member, source));
        }
        let is_own = child.namespace == parent.namespace;
        let key = key("", child.local, if is_own { 0 } else { child.namespace });
        if xml.is_some_and(|xml| xml.is_like_property(child.local)) {
            self.stray(&key, child.start..child.end);
            return None;
        }
        Some(self.unnamed(key, source, id))
    }

    /// A member that no property is: under a name that none has.
    fn unnamed(
        &self,
        mut key: Cow<'t, str>,
        source: Source<'t>,
        id: Option<ShapeId>,
    ) -> Member<'t> {
        let Some(object) = id.map(|id| &self.shapes.get(id).object) else {
            return Member::new(key, source, Target::Value(None));
        };
        while object.property(&key, &mut 0).is_some() {
            key.to_mut().push('?');
        }
        let target = match object.member(&key, &mut 0) {
            Declared::Property(property) => Target::Value(Some(property.shape)),
            Declared::Pattern(shape) | Declared::Map(shape) => Target::Value(Some(shape)),
            Declared::FreeForm => Target::Value(None),
            Declared::Undeclared | Declared::Closed => Target::Undeclared,
        };
        Member::new(key, source, target)
    }

    /// The text of an element that is an object.
    fn text(
        &self,
        index: usize,
        element: &'t Element<'a>,
        id: Option<ShapeId>,
        members: &mut Vec<Member<'t>>,
    ) -> Result<(), Fault> {
        let has_children = element.next > index + 1;
        let source = Source::Text(index, &element.text);
        if let Some(text) = id.and_then(|id| self.shapes.xml(id)?.text.as_ref())
            && !has_children
        {
            let types = self.shapes.get(text.shape).types;
            if !element.text.is_empty() || types.contains(Types::STRING) {
                let target = Target::Value(Some(text.shape));
                members.push(Member::new(Cow::Borrowed(&text.property), source, target));
            }
            return Ok(());
        }
        if element.is_blank() {
            return Ok(());
        }
        let object = id.map(|id| &self.shapes.get(id).object);
        if object.is_some_and(ObjectShape::is_described) {
            return Err(Fault { kind: FaultKind::Mixed, at: element.start });
        }
        let target = Target::Value(None);
        members.push(Member::new(Cow::Borrowed("#text"), source, target));
        Ok(())
    }

    /// Writes the value of one name: of all that has it.
    fn member(&mut self, first: &Member<'t>, group: &[Member<'t>]) -> Result<(), Fault> {
        let value = self.next;
        for one in group {
            match &one.source {
                Source::Element(index) => self.mark(value, *index),
                Source::Attribute(span, _) => self.spans.push((value, span.clone())),
                Source::Text(index, _) => {
                    let texts = self.tree.around_children(*index);
                    self.spans.extend(texts.map(|span| (value, span)));
                }
            }
        }
        let (id, wrapped) = match first.target {
            Target::Undeclared => {
                self.push(b"null");
                return Ok(());
            }
            Target::Value(id) => (id, None),
            Target::Member(XmlMember { shape, wrapped, .. }) => (Some(*shape), wrapped.as_ref()),
        };
        let shape = id.map(|id| self.shapes.get(id));
        let is_wrapped = wrapped.is_some() || id.is_some_and(|id| self.is_wrapped(id));
        let may_repeat = !is_wrapped && shape.is_none_or(is_list_said);
        let is_list = may_repeat && (group.len() > 1 || shape.is_some_and(is_only_list));
        let elements = group.iter().filter_map(|one| match one.source {
            Source::Element(index) => Some(index),
            Source::Attribute(..) | Source::Text(..) => None,
        });
        if is_list && elements.clone().count() == group.len() {
            return self.items(elements, shape.and_then(|shape| shape.items));
        }
        if group.len() > 1 {
            let mut again = elements.skip(1).filter_map(|index| self.tree.elements.get(index));
            let at = again.next().map_or(0, |one| one.start);
            return Err(Fault { kind: FaultKind::Repeated, at });
        }
        match (&first.source, wrapped) {
            (Source::Element(index), Some(name)) => match self.tree.elements.get(*index) {
                Some(element) if !self.is_nil(*index, element)? => {
                    self.list(*index, element, shape.and_then(|shape| shape.items), Some(name))
                }
                _ => self.value(*index, id),
            },
            (Source::Element(index), None) => self.value(*index, id),
            (Source::Attribute(_, text) | Source::Text(_, text), _) => {
                self.scalar(text, shape.map_or(Types::ANY, |shape| shape.types));
                Ok(())
            }
        }
    }

    fn is_wrapped(&self, id: ShapeId) -> bool {
        self.shapes.xml(id).is_some_and(|xml| xml.is_wrapped)
    }
}
