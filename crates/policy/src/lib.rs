//! What the owner decided: the policy file, joined with the contract into one [`Model`].
//!
//! The file is read strictly: unknown keys, unknown operations and unknown controls are located
//! errors with a suggestion. A model that has an error does not exist, so nothing can run on it.

mod model;

pub use model::{
    Access, BodyHandling, LedgerTarget, Limits, Model, Origin, Posture, Undeclared, Upstream,
};
