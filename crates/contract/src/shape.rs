//! Which properties are declared: the union over `allOf`, `oneOf`, `anyOf` and conditionals.
//!
//! A shape answers "is this name declared here?", in both directions. Exact validity (which
//! combination of them is allowed) stays with the schema itself.

mod bounds;
pub(crate) mod build;
mod describe;
mod flags;
mod gather;
mod member;
mod named;
mod never;
mod object;
mod open;
mod source;
mod summary;
mod text;
mod types;
mod written;
mod xml;

use std::fmt;
use std::sync::LazyLock;

pub use bounds::Bounds;
pub use member::{Member, ObjectShape, folded as folded_name};
pub use named::SchemaName;
pub(crate) use source::says_nothing;
pub use text::TextShape;
pub use xml::{XmlMember, XmlName, XmlShape, XmlText};

/// All shapes of a contract. Recursive schemas are cycles in this graph.
#[derive(Debug, Default)]
#[expect(clippy::struct_field_names, reason = "the shapes themselves, and what is known of them")]
pub struct Shapes {
    pub(crate) shapes: Vec<Shape>,
    /// How XML writes them, as far as a body is declared in XML.
    pub(crate) xml: Vec<Option<Box<XmlShape>>>,
    /// By shape: whether it leads to a place that may hold anything.
    leads_to_open: Vec<bool>,
    /// What the document calls its schemas.
    names: Vec<Box<str>>,
}

/// A shape, by its place in [`Shapes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub(crate) u32);

impl ShapeId {
    /// Its place, below [`Shapes::len`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is declared of a value.
#[derive(Debug, Default)]
pub struct Shape {
    /// The JSON types that it may have.
    pub types: Types,
    /// `readOnly` in one of its schemas: requests do not set it.
    pub read_only: bool,
    /// `writeOnly` in one of its schemas: answers do not show it.
    pub write_only: bool,
    /// What is declared of its members, if it is an object.
    pub object: ObjectShape,
    /// What is declared of its items, if it is an array; `None`: nothing.
    pub items: Option<ShapeId>,
    /// Its text is bytes: `type: file` (2.0), `format: binary` (3.0), or `contentMediaType` without
    /// `contentEncoding` (3.1), in one of its declarations.
    pub is_binary: bool,
    /// Whether its text is a URL or a host, by `format` in one of its declarations.
    pub pointing: Pointing,
    /// Its values are told one by one (`enum`, `const`) in one of its declarations.
    pub is_choice: bool,
    /// What a text may hold, if it is one.
    pub text: TextShape,
    /// What bounds its numbers and lists.
    pub bounds: Bounds,
    /// The named schemas that speak of it, sorted.
    pub(crate) names: Box<[SchemaName]>,
}

/// Whether a text points somewhere, as its `format` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Pointing {
    /// Nothing says so.
    #[default]
    Nowhere,
    /// A URL or a path: `uri-reference`, `iri-reference`.
    Reference,
    /// A URL: `uri`, `url`, `iri`.
    Url,
    /// A host: `hostname`, `idn-hostname`.
    Host,
}

/// One declared property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property {
    /// Its value.
    pub shape: ShapeId,
    /// `readOnly` in one of its declarations: requests do not set it.
    pub read_only: bool,
    /// `writeOnly` in one of its declarations: answers do not show it.
    pub write_only: bool,
    /// `required` in one of the schemas that speak of its object.
    pub required: bool,
}

/// What the schema says of members that are not declared by name or pattern (rule 18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rest {
    /// Nothing is declared at all: a free-form leaf, kept as it is.
    #[default]
    FreeForm,
    /// `additionalProperties: false` (or `unevaluatedProperties: false`) wherever it is declared.
    Closed,
    /// Silent, or `additionalProperties: true`, beside declared properties.
    Open,
    /// `additionalProperties` is a schema: a map.
    Map(ShapeId),
}

/// A set of JSON types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Types(u8);

impl Types {
    #![expect(missing_docs, reason = "each is the JSON type of that name")]
    pub const NONE: Self = Self(0);
    pub const NULL: Self = Self(1);
    pub const BOOLEAN: Self = Self(2);
    pub const INTEGER: Self = Self(4);
    /// Includes [`Types::INTEGER`].
    pub const NUMBER: Self = Self(8 | 4);
    pub const STRING: Self = Self(16);
    pub const ARRAY: Self = Self(32);
    pub const OBJECT: Self = Self(64);
    pub const ANY: Self = Self(127);
    /// What one text can say.
    pub const SCALAR: Self = Self(1 | 2 | 8 | 4 | 16);

    /// Either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether any of `other` is allowed.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all of `other` is allowed.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl Default for Types {
    fn default() -> Self {
        Self::ANY
    }
}

impl fmt::Display for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [(Types, &str); 7] = [
            (Types::NULL, "null"),
            (Types::BOOLEAN, "boolean"),
            (Types::NUMBER, "number"),
            (Types::INTEGER, "integer"),
            (Types::STRING, "string"),
            (Types::ARRAY, "array"),
            (Types::OBJECT, "object"),
        ];
        match *self {
            Self::ANY => return f.write_str("anything"),
            Self::NONE => return f.write_str("nothing"),
            _ => {}
        }
        let mut is_first = true;
        for (types, name) in NAMES {
            let is_implied = types == Self::INTEGER && self.contains(Self::NUMBER);
            if self.contains(types) && !is_implied {
                f.write_str(if is_first { "" } else { " | " })?;
                f.write_str(name)?;
                is_first = false;
            }
        }
        Ok(())
    }
}

impl Shapes {
    /// The shape of this id.
    ///
    /// Ids come from this contract only, so there always is one; the fallback declares nothing.
    pub fn get(&self, id: ShapeId) -> &Shape {
        static NOTHING: LazyLock<Shape> =
            LazyLock::new(|| Shape { object: ObjectShape::closed(), ..Shape::default() });
        self.shapes.get(id.0 as usize).unwrap_or(&NOTHING)
    }

    /// [`Shape::item`] by its id.
    pub fn item_of(&self, id: ShapeId) -> Option<ShapeId> {
        let shape = self.get(id);
        let item = shape.item(self)?;
        if std::ptr::eq(item, shape) { Some(id) } else { shape.items }
    }

    /// [`Shape::as_object`] by its id.
    pub fn object_of(&self, id: ShapeId) -> ShapeId {
        let shape = self.get(id);
        let object = shape.as_object(self);
        if std::ptr::eq(object, shape) { id } else { shape.items.unwrap_or(id) }
    }

    /// All of them, in order.
    pub fn ids(&self) -> impl Iterator<Item = ShapeId> {
        (0..self.shapes.len() as u32).map(ShapeId)
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.shapes.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }
}

impl Shape {
    /// What an item of a list must be, where a list stands. Where members are declared, no items, and
    /// no list by type, a list is a list of such objects: what is declared is looked for in either.
    pub fn item<'a>(&'a self, shapes: &'a Shapes) -> Option<&'a Self> {
        match self.items {
            Some(items) => Some(shapes.get(items)),
            None => (!self.says(Types::ARRAY) && self.object.is_described()).then_some(self),
        }
    }

    /// What an object must be, where an object stands: the same the other way round.
    pub fn as_object<'a>(&'a self, shapes: &'a Shapes) -> &'a Self {
        match self.items {
            Some(items) if !self.says(Types::OBJECT) && !self.object.is_described() => {
                shapes.get(items)
            }
            _ => self,
        }
    }

    /// Whether a type is allowed by name, and not because none is stated.
    fn says(&self, types: Types) -> bool {
        self.types != Types::ANY && self.types.contains(types)
    }
}
