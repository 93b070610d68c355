//! The API's own login: its weak token is kept, the client gets ours, and it is exchanged on the way
//! in.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "what a test sets up must be there"
)]

#[path = "../gateway/support/mod.rs"]
mod support;

mod ends;
mod hard;
mod renewed;
mod scene;
mod steps;
mod swapped;
mod told;
mod weak;
