//! Signed tokens: JWS in compact form that holds claims (RFC 7515, 7519, 8725, 9068).
//!
//! Three steps, cheapest first: [`Envelope::read`] (form), [`Envelope::precheck`] (what it claims,
//! against the [`Profile`] of its issuer), [`Envelope::verify`] (both again, and the signature).

pub(crate) mod compact;
mod envelope;
mod fault;
pub(crate) mod header;
mod profile;
pub(crate) mod stated;
mod unverified;

pub use compact::{HEADER_BYTES_MAX, TOKEN_BYTES_MAX};
pub use envelope::Envelope;
pub use fault::{Claim, TokenFault};
pub use profile::{LEEWAY_S_MAX, Profile, ProfileFault, TokenType};
pub use unverified::unverified_expiry;
