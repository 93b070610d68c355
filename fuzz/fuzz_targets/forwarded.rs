//! Lines that say who a client is: none panics, and none makes anybody who was not named.

#![no_main]

use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use portcullis_controls::Judgement;
use portcullis_controls::safe_configuration::{Forwarding, client};
use portcullis_policy::{Network, Proxies};

fuzz_target!(|text: &str| {
    let peer = IpAddr::from([10, 0, 0, 1]);
    let proxies = Proxies { trusted: vec![Network::around(peer, 8)], end_tls: true };
    let lines: Vec<&str> = text.lines().collect();
    for said in [
        Forwarding { forwarded: lines.clone(), ..Forwarding::default() },
        Forwarding { x_forwarded_for: lines.clone(), ..Forwarding::default() },
        Forwarding {
            forwarded: lines.clone(),
            x_forwarded_for: lines.clone(),
            x_forwarded_proto: lines.clone(),
        },
    ] {
        let stranger = IpAddr::from([192, 0, 2, 1]);
        if let Judgement::Pass(found) = client(stranger, &proxies, &said) {
            assert_eq!((found.address, found.is_https), (stranger, false));
        }
        // What a trusted proxy adds at the right wins over all that stands before it.
        let mut signed = said.clone();
        if !signed.forwarded.is_empty() {
            signed.forwarded.push("for=192.0.2.1");
        }
        if !signed.x_forwarded_for.is_empty() {
            signed.x_forwarded_for.push("192.0.2.1");
        }
        let is_any = !lines.is_empty();
        match client(peer, &proxies, &signed) {
            Judgement::Pass(found) => assert!(!is_any || found.address == stranger),
            Judgement::Refuse(..) => panic!("both name one client"),
        }
        let _ = client(peer, &proxies, &said);
    }
});
