//! The path of a request: eleven rooms, one file each.
//!
//! Each room takes what the room before it returns, and returns the next type or an [`Exit`]. The
//! types' fields are private to their room, so only [`reserve`] can make what [`forward`] takes:
//! a forgotten check does not compile. The cheapest refusal comes first, and no refusal tells a
//! caller more than they may know.

mod asking;
mod attempt;
mod authenticate;
mod authorize_function;
mod authorize_object;
mod carried;
mod context;
mod exchange;
mod find_operation;
mod flow;
mod forward;
mod holding;
mod inspect;
mod key_quota;
mod learned;
mod limit;
mod loops;
mod objects;
mod once;
mod one_at_a_time;
mod own_keys;
mod page_token;
mod payload;
mod rates;
mod receive;
mod record;
mod reported;
mod reserve;
mod sent;
mod settling;
mod told;
mod validate;
mod values;

pub(crate) use context::{Context, Exit};
pub(crate) use inspect::Cleared;
pub(crate) use receive::Request;
pub(crate) use record::{Closing, close};

use crate::incoming::Incoming;

/// Walks one request through the rooms. [`record`] follows at the edge, for every exit.
pub(crate) async fn walk(
    request: Request,
    incoming: &mut Incoming<'_>,
    context: &mut Context<'_>,
) -> Result<Cleared, Exit> {
    let received = receive::enter(request, context).await?;
    let matched = find_operation::enter(received, incoming, context).await?;
    let authenticated = authenticate::enter(matched, context).await?;
    let admitted = limit::enter(authenticated, context)?;
    let allowed = authorize_function::enter(admitted, context).await?;
    let valid = validate::enter(allowed, incoming, context).await?;
    let owned = authorize_object::enter(valid, context).await?;
    let reserved = reserve::enter(owned, incoming, context).await?;
    let answered = forward::enter(reserved, incoming, context).await?;
    inspect::enter(answered, context).await
}
