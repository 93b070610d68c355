//! What one schema says, as it is written, and what of its values nothing bounds.

use super::{SchemaIndex, Site, Uses};
use crate::shape::Types;

/// A schema that an operation leads to.
#[derive(Debug)]
pub struct OutlinedSchema {
    /// Where it stands.
    pub site: Site,
    /// What it says.
    pub said: Said,
    /// What nothing says of its values, at one of the places that lead to it.
    pub lacks: Lacks,
    /// What it leads to.
    pub edges: Vec<Edge>,
    /// The operations whose requests it is part of.
    pub in_requests: Uses,
    /// The operations whose answers it is part of.
    pub in_answers: Uses,
}

/// What a schema says by itself.
#[derive(Debug, Default)]
pub struct Said {
    /// `type`; none: it says none.
    pub types: Option<Types>,
    /// `format`.
    pub format: Option<Box<str>>,
    /// `pattern`.
    pub pattern: Option<Box<str>>,
    /// `enum` or `const`.
    pub is_choice: bool,
    /// `readOnly`.
    pub read_only: bool,
    /// `writeOnly`.
    pub write_only: bool,
    /// Whether undeclared properties are forbidden.
    pub is_closed: bool,
    /// Whether they are declared: a map.
    pub is_map: bool,
    /// Whether it is a part of a whole (`allOf`), so that closing it would close the whole.
    pub is_part: bool,
    /// Whether it is a whole of parts (`allOf`).
    pub has_parts: bool,
    /// Whether it declares properties itself.
    pub has_properties: bool,
    /// Whether another keyword than `type` says what it is.
    pub is_composed: bool,
    /// Whether no keyword says anything.
    pub is_silent: bool,
    /// Whether its text is bytes.
    pub is_binary: bool,
}

/// What nothing says of values: neither the schema, nor what holds beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lacks {
    /// How long a text is.
    pub length: bool,
    /// The same of bytes.
    pub bytes: bool,
    /// How large a number is.
    pub most: bool,
    /// How small.
    pub least: bool,
    /// How many items a list has.
    pub items: bool,
    /// How many members a map has.
    pub members: bool,
    /// What an item of a list is.
    pub item: bool,
    /// What a text looks like: neither pattern, nor format, nor choice.
    pub form: bool,
    /// Which numbers an integer may be: neither format nor both bounds.
    pub width: bool,
    /// Whether undeclared properties may stand beside declared ones.
    pub closing: bool,
    /// Of which type a value is.
    pub kind: bool,
}

/// A step from a schema to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// To which.
    pub to: SchemaIndex,
    /// By what.
    pub kind: EdgeKind,
}

/// How one schema leads to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EdgeKind {
    /// A property of this name.
    Property(Box<str>),
    /// Items of a list.
    Item,
    /// Values of a map, or of names that fall under a pattern.
    Value,
    /// Another schema for the same value.
    Same,
}

/// Which bounds hold around a schema, by others for the same value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Context(u16);

impl Context {
    pub(super) const LENGTH: Self = Self(1);
    pub(super) const MOST: Self = Self(2);
    pub(super) const LEAST: Self = Self(4);
    pub(super) const ITEMS: Self = Self(8);
    pub(super) const MEMBERS: Self = Self(16);
    pub(super) const ITEM: Self = Self(32);
    pub(super) const FORM: Self = Self(64);
    pub(super) const FORMAT: Self = Self(128);
    pub(super) const CLOSED: Self = Self(256);
    pub(super) const TYPED: Self = Self(512);
    pub(super) const CHOICE: Self = Self(1 | 2 | 4 | 8 | 16 | 32 | 64 | 128 | 256 | 512);

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn if_so(self, is_so: bool) -> Self {
        if is_so { self } else { Self(0) }
    }

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl Lacks {
    /// What is lacking where these bounds hold, of a value that this schema types.
    pub(super) fn of(said: &Said, held: Context, declares: bool) -> Self {
        let types = said.types.unwrap_or(Types::NONE);
        let is_integer = types.contains(Types::INTEGER) && !types.contains(Types::NUMBER);
        let is_number = types.intersects(Types::NUMBER);
        let is_bounded = held.has(Context::MOST.and(Context::LEAST));
        let is_text = types.contains(Types::STRING) && !said.is_binary;
        Self {
            length: is_text && !held.has(Context::LENGTH),
            bytes: said.is_binary && !held.has(Context::LENGTH),
            most: is_number && !held.has(Context::MOST),
            least: is_number && !held.has(Context::LEAST),
            items: types.contains(Types::ARRAY) && !held.has(Context::ITEMS),
            members: said.is_map && !held.has(Context::MEMBERS),
            item: types.contains(Types::ARRAY) && !held.has(Context::ITEM),
            form: is_text && !held.has(Context::FORM),
            width: is_integer && !is_bounded && !held.has(Context::FORMAT),
            closing: declares && !said.is_map && !held.has(Context::CLOSED),
            kind: said.types.is_none() && !said.is_composed && !held.has(Context::TYPED),
        }
    }

    /// Either.
    pub(super) const fn or(self, other: Self) -> Self {
        Self {
            length: self.length || other.length,
            bytes: self.bytes || other.bytes,
            most: self.most || other.most,
            least: self.least || other.least,
            items: self.items || other.items,
            members: self.members || other.members,
            item: self.item || other.item,
            form: self.form || other.form,
            width: self.width || other.width,
            closing: self.closing || other.closing,
            kind: self.kind || other.kind,
        }
    }
}
