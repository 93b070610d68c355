//! What lasts: sessions and the credentials that the API gave for them, revocations, API keys, passwords, the
//! places from which accounts were used, and who is known to hold which object.
//!
//! The only crate that writes lasting state, but for the ledger's own files. One folder, one process, one
//! thread that writes. What the API gave is encrypted; what a client shows is kept as a digest.

mod backup;
mod cache;
mod canary;
mod change;
mod epoch;
mod error;
#[cfg(test)]
mod example;
mod folder;
mod held;
mod index;
mod kek;
mod key_service;
mod keys;
mod listed;
mod live;
mod memory;
mod names;
mod once;
mod open;
mod options;
mod passing;
mod passwords;
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
pub use key_service::{KeyService, ServiceFault, Unlock};
pub use keys::facts::{Key, KeyFacts, KeyWhich, ListedKey, ReportedEnd, ReportedKey, ShownKey};
pub use keys::imported::{ImportRefused, Imported};
pub use keys::select::KEYS_LISTED_MAX;
pub use keys::uses::tally::Window;
pub use keys::uses::{KeyUses, Left};
pub use listed::{LISTED_MAX, Listed, Listing};
pub use names::{Account, Digest, SessionId, folded};
pub use once::{GivenBack, Once, OnceMark, OnceTaken};
pub use open::Opened;
pub use options::{CANARIES_MAX, Options};
pub use passwords::PASSWORDS_LISTED_MAX;
pub use passwords::facts::{ListedPassword, Password, PasswordFacts};
pub use portcullis_credential::chance::ChanceError as KekError;
pub use register::{Forget, Register};
pub use rekey::Rekeyed;
pub use revoked::{Claims, Revocation, Revoked};
pub use rows::Which;
pub use session::{Credentials, Facts, Origin, Session, State};
pub use store::Store;
pub use store::imports::IMPORT_MAX;
