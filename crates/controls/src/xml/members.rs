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
    /// The place of the first one of this name.
    pub(super) first: usize,
}

/// What stands in the document.
#[derive(Debug)]
pub(super) enum Source<'t> {
    Element(usize),
    Attribute(Range<usize>, &'t str),
    /// The text of the element with this number.
    Text(usize, &'t str),
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
        Self::new(Cow::Borrowed(&member.property), source, Target::Member(member))
    }

    fn has_name_of(&self, other: &Self) -> bool {
        match (self.target, other.target) {
            // Two properties of one object have two names.
            (Target::Member(a), Target::Member(b)) => std::ptr::eq(a, b),
            _ => self.key == other.key,
        }
    }

    pub(super) const fn new(key: Cow<'t, str>, source: Source<'t>, target: Target<'t>) -> Self {
        Self { key, source, target, first: 0 }
    }
}

/// The name in the tree of what has no property's name: `@lang`, `{2}id`. A namespace has the number
/// in which the document declares it: its name may be as long as the document, once per element.
pub(super) fn key<'t>(mark: &str, local: &'t str, namespace: u32) -> Cow<'t, str> {
    match (mark, namespace) {
        ("", 0) => Cow::Borrowed(local),
        (mark, 0) => Cow::Owned(format!("{mark}{local}")),
        (mark, namespace) => Cow::Owned(format!("{mark}{{{namespace}}}{local}")),
    }
}

/// Up to this many members, names are compared pair by pair.
const PAIRWISE_MAX: usize = 16;

/// Puts the members of each name together, in the order of their first ones.
pub(super) fn sort_by_name(members: &mut [Member<'_>]) {
    if members.len() <= PAIRWISE_MAX {
        for index in 0..members.len() {
            let (known, rest) = members.split_at_mut_checked(index).unwrap_or_default();
            if let Some(member) = rest.first_mut() {
                let same = known.iter().position(|known| known.has_name_of(member));
                member.first = same.unwrap_or(index);
            }
        }
    } else {
        let mut firsts: Vec<usize> = (0..members.len()).collect();
        let name = |index: usize| members.get(index).map_or("", |member| &*member.key);
        let mut order = firsts.clone();
        order.sort_by(|a, b| name(*a).cmp(name(*b)));
        for group in order.chunk_by(|a, b| name(*a) == name(*b)) {
            for index in group {
                if let (Some(place), Some(first)) = (firsts.get_mut(*index), group.first()) {
                    *place = *first;
                }
            }
        }
        for (member, first) in members.iter_mut().zip(firsts) {
            member.first = first;
        }
    }
    members.sort_by_key(|member| member.first);
}
