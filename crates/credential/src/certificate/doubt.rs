//! What is weak about a certificate, or soon over (RFC 5280). Whether it is believed is another question, which TLS
//! answers.

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::IpAddr;

use portcullis_model::UnixMillis;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::Pem;
use x509_parser::public_key::PublicKey;

/// The organisation of issuers that `portcullis dev-certificate` makes: whoever works with it has their keys.
pub const DEVELOPMENT: &str = "Portcullis development, not for production";

/// Certificates of one text that are looked at; a chain has three.
const CHAIN_MAX: usize = 200;
/// Bits of an RSA key, at least (NIST SP 800-57 part 1, table 2: 112 bits of strength).
const RSA_BITS_MIN: usize = 2048;
/// How long before its end a certificate is told of, at most; one of a short life after two thirds of it.
const NOTICE_MS: u64 = 30 * DAY_MS;
const DAY_MS: u64 = 86_400_000;
/// Signatures over a digest for which others can be made: MD5 and SHA-1, with RSA, DSA and ECDSA.
const WEAK_SIGNATURES: [&str; 5] = [
    "1.2.840.113549.1.1.4",
    "1.2.840.113549.1.1.5",
    "1.2.840.10040.4.3",
    "1.2.840.10045.4.1",
    "1.3.14.3.2.29",
];

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role<'a> {
    /// It is shown to clients, who call these hosts; without any, they call whatever it names.
    Server(&'a [String]),
    /// It is shown to an API.
    Client,
    /// Others are believed because of it.
    Issuer,
}

/// Something that somebody should know of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// It is over since then.
    Expired(UnixMillis),
    /// It will be over then, in so many days.
    Expires(UnixMillis, u64),
    /// It begins then.
    NotYetValid(UnixMillis),
    /// Its RSA key has so many bits.
    SmallKey(usize),
    /// It is signed over MD5 or SHA-1.
    WeakSignature,
    /// It names no host, and clients read nothing else (RFC 6125 section 6.4.4).
    NoName,
    /// These hosts are called, and it names others.
    OtherNames(Vec<String>),
    /// Its issuer is one for development.
    Development,
}

impl Doubt {
    /// One word, for records.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Expired(_) => "expired",
            Self::Expires(..) => "expires",
            Self::NotYetValid(_) => "not_yet_valid",
            Self::SmallKey(_) => "small_key",
            Self::WeakSignature => "weak_signature",
            Self::NoName => "no_name",
            Self::OtherNames(_) => "other_names",
            Self::Development => "development",
        }
    }

    /// Whether it is about time alone: a renewed one has it no more.
    pub const fn is_of_time(&self) -> bool {
        matches!(self, Self::Expired(_) | Self::Expires(..) | Self::NotYetValid(_))
    }
}

/// What follows the name of a certificate.
impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |time: &UnixMillis| time.rfc3339().chars().take(10).collect::<String>();
        match self {
            Self::Expired(at) => write!(f, "has expired on {}: nobody believes it", day(at)),
            Self::Expires(at, 0) => write!(f, "expires on {}, within a day", day(at)),
            Self::Expires(at, 1) => write!(f, "expires on {}, in a day", day(at)),
            Self::Expires(at, days) => write!(f, "expires on {}, in {days} days", day(at)),
            Self::NotYetValid(at) => write!(f, "is not valid before {}", day(at)),
            Self::SmallKey(bits) => {
                write!(f, "has an RSA key of {bits} bits, not of {RSA_BITS_MIN}")
            }
            Self::WeakSignature => f.write_str("is signed over SHA-1 or MD5"),
            Self::NoName => f.write_str("names no host: a subject is not read"),
            Self::OtherNames(hosts) => write!(f, "does not name `{}`", hosts.join("`, `")),
            Self::Development => f.write_str("comes from an issuer for development"),
        }
    }
}

