//! The access rules of a policy as Cedar, and the Cedar schema of the contract that they speak of.
//!
//! Text only, for people and for Cedar's own tools: the gateway judges by `controls::rules`. That both say
//! the same is shown by `cargo xtask cedar` (decision 0113), which asks Cedar itself.

mod condition;
mod formula;
mod kind;
mod names;
mod policies;
mod schema;
mod vocabulary;

pub use kind::Kind;
pub use policies::policies;
pub use schema::schema;
pub use vocabulary::{Action, Resource, Vocabulary};
