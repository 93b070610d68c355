//! Where a request comes from, as what a client can own.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What counts as one address, and the network around it.
///
/// IPv4: the address and its /24. IPv6: the /64, because a client owns one whole (RFC 6177), and the
/// /48, because that is what a site may be given. IPv4 written as IPv6 (RFC 4291 section 2.5.5.2) is
/// IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// The smallest block that one client can be counted by.
    pub address: Block,
    /// The network that it lies in.
    pub network: Block,
}

/// A block of addresses; prints as `203.0.113.0/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block {
    first: IpAddr,
    prefix: u8,
}

impl Place {
    /// The place of an address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self { address: Block::v4(v4, 32), network: Block::v4(v4, 24) },
            IpAddr::V6(v6) => Self { address: Block::v6(v6, 64), network: Block::v6(v6, 48) },
        }
    }
}

impl Block {
    const fn v4(address: Ipv4Addr, prefix: u8) -> Self {
        let mask = u32::MAX << (32 - prefix as u32);
        Self { first: IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask)), prefix }
    }

    const fn v6(address: Ipv6Addr, prefix: u8) -> Self {
        let mask = u128::MAX << (128 - prefix as u32);
        Self { first: IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask)), prefix }
    }

    /// As a part of a key: its length, and 4 or 16 bytes, which no other block has.
    pub fn part(self) -> [u8; 17] {
        let mut part = [0; 17];
        let [prefix, rest @ ..] = &mut part;
        *prefix = self.prefix;
        match self.first {
            IpAddr::V4(v4) => rest[..4].copy_from_slice(&v4.octets()),
            IpAddr::V6(v6) => {
                // No block of IPv6 is as long as one of IPv4 that it could be taken for.
                *prefix |= 0x80;
                rest.copy_from_slice(&v6.octets());
            }
        }
        part
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (String, String) {
        let place = Place::of(text.parse().unwrap());
        (place.address.to_string(), place.network.to_string())
    }

    #[test]
    fn a_client_of_ipv6_is_its_64_and_one_of_ipv4_its_address() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(of("203.0.113.77"), pair("203.0.113.77/32", "203.0.113.0/24"));
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), pair("2001:db8:1:2::/64", "2001:db8:1::/48"));
        assert_eq!(of("::1"), pair("::/64", "::/48"));
    }

    #[test]
    fn ipv4_in_the_dress_of_ipv6_is_no_new_client() {
        assert_eq!(of("::ffff:203.0.113.77"), of("203.0.113.77"));
        assert_ne!(of("::203.0.113.77"), of("203.0.113.77"));
    }

    #[test]
    fn blocks_have_parts_of_their_own() {
        let blocks = ["0.0.0.0", "::", "64.0.0.0", "4000::", "203.0.113.0"]
            .map(|text| Place::of(text.parse().unwrap()));
        let parts: std::collections::HashSet<[u8; 17]> =
            blocks.iter().flat_map(|place| [place.address.part(), place.network.part()]).collect();
        assert_eq!(parts.len(), 10);
    }
}
