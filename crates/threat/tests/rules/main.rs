//! The catalogue of threats: each rule is whole, finds what it is about, and finds nothing where that is not.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "what a test sets up must be there"
)]

mod cases;
mod given;
mod names;
mod parts;
mod sample;
mod whole;
