//! Room 5: may this caller use this function? In this version everybody who got here may; the
//! type is what later rooms rely on.

use portcullis_model::Room;

use super::context::Context;
use super::limit::Admitted;

/// A request whose caller may use the operation.
pub(super) struct Allowed {
    admitted: Admitted,
}

impl Allowed {
    pub(super) const fn admitted(&self) -> &Admitted {
        &self.admitted
    }

    pub(super) fn into_admitted(self) -> Admitted {
        self.admitted
    }
}

pub(super) fn enter(admitted: Admitted, context: &mut Context<'_>) -> Allowed {
    context.enter(Room::AuthorizeFunction);
    Allowed { admitted }
}
