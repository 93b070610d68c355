//! A secret is found in whatever it lies; what is made to harm the reader is told and harms nobody.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where its promise breaks"
)]

mod bad;
mod made;
mod planted;
