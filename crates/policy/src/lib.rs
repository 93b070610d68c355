//! What the owner decided: the policy file, joined with the contract into one [`Model`].
//!
//! The file is read strictly: unknown keys, unknown operations and unknown controls are located
//! errors with a suggestion. A model that has an error does not exist, so nothing can run on it.

mod address;
mod amounts;
pub mod codes;
mod digest;
mod failure;
mod file;
mod folder;
mod join;
mod model;
mod notes;
mod open;
mod place;
mod quantity;
mod reference;
mod section;
mod word;
mod yaml;

pub use amounts::Amount;
pub use failure::{Failure, Unreadable};
pub use join::{Input, Overrides};
pub use model::{
    Access, BodyHandling, LedgerTarget, Limits, Lines, Model, OperationLines, Origin, Posture,
    Undeclared, Upstream, WhenFull,
};
pub use reference::{json_schema, reference_page};
