//! Tools for tests: a clock that stands still, raw HTTP over sockets, and APIs that do exactly
//! what a test tells them. Used by tests only; panics are how a test says that its own set-up
//! failed.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test's set-up that fails must fail the test"
)]

#[cfg(feature = "acme")]
pub mod acme;
mod clock;
pub mod generated;
pub mod http1;
mod raw;
mod upstream;

pub use clock::FakeClock;
pub use raw::{Answer, Kept, exchange, leave, read_until, send};
pub use upstream::{Behaviour, Maker, ScriptedApi};
