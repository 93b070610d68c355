//! What happened: the audit log, in its first form.
//!
//! One JSON object per line and request, written by one background thread. It holds names,
//! pointers and counts, never a value, a body or a credential. The queue is bounded in bytes; what
//! does not fit is counted and the count is written, so that a gap is visible; what a disk refuses is
//! kept and tried again. The tamper-evident
//! form comes later and will take the place of [`writer`]'s plain lines.

mod administered;
mod entry;
mod event;
mod facts;
mod notice;
mod queue;
mod reported;
mod sink;
mod writer;

pub use administered::Administered;
pub use entry::{Entry, Opening};
pub use facts::{Asked, Noted, Verdict};
pub use notice::{
    CanaryRead, CertificateAttempt, CertificateState, InstanceState, KeyRevoked, Outcome, Reload,
    StoreOpened,
};
pub use reported::KeyReported;
pub use writer::{Health, Ledger, LedgerError};
