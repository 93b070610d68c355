//! Runs real OpenAPI documents through contract and controls, beside oracles that share nothing
//! with what they judge.
//!
//! For development only: `cargo xtask corpus` runs thousands of documents through it, one process
//! each, and the tests of this crate run the few that are kept in the project. The oracles read a
//! document as plain `serde_json`, and are as simple as they can be: slow, and obviously right.

mod chance;
pub mod declared;
mod examples;
mod generate;
mod measure;
mod paths;
mod projection;
mod requests;
pub mod routing;
mod run;
mod source;
mod tally;

pub use chance::Chance;
pub use generate::Generator;
pub use requests::requests;
pub use run::{Checks, Compiled, checks, compile};
pub use source::{Source, Stated};
