//! What is judged: a request, and one object that it names.

use portcullis_policy::ObjectInput;

use super::super::validate::Valid;

/// A request, and its operation.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) valid: &'a Valid,
    pub(super) operation: usize,
}

/// One object that it names.
pub(super) struct One<'a> {
    pub(super) input: &'a ObjectInput,
    pub(super) id: String,
}
