//! Where URLs of requests may point, as the policy decided.

use std::fmt;
use std::net::IpAddr;

use crate::authorization::InputPlace;

/// Where the URLs of one operation may point, by place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets {
    /// In the order in which they are written; the first that fits counts.
    pub places: Vec<(InputPlace, TargetRule)>,
}

/// Where a URL may point.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TargetRule {
    /// At whatever everybody can reach.
    #[default]
    Public,
    /// At the API itself: a path, or one of its own hosts.
    Own,
    /// Anywhere at all; somebody wrote down why.
    Any,
    /// At these hosts.
    Hosts(Vec<TargetHost>),
}

/// A host, or an origin, that a URL may point at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetHost {
    /// `http`, `https`, `ws` or `wss`; none: each.
    pub scheme: Option<String>,
    /// Who.
    pub name: TargetName,
    /// The port; none: the ordinary ones of a scheme that is named, each where none is.
    pub port: Option<u16>,
}

/// Who is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetName {
    /// One name, in lower case. It may lead anywhere: its owner wrote it down.
    Exact(String),
    /// Every name below this one: `*.cdn.example.com`. Whatever it leads to must be public.
    Below(String),
    /// An address.
    Address(IpAddr),
}

impl fmt::Display for TargetHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scheme) = &self.scheme {
            write!(f, "{scheme}://")?;
        }
        match &self.name {
            TargetName::Exact(name) => f.write_str(name)?,
            TargetName::Below(name) => write!(f, "*.{name}")?,
            TargetName::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
            TargetName::Address(address) => write!(f, "{address}")?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl fmt::Display for TargetRule {
    /// As the policy file writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::Own => f.write_str("own"),
            Self::Any => f.write_str("any"),
            Self::Hosts(hosts) => {
                let hosts: Vec<String> = hosts.iter().map(TargetHost::to_string).collect();
                write!(f, "[{}]", hosts.join(", "))
            }
        }
    }
}

impl TargetRule {
    /// Whether every target that the other rule lets pass passes here, too, as far as it can be told.
    pub fn is_at_least(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (Self::Hosts(own), Self::Hosts(other)) => other.iter().all(|one| own.contains(one)),
            (own, other) => own == other,
        }
    }
}
