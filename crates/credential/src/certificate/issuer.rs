//! What an issuer of certificates may issue, as its own certificate says (RFC 5280 section 4.2.1.10).

use std::net::IpAddr;

use portcullis_model::UnixMillis;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::Pem;

/// An issuer whose certificate permits some names alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constrained {
    /// When its certificate is over.
    pub ends: UnixMillis,
    /// The organisation in its subject, if there is one.
    pub organisation: Option<String>,
    /// Its public key, as it stands there.
    pub public_key: Vec<u8>,
    names: Vec<String>,
    /// An address and its mask, one behind the other.
    networks: Vec<Vec<u8>>,
}

impl Constrained {
    /// Reads the first certificate of a text (PEM); none, if it is no issuer's, or permits any name.
    pub fn read(pem: &[u8]) -> Option<Self> {
        let mut blocks = Pem::iter_from_buffer(pem).map_while(Result::ok);
        let block = blocks.find(|block| block.label == "CERTIFICATE")?;
        let certificate = block.parse_x509().ok().filter(|one| one.is_ca())?;
        let constraints = certificate.name_constraints().ok()??;
        let (mut names, mut networks) = (Vec::new(), Vec::new());
        for permitted in constraints.value.permitted_subtrees.as_ref()? {
            match &permitted.base {
                GeneralName::DNSName(name) => names.push((*name).to_owned()),
                GeneralName::IPAddress(bytes) => networks.push(bytes.to_vec()),
                _ => {}
            }
        }
        let seconds = certificate.validity().not_after.timestamp();
        let organisation = certificate.subject().iter_organization().next();
        Some(Self {
            ends: UnixMillis(u64::try_from(seconds).unwrap_or(0).saturating_mul(1000)),
            organisation: organisation.and_then(|one| one.as_str().ok()).map(str::to_owned),
            public_key: certificate.public_key().subject_public_key.data.to_vec(),
            names,
            networks,
        })
    }

    /// Whether it may issue a certificate for a host: a name, or an address.
    pub fn permits(&self, host: &str) -> bool {
        match host.parse() {
            Ok(IpAddr::V4(address)) => {
                self.networks.iter().any(|one| is_in(&address.octets(), one))
            }
            Ok(IpAddr::V6(address)) => {
                self.networks.iter().any(|one| is_in(&address.octets(), one))
            }
            Err(_) => self.names.iter().any(|name| is_below(host, name)),
        }
    }
}

/// Whether a name is this one, or stands below it.
fn is_below(host: &str, name: &str) -> bool {
    let (host, name) = (host.to_ascii_lowercase(), name.to_ascii_lowercase());
    host.strip_suffix(&name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn is_in(address: &[u8], network: &[u8]) -> bool {
    let (base, mask) = network.split_at(network.len() / 2);
    let pairs = || base.iter().zip(mask).zip(address);
    base.len() == address.len() && pairs().all(|((base, mask), byte)| base & mask == byte & mask)
}

#[cfg(test)]
mod tests {
    use rcgen::{
        BasicConstraints, CertificateParams, CidrSubnet, GeneralSubtree, IsCa, KeyPair,
        NameConstraints,
    };

    use super::*;

    fn issuer(constraints: Option<NameConstraints>, is_ca: IsCa) -> Option<Constrained> {
        let mut params = CertificateParams::default();
        params.is_ca = is_ca;
        params.name_constraints = constraints;
        let pem = params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
        Constrained::read(pem.as_bytes())
    }

    #[test]
    fn names_and_addresses_that_are_permitted_are_known() {
        let constraints = NameConstraints {
            permitted_subtrees: vec![
                GeneralSubtree::DnsName("shop.example".to_owned()),
                GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 1], [255; 4])),
            ],
            excluded_subtrees: Vec::new(),
        };
        let is_ca = || IsCa::Ca(BasicConstraints::Constrained(0));
        let issuer_of = issuer(Some(constraints.clone()), is_ca()).unwrap();
        for host in ["shop.example", "API.shop.example", "127.0.0.1"] {
            assert!(issuer_of.permits(host), "{host}");
        }
        for host in ["example", "myshop.example", "127.0.0.2", "::1", "7f00::1"] {
            assert!(!issuer_of.permits(host), "{host}");
        }
        assert_eq!(issuer(None, is_ca()), None, "it permits any name");
        assert_eq!(issuer(Some(constraints), IsCa::NoCa), None);
        assert_eq!(Constrained::read(b"obviously no certificate"), None);
    }
}
