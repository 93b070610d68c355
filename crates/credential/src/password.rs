//! Passwords of our own: what people choose, or a machine makes for them.
//!
//! | question | file |
//! |---|---|
//! | which characters is this password? (RFC 8265, OpaqueString) | `prepared.rs` |
//! | which user is this? | `user.rs` |
//! | may somebody take this password? | `rules.rs` |
//! | what is kept of it, and is it this one? (Argon2id, RFC 9106) | `hashed.rs` |
//!
//! A key has 256 bits of chance, so that a quick digest of it tells nothing. A password has not: what is kept of it
//! must be slow to try, and of no use without the [`Pepper`].

mod generate;
mod hashed;
mod pepper;
mod prepared;
mod rules;
mod user;

pub use generate::generate;
pub use hashed::{HashFault, Hashed, MEMORY_KIB, Salt, Work};
pub use pepper::Pepper;
pub use prepared::{PrepareFault, prepare};
pub use rules::{LENGTH_MAX, LENGTH_MIN, PasswordFault, check};
pub use user::{USER_BYTES_MAX, UserFault, is_told_in_a_field, user};
