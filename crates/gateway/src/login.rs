//! The API's own login: what its answers give out, what is kept of it, what never leaves.
//!
//! Everything here judges texts; the rooms ask the store.

mod answer;
mod cookie;
mod kept;
mod splice;
mod watched;
mod withheld;

pub(crate) use answer::{Given, Issue, Outcome, Reading, is_met, without_scheme};
pub(crate) use cookie::{SetCookie, ours};
pub(crate) use kept::{Known, is_nameless, own_name};
pub(crate) use splice::{in_form, in_json};
pub(crate) use watched::{Under, Watched};
pub(crate) use withheld::Withheld;

/// The name under which the API's refresh token is kept.
pub(crate) const REFRESH: &str = "refresh";
/// The name under which what opens a second step is kept.
pub(crate) const PENDING: &str = "pending";
