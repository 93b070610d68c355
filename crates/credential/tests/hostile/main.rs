//! Hostile tokens, keys, proofs and answers, and the honest ones beside them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where its promise breaks"
)]

mod answers;
mod claims;
mod forge;
mod forms;
mod headers;
mod jwks;
mod proofs;
mod signatures;
mod signed;
mod vectors;
