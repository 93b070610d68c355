//! Room 4: is there room for this request, as far as one can tell without its body? In this
//! version no rate is counted; the type is what later rooms rely on.

use portcullis_model::Room;

use super::authenticate::Authenticated;
use super::context::Context;

/// A request that no limit known without its body refuses.
pub(super) struct Admitted {
    authenticated: Authenticated,
}

impl Admitted {
    pub(super) const fn authenticated(&self) -> &Authenticated {
        &self.authenticated
    }
}

pub(super) fn enter(authenticated: Authenticated, context: &mut Context<'_>) -> Admitted {
    context.enter(Room::Limit);
    Admitted { authenticated }
}
