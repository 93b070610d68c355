//! Networks of addresses (CIDR), and who is in them.

use std::net::IpAddr;

/// Addresses that share their first bits: `10.0.0.0/8`; one address is a network of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

/// Why a text is no network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NetworkFault {
    /// Neither an address nor a network.
    Form,
    /// More bits than an address has.
    TooManyBits(u8),
    /// The address is not the network's first one, which is this.
    NotTheFirst(Network),
}

impl Network {
    /// The network of so many bits that an address is in.
    pub fn around(address: IpAddr, bits: u8) -> Self {
        let address = address.to_canonical();
        let bits = bits.min(width(address));
        Self { first: masked(address, bits), bits }
    }

    /// Reads `10.0.0.0/8`, `127.0.0.1`, `2001:db8::/32`.
    pub(crate) fn parse(text: &str) -> Result<Self, NetworkFault> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkFault::Form)?;
        let most = width(address);
        let bits = match bits {
            None => most,
            Some(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().map_err(|_| NetworkFault::TooManyBits(most))?
            }
            Some(_) => return Err(NetworkFault::Form),
        };
        if bits > most {
            return Err(NetworkFault::TooManyBits(most));
        }
        let network = Self { first: masked(address, bits), bits };
        if network.first != address {
            return Err(NetworkFault::NotTheFirst(network));
        }
        Ok(network)
    }

    /// Its first address.
    pub const fn first(&self) -> IpAddr {
        self.first
    }

    /// How many bits of it count.
    pub const fn bits(&self) -> u8 {
        self.bits
    }

    /// Whether an address is in it. An IPv4 address written as IPv6 is that IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && masked(address, self.bits) == self.first
    }

    /// Whether it holds every address of its kind.
    pub const fn is_everyone(&self) -> bool {
        self.bits == 0
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.bits == width(self.first) {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}/{}", self.first, self.bits)
        }
    }
}

const fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The address with all but its first bits cleared.
fn masked(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits.min(32))).unwrap_or(0);
            IpAddr::V4((u32::from(address) & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits.min(128))).unwrap_or(0);
            IpAddr::V6((u128::from(address) & mask).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn contains(network: &str, address: &str) -> bool {
        Network::parse(network).unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn an_address_is_in_its_networks_and_in_no_other() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
            ("192.168.4.0/22", "192.168.7.255", "192.168.8.0"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::/0", "fe80::1", "1.2.3.4"),
            ("10.0.0.0/8", "::ffff:10.1.2.3", "::ffff:11.1.2.3"),
        ] {
            assert!(contains(network, inside), "{network} {inside}");
            assert!(!contains(network, outside), "{network} {outside}");
        }
    }

    #[test]
    fn what_could_be_meant_in_two_ways_is_no_network() {
        let parsed = Network::parse("10.0.0.1/8");
        assert_eq!(parsed, Err(NetworkFault::NotTheFirst(Network::parse("10.0.0.0/8").unwrap())));
        assert_eq!(Network::parse("10.0.0.0/33"), Err(NetworkFault::TooManyBits(32)));
        for text in ["", "10", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/8/8", "localhost", "010.0.0.1"]
        {
            assert_eq!(Network::parse(text), Err(NetworkFault::Form), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_network_is_written_as_it_is_read(address: IpAddr, bits in 0_u8..=128) {
            let bits = bits.min(width(address));
            let network = Network { first: masked(address, bits), bits };
            prop_assert_eq!(Network::parse(&network.to_string()), Ok(network));
            let is_mapped = address.to_canonical() != address;
            prop_assert!(is_mapped || network.contains(address));
        }
    }
}
