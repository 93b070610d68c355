//! Room 8: what must be held while the API works? In this version nothing needs the body; the
//! type is all that `forward` accepts.

use portcullis_model::Room;

use super::authorize_object::Owned;
use super::context::Context;
use super::validate::Valid;

/// A request that may reach the API.
pub(super) struct Reserved {
    valid: Valid,
}

impl Reserved {
    pub(super) fn into_valid(self) -> Valid {
        self.valid
    }
}

pub(super) fn enter(owned: Owned, context: &mut Context<'_>) -> Reserved {
    context.enter(Room::Reserve);
    Reserved { valid: owned.into_valid() }
}
