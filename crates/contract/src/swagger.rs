//! Swagger 2.0: what it writes in another way than OpenAPI 3, read into the same form.

mod base_path;
mod bodies;
mod collection;
mod form;
mod inputs;

use crate::codes;
use crate::document::Node;
use crate::notes::Notes;

/// Notes what a schema says that is no part of Swagger 2.0.
pub(crate) fn doubts(schema: Node<'_>, notes: &mut Notes) {
    if schema.is_true("x-nullable")
        && let Some(place) = schema.get("x-nullable")
    {
        let message = "`x-nullable` is no part of Swagger 2.0: null is allowed here, and wherever \
                       else it says so";
        notes.warn_once(&codes::SCHEMA, place.span(), message);
    }
    if let Some(place) = schema.get("nullable").filter(|place| place.as_bool().is_some()) {
        let message = "`nullable` is no part of Swagger 2.0: it has no effect, here and elsewhere";
        notes.warn_once(&codes::SCHEMA, place.span(), message);
    }
}
