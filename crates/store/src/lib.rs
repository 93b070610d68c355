//! What lasts: sessions and the credentials that the API gave for them, revocations, and the places
//! from which accounts were used.
//!
//! The only crate that writes lasting state, but for the ledger's own files. One folder, one process, one
//! thread that writes. What the API gave is encrypted; what a client shows is kept as a digest.

mod error;
#[cfg(test)]
mod example;
mod kek;
mod live;
mod payload;
mod seal;
mod session;

pub use error::StoreError;
pub use kek::{Kek, KekError};
pub use session::{Account, Credentials, Digest, Facts, Origin, Session, SessionId, State};
