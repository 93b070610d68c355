//! The nouns of Portcullis: what the field's words mean here, as types.
//!
//! This crate does no IO, knows no serialisation format and reads no clock. Everything else may
//! use it; it uses nothing. See `ARCHITECTURE.md` for who uses whom.

mod caller;
mod clock;
mod control;
mod diagnostic;
pub mod key;
mod key_rules;
mod method;
mod pointer;
mod refusal;
mod relaxation;
mod request_id;
mod secret;
mod shown;
mod suggest;
mod tally;
mod verb;

pub use caller::{Attribute, Caller, Identity, Source, Value};
pub use clock::{Clock, Date, DateError, Instant, UnixMillis, days_in_month};
pub use control::{ControlId, Mode, Room};
pub use diagnostic::{Code, Diagnostic, Severity, SourceId, Sources, Span};
pub use key::{KeyId, KeyIdError};
pub use key_rules::{KeyQuota, KeyRules};
pub use method::Method;
pub use pointer::Pointer;
pub use refusal::{Refusal, Status};
pub use relaxation::{Effect, Relaxation, Scope};
pub use request_id::{RequestId, RequestIdError};
pub use secret::Secret;
pub use shown::{acts, plain, shown};
pub use suggest::did_you_mean;
pub use tally::Tally;
pub use verb::{Verb, Verbs};
