//! What lasts: sessions and the credentials that the API gave for them, revocations, and the places
//! from which accounts were used.
//!
//! The only crate that writes lasting state, but for the ledger's own files. One folder, one process, one
//! thread that writes. What the API gave is encrypted; what a client shows is kept as a digest.

mod cache;
mod change;
mod epoch;
mod error;
#[cfg(test)]
mod example;
mod folder;
mod kek;
mod listed;
mod live;
mod memory;
mod names;
mod open;
mod options;
mod passing;
mod payload;
mod places;
mod revoked;
mod rows;
mod schema;
mod seal;
mod session;
mod store;
mod sweep;
mod worker;
mod write;

pub use change::Change;
pub use error::StoreError;
pub use folder::DATABASE;
pub use kek::{Kek, KekError};
pub use listed::{LISTED_MAX, Listed, Listing};
pub use names::{Account, Digest, SessionId, folded};
pub use open::Opened;
pub use options::Options;
pub use revoked::{Claims, Revocation, Revoked};
pub use rows::Which;
pub use session::{Credentials, Facts, Origin, Session, State};
pub use store::Store;
