//! Which certificates clients may show: those of the policy's issuers, which say who calls, or any, to
//! which tokens may be bound (RFC 8705).

use std::sync::Arc;

use portcullis_model::UnixMillis;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    SignatureScheme,
};
use sha2::{Digest as _, Sha256};

use super::client::{RootsFault, each};

/// Bytes of a client's certificate and those behind it: an ordinary chain has four thousand.
const CHAIN_BYTES_MAX: usize = 16 << 10;
/// Certificates of one chain.
const CHAIN_MAX: usize = 8;

/// Whom certificates of clients must come from, and which are withdrawn.
#[derive(Debug, Clone)]
pub struct ClientIssuers {
    /// None: nobody issues any that say who calls.
    issued: Option<Arc<dyn ClientCertVerifier>>,
    /// Of each issuer's certificate, sorted.
    roots: Vec<[u8; 32]>,
    /// Of issuers and lists: what was judged by others is judged anew.
    mark: [u8; 32],
    takes_any: bool,
}

/// Why issuers or their lists cannot be used.
#[derive(Debug)]
pub enum ClientIssuersFault {
    /// The issuers.
    Roots(RootsFault),
    /// The lists.
    Lists(String),
}

impl std::fmt::Display for ClientIssuersFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Roots(fault) => fault.fmt(f),
            Self::Lists(why) => write!(f, "the lists of withdrawn certificates: {why}"),
        }
    }
}

impl std::error::Error for ClientIssuersFault {}

impl ClientIssuers {
    /// Certificates of these issuers (PEM), unless they stand on one of these lists (PEM). A list must
    /// be there for each issuer on the way, and in force. `takes_any`: others may be shown, too, and say
    /// nothing of who calls.
    pub fn from_pem(
        roots: &[u8],
        lists: Option<&[u8]>,
        takes_any: bool,
    ) -> Result<Self, ClientIssuersFault> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(roots).collect();
        let certificates =
            certificates.map_err(|error| ClientIssuersFault::Roots(RootsFault::Pem(error)))?;
        let roots = each(&certificates);
        let mut store = RootCertStore::empty();
        for certificate in certificates {
            let added = store.add(certificate).map_err(RootsFault::Certificate);
            added.map_err(ClientIssuersFault::Roots)?;
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(store), provider)
            .allow_unauthenticated();
        if let Some(lists) = lists {
            let read: Result<Vec<_>, _> =
                CertificateRevocationListDer::pem_slice_iter(lists).collect();
            let read = read.map_err(|error| ClientIssuersFault::Lists(error.to_string()))?;
            if read.is_empty() {
                return Err(ClientIssuersFault::Lists("there is none in it".to_owned()));
            }
            builder = builder.with_crls(read).enforce_revocation_expiration();
        }
        let issued = builder.build().map_err(|error| match error {
            VerifierBuilderError::NoRootAnchors => ClientIssuersFault::Roots(RootsFault::Empty),
            error => ClientIssuersFault::Lists(error.to_string()),
        })?;
        let mark = Sha256::new()
            .chain_update(roots.concat())
            .chain_update(lists.map(Sha256::digest).unwrap_or_default())
            .finalize();
        Ok(Self { issued: Some(issued), roots, mark: mark.into(), takes_any })
    }

    /// Whatever certificate a client has, none of which says who calls.
    pub fn of_nobody() -> Self {
        Self { issued: None, roots: Vec::new(), mark: [0; 32], takes_any: true }
    }

    /// Whether each of these issuers was one before.
    pub(crate) fn believes_no_other_than(&self, before: &Self) -> bool {
        self.roots.iter().all(|root| before.roots.contains(root))
            && (before.takes_any || !self.takes_any)
    }

    pub(super) const fn mark(&self) -> [u8; 32] {
        self.mark
    }

    /// Whether one of the issuers gave this certificate, it is in force and not withdrawn.
    pub(super) fn judge(
        &self,
        chain: &[CertificateDer<'_>],
        now: UnixMillis,
    ) -> Result<(), &'static str> {
        let (Some(issued), Some((own, behind))) = (&self.issued, chain.split_first()) else {
            return Err("certificate_of_nobody");
        };
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_millis(now.0));
        match issued.verify_client_cert(own, behind, now) {
            Ok(_) => Ok(()),
            Err(Error::InvalidCertificate(why)) => Err(reason(&why)),
            Err(_) => Err("certificate_not_good"),
        }
    }

    /// For the handshake.
    pub(super) fn verifier(&self) -> Arc<dyn ClientCertVerifier> {
        let algorithms = aws_lc_rs::default_provider().signature_verification_algorithms;
        Arc::new(Asking { issuers: self.clone(), algorithms })
    }
}

/// Why, for the ledger.
const fn reason(why: &CertificateError) -> &'static str {
    use CertificateError as Why;
    match why {
        Why::Expired | Why::ExpiredContext { .. } => "certificate_expired",
        Why::NotValidYet | Why::NotValidYetContext { .. } => "certificate_not_yet_valid",
        Why::UnknownIssuer | Why::BadSignature => "certificate_of_another_issuer",
        Why::Revoked => "certificate_withdrawn",
        Why::UnknownRevocationStatus
        | Why::ExpiredRevocationList
        | Why::ExpiredRevocationListContext { .. } => "certificate_without_list",
        _ => "certificate_not_good",
    }
}

