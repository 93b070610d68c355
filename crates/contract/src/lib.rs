//! What an OpenAPI document says, in one internal form.
//!
//! Nothing else in Portcullis interprets OpenAPI: controls, gateway, attacker and reports all read
//! a [`Contract`]. Versions 2.0, 3.0, 3.1 and 3.2 come in as JSON or YAML; every place that is not
//! understood or cannot be enforced becomes a located warning, never silence.

mod ambiguous;
mod bodies;
pub mod codes;
mod contract;
mod dialect;
mod document;
mod ecma;
mod encoding;
mod fields;
mod files;
mod flags;
mod form;
mod graphql;
mod keys;
mod kinds;
mod library;
mod link;
mod locate;
mod location;
mod media;
mod names;
mod notes;
mod operation;
mod operations;
pub mod outline;
mod parameter;
mod parameters;
mod path;
mod pattern_budget;
mod querystring;
mod read;
mod reader;
mod reference;
mod route;
mod samples;
mod scalar;
mod schema;
mod scheme;
mod security;
mod servers;
mod shape;
mod slice;
mod style;
mod swagger;
mod template;
mod twice;
mod values;
mod version;
mod yaml;

pub use contract::{Contract, NotServed, Server};
pub use document::as_json;
pub use files::{FileFault, Files, NoFiles};
pub use graphql::{
    GRAPHQL_BESIDE, GRAPHQL_DOCUMENTS, GraphqlSign, is_graphql_document, is_only_graphql,
};
pub use link::{Link, LinkTarget};
pub use locate::locate;
pub use media::{BodyKind, Encoding, Media, MediaRange};
pub use operation::{Operation, RequestBody, Response, Security, StatusPattern, Sunset};
pub use parameter::{Collection, Delimiter, Parameter, Place, Prefix};
pub use path::{CanonicalPath, PathFault, write_path_text, write_path_value};
pub use read::read;
pub use route::{Find, PathPart, PathValue};
pub use samples::{Samples, is_valid};
pub use scalar::{Scalar, ScalarFault};
pub use schema::{Blobs, Mismatch, Schema};
pub use scheme::{SchemeKind, SchemePlace, SecurityRequirement, SecurityScheme};
pub use shape::{
    Bounds, Member, ObjectShape, Pointing, Property, Rest, SchemaName, Shape, ShapeId, Shapes,
    TextShape, Types, XmlMember, XmlName, XmlShape, XmlText, folded_name,
};
pub use slice::Slices;
pub use values::{Texts, ValueChange, compare_values};
