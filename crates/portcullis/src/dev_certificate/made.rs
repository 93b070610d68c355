//! An issuer for development, and certificates of it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use portcullis_credential::certificate::{Constrained, DEVELOPMENT};
use portcullis_model::{Secret, UnixMillis};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, SanType, date_time_ymd,
};
use sha2::{Digest as _, Sha256};

const DAY_MS: u64 = 86_400_000;
/// How long an issuer lasts.
const CA_DAYS: u64 = 365;
/// How long a certificate lasts: browsers take none of more than 398 days.
const LEAF_DAYS: u64 = 90;
/// Clocks of containers and machines beside this one may be behind.
const BEHIND_MS: u64 = 3_600_000;
/// Where nobody else calls.
const LOOPBACK: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// Why nothing is made.
#[derive(Debug)]
pub(crate) enum MakeFault {
    /// A host has no form that may stand in a certificate, a key cannot be made or read.
    Made(rcgen::Error),
    /// The key is not that of the certificate.
    OtherKey,
}

impl fmt::Display for MakeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Made(error) => write!(f, "no certificate can be made: {error}"),
            Self::OtherKey => f.write_str("its key is another one's"),
        }
    }
}

impl std::error::Error for MakeFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Made(error) => Some(error),
            Self::OtherKey => None,
        }
    }
}

impl From<rcgen::Error> for MakeFault {
    fn from(error: rcgen::Error) -> Self {
        Self::Made(error)
    }
}

/// An issuer with its key.
pub(crate) struct Authority {
    certificate: String,
    key: Secret,
    issuer: Issuer<'static, KeyPair>,
    ends: UnixMillis,
}

/// A certificate and its key, both PEM.
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: Secret,
}

impl Authority {
    /// A new one, which can vouch for servers at these hosts, what stands below them, and loopback addresses: nobody can
    /// read other traffic with it, though it is trusted by a whole machine.
    pub(crate) fn new(hosts: &[String], now: UnixMillis) -> Result<Self, MakeFault> {
        let key = KeyPair::generate()?;
        let ends = UnixMillis(now.0.saturating_add(CA_DAYS * DAY_MS));
        let mut params = params(now, ends);
        // Two of the same name and other keys are taken for one another.
        let digest = Sha256::digest(key.public_key_raw());
        let mark = digest.first_chunk().map_or(0, |mark| u32::from_be_bytes(*mark));
        params
            .distinguished_name
            .push(DnType::CommonName, format!("Portcullis development CA {mark:08x}"));
        params.distinguished_name.push(DnType::OrganizationName, DEVELOPMENT);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: names(hosts).map(|name| name.permitted()).collect(),
            excluded_subtrees: Vec::new(),
        });
        let certificate = params.self_signed(&key)?.pem();
        let text = Secret::new(key.serialize_pem().as_bytes());
        Ok(Self { certificate, key: text, issuer: Issuer::new(params, key), ends })
    }

    /// One that lies there.
    pub(crate) fn read(
        certificate: String,
        key: &str,
        facts: &Constrained,
    ) -> Result<Self, MakeFault> {
        let pair = KeyPair::from_pem(key)?;
        if pair.public_key_raw() != facts.public_key.as_slice() {
            return Err(MakeFault::OtherKey);
        }
        let issuer = Issuer::from_ca_cert_pem(&certificate, pair)?;
        let key = Secret::new(key.as_bytes());
        Ok(Self { certificate, key, issuer, ends: facts.ends })
    }

    /// PEM.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// PEM.
    pub(crate) const fn key(&self) -> &Secret {
        &self.key
    }

    /// A certificate for these hosts and loopback addresses, with a new key. It ends with its issuer, at most.
    pub(crate) fn issue(&self, hosts: &[String], now: UnixMillis) -> Result<Pair, MakeFault> {
        let ends = UnixMillis(now.0.saturating_add(LEAF_DAYS * DAY_MS).min(self.ends.0));
        let mut params = params(now, ends);
        params.distinguished_name.push(DnType::OrganizationName, DEVELOPMENT);
        params.subject_alt_names =
            names(hosts).map(|name| name.san()).collect::<Result<_, rcgen::Error>>()?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Pair { certificate, key: Secret::new(key.serialize_pem().as_bytes()) })
    }
}

