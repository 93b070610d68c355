//! The origin of the host that a request was sent to, as its pages have it.

use std::net::IpAddr;

use portcullis_policy::Origin;

use crate::transport_encryption::Hop;

/// The origins of this host (RFC 6454), where a request came this way. On loopback something else may
/// have ended TLS: then a name that others can call is taken for `https` only.
pub fn own_origins(hop: Hop, host: &str) -> Vec<Origin> {
    let schemes: &[&str] = match hop {
        Hop::Plain | Hop::PlainOnTls => &["http"],
        Hop::Loopback if is_loopback(host) => &["http", "https"],
        Hop::Tls | Hop::Asserted | Hop::Loopback => &["https"],
    };
    let host = host.to_ascii_lowercase();
    schemes.iter().filter_map(|scheme| origin(scheme, &host)).collect()
}

/// As browsers write it: without the port that goes without saying.
fn origin(scheme: &str, host: &str) -> Option<Origin> {
    let default = if scheme == "https" { ":443" } else { ":80" };
    Origin::new(&format!("{scheme}://{}", host.strip_suffix(default).unwrap_or(host)))
}

/// Whether only this machine has this name.
fn is_loopback(host: &str) -> bool {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let name =
        host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |(name, _)| name);
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_the_origin_of_the_way_it_was_asked() {
        let shown = |hop, host| {
            let own = own_origins(hop, host);
            own.iter().map(|one| one.as_str().to_owned()).collect::<Vec<_>>().join(" ")
        };
        for (hop, host, expected) in [
            (Hop::Tls, "Shop.example.com", "https://shop.example.com"),
            (Hop::Asserted, "shop.example.com:443", "https://shop.example.com"),
            (Hop::Tls, "shop.example.com:8443", "https://shop.example.com:8443"),
            (Hop::Plain, "shop.example.com:80", "http://shop.example.com"),
            (Hop::Plain, "shop.example.com:443", "http://shop.example.com:443"),
            (Hop::Loopback, "shop.example.com", "https://shop.example.com"),
            (Hop::Loopback, "127.0.0.1:8080", "http://127.0.0.1:8080 https://127.0.0.1:8080"),
            (Hop::Loopback, "[::1]:8080", "http://[::1]:8080 https://[::1]:8080"),
            (Hop::Loopback, "shop.localhost", "http://shop.localhost https://shop.localhost"),
            (Hop::Tls, "", ""),
            (Hop::Tls, "a b", ""),
            (Hop::Tls, "shop.example.com@evil.example", ""),
        ] {
            assert_eq!(shown(hop, host), expected, "{hop:?} {host}");
        }
    }
}
