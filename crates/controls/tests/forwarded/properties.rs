//! Whatever a client writes before what the proxies write.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use portcullis_controls::safe_configuration::HOPS_MAX;
use proptest::prelude::*;

use crate::{PEER, address, of, proxies};

fn is_proxy(address: IpAddr) -> bool {
    proxies().trusted.iter().any(|network| network.contains(address))
}

fn stranger() -> impl Strategy<Value = IpAddr> {
    any::<IpAddr>()
        .prop_map(|address| address.to_canonical())
        .prop_filter("a proxy", |address| !is_proxy(*address))
}

fn chain() -> impl Strategy<Value = Vec<Ipv4Addr>> {
    let proxy = any::<[u8; 3]>().prop_map(|[a, b, c]| Ipv4Addr::new(10, a, b, c));
    prop::collection::vec(proxy, 0..6)
}

/// As a proxy writes it.
fn element(address: IpAddr, port: Option<u16>) -> String {
    let host = match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    };
    match (port, address.is_ipv6()) {
        (Some(port), _) => format!("for=\"{host}:{port}\""),
        (None, true) => format!("for=\"{host}\";proto=https"),
        (None, false) => format!("for={host};by=_a"),
    }
}

proptest! {
    #[test]
    fn what_proxies_write_is_read_whatever_a_client_wrote_before(
        before in "[ -~]{0,40}",
        client in stranger(),
        chain in chain(),
        port: Option<u16>,
    ) {
        let (mut older, mut newer) = (before.clone(), before);
        let _ = write!(older, ",{client}");
        let _ = write!(newer, ",{}", element(client, port));
        for proxy in &chain {
            let _ = write!(older, ", {proxy}");
            let _ = write!(newer, ", {}", element(IpAddr::V4(*proxy), None));
        }
        let expected = client.to_string();
        prop_assert_eq!(&address(of(PEER, &[], &[&older], &[])), &expected);
        prop_assert_eq!(&address(of(PEER, &[&newer], &[], &[])), &expected);
        prop_assert_eq!(&address(of(PEER, &[&newer], &[&older], &[])), &expected);
    }

    #[test]
    fn any_text_leads_to_the_peer_or_to_an_address_that_stands_in_it(
        lines in prop::collection::vec("(for=|\"|,|;|10\\.0\\.0\\.7|1\\.2\\.3\\.4|[:a-f0-9\\[\\]. \\\\]){0,12}", 0..3),
    ) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        for client in [of(PEER, &lines, &[], &[]), of(PEER, &[], &lines, &[])] {
            let Some(client) = client else { continue };
            let is_written = client.address == PEER || client.is_vouched;
            prop_assert!(is_written, "{client:?}");
        }
    }

    #[test]
    fn a_stranger_is_who_it_is(peer in stranger(), line in "\\PC{0,40}") {
        let client = of(peer, &[&line], &[&line], &[&line]).expect("nothing is refused");
        prop_assert_eq!(client.address, peer);
        prop_assert!(!client.is_https);
    }
}

#[test]
fn a_chain_without_end_is_not_followed() {
    let line = format!("192.0.2.1{}", ", 10.0.0.7".repeat(HOPS_MAX));
    assert_eq!(address(of(PEER, &[], &[&line], &[])), "10.0.0.7");
}
