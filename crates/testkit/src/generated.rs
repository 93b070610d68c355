//! APIs that were never written by anybody: a contract, a policy, callers, objects, an API that does whatever
//! it is told, and an oracle that knows who may do what. All of it comes from a seed.
//!
//! The oracle knows nothing of how a gateway decides. It reads the rules that the policy was written from, and
//! looks at the objects themselves.

#![expect(
    clippy::indexing_slicing,
    clippy::option_option,
    reason = "what is indexed was made here, and an object may be named, missing, or not asked for"
)]

pub mod asked;
mod chance;
mod contract;
mod judge;
mod oracle;
mod plan;
mod policy;
mod request;
mod requests;
mod shape;
mod world;

pub use chance::Chance;
pub use contract::contract;
pub use judge::{Found, judge};
pub use plan::api;
pub use policy::policy;
pub use request::Request;
pub use requests::request;
pub use shape::{Api, Caller, Does};
pub use world::{Told, World};
