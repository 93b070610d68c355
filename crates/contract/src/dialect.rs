//! The dialect in which schemas are meant (`jsonSchemaDialect`, `$schema`).

use crate::codes;
use crate::document::Node;
use crate::notes::Notes;
use crate::version::Version;

/// What the names of the dialects that are read begin with. Behind those of OpenAPI stand the days
/// on which they were published.
const READ: [&str; 3] = [
    "https://json-schema.org/draft/2020-12/schema",
    "https://spec.openapis.org/oas/3.1/dialect/",
    "https://spec.openapis.org/oas/3.2/dialect/",
];

/// Notes that schemas are meant in another dialect than the one in which they are read. Before 3.1
/// the version alone decides.
pub(crate) fn doubt(dialect: Node<'_>, version: Version, notes: &mut Notes) {
    let is_read = |name: &str| READ.iter().any(|known| name.starts_with(known));
    if version.is_json_schema() && !dialect.as_str().is_some_and(is_read) {
        let message = "schemas are read as JSON Schema 2020-12, not in this dialect";
        notes.warn(&codes::SCHEMA, dialect.span(), message);
    }
}
