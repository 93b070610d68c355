//! Room 7: may this caller touch these objects? In this version the question is not asked; the
//! type is what later rooms rely on.

use portcullis_model::Room;

use super::context::Context;
use super::validate::Valid;

/// A request whose caller may touch its objects.
pub(super) struct Owned {
    valid: Valid,
}

impl Owned {
    pub(super) const fn valid(&self) -> &Valid {
        &self.valid
    }

    pub(super) fn into_valid(self) -> Valid {
        self.valid
    }
}

pub(super) fn enter(valid: Valid, context: &mut Context<'_>) -> Owned {
    context.enter(Room::AuthorizeObject);
    Owned { valid }
}
