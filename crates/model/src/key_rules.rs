//! What an API key may be used for.

use std::net::IpAddr;

use crate::{UnixMillis, Verbs};

/// What a key may be used for. What is empty or absent restricts nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct KeyRules {
    /// Names of operations.
    pub operations: Vec<String>,
    /// What it is good for.
    pub scopes: Vec<String>,
    /// Networks that it may be used from: an address, and the bits of it that count.
    pub networks: Vec<(IpAddr, u8)>,
    /// APIs that it is for, by name.
    pub apis: Vec<String>,
    /// What is known of its owner: a name and a value each.
    pub attributes: Vec<(String, String)>,
    /// When it begins to hold.
    pub not_before: Option<UnixMillis>,
    /// What it may do to objects of which resources, by their names in the policy.
    pub may: Vec<(String, Verbs)>,
    /// Single objects: a resource, and the id of one, each. Of a resource that is among them it may touch no other.
    pub objects: Vec<(String, String)>,
    /// Web origins that its requests must name, as browsers write them (RFC 6454 section 6.2).
    pub origins: Vec<String>,
    /// The thumbprint of the key by which each request is proved (RFC 9449; RFC 7638 with SHA-256).
    pub dpop: Option<[u8; 32]>,
    /// The thumbprint of the certificate that its connections are opened with (RFC 8705 section 3.1).
    pub certificate: Option<[u8; 32]>,
    /// How often it may be used.
    pub quota: KeyQuota,
}

/// How often a key may be used, by itself and by the keys below it together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KeyQuota {
    /// So many in each so many seconds, and so many at once.
    pub rate: Option<(u32, u32)>,
    /// So many in each day of the calendar (UTC).
    pub day: Option<u64>,
    /// So many in each month of it.
    pub month: Option<u64>,
}

impl KeyRules {
    /// Whether it says what may be touched: what it does not name is closed then.
    pub const fn names_resources(&self) -> bool {
        !self.may.is_empty() || !self.objects.is_empty()
    }

    /// What it may do to objects of a resource, whichever they are.
    pub fn verbs(&self, resource: &str) -> Verbs {
        if !self.names_resources() {
            return Verbs::ALL;
        }
        if self.may.is_empty() {
            let is_named = self.objects.iter().any(|(known, _)| known == resource);
            return if is_named { Verbs::ALL } else { Verbs::default() };
        }
        let said = self.may.iter().filter(|(known, _)| known == resource);
        said.fold(Verbs::default(), |all, (_, verbs)| all.or(*verbs))
    }

    /// The ids of the only objects of a resource that it may touch; none where it may touch all.
    pub fn ids<'r>(&'r self, resource: &'r str) -> impl Iterator<Item = &'r str> {
        let own = self.objects.iter().filter(move |(known, _)| known == resource);
        own.map(|(_, id)| id.as_str())
    }
}

impl KeyQuota {
    /// Whether uses are counted at all.
    pub const fn is_any(&self) -> bool {
        self.rate.is_some() || self.counts_days()
    }

    /// Whether uses are counted beyond the life of a process.
    pub const fn counts_days(&self) -> bool {
        self.day.is_some() || self.month.is_some()
    }
}
