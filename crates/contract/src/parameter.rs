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
    /// How one or several values are written.
    pub collection: Collection,
    /// What it must look like.
    pub schema: Option<Schema>,
    /// Where it is declared.
    pub span: Span,
    /// The types of one value: those of the schema, or of its items.
    pub(crate) scalar_types: Types,
}

/// How the values of a parameter are written (OpenAPI `style` and `explode`; Appendix C).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collection {
    /// One value.
    Single,
    /// Several in one, between commas (`simple`, or `form` with `explode: false`).
    Commas,
    /// The name again for each (`form` with `explode: true`, query and cookie).
    Repeated,
    /// An object whose members are parameters themselves (`form`, `explode: true`, query): the
    /// names of those members.
    Members(Vec<String>),
    /// An object written `name[member]=value` (`deepObject`, query).
    DeepObject,
    /// JSON in one value (`content: application/json`).
    Json,
    /// A style that this version does not read: one value, taken as text.
    NotUnderstood,
}

impl Parameter {
    /// Reads one text as the type that the schema (or that of its items) allows.
    pub fn scalar<'a>(&self, text: Cow<'a, str>) -> Result<Scalar<'a>, ScalarFault> {
        Scalar::read(text, self.scalar_types)
    }
}
