//! How XML writes the values of a schema: OpenAPI's XML Object, as names to look up.

pub(super) mod map;
pub(super) mod said;

use super::member::folded;
use super::{ShapeId, Shapes};

/// How XML writes a value of one shape.
#[derive(Debug, Default)]
pub struct XmlShape {
    /// The name of the element that is the whole body; `None`: the document does not say.
    pub root: Option<XmlName>,
    /// An XML Object says how it is written: a text with one is that of an element.
    pub is_said: bool,
    /// The name of the element of each item, as the schema of the items says it; `None`: it does
    /// not.
    pub items: Option<XmlName>,
    /// Its items stand inside an element of their own.
    pub is_wrapped: bool,
    /// The property that is the text of the element.
    pub text: Option<XmlText>,
    /// Properties that are elements, sorted by local name.
    pub(crate) elements: Vec<XmlMember>,
    /// Properties that are attributes, sorted by local name.
    pub(crate) attributes: Vec<XmlMember>,
    /// How the names of properties look to a careless reader, those in XML and those in the schema,
    /// sorted; only beside patterns and maps.
    pub(crate) spellings: Vec<Box<str>>,
}

/// A name in XML.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct XmlName {
    /// Without a prefix.
    pub local: Box<str>,
    /// `None`: none, or that of the element around it.
    pub namespace: Option<Box<str>>,
}

/// A property that is the text of its object's element.
#[derive(Debug)]
pub struct XmlText {
    /// Its name in the schema.
    pub property: Box<str>,
    /// Its value.
    pub shape: ShapeId,
}

/// A property with a name in XML.
#[derive(Debug)]
pub struct XmlMember {
    /// Of its element or attribute. Of a list that is not wrapped: of each item.
    pub name: XmlName,
    /// Its name in the schema.
    pub property: Box<str>,
    /// Its value.
    pub shape: ShapeId,
    /// A list inside one element: the name of each item.
    pub wrapped: Option<XmlName>,
}

impl XmlName {
    /// Whether an element with this name, inside one of the namespace `around`, is meant.
    pub fn is(&self, local: &str, namespace: Option<&str>, around: Option<&str>) -> bool {
        *self.local == *local
            && match &self.namespace {
                Some(known) => namespace == Some(known),
                None => namespace.is_none() || is_same(namespace, around),
            }
    }
}

/// Whether two are one namespace. In one document they mostly are one text, and it may be long.
fn is_same(one: Option<&str>, other: Option<&str>) -> bool {
    let is_one_text = one.zip(other).is_some_and(|(one, other)| std::ptr::eq(one, other));
    is_one_text || one == other
}

impl XmlShape {
    /// The property that an element is, inside one of the namespace `around`.
    pub fn element<'m>(
        &'m self,
        local: &'m str,
        namespace: Option<&str>,
        around: Option<&str>,
    ) -> Option<&'m XmlMember> {
        let same = || named(&self.elements, local);
        // A namespace that is said comes first: beside it, one without means another element.
        let exact =
            same().find(|one| namespace.is_some() && one.name.namespace.as_deref() == namespace);
        exact.or_else(|| same().find(|one| one.name.is(local, namespace, around)))
    }

    /// The property that an attribute is. One without a prefix is in no namespace.
    pub fn attribute<'m>(
        &'m self,
        local: &'m str,
        namespace: Option<&str>,
    ) -> Option<&'m XmlMember> {
        named(&self.attributes, local).find(|one| one.name.namespace.as_deref() == namespace)
    }

    /// Whether a careless reader takes an element or attribute with this local name, which is no
    /// property, for one. No map may hold it then: readers differ in case, in namespaces, and in
    /// what is an attribute.
    pub fn is_like_property(&self, local: &str) -> bool {
        !self.spellings.is_empty() && self.spellings.binary_search(&folded(local)).is_ok()
    }

    /// The properties that are elements, sorted by their names.
    pub fn elements(&self) -> &[XmlMember] {
        &self.elements
    }

    /// The properties that are attributes, sorted by their names.
    pub fn attributes(&self) -> &[XmlMember] {
        &self.attributes
    }
}

/// The members of this local name.
fn named<'m>(members: &'m [XmlMember], local: &'m str) -> impl Iterator<Item = &'m XmlMember> {
    /// Up to this many members, looking at each is faster.
    const SCANNED_MAX: usize = 16;
    let first = if members.len() <= SCANNED_MAX {
        let found = members.iter().position(|one| *one.name.local == *local);
        found.unwrap_or(members.len())
    } else {
        members.partition_point(|one| *one.name.local < *local)
    };
    members.iter().skip(first).take_while(move |one| *one.name.local == *local)
}

impl Shapes {
    /// How XML writes a value of this shape; `None` where no body of the contract does.
    pub fn xml(&self, id: ShapeId) -> Option<&XmlShape> {
        self.xml.get(id.0 as usize)?.as_deref()
    }
}
