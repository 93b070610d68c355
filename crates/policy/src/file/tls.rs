//! The section `tls`: where TLS ends.

use crate::section::{Spanned, section};
use crate::word::TerminatedWord;

section! {
    /// Where TLS ends.
    struct TlsSection, later ["certificate", "key"], {
        /// `trusted_proxies`: a trusted proxy ends TLS, and says so (`X-Forwarded-Proto: https`, or
        /// `proto=https` in `Forwarded`). What it says so of counts as protected. Default: nobody,
        /// because that line is believed without a look at the hop between.
        terminated_by: Option<Spanned<TerminatedWord>>,
    }
}
