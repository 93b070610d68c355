//! Somebody who issues certificates, and clients that show them. Made for this run alone.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationListParams,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::secure::Identity;

/// An issuer of certificates.
pub struct Authority {
    /// PEM.
    pub certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A client's certificate and its key.
pub struct Holder {
    certificate: Certificate,
    key: KeyPair,
    serial: SerialNumber,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// Issues one with these names; a name with a colon is a URI.
    pub fn issue(&self, names: &[&str]) -> Holder {
        self.issue_until(names, 2096)
    }

    /// The same, good until a year begins.
    pub fn issue_until(&self, names: &[&str], year: i32) -> Holder {
        let mut params = params(names);
        params.not_after = date_time_ymd(year, 1, 1);
        self.signed(&params)
    }

    /// One that is for servers alone (RFC 5280 section 4.2.1.12).
    pub fn issue_to_server(&self, names: &[&str]) -> Holder {
        let mut params = params(names);
        params.not_after = date_time_ymd(2096, 1, 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.signed(&params)
    }

    fn signed(&self, params: &CertificateParams) -> Holder {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Holder { certificate, key, serial: params.serial_number.clone().unwrap() }
    }

    /// The list (PEM) of what is withdrawn, in force until a year begins.
    pub fn list(&self, withdrawn: &[&Holder], year: i32) -> String {
        let one = |holder: &&Holder| RevokedCertParams {
            serial_number: holder.serial.clone(),
            revocation_time: date_time_ymd(2021, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2021, 1, 1),
            next_update: date_time_ymd(year, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: withdrawn.iter().map(one).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().pem().unwrap()
    }
}

fn params(names: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::default();
    let san = |name: &&str| {
        if name.contains(':') {
            SanType::URI((*name).try_into().unwrap())
        } else {
            SanType::DnsName((*name).try_into().unwrap())
        }
    };
    params.subject_alt_names = names.iter().map(san).collect();
    let mut serial = [0; 8];
    getrandom::fill(&mut serial).unwrap();
    serial[0] &= 0x7f;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.not_before = date_time_ymd(2020, 1, 1);
    params
}

impl Holder {
    /// One that nobody issued.
    pub fn of_nobody() -> Self {
        let mut params = params(&["billing.example.com"]);
        params.not_after = date_time_ymd(2096, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, key, serial: params.serial_number.unwrap() }
    }

    /// The certificate and its key.
    pub fn pem(&self) -> (String, String) {
        (self.certificate.pem(), self.key.serialize_pem())
    }

    pub fn digits(&self) -> String {
        let mut digits = String::new();
        for byte in Sha256::digest(self.certificate.der()) {
            write!(digits, "{byte:02x}").unwrap();
        }
        digits
    }

    /// `cnf` of a token that is bound to this certificate.
    pub fn thumbprint(&self) -> [u8; 32] {
        Sha256::digest(self.certificate.der()).into()
    }

    pub fn confirmation(&self) -> String {
        let thumbprint = BASE64URL.encode(self.thumbprint());
        format!(r#","cnf":{{"x5t#S256":"{thumbprint}"}}"#)
    }

    /// A client that shows it whenever it is asked.
    pub fn client(&self, server: &Identity, protocols: &[&[u8]]) -> Arc<ClientConfig> {
        self.showing(server.client(protocols))
    }

    /// The same, with a client that speaks TLS in its own way.
    pub fn showing(&self, client: ClientConfig) -> Arc<ClientConfig> {
        Arc::new(showing(client, self.certificate.der().clone(), &self.key))
    }

    /// A client that shows this certificate without having its key.
    pub fn client_of_thief(&self, server: &Identity) -> Arc<ClientConfig> {
        let other = KeyPair::generate().unwrap();
        Arc::new(showing(server.client(&[]), self.certificate.der().clone(), &other))
    }
}

fn showing(
    mut config: ClientConfig,
    certificate: CertificateDer<'static>,
    key: &KeyPair,
) -> ClientConfig {
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
    let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key).unwrap();
    let certified = rustls::sign::CertifiedKey::new(vec![certificate], key);
    config.client_auth_cert_resolver = Arc::new(Always(Arc::new(certified)));
    config
}

/// Shows one certificate, whatever issuers are named.
#[derive(Debug)]
struct Always(Arc<rustls::sign::CertifiedKey>);

impl rustls::client::ResolvesClientCert for Always {
    fn resolve(
        &self,
        _: &[&[u8]],
        _: &[rustls::SignatureScheme],
    ) -> Option<Arc<rustls::sign::CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Opens a connection.
pub async fn connect(
    address: SocketAddr,
    client: &Arc<ClientConfig>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(client.clone()).connect(name, stream).await
}

/// One request on a connection that stays; the head of the answer.
pub async fn ask(
    stream: &mut TlsStream<TcpStream>,
    target: &str,
    fields: &str,
) -> std::io::Result<String> {
    let request = format!("GET {target} HTTP/1.1\r\nHost: api\r\n{fields}\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&answer).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned)
            });
            if length.is_none_or(|length| body.len() >= length.parse::<usize>().unwrap()) {
                return Ok(text);
            }
        }
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The status of an answer.
pub fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}
