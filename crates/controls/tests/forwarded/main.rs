//! Who the client is, where proxies stand in front.

#![allow(unused_crate_dependencies, reason = "tests use some of the crate's dependencies")]

mod properties;

use std::net::IpAddr;

use portcullis_controls::Judgement;
use portcullis_controls::safe_configuration::{Client, Forwarding, client};
use portcullis_policy::{Network, Proxies};

const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

/// 10.0.0.0/8 and fd00::/8 are proxies that end TLS.
fn proxies() -> Proxies {
    let v4 = Network::around(PEER, 8);
    let v6 = Network::around([0xfd00_u16, 0, 0, 0, 0, 0, 0, 1].into(), 8);
    Proxies { trusted: vec![v4, v6], are_decided: true, end_tls: true }
}

/// The client of a request with these fields; nothing if it is refused.
fn of(peer: IpAddr, forwarded: &[&str], older: &[&str], proto: &[&str]) -> Option<Client> {
    let said = Forwarding {
        forwarded: forwarded.to_vec(),
        x_forwarded_for: older.to_vec(),
        x_forwarded_proto: proto.to_vec(),
    };
    match client(peer, &proxies(), &said) {
        Judgement::Pass(client) => Some(client),
        Judgement::Refuse(..) => None,
    }
}

fn address(client: Option<Client>) -> String {
    client.map_or_else(|| "refused".to_owned(), |client| client.address.to_string())
}

#[test]
fn the_client_is_the_first_address_from_the_right_that_is_no_proxy() {
    for (line, expected) in [
        ("192.0.2.1", "192.0.2.1"),
        ("6.6.6.6, 192.0.2.1", "192.0.2.1"),
        ("192.0.2.1, 10.0.0.7,10.0.0.8", "192.0.2.1"),
        ("6.6.6.6, 192.0.2.1 , 10.0.0.7", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:4711, fd00::2", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("10.0.0.9", "10.0.0.9"),
    ] {
        assert_eq!(address(of(PEER, &[], &[line], &[])), expected, "{line}");
    }
    let lines = ["6.6.6.6", "192.0.2.1", "10.0.0.7"];
    assert_eq!(address(of(PEER, &[], &lines, &[])), "192.0.2.1", "lines are one list");
}

#[test]
fn the_newer_field_says_the_same_in_its_own_form() {
    for (line, expected) in [
        ("for=192.0.2.1", "192.0.2.1"),
        ("For=\"192.0.2.1:80\";Proto=https;by=10.0.0.2", "192.0.2.1"),
        ("for=6.6.6.6, for=\"[2001:db8::1]:80\", for=10.0.0.7;host=a", "2001:db8::1"),
        ("for=6.6.6.6;x=\"a,b;c\", for=192.0.2.1;x=\"a,b;for=1.1.1.1\"", "192.0.2.1"),
        ("for=\"6.6.6.6, for=192.0.2.1", "192.0.2.1"),
        ("for=6.6.6.6;x=\"\\\", for=192.0.2.1", "192.0.2.1"),
    ] {
        assert_eq!(address(of(PEER, &[line], &[], &[])), expected, "{line}");
    }
}

#[test]
fn what_cannot_be_read_ends_the_walk_at_the_last_proxy() {
    for (line, expected) in [
        ("", "10.0.0.1"),
        ("unknown", "10.0.0.1"),
        ("6.6.6.6, ", "10.0.0.1"),
        ("6.6.6.6, nonsense, 10.0.0.7", "10.0.0.7"),
        ("6.6.6.6, 010.0.0.2", "10.0.0.1"),
        ("6.6.6.6, 1.2.3.4:", "10.0.0.1"),
        ("6.6.6.6, 1.2.3.4:123456", "10.0.0.1"),
        ("6.6.6.6, [::1", "10.0.0.1"),
        ("6.6.6.6, [1.2.3.4]", "10.0.0.1"),
        ("6.6.6.6, fe80::1%eth0", "10.0.0.1"),
    ] {
        assert_eq!(address(of(PEER, &[], &[line], &[])), expected, "{line}");
    }
    for line in [
        "for=_hidden",
        "for=unknown",
        "for=6.6.6.6, proto=https",
        "for=6.6.6.6, for=1.2.3.4;for=5.6.7.8",
        "for=6.6.6.6, for=2001:db8::1",
        "for=6.6.6.6, for=\"1.2.3.4\\\"",
        "for=6.6.6.6, for=1.2.3.4;proto=http;proto=https",
        "for=6.6.6.6, for = 1.2.3.4",
    ] {
        assert_eq!(address(of(PEER, &[line], &[], &[])), "10.0.0.1", "{line}");
    }
}

#[test]
fn nobody_but_a_trusted_proxy_says_who_a_client_is() {
    let stranger: IpAddr = [203, 0, 113, 9].into();
    let client = of(stranger, &["for=1.1.1.1;proto=https"], &["2.2.2.2"], &["https"]);
    assert_eq!(client, Some(Client { address: stranger, is_vouched: false, is_https: false }));
    let mapped = of("::ffff:10.0.0.1".parse().unwrap(), &[], &["192.0.2.1"], &[]);
    assert_eq!(address(mapped), "192.0.2.1");
}

#[test]
fn fields_that_name_two_clients_are_refused() {
    assert_eq!(of(PEER, &["for=6.6.6.6"], &["192.0.2.1"], &[]), None);
    assert_eq!(address(of(PEER, &["for=192.0.2.1"], &["6.6.6.6, 192.0.2.1"], &[])), "192.0.2.1");
}

#[test]
fn https_counts_only_if_nobody_says_otherwise() {
    let is_https = |forwarded: &[&str], older: &[&str], proto: &[&str]| {
        of(PEER, forwarded, older, proto).is_some_and(|client| client.is_https)
    };
    assert!(is_https(&["for=192.0.2.1;proto=HTTPS"], &[], &[]));
    assert!(is_https(&[], &["192.0.2.1"], &["https"]));
    assert!(is_https(&[], &[], &["https, https"]));
    assert!(is_https(&["for=192.0.2.1"], &["192.0.2.1"], &["https"]));
    assert!(!is_https(&[], &["192.0.2.1"], &[]));
    assert!(!is_https(&[], &[], &["https, http"]));
    assert!(!is_https(&[], &[], &["http", "https"]));
    assert!(!is_https(&["for=192.0.2.1;proto=http"], &[], &["https"]));
    // The proxy writes the older fields, and a client adds the newer one.
    assert!(!is_https(&["for=192.0.2.1;proto=https"], &["192.0.2.1"], &["http"]));
    assert!(!is_https(&["for=192.0.2.1;proto=https"], &["192.0.2.1"], &[]));
    let mut proxies = proxies();
    proxies.end_tls = false;
    let said = Forwarding { x_forwarded_proto: vec!["https"], ..Forwarding::default() };
    let Judgement::Pass(client) = client(PEER, &proxies, &said) else {
        panic!("nothing to refuse")
    };
    assert!(!client.is_https, "nobody said that proxies end TLS");
}
