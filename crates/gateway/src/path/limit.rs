//! Room 4: does this caller, address, operation ... come too often, as far as one can tell without the body?

use portcullis_model::Room;

use super::authenticate::Authenticated;
use super::context::{Context, Exit};
use super::rates::Asked;

/// A request that no limit known without its body refuses.
pub(super) struct Admitted {
    authenticated: Authenticated,
}

impl Admitted {
    pub(super) const fn authenticated(&self) -> &Authenticated {
        &self.authenticated
    }
}

pub(super) fn enter(
    authenticated: Authenticated,
    context: &mut Context<'_>,
) -> Result<Admitted, Exit> {
    context.enter(Room::Limit);
    Asked::of(&authenticated, None).early(context)?;
    Ok(Admitted { authenticated })
}
