//! The section `tls`: where TLS ends.

use portcullis_model::{Diagnostic, Span};
use portcullis_yaml::{Notes, Spanned, section};

use super::acme::AcmeSection;
use crate::codes;
use crate::model::{ClientCertificates, TlsFiles};
use crate::place::ListenAddress;
use crate::quantity::Count;
use crate::secret::Secret;
use crate::word::{CertificatesWord, TerminatedWord};

section! {
    /// Where TLS ends: here, or at a proxy in front. `certificate` and `key` name a place, never the text itself:
    /// `file:cert.pem` (from the folder of this file), `env:NAME`, or `credential:NAME` for what
    /// systemd hands over. They are read again when they change.
    struct TlsSection, later [], {
        /// The certificate (PEM), those of its issuers behind it. Default: none; the gateway speaks
        /// plain HTTP, which is safe on loopback alone.
        certificate: Option<Spanned<Secret>>,
        /// Its private key (PEM, not encrypted).
        key: Option<Spanned<Secret>>,
        /// Instead of both: a certificate that the gateway asks an authority for, and renews.
        acme: Option<Spanned<AcmeSection>>,
        /// Whom certificates of clients come from (PEM): whoever shows one of them, and holds its key,
        /// is known by it where the contract says `mutualTLS`. Whoever shows none is served as before.
        /// Default: clients are not asked for certificates.
        client_ca: Option<Spanned<Secret>>,
        /// The issuers' lists of certificates that are withdrawn (PEM, one behind the other): one of
        /// each issuer on the way to `client_ca`, none older than it says that it may be. Default: none
        /// is asked.
        client_crl: Option<Spanned<Secret>>,
        /// `any`: a client may also show a certificate that nobody issued. It says nothing of who
        /// calls; a token that is bound to it (RFC 8705) is good on its connection. Default: those of
        /// `client_ca` alone.
        client_certificates: Option<Spanned<CertificatesWord>>,
        /// `trusted_proxies`: a trusted proxy ends TLS, and says so (`X-Forwarded-Proto: https`, or
        /// `proto=https` in `Forwarded`). What it says so of counts as protected. Default: nobody,
        /// because that line is believed without a look at the hop between.
        terminated_by: Option<Spanned<TerminatedWord>>,
        /// The IP address and port of a second listener, `0.0.0.0:80`, that speaks plain HTTP and sends whoever
        /// comes there to `https` (308): a `GET` or `HEAD` without a credential, for a host of `hosts`. Whatever
        /// else comes is refused. Default: there is none.
        redirect_from: Option<Spanned<ListenAddress>>,
        /// The port of `https` as clients know it, where something before the gateway publishes it under another
        /// one: `443`. Default: that of `listen`.
        redirect_port: Option<Spanned<Count>>,
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
                    clients: self.clients(folder, notes),
                    acme: None,
                    // What it leads to is known where all is joined.
                    redirect: None,
                });
            }
            (Some(certificate), None) => (certificate.span, "key"),
            (None, Some(key)) => (key.span, "certificate"),
            (None, None) => {
                if let Some(present) = self.of_clients() {
                    notes.push(|| {
                        Diagnostic::error(&codes::MISSING_KEY, "`tls` has no `certificate`")
                            .at(Some(present))
                            .label("certificates of clients are shown inside TLS alone")
                            .help("add `certificate: file:cert.pem` and `key: file:key.pem`")
                    });
                }
                return None;
            }
        };
        notes.push(|| {
            Diagnostic::error(&codes::MISSING_KEY, format!("`tls` has no `{missing}`"))
                .at(present)
                .label("it is of no use alone")
                .help(format!("add `{missing}: file:{missing}.pem`"))
        });
        None
    }

    /// Where something is said of certificates of clients.
    fn of_clients(&self) -> Option<Span> {
        let places = [&self.client_ca, &self.client_crl].into_iter().flatten();
        let any = self.client_certificates.iter().map(|word| word.span);
        places.map(|place| place.span).chain(any).next()
    }

    /// Which certificates clients may show.
    pub(crate) fn clients(
        &self,
        folder: &std::path::Path,
        notes: &mut Notes,
    ) -> Option<ClientCertificates> {
        if let (Some(crl), None) = (&self.client_crl, &self.client_ca) {
            notes.push(|| {
                Diagnostic::error(&codes::MISSING_KEY, "`tls` has no `client_ca`")
                    .at(crl.span)
                    .label("it is of no use alone")
                    .help("name whose lists these are: `client_ca: file:clients.pem`")
            });
        }
        self.of_clients()?;
        let source = |place: &Option<Spanned<Secret>>| {
            place.as_ref().map(|place| place.value.source(folder))
        };
        Some(ClientCertificates {
            ca: source(&self.client_ca),
            crl: source(&self.client_crl),
            takes_any: self.client_certificates.is_some(),
        })
    }
}
