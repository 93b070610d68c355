//! What lasts: sessions and the credentials that the API gave for them, revocations, API keys, the
//! places from which accounts were used, and who is known to hold which object.
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
mod held;
mod index;
mod kek;
mod keys;
mod listed;
mod live;
mod memory;
mod names;
mod open;
mod options;
mod passing;
mod payload;
mod places;
mod register;
mod rekey;
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
pub use held::Learned;
pub use held::bounds::Bounds;
pub use held::lately::Since;
pub use held::names::{Caller, Object};
pub use held::table::{How, Standing};
pub use kek::Kek;
pub use keys::facts::{Key, KeyFacts, KeyWhich, ListedKey, ReportedEnd, ReportedKey, ShownKey};
pub use keys::select::KEYS_LISTED_MAX;
pub use listed::{LISTED_MAX, Listed, Listing};
pub use names::{Account, Digest, SessionId, folded};
pub use open::Opened;
pub use options::Options;
pub use portcullis_credential::chance::ChanceError as KekError;
pub use register::{Forget, Register};
pub use rekey::Rekeyed;
pub use revoked::{Claims, Revocation, Revoked};
pub use rows::Which;
pub use session::{Credentials, Facts, Origin, Session, State};
pub use store::Store;
