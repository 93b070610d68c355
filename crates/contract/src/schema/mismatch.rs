//! What is said of a value that is not valid.

use portcullis_model::Pointer;

/// Where and why a value is not what its schema says. Never holds the value itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Where in the value.
    pub at: Pointer,
    /// The keyword that is not met: `maxLength`.
    pub keyword: &'static str,
    /// Where in the schema: a pointer into the document behind a reference, else into the schema
    /// itself.
    pub schema_at: Pointer,
    /// What would have been right, in words of the document: `at most 100`. May be empty.
    pub wanted: String,
}

impl Mismatch {
    /// What is said of every value where there is no validator.
    pub(crate) const fn not_compiled() -> Self {
        Self {
            at: Pointer::root(),
            keyword: "schema",
            schema_at: Pointer::root(),
            wanted: String::new(),
        }
    }
}
