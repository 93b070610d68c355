//! The host and the gateway that runs on it: what others can open, what answers tell, and the way around.

mod advisories;
mod answered;
mod listening;
mod modes;
mod patient;
mod rules;

pub use advisories::{Advisories, Dependency, dependencies};
pub use answered::{answered, plain_is_served};
pub use listening::{Listener, listeners, way_around};
pub use modes::open_files;
pub use patient::Patient;

use crate::finding::Rule;
use crate::told::ToldRule;

/// Every rule that a deployment is held against.
pub fn deployment_rules() -> impl Iterator<Item = ToldRule> {
    rules::ALL.iter().map(|rule| ToldRule::of(rule))
}

/// The same, as they are.
pub(crate) fn own_rules() -> impl Iterator<Item = &'static Rule> {
    rules::ALL.into_iter()
}
