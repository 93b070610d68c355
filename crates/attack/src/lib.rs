//! Does it hold? Attacks, directly and through the gateway.
//!
//! Attacks and journeys are data files (`FORMAT.md`). Each attack is tried directly and through a
//! gateway that is started for it alone; what stopped it is read from a signed decision header,
//! and is believed only if the attack succeeds again in a gateway that does not ask that control.
//!
//! [`Runner`] runs them, [`registry`] is the built-in set, [`folder`] reads the user's own.
//! [`issuer`] attacks an authorization server, which no gateway stands in front of.

mod answer;
mod ask;
mod asked;
mod budget;
mod bytes;
mod catalogue;
mod check;
mod client;
mod closing;
mod condition;
mod craft;
mod described;
mod encrypt;
mod evidence;
mod folder;
mod forge;
mod form;
pub mod generate;
mod given_check;
mod given_key;
mod identity;
mod issue;
pub mod issuer;
mod kept;
mod listener;
mod named;
mod own_key;
mod page;
mod parts;
mod payload;
mod percent;
mod place;
mod pointed;
mod policies;
mod problem;
pub mod read;
pub mod registry;
mod replay;
mod report;
mod request;
mod respell;
mod runner;
mod sarif;
mod scalar;
mod sequence;
mod shared;
pub mod story;
mod table;
mod token;
mod token_check;
mod trial;
mod twin;
mod variables;
mod verdict;
mod weak_rsa;

pub use ask::{Answered, ask, ask_as};
pub use budget::Budget;
pub use bytes::Bytes;
pub use catalogue::Elsewhere;
pub use check::Against;
pub use condition::{Check, Condition, Test};
pub use described::{Described, described};
pub use evidence::{Sliced, Standing, Taken, records};
pub use folder::{Folder, folder};
pub use form::{Attack, Document, Journey, Slow, SlowPart, Step, Twin};
pub use given_key::{GivenKey, GivenUser, Keys, Users};
pub use identity::{Credential, Identity, Login, Sent, Take};
pub use named::Named;
pub use payload::{Payload, Pieces};
pub use place::{Place, Upstream, sample_model};
pub use policies::named as shared_policy;
pub use problem::{BadFile, Problem};
pub use report::{AttackFound, EvidenceKept, JourneyFound, Report, Totals};
pub use runner::Runner;
pub use sarif::Declared;
pub use scalar::{ExpectedControl, Pairs, Statuses};
pub use token::{Alg, Encode, Issuer, KeyForm, Kind, Own, Sign, Token, Tokens};
pub use verdict::{Outcome, Passage, State, Verdict};
