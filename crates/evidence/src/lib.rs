//! What attacks showed, so that it can be believed later: by whom it was seen, of what, and whether it still holds.
//!
//! One [`Record`] for each attack and each journey, as a line of canonical JSON; each line names the digest of the
//! one before it, and a [`Seal`] behind each run signs how many lines stand above it and where the chain had come to.
//! Whoever has the public key checks a file alone, with no network and no gateway ([`verify`]).
//!
//! A record holds for what it was taken of: its [`Digests`] name the slice of the document and of the policy, the
//! text of the attack and the program. [`stand`] says which records still speak of what is there now, and what of a
//! later run should stop a build.

mod canonical;
mod chain;
mod digest;
mod fault;
mod key;
mod record;
mod standing;
mod verdict;

pub use chain::{FILE_BYTES_MAX, RECORDS_MAX, Verified, append, verify};
pub use digest::Sha256Hex;
pub use fault::{Fault, FaultKind};
pub use key::{KeyFault, PublicKey, SigningKey};
pub use record::{Digests, Kind, Line, Record, Seal};
pub use standing::{Complaint, ComplaintKind, Now, Standing, stand};
pub use verdict::{Outcome, Passage, Severity, State};
