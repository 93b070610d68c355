//! What shows certificates and hears of them; and how long things may take.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use portcullis_model::{Secret, UnixMillis};

use crate::issued::Issued;
use crate::terms::Terms;

/// What shows certificates and hears of them. Time and chance come from here, too.
pub trait Stage {
    /// What is wanted now; none: nothing. The same pointer as the last time says that nothing has changed.
    fn terms(&self) -> Option<Arc<Terms>>;
    /// The time.
    fn now(&self) -> UnixMillis;
    /// A number by chance.
    fn chance(&self) -> u16;
    /// Shows a proof (both PEM) to whoever asks for this name by `acme-tls/1` (RFC 8737), until it is forgotten.
    /// `false`: it cannot be shown.
    fn prove(&self, name: &str, certificate: &str, key: &Secret) -> bool;
    /// Shows no proof any more.
    fn forget(&self);
    /// Shows this certificate to everybody from now on. `false`: it cannot be shown.
    fn put(&self, issued: &Issued) -> bool;
    /// Hears what happens.
    fn tell(&self, terms: &Terms, news: &News<'_>);
}

/// What happens to a certificate.
#[derive(Debug, Clone, Copy)]
pub enum News<'a> {
    /// None is there, and none was refused lately: it is asked for.
    Asked,
    /// None is there, and none is asked for, because that was tried a while ago.
    Waits {
        /// When it is tried.
        next: UnixMillis,
        /// The file that keeps it from being tried before.
        file: &'a Path,
    },
    /// One lies in the folder and is shown.
    Kept {
        /// Until when it is good.
        ends: UnixMillis,
    },
    /// What lies in the folder is not used.
    Unusable {
        /// Why.
        why: &'a str,
    },
    /// A new one is shown.
    Issued {
        /// Until when it is good.
        ends: UnixMillis,
        /// When the next is asked for.
        next: UnixMillis,
    },
    /// There is none, or no newer one.
    Failed {
        /// Why.
        why: &'a str,
        /// When it is tried again.
        next: UnixMillis,
        /// Until when the one that is shown is good, if one is.
        ends: Option<UnixMillis>,
        /// Whether that is soon, or over.
        is_urgent: bool,
        /// The file that keeps it from being tried before.
        file: &'a Path,
    },
}

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// One request and its answer.
    pub exchange: Duration,
    /// From the first look at an order that waits to the second; each further wait is twice as long.
    pub poll: Duration,
    /// Until an authority has decided about a proof, and until it has issued.
    pub decision: Duration,
    /// The whole attempt.
    pub attempt: Duration,
    /// How often the time is looked at.
    pub look: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            exchange: Duration::from_secs(20),
            poll: Duration::from_secs(1),
            decision: Duration::from_secs(90),
            attempt: Duration::from_mins(5),
            look: Duration::from_secs(1),
        }
    }
}
