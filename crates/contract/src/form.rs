//! A field of a form that is declared by itself, not as a property of a schema.

use crate::document::Node;

/// One field of a form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Whether it must be there.
    pub(crate) required: bool,
    /// What it must look like; `None`: a text that is not checked.
    pub(crate) schema: Option<Node<'a>>,
}