/// Asks for a certificate, and takes none as well.
#[derive(Debug)]
struct Asking {
    issuers: ClientIssuers,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for Asking {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // A client that is told of issuers shows no other certificate.
        let hinting = self.issuers.issued.as_ref().filter(|_| !self.issuers.takes_any);
        hinting.map_or(&[], |issued| issued.root_hint_subjects())
    }

    fn verify_client_cert(
        &self,
        own: &CertificateDer<'_>,
        behind: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let bytes = behind.iter().fold(own.len(), |sum, one| sum.saturating_add(one.len()));
        if bytes > CHAIN_BYTES_MAX || behind.len() >= CHAIN_MAX {
            return Err(Error::InvalidCertificate(CertificateError::BadEncoding));
        }
        match &self.issuers.issued {
            Some(issued) if !self.issuers.takes_any => issued.verify_client_cert(own, behind, now),
            // That its key is there is proved by the signature. Whose it is, is asked where it matters.
            _ => Ok(ClientCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, own, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, own, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};

    use super::*;

    /// An issuer (PEM), and a certificate of it that is good in 2026.
    fn issued() -> (String, CertificateDer<'static>) {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let roots = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        let mut own = CertificateParams::new(vec!["billing.example.com".to_owned()]).unwrap();
        (own.not_before, own.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2027, 1, 1));
        let own = own.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap();
        (roots, own.der().clone())
    }

    const fn at(year: u64) -> UnixMillis {
        UnixMillis((year - 1970) * 31_556_952_000 + 86_400_000 * 30)
    }

    #[test]
    fn a_certificate_ends_while_its_connection_stays() {
        let (roots, own) = issued();
        let issuers = ClientIssuers::from_pem(roots.as_bytes(), None, false).unwrap();
        let shown = super::super::Certificate::of(Some(&[own])).unwrap();
        assert_eq!(shown.dns(), ["billing.example.com"]);
        assert_eq!(shown.is_of(&issuers, at(2026)), Ok(()));
        assert_eq!(shown.is_of(&issuers, at(2027)), Err("certificate_expired"));
        assert_eq!(shown.is_of(&issuers, at(2025)), Err("certificate_not_yet_valid"));
        assert_eq!(shown.is_of(&issuers, at(2026)), Ok(()));
        assert_eq!(
            shown.is_of(&ClientIssuers::of_nobody(), at(2026)),
            Err("certificate_of_nobody")
        );
        let (others, _) = issued();
        let others = ClientIssuers::from_pem(others.as_bytes(), None, false).unwrap();
        assert_eq!(shown.is_of(&others, at(2026)), Err("certificate_of_another_issuer"));
    }

    #[test]
    fn a_chain_is_bounded_and_what_is_no_certificate_is_of_nobody() {
        let (roots, own) = issued();
        let issuers = ClientIssuers::from_pem(roots.as_bytes(), None, true).unwrap();
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_millis(at(2026).0));
        let behind = |count: usize| vec![own.clone(); count];
        let taken = |behind: &[CertificateDer<'_>]| {
            issuers.verifier().verify_client_cert(&own, behind, now).is_ok()
        };
        assert!(taken(&behind(7)));
        assert!(!taken(&behind(8)));
        assert!(!taken(&[CertificateDer::from(vec![0; CHAIN_BYTES_MAX])]));
        let damaged = CertificateDer::from(b"obviously no certificate".to_vec());
        let shown = super::super::Certificate::of(Some(&[damaged])).unwrap();
        assert_eq!((shown.dns().len(), shown.uris().len()), (0, 0));
        assert_eq!(shown.is_of(&issuers, at(2026)), Err("certificate_not_good"));
        assert!(super::super::Certificate::of(Some(&[])).is_none());
    }

    #[test]
    fn issuers_and_lists_are_read_or_it_is_said_why_not() {
        let (roots, _) = issued();
        let read = |roots: &str, lists: Option<&str>| {
            let lists = lists.map(str::as_bytes);
            ClientIssuers::from_pem(roots.as_bytes(), lists, false)
                .map(drop)
                .map_err(|fault| fault.to_string())
        };
        assert_eq!(read(&roots, None), Ok(()));
        assert_eq!(read("", None).unwrap_err(), "there is no certificate in it");
        let lists = read(&roots, Some(&roots)).unwrap_err();
        assert_eq!(lists, "the lists of withdrawn certificates: there is none in it");
        assert!(read(&roots.replacen("MI", "!!", 1), None).is_err());
    }

    #[test]
    fn fewer_issuers_are_no_others() {
        let ((one, _), (two, _)) = (issued(), issued());
        let of = |pem: &str, any| ClientIssuers::from_pem(pem.as_bytes(), None, any).unwrap();
        let (both, one, any) = (of(&format!("{one}{two}"), false), of(&one, false), of(&one, true));
        assert!(one.believes_no_other_than(&both));
        assert!(!both.believes_no_other_than(&one));
        assert!(one.believes_no_other_than(&any));
        assert!(!any.believes_no_other_than(&one));
    }
}
