//! A certificate that is what was asked for.

use std::collections::BTreeSet;
use std::time::Duration;

use portcullis_credential::certificate::validity;
use portcullis_model::{Secret, UnixMillis};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::sign::CertifiedKey;
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

/// Certificates of one chain.
const CHAIN_MAX: usize = 10;

/// A certificate with its issuers' behind it, and its key: parsed, ours, of the names that were asked for, for
/// servers, and in force.
#[derive(Debug, Clone)]
pub struct Issued {
    /// PEM; its own first.
    certificate: String,
    /// PEM.
    key: Secret,
    begins: UnixMillis,
    ends: UnixMillis,
}

/// Why a certificate is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// No certificate, too many, or none that can be read.
    Unreadable,
    /// It belongs to another key, or its key cannot be read.
    OtherKey,
    /// It has other names.
    OtherNames(Vec<String>),
    /// It is not in force before then.
    NotYet(UnixMillis),
    /// It is over since then.
    Over(UnixMillis),
    /// It does not come from those behind it, or is not for servers.
    Chain(webpki::Error),
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable => f.write_str("it is no chain of certificates"),
            Self::OtherKey => f.write_str("the certificate is not of our key"),
            Self::OtherNames(names) => {
                let shown = names.iter().take(4).map(|name| format!("`{}`", name.escape_debug()));
                let shown: Vec<_> = shown.collect();
                write!(f, "the certificate has other names: {}", shown.join(", "))
            }
            Self::NotYet(time) => {
                write!(f, "the certificate is not in force before {}", time.rfc3339())
            }
            Self::Over(time) => write!(f, "the certificate is over since {}", time.rfc3339()),
            Self::Chain(error) => write!(f, "the chain of certificates does not hold: {error}"),
        }
    }
}

impl std::error::Error for Unfit {}

impl Issued {
    /// Judges a certificate with its chain, and its key (both PEM).
    pub(crate) fn judge(
        certificate: &str,
        key: Secret,
        names: &[String],
        now: UnixMillis,
    ) -> Result<Self, Unfit> {
        let chain = CertificateDer::pem_slice_iter(certificate.as_bytes()).take(CHAIN_MAX + 1);
        let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(|_| Unfit::Unreadable)?;
        if chain.len() > CHAIN_MAX {
            return Err(Unfit::Unreadable);
        }
        let (own, behind) = chain.split_first().ok_or(Unfit::Unreadable)?;
        is_ours(&chain, &key)?;
        let read = EndEntityCert::try_from(own).map_err(|_| Unfit::Unreadable)?;
        let has: BTreeSet<String> = read.valid_dns_names().map(str::to_ascii_lowercase).collect();
        if has != names.iter().cloned().collect() {
            return Err(Unfit::OtherNames(has.into_iter().collect()));
        }
        let (begins, ends) = validity(own).ok_or(Unfit::Unreadable)?;
        if now < begins {
            return Err(Unfit::NotYet(begins));
        }
        if now >= ends {
            return Err(Unfit::Over(ends));
        }
        holds(&read, behind, now)?;
        Ok(Self { certificate: certificate.to_owned(), key, begins, ends })
    }

    /// Reads what [`Self::text`] wrote.
    pub(crate) fn parse(text: &Secret, names: &[String], now: UnixMillis) -> Result<Self, Unfit> {
        let text = std::str::from_utf8(text.expose_secret()).map_err(|_| Unfit::Unreadable)?;
        let end = text.find(CERTIFICATE).ok_or(Unfit::Unreadable)?;
        let (key, certificate) = text.split_at(end);
        Self::judge(certificate, Secret::new(key.as_bytes()), names, now)
    }

    /// Key and chain in one text (PEM).
    pub(crate) fn text(&self) -> Secret {
        let mut text = self.key.expose_secret().to_vec();
        text.extend_from_slice(self.certificate.as_bytes());
        Secret::new(text)
    }

    /// The certificate, those of its issuers behind it (PEM).
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Its private key (PEM).
    pub const fn key(&self) -> &Secret {
        &self.key
    }

    /// From when it is good.
    pub const fn begins(&self) -> UnixMillis {
        self.begins
    }

    /// Until when it is good.
    pub const fn ends(&self) -> UnixMillis {
        self.ends
    }
}

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

fn is_ours(chain: &[CertificateDer<'static>], key: &Secret) -> Result<(), Unfit> {
    let key = PrivateKeyDer::from_pem_slice(key.expose_secret()).map_err(|_| Unfit::OtherKey)?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let pair = CertifiedKey::from_der(chain.to_vec(), key, &provider);
    pair.map(drop).map_err(|_| Unfit::OtherKey)
}

/// Whether each certificate comes from the one behind it. Whether anybody believes the last is for clients
/// to say. One that stands alone has nobody behind it.
fn holds(
    own: &EndEntityCert<'_>,
    behind: &[CertificateDer<'_>],
    now: UnixMillis,
) -> Result<(), Unfit> {
    let Some((last, between)) = behind.split_last() else { return Ok(()) };
    let anchors = [anchor_from_trusted_cert(last).map_err(Unfit::Chain)?];
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let verified = own.verify_for_usage(
        provider.signature_verification_algorithms.all,
        &anchors,
        between,
        UnixTime::since_unix_epoch(Duration::from_millis(now.0)),
        KeyUsage::server_auth(),
        None,
        None,
    );
    verified.map(drop).map_err(Unfit::Chain)
}
