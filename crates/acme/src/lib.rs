//! How a certificate is obtained from an authority, proved to be wanted, kept and renewed: ACME (RFC 8555)
//! with the proof inside TLS (`tls-alpn-01`, RFC 8737).
//!
//! [`keep`] is the whole of it: it never ends, and tells a [`Stage`] what to show. `order` is the walk from
//! an account to a certificate, `pace` says when it is walked again.

mod account;
mod error;
mod folder;
mod https;
mod issued;
mod keeper;
mod order;
mod pace;
mod proof;
mod stage;
mod terms;

pub use error::AcmeError;
pub use folder::{Folder, ISSUED, PlaceFault};
pub use issued::{Issued, Unfit};
pub use keeper::{keep, lying};
pub use stage::{Bounds, News, Stage};
pub use terms::{ExternalAccount, Terms};
