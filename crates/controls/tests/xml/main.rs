//! XML bodies: the same tree as in JSON, and what goes on is what was checked.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where its promise breaks"
)]

mod cutting;
mod document;
mod reading;
mod round_trip;
