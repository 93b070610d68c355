//! The administrative door: sessions are listed and ended, tokens of issuers revoked, keys and passwords kept, and the
//! store gets another key.
//!
//! A socket in the folder of the store, for the user who runs the gateway and for root. One request on each
//! connection, one line of JSON each way; an act is answered when it lasts. Where no gateway runs, the same
//! acts are done on the store itself.

mod act;
mod ask;
mod door;
mod key_rules;
mod keys;
mod members;
mod misread;
mod owner;
mod passwords;
mod request;
mod said;

pub use act::{Keeper, KekReader, Way};
pub use ask::{AskFault, ask};
pub use door::{Door, DoorError};
pub use key_rules::{certificate, rules_of, thumbprint};
pub use keys::{Import, Kept, KeyRequest, Report};
pub use misread::Misread;
pub use passwords::PasswordRequest;
pub use request::{BY_SERVICE, REQUEST_BYTES_MAX, Request, Selected};