/// What stands in a certificate for a host.
enum Name {
    Dns(String),
    Ip(IpAddr),
}

/// The names of hosts, and loopback addresses.
fn names(hosts: &[String]) -> impl Iterator<Item = Name> {
    let of_host = |host: &String| match host.parse() {
        Ok(address) => Name::Ip(address),
        Err(_) => Name::Dns(host.to_ascii_lowercase()),
    };
    let others = LOOPBACK.into_iter().filter(|one| !hosts.contains(&one.to_string()));
    hosts.iter().map(of_host).chain(others.map(Name::Ip))
}

impl Name {
    fn san(&self) -> Result<SanType, rcgen::Error> {
        Ok(match self {
            Self::Dns(name) => SanType::DnsName(name.as_str().try_into()?),
            Self::Ip(address) => SanType::IpAddress(*address),
        })
    }

    fn permitted(&self) -> GeneralSubtree {
        match self {
            Self::Dns(name) => GeneralSubtree::DnsName(name.clone()),
            Self::Ip(address) => {
                let bits = if address.is_ipv4() { 32 } else { 128 };
                GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*address, bits))
            }
        }
    }
}

fn params(now: UnixMillis, ends: UnixMillis) -> CertificateParams {
    let epoch = date_time_ymd(1970, 1, 1);
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.not_before = epoch + Duration::from_millis(now.0.saturating_sub(BEHIND_MS));
    params.not_after = epoch + Duration::from_millis(ends.0);
    params
}

#[cfg(test)]
mod tests {
    use portcullis_credential::certificate::{Doubt, Role, doubts};

    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn hosts(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn facts(authority: &Authority) -> Constrained {
        Constrained::read(authority.certificate().as_bytes()).unwrap()
    }

    #[test]
    fn an_issuer_is_good_for_its_hosts_and_loopback_for_a_year() {
        let authority = Authority::new(&hosts(&["localhost", "10.1.2.3"]), NOW).unwrap();
        let facts = facts(&authority);
        for host in ["localhost", "a.localhost", "10.1.2.3", "127.0.0.1", "::1"] {
            assert!(facts.permits(host), "{host}");
        }
        for host in ["example.com", "10.1.2.4", "127.0.0.2", "2001:db8::1"] {
            assert!(!facts.permits(host), "{host}");
        }
        assert_eq!(facts.ends.0, NOW.0 + 365 * DAY_MS);
    }

    #[test]
    fn a_certificate_names_its_hosts_and_ends_with_its_issuer() {
        let names = hosts(&["localhost", "shop.localhost", "127.0.0.1"]);
        let authority = Authority::new(&names, NOW).unwrap();
        let told = |pair: &Pair, days: u64| {
            let now = UnixMillis(NOW.0 + days * DAY_MS);
            doubts(pair.certificate.as_bytes(), Role::Server(&names), now)
        };
        let pair = authority.issue(&names, NOW).unwrap();
        assert_eq!(told(&pair, 1), [(0, Doubt::Development)]);
        assert!(matches!(told(&pair, 91)[..], [(0, Doubt::Expired(_)), _]));
        let late = authority.issue(&names, UnixMillis(NOW.0 + 360 * DAY_MS)).unwrap();
        assert!(matches!(told(&late, 366)[..], [(0, Doubt::Expired(_)), _]));
    }

    #[test]
    fn an_issuer_is_read_with_its_own_key_alone() {
        let authority = Authority::new(&hosts(&["localhost"]), NOW).unwrap();
        let other = Authority::new(&hosts(&["localhost"]), NOW).unwrap();
        let read = |key: &Secret| {
            let key = std::str::from_utf8(key.expose_secret()).unwrap();
            Authority::read(authority.certificate().to_owned(), key, &facts(&authority)).map(drop)
        };
        assert!(read(authority.key()).is_ok());
        assert!(matches!(read(other.key()), Err(MakeFault::OtherKey)));
        assert!(matches!(read(&Secret::new(*b"obviously no key")), Err(MakeFault::Made(_))));
    }
}
