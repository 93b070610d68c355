//! The certificate that a client showed when its connection was opened, and proved to hold.

use std::cell::Cell;

use portcullis_credential::certificate::thumbprint;
use portcullis_model::UnixMillis;
use rustls::pki_types::CertificateDer;
use webpki::EndEntityCert;

use super::ClientIssuers;

/// How long a judgement holds: a certificate that expires, or a list that does, is noticed on a
/// connection that stays open.
const JUDGED_MS: u64 = 60_000;
/// Names of one kind that are looked at: one says who calls, more say nothing.
const NAMES_MAX: usize = 2;

/// A client's certificate. A connection that is resumed has that of the one before it: it is judged again
/// for that reason, too.
#[derive(Debug)]
pub(crate) struct Certificate {
    /// Itself first.
    chain: Vec<CertificateDer<'static>>,
    thumbprint: [u8; 32],
    dns: Vec<String>,
    uris: Vec<String>,
    judged: Cell<Option<Judged>>,
}

/// What was found, when, and by which issuers.
#[derive(Debug, Clone, Copy)]
struct Judged {
    mark: [u8; 32],
    time: UnixMillis,
    found: Result<(), &'static str>,
}

impl Certificate {
    /// From what a handshake gave; none, if it gave none.
    pub(super) fn of(chain: Option<&[CertificateDer<'static>]>) -> Option<Self> {
        let chain = chain?;
        let own = chain.first()?;
        let (mut dns, mut uris) = (Vec::new(), Vec::new());
        if let Ok(read) = EndEntityCert::try_from(own) {
            dns.extend(read.valid_dns_names().take(NAMES_MAX).map(str::to_owned));
            uris.extend(read.valid_uri_names().take(NAMES_MAX).map(str::to_owned));
        }
        Some(Self {
            thumbprint: thumbprint(own),
            chain: chain.to_vec(),
            dns,
            uris,
            judged: Cell::new(None),
        })
    }

    /// SHA-256 of it in DER.
    pub(crate) const fn thumbprint(&self) -> &[u8; 32] {
        &self.thumbprint
    }

    pub(crate) fn dns(&self) -> &[String] {
        &self.dns
    }

    pub(crate) fn uris(&self) -> &[String] {
        &self.uris
    }

    /// Whether those issuers, in force now, gave it: whatever was in force when the connection was
    /// opened.
    pub(crate) fn is_of(
        &self,
        issuers: &ClientIssuers,
        now: UnixMillis,
    ) -> Result<(), &'static str> {
        let mark = issuers.mark();
        if let Some(judged) = self.judged.get()
            && judged.mark == mark
            && now.0.abs_diff(judged.time.0) < JUDGED_MS
        {
            return judged.found;
        }
        let found = issuers.judge(&self.chain, now);
        self.judged.set(Some(Judged { mark, time: now, found }));
        found
    }
}
