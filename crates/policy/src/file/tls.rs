//! The section `tls`: where TLS ends.

use portcullis_model::Diagnostic;

use crate::codes;
use crate::model::TlsFiles;
use crate::notes::Notes;
use crate::secret::Secret;
use crate::section::{Spanned, section};
use crate::word::TerminatedWord;

section! {
    /// Where TLS ends: here, or at a proxy in front. `certificate` and `key` name a place, never the text itself:
    /// `file:cert.pem` (from the folder of this file), `env:NAME`, or `credential:NAME` for what
    /// systemd hands over. They are read again when they change.
    struct TlsSection, later ["client_ca"], {
        /// The certificate (PEM), those of its issuers behind it. Default: none; the gateway speaks
        /// plain HTTP, which is safe on loopback alone.
        certificate: Option<Spanned<Secret>>,
        /// Its private key (PEM, not encrypted).
        key: Option<Spanned<Secret>>,
        /// `trusted_proxies`: a trusted proxy ends TLS, and says so (`X-Forwarded-Proto: https`, or
        /// `proto=https` in `Forwarded`). What it says so of counts as protected. Default: nobody,
        /// because that line is believed without a look at the hop between.
        terminated_by: Option<Spanned<TerminatedWord>>,
    }
}

impl TlsSection {
    /// Both, or nothing.
    pub(crate) fn files(&self, folder: &std::path::Path, notes: &mut Notes) -> Option<TlsFiles> {
        let (present, missing) = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => {
                return Some(TlsFiles {
                    certificate: certificate.value.source(folder),
                    key: key.value.source(folder),
                });
            }
            (Some(certificate), None) => (certificate.span, "key"),
            (None, Some(key)) => (key.span, "certificate"),
            (None, None) => return None,
        };
        notes.push(|| {
            Diagnostic::error(&codes::MISSING_KEY, format!("`tls` has no `{missing}`"))
                .at(present)
                .label("it is of no use alone")
                .help(format!("add `{missing}: file:{missing}.pem`"))
        });
        None
    }
}
