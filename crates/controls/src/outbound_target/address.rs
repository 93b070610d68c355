//! Which addresses everybody can reach, and what the others are for: the IANA registries of special-purpose
//! addresses (RFC 6890, as of November 2026).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address that not everybody reaches is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The machine itself.
    Loopback,
    /// The link, on which clouds tell machines their credentials.
    LinkLocal,
    /// Where a cloud tells machines their credentials, at an address that looks public.
    Metadata,
    /// A private network.
    Private,
    /// Several at once.
    Multicast,
    /// For nobody, for documents, for measurements, or for a way over another protocol.
    Reserved,
}

impl Class {
    /// As a record says it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Loopback => "a loopback address",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "an address of a cloud's metadata",
            Self::Private => "a private address",
            Self::Multicast => "a multicast address",
            Self::Reserved => "a reserved address",
        }
    }
}

/// Blocks of IPv4 that are not public: first address, bits.
const V4: [([u8; 4], u8, Class); 17] = [
    ([0, 0, 0, 0], 8, Class::Loopback), // `0.0.0.0` is the machine itself on Linux
    ([10, 0, 0, 0], 8, Class::Private),
    ([100, 64, 0, 0], 10, Class::Private),
    ([127, 0, 0, 0], 8, Class::Loopback),
    ([168, 63, 129, 16], 32, Class::Metadata), // Azure
    ([169, 254, 0, 0], 16, Class::LinkLocal),
    ([172, 16, 0, 0], 12, Class::Private),
    ([192, 0, 0, 0], 24, Class::Reserved),
    ([192, 0, 2, 0], 24, Class::Reserved),
    ([192, 88, 99, 0], 24, Class::Reserved),
    ([192, 168, 0, 0], 16, Class::Private),
    ([198, 18, 0, 0], 15, Class::Reserved),
    ([198, 51, 100, 0], 24, Class::Reserved),
    ([203, 0, 113, 0], 24, Class::Reserved),
    ([224, 0, 0, 0], 4, Class::Multicast),
    ([240, 0, 0, 0], 4, Class::Reserved),
    ([255, 255, 255, 255], 32, Class::Reserved),
];

/// Blocks of IPv6 that are not public. What is outside of `2000::/3` and not told here is reserved, too.
const V6: [([u16; 8], u8, Class); 12] = [
    ([0, 0, 0, 0, 0, 0, 0, 0], 128, Class::Loopback),
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, Class::Loopback),
    ([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, Class::Private),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, Class::Private),
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, Class::Private),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, Class::LinkLocal),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, Class::Multicast),
    // Protocols of the IETF, Teredo and ORCHID among them.
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, Class::Reserved),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, Class::Reserved),
    // 6to4 leads to whatever IPv4 address stands in it.
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, Class::Reserved),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, Class::Reserved),
    ([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16, Class::Reserved),
];

/// What an address is for; none: everybody reaches it.
pub fn class(address: IpAddr) -> Option<Class> {
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => of_v6(address),
    }
}

fn of_v4(address: Ipv4Addr) -> Option<Class> {
    let bits = address.to_bits();
    let is_in = |first: [u8; 4], size: u8| {
        (bits ^ u32::from_be_bytes(first)).leading_zeros() >= u32::from(size)
    };
    V4.iter().find(|(first, size, _)| is_in(*first, *size)).map(|(_, _, class)| *class)
}

fn of_v6(address: Ipv6Addr) -> Option<Class> {
    let bits = address.to_bits();
    let is_in = |first: [u16; 8], size: u8| {
        (bits ^ Ipv6Addr::from(first).to_bits()).leading_zeros() >= u32::from(size)
    };
    let told = V6.iter().find(|(first, size, _)| is_in(*first, *size)).map(|(_, _, class)| *class);
    if told.is_some() {
        // The embedded address says more of what somebody wanted there.
        return [embedded(address).and_then(of_v4), told].into_iter().flatten().next();
    }
    match embedded(address) {
        Some(inner) => of_v4(inner),
        None if is_in([0x2000, 0, 0, 0, 0, 0, 0, 0], 3) => None,
        None => Some(Class::Reserved),
    }
}

/// The IPv4 address that is reached over an IPv6 one: mapped, compatible, NAT64 (RFC 6052), 6to4, Teredo.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some(of(high, low)),
        [0x2001, 0, _, _, _, _, high, low] => Some(of(!high, !low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Class> {
        class(text.parse().unwrap())
    }

    #[test]
    fn every_block_that_is_not_public_is_known_from_its_first_to_its_last_address() {
        for (first, size, class) in V4 {
            let low = u32::from_be_bytes(first);
            let high = low | u32::MAX.checked_shr(u32::from(size)).unwrap_or(0);
            assert!(of_v4(Ipv4Addr::from_bits(low)).is_some(), "{first:?}");
            assert!(of_v4(Ipv4Addr::from_bits(high)).is_some(), "{first:?}");
            assert_eq!(of_v4(Ipv4Addr::from_bits(low)), Some(class));
        }
        for (text, expected) in [
            ("127.0.0.1", Class::Loopback),
            ("0.0.0.0", Class::Loopback),
            ("169.254.169.254", Class::LinkLocal),
            ("168.63.129.16", Class::Metadata),
            ("100.100.100.200", Class::Private),
            ("172.31.255.255", Class::Private),
            ("192.0.0.192", Class::Reserved),
            ("239.1.1.1", Class::Multicast),
            ("255.255.255.255", Class::Reserved),
            ("::", Class::Loopback),
            ("::1", Class::Loopback),
            ("fd00:ec2::254", Class::Private),
            ("fec0::1", Class::Private),
            ("fe80::1", Class::LinkLocal),
            ("ff02::1", Class::Multicast),
            ("2001:db8::1", Class::Reserved),
            ("3fff::1", Class::Reserved),
            ("5f00::1", Class::Reserved),
            ("4000::1", Class::Reserved),
        ] {
            assert_eq!(of(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn an_address_inside_an_address_is_judged() {
        for text in [
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::127.0.0.1",
            "2002:7f00:1::",
            "2001:0:1:2:3:4:80ff:fffe",
        ] {
            assert_eq!(of(text), Some(Class::Loopback), "{text}");
        }
        assert_eq!(of("64:ff9b::a9fe:a9fe"), Some(Class::LinkLocal));
        assert_eq!(of("64:ff9b:1::808:808"), Some(Class::Private));
        // A way over another protocol is no public address, whoever is at its end.
        assert_eq!(of("2002:808:808::"), Some(Class::Reserved));
    }

    #[test]
    fn what_everybody_reaches_is_public() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
