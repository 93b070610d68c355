//! What texts of requests are meant to be.

use portcullis_injection::TextKind;

use crate::authorization::InputPlace;

/// What a text is meant to be, where the contract does not say it, or says something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPlace {
    /// Where it stands.
    pub place: InputPlace,
    /// What it is.
    pub kind: TextKind,
}
