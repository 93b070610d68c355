//! Values in path, query, headers and cookies.

use std::borrow::Cow;

use portcullis_model::Span;

use crate::scalar::{Scalar, ScalarFault};
use crate::schema::Schema;
use crate::shape::Types;

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the place of that name")]
pub enum Place {
    Path,
    Query,
    Header,
    Cookie,
}

impl Place {
    /// The word in OpenAPI's `in`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// A declared parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Where it stands.
    pub place: Place,
    /// Its name as declared; header names compare without case.
    pub name: String,
    /// Whether it must be there; always true in a path.
    pub required: bool,
    /// What stands before its value; only paths know anything but [`Prefix::None`].
    pub prefix: Prefix,
    /// How one or several values are written.
    pub collection: Collection,
    /// Whether an empty value passes, whatever the schema says (`allowEmptyValue`, query).
    pub allow_empty: bool,
    /// What it must look like.
    pub schema: Option<Schema>,
    /// Where it is declared.
    pub span: Span,
    /// The types of one value: those of the schema, or of its items.
    pub(crate) scalar_types: Types,
}

/// What stands before a value (RFC 6570 sections 3.2.5 and 3.2.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prefix {
    /// Nothing.
    #[default]
    None,
    /// `.` (`label`).
    Label,
    /// `;name=` (`matrix`); before the members of an object that stand for themselves only `;`.
    Matrix,
}

/// How the values of a parameter are written (OpenAPI `style` and `explode`; Appendix C; Swagger
/// 2.0 `collectionFormat`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// One value.
    Single,
    /// A list in one value: `a,b`.
    Joined(Delimiter),
    /// A list, the name again for each item (`form` with `explode: true`; `multi`).
    Repeated,
    /// An object in one value: `name,value,name,value`, or, where names are assigned,
    /// `name=value,name=value`.
    JoinedMembers {
        /// What stands between two members.
        delimiter: Delimiter,
        /// Whether `=` stands between a name and its value.
        is_assigned: bool,
    },
    /// An object whose members are parameters themselves (`form`, `explode: true`).
    Members,
    /// An object, or a list, written `name[member]=value` (`deepObject`, query).
    DeepObject,
    /// JSON in one value (`content: application/json`).
    Json,
    /// A form in one value (`content: application/x-www-form-urlencoded`).
    Form,
    /// A style that is not read: one value, taken as text.
    NotUnderstood,
}

/// What stands between the items of a list, or the members of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    /// `,` (`simple`, `form`; `csv`).
    Comma,
    /// A space (`spaceDelimited`; `ssv`).
    Space,
    /// A tab (`tsv`).
    Tab,
    /// `|` (`pipeDelimited`; `pipes`).
    Pipe,
    /// `.` (`label` with `explode: true`).
    Dot,
    /// `;` (`matrix` with `explode: true`).
    Semicolon,
}

impl Delimiter {
    /// The character.
    pub const fn character(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Space => ' ',
            Self::Tab => '\t',
            Self::Pipe => '|',
            Self::Dot => '.',
            Self::Semicolon => ';',
        }
    }
}

impl Parameter {
    /// Reads one text as the type that the schema (or that of its items) allows.
    pub fn scalar<'a>(&self, text: Cow<'a, str>) -> Result<Scalar<'a>, ScalarFault> {
        Scalar::read(text, self.scalar_types)
    }

    /// Reads one text as the type that the schema itself allows beside a list or an object;
    /// `None` if it allows nothing but those.
    pub fn alternative<'a>(&self, text: Cow<'a, str>) -> Option<Result<Scalar<'a>, ScalarFault>> {
        let types = self.schema.as_ref()?.types;
        let is_given = types != Types::ANY && types.intersects(Types::SCALAR);
        is_given.then(|| Scalar::read(text, types))
    }
}
