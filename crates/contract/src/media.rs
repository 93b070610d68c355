//! Media types of bodies.

use portcullis_model::Span;

use crate::parameter::{Collection, Parameter};
use crate::schema::Schema;
use crate::shape::Shapes;

/// A declared media type with its schema.
#[derive(Debug)]
pub struct Media {
    /// The key under `content`.
    pub range: MediaRange,
    /// How such a body is read.
    pub kind: BodyKind,
    /// What it must look like; `None` where the document says nothing (or `{}`).
    pub schema: Option<Schema>,
    /// Whether the document declares properties in a form in which they are not read: text, bytes,
    /// XML of which it does not say clearly what its elements are.
    pub is_unread: bool,
    /// What is said of single properties (`encoding`, `collectionFormat`); only for
    /// [`BodyKind::Form`] and [`BodyKind::FormData`].
    pub encoding: Vec<Encoding>,
    /// Where it stands.
    pub span: Span,
}

impl Media {
    /// Whether it declares properties, so that somebody must look at them.
    pub fn has_properties(&self, shapes: &Shapes) -> bool {
        self.schema.as_ref().is_some_and(|schema| {
            let shape = shapes.get(schema.shape);
            let items = shape.items.map(|items| shapes.get(items));
            shape.object.is_described() || items.is_some_and(|items| items.object.is_described())
        })
    }

    /// Whether a body of this type is read into a tree of properties. XML without a schema has none.
    pub const fn is_tree(&self) -> bool {
        match self.kind {
            BodyKind::Json | BodyKind::Form | BodyKind::FormData => true,
            BodyKind::Xml => self.schema.is_some(),
            BodyKind::Text | BodyKind::Opaque | BodyKind::Stream | BodyKind::Multipart => false,
        }
    }

    /// What is said of the fields or parts of this name.
    pub fn encoding(&self, name: &str) -> Option<&Encoding> {
        self.encoding.iter().find(|encoding| encoding.property == name)
    }
}

/// How the fields or parts of one property are sent (OpenAPI 3.1 section 4.8.15).
#[derive(Debug)]
pub struct Encoding {
    /// The property's name.
    pub property: String,
    /// How its values are written, where the document says so.
    pub collection: Option<Collection>,
    /// The media types that a part may have; none: what follows from its schema.
    pub content_types: Vec<MediaRange>,
    /// Header fields that a part may have, beside the ones of RFC 7578.
    pub headers: Vec<Parameter>,
}

/// A media type or a range of them (RFC 9110 section 12.5.1), in lower case, parameters left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MediaRange {
    /// `application`, or `*`.
    pub main: String,
    /// `json`, `*`, or with a suffix: `problem+json`.
    pub sub: String,
}

impl MediaRange {
    /// Reads `application/json; charset=utf-8`: the essence, without its parameters.
    pub fn parse(text: &str) -> Option<Self> {
        let essence = text.split(';').next().unwrap_or_default().trim();
        let (main, sub) = essence.split_once('/')?;
        let is_token = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+*".contains(&b))
        };
        (is_token(main) && is_token(sub))
            .then(|| Self { main: main.to_ascii_lowercase(), sub: sub.to_ascii_lowercase() })
    }

    /// Whether a body of type `other` (no range itself) falls under it. `*+json` stands for every
    /// type with that suffix.
    pub fn covers(&self, other: &Self) -> bool {
        let has_suffix =
            || self.sub.strip_prefix('*').is_some_and(|suffix| other.sub.ends_with(suffix));
        (self.main == "*" || self.main == other.main) && (self.sub == other.sub || has_suffix())
    }

    /// Whether it is a range of types rather than one.
    pub fn has_wildcard(&self) -> bool {
        self.main.contains('*') || self.sub.contains('*')
    }

    /// Whether a body of it is JSON texts, each on a line of its own (JSON Lines).
    pub fn is_lines(&self) -> bool {
        self.main == "application" && matches!(self.sub.as_str(), "x-ndjson" | "jsonl")
    }

    /// How a body of this type is read.
    pub fn kind(&self) -> BodyKind {
        match (self.main.as_str(), self.sub.as_str()) {
            (_, "json" | "x-json") => BodyKind::Json,
            (_, sub) if sub.ends_with("+json") => BodyKind::Json,
            ("application", "x-www-form-urlencoded") => BodyKind::Form,
            ("application", "x-ndjson" | "jsonl" | "json-seq") | ("text", "event-stream") => {
                BodyKind::Stream
            }
            ("multipart", "form-data") => BodyKind::FormData,
            (_, sub) if sub.ends_with("+json-seq") => BodyKind::Stream,
            ("multipart", _) => BodyKind::Multipart,
            ("text" | "application", "xml") => BodyKind::Xml,
            (_, sub) if sub.ends_with("+xml") => BodyKind::Xml,
            ("text", _) => BodyKind::Text,
            _ => BodyKind::Opaque,
        }
    }
}

impl std::fmt::Display for MediaRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.main, self.sub)
    }
}

/// How a body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BodyKind {
    /// JSON, read strictly.
    Json,
    /// `application/x-www-form-urlencoded`, read into the same tree.
    Form,
    /// UTF-8 text.
    Text,
    /// Bytes that mean nothing to us: images, archives.
    Opaque,
    /// Events or lines that never end.
    Stream,
    /// `multipart/form-data` (RFC 7578): parts with names, read into the same tree as a form.
    FormData,
    /// Parts of another kind; not read in this version.
    Multipart,
    /// XML: read into the same tree where a schema describes it, else held to be well-formed.
    Xml,
}
