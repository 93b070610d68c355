//! The members of one element: its attributes, the elements in it, its text.

use std::borrow::Cow;
use std::ops::Range;

use portcullis_contract::{ShapeId, XmlMember};

/// Something in an element that becomes a member of an object, or one of its items.
#[derive(Debug)]
pub(super) struct Member<'t> {
    /// Its name in the tree.
    pub(super) key: Cow<'t, str>,
    pub(super) source: Source<'t>,
    pub(super) target: Target<'t>,
}

/// What stands in the document.
#[derive(Debug)]
pub(super) enum Source<'t> {
    Element(usize),
    Attribute(Range<usize>, &'t str),
    Text(&'t str),
}

/// What is said of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'t> {
    /// A property.
    Member(&'t XmlMember),
    /// A value of this shape; `None`: anything.
    Value(Option<ShapeId>),
    /// Nothing, where only what is declared may stand: nobody looks into it.
    Undeclared,
}

impl<'t> Member<'t> {
    pub(super) fn declared(member: &'t XmlMember, source: Source<'t>) -> Self {
        Self { key: Cow::Borrowed(&member.property), source, target: Target::Member(member) }
    }
}

/// The name in the tree of what has no property's name: `@lang`, `{urn:x}id`.
pub(super) fn key<'t>(mark: &str, local: &'t str, namespace: Option<&str>) -> Cow<'t, str> {
    match (mark, namespace) {
        ("", None) => Cow::Borrowed(local),
        (mark, None) => Cow::Owned(format!("{mark}{local}")),
        (mark, Some(namespace)) => Cow::Owned(format!("{mark}{{{namespace}}}{local}")),
    }
}

/// The members of each name, in the order of their first ones.
pub(super) fn by_name(members: &[Member<'_>]) -> Vec<Vec<usize>> {
    let name = |index: &usize| members.get(*index).map_or("", |member| &*member.key);
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by(|a, b| name(a).cmp(name(b)));
    let mut groups: Vec<Vec<usize>> =
        order.chunk_by(|a, b| name(a) == name(b)).map(<[usize]>::to_vec).collect();
    groups.sort_by_key(|group| group.first().copied());
    groups
}
