//! What is missing? The checklist about keys and secrets, answered for one deployment, with evidence.
//!
//! Each question is a file in `checklist/`. Drills are real, and happen in a store of their own that goes with them:
//! nothing that is in use is written to.

mod answer;
mod asked;
mod checklist;
pub mod contract;
mod drill;
mod finding;
mod issued;
mod scratch;

pub use answer::{Answer, Verdict};
pub use asked::{Asked, KnownKeys};
pub use checklist::answers;
pub use finding::{At, Enforced, Finding, Place, Rule, Severity};
pub use issued::{issued, may_all};
