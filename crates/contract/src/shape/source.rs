//! The document that schemas are read from, and what in it says nothing.

use crate::document::Node;
use crate::reference::References;
use crate::version::Version;

/// What gathering needs to know of the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) references: &'a References<'a>,
    pub(super) version: Version,
}

/// Whether a schema says no more than words: one that only describes is the same as `true`.
pub(crate) fn says_nothing(schema: Node<'_>) -> bool {
    const WORDS: [&str; 12] = [
        "$comment",
        "default",
        "deprecated",
        "description",
        "example",
        "examples",
        "externalDocs",
        "nullable",
        "readOnly",
        "title",
        "writeOnly",
        "xml",
    ];
    !schema.is_object()
        || schema
            .members()
            .all(|(name, _)| WORDS.binary_search(&name.text).is_ok() || name.text.starts_with("x-"))
}
