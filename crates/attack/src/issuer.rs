//! Attacks on an issuer: an OAuth 2.0 authorization server that is found by its own metadata.
//!
//! No gateway stands in between, so one try has one result: `safe`, `open`, `inconclusive`, or it was not tried, and
//! why. The probes are a table (`probes.rs`); each is judged beside an honest request that must succeed.

mod asking;
mod browser;
mod forged;
mod form_of_page;
mod given;
mod jar;
mod judged;
mod metadata;
mod page;
mod probes;
mod reach;
mod report;
mod run;
mod sarif;
mod stage;
mod text;
mod url;

#[cfg(test)]
mod tests;

pub use given::{Client, Given, User, given};
pub use judged::{Found, Result as ProbeResult};
pub use probes::{Listed, listed};
pub use report::{IssuerReport, IssuerTotals};
pub use run::{Attacking, attack};
