//! Whole documents: what is read from them, what is said about them, what is checked.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where its promise breaks"
)]

mod direction;
mod documents;
mod dynamic;
mod exactness;
mod files;
mod hostile;
mod named;
mod openapi_3_2;
mod patterns;
mod problems;
mod reading;
mod shapes;
mod swagger;
mod validity;
mod wanted;