/// What there is to know of the certificates in a text (PEM), each with its place in it: 0 is the first. What is no
/// certificate is passed over, and told by whoever uses it.
pub fn doubts(pem: &[u8], role: Role<'_>, now: UnixMillis) -> Vec<(usize, Doubt)> {
    let blocks = Pem::iter_from_buffer(pem).map_while(Result::ok);
    let certificates = blocks.filter(|block| block.label == "CERTIFICATE").take(CHAIN_MAX);
    let mut found = Vec::new();
    for (place, block) in certificates.enumerate() {
        let Ok(certificate) = block.parse_x509() else { continue };
        let role = match role {
            Role::Server(_) | Role::Client if place > 0 => Role::Issuer,
            role => role,
        };
        found.extend(of(&certificate, role, now).into_iter().map(|doubt| (place, doubt)));
    }
    found
}

fn of(certificate: &X509Certificate<'_>, role: Role<'_>, now: UnixMillis) -> Vec<Doubt> {
    let mut found: Vec<Doubt> = of_time(certificate, now).into_iter().collect();
    if let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed()
        && bits(key.modulus) < RSA_BITS_MIN
    {
        found.push(Doubt::SmallKey(bits(key.modulus)));
    }
    // One that signed itself is believed for what it is, not for its signature.
    let signature = certificate.signature_algorithm.algorithm.to_id_string();
    if certificate.subject() != certificate.issuer() && WEAK_SIGNATURES.contains(&&*signature) {
        found.push(Doubt::WeakSignature);
    }
    if let Role::Server(hosts) = role {
        found.extend(of_names(certificate, hosts));
    }
    let mut makers = certificate.issuer().iter_organization();
    if role != Role::Issuer && makers.any(|maker| maker.as_str() == Ok(DEVELOPMENT)) {
        found.push(Doubt::Development);
    }
    found
}

fn of_time(certificate: &X509Certificate<'_>, now: UnixMillis) -> Option<Doubt> {
    let (begins, ends) = super::validity::of(certificate);
    let life = ends.0.saturating_sub(begins.0);
    let left = ends.0.saturating_sub(now.0);
    if now > ends {
        Some(Doubt::Expired(ends))
    } else if now < begins {
        Some(Doubt::NotYetValid(begins))
    } else if left < NOTICE_MS.min(life / 3) {
        Some(Doubt::Expires(ends, left / DAY_MS))
    } else {
        None
    }
}

fn of_names(certificate: &X509Certificate<'_>, hosts: &[String]) -> Option<Doubt> {
    let names = match certificate.subject_alternative_name() {
        Ok(Some(extension)) => extension.value.general_names.as_slice(),
        Ok(None) | Err(_) => &[],
    };
    let is_host = |name: &GeneralName<'_>| {
        matches!(name, GeneralName::DNSName(_) | GeneralName::IPAddress(_))
    };
    if !names.iter().any(is_host) {
        return Some(Doubt::NoName);
    }
    let is_named = |host: &String| names.iter().any(|name| is_for(name, host));
    let others: Vec<String> = hosts.iter().filter(|host| !is_named(host)).cloned().collect();
    (!others.is_empty()).then_some(Doubt::OtherNames(others))
}

/// Whether a name is that of a host. An asterisk stands for one whole label, the first (RFC 6125 section 6.4.3).
fn is_for(name: &GeneralName<'_>, host: &str) -> bool {
    match name {
        GeneralName::DNSName(name) => {
            name.eq_ignore_ascii_case(host)
                || name.strip_prefix("*.").is_some_and(|domain| {
                    let parent = host.split_once('.').map(|(_, parent)| parent);
                    parent.is_some_and(|parent| parent.eq_ignore_ascii_case(domain))
                })
        }
        GeneralName::IPAddress(bytes) => {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            match (host.parse(), *bytes) {
                (Ok(IpAddr::V4(address)), bytes) => address.octets() == bytes,
                (Ok(IpAddr::V6(address)), bytes) => address.octets() == bytes,
                (Err(_), _) => false,
            }
        }
        _ => false,
    }
}

/// Bits of a positive number, big-endian.
fn bits(number: &[u8]) -> usize {
    let rest =
        number.get(number.iter().take_while(|byte| **byte == 0).count()..).unwrap_or_default();
    let unused = rest.first().map_or(0, |first| first.leading_zeros() as usize);
    (rest.len() * 8).saturating_sub(unused)
}
