//! Is this credential genuine, and whose is it?
//!
//! Pure: no IO, no clock, and chance only for the keys and passwords that are made here. The time is an argument, keys and answers of
//! authorization servers are bytes that somebody else fetched. Text has one reading here: base64
//! in its canonical form, JSON by `portcullis-json`, compared with what was configured byte by
//! byte. Signatures go straight to `aws-lc-rs` (decision record 0080).
//!
//! | question | module |
//! |---|---|
//! | which credential does this `Authorization` field carry? | [`authorization`] |
//! | is this signed token genuine, and what does it say? | [`jwt`], [`keys`] |
//! | does whoever shows it hold the key it is bound to? | [`dpop`], [`certificate`] |
//! | what does the authorization server say of this token? | [`introspection`] |
//! | where are the keys of this issuer? | [`metadata`] |
//! | tokens of our own | [`opaque`], [`signer`] |
//! | API keys of our own | [`api_key`] |
//! | who says that they leaked? | [`reporter`] |
//! | passwords of our own | [`password`] |
//! | did a request come from here, and as it was sent? | [`message_signature`] |
//! | keys as people keep them in files | [`chance`] |
//!
//! Nothing that a caller showed appears in an error or in `Debug`: the audit log gets the fault's
//! `name()`.

mod algorithm;
pub mod api_key;
pub mod authorization;
pub mod certificate;
pub mod chance;
mod claims;
mod der;
mod digest;
pub mod dpop;
mod encoding;
pub mod introspection;
pub mod jwt;
pub mod keys;
pub mod message_signature;
pub mod metadata;
pub mod opaque;
pub mod password;
pub mod pem;
pub mod reporter;
pub mod signer;
mod text;
mod url;

pub use algorithm::Algorithm;
pub use claims::{Attribute, Claims, Confirmation};
