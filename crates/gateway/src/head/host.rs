//! Hosts: the `Host` field, and the authority of a target in absolute form (RFC 9110 sections 4.2
//! and 7.2).

use std::net::Ipv6Addr;

/// A name of the DNS, at most.
const NAME_BYTES_MAX: usize = 253;

/// Whether this is a host with an optional port, in the one spelling that clients send: a name, an
/// IPv4 address, or an IPv6 address in brackets. No user, no escapes, no empty port.
pub(super) fn is_host(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']').is_some_and(|(address, port)| {
            address.parse::<Ipv6Addr>().is_ok() && (port.is_empty() || is_port(port))
        });
    }
    let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
    is_name(name) && (port.is_empty() || is_port(port))
}

/// Names of containers have underscores; a dot may stand at the end.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    name.len() <= NAME_BYTES_MAX && name.split('.').all(is_label)
}

/// `:` and a number of a port.
fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|digits| {
        digits.len() <= 5
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && digits.parse::<u16>().is_ok_and(|port| port > 0)
    })
}

/// Whether two hosts are one: case does not matter, nor whether the port of the scheme is said.
pub(super) fn is_same(one: &str, other: &str, default_port: &str) -> bool {
    let bare = |text: &str| text.strip_suffix(default_port).unwrap_or(text).to_ascii_lowercase();
    bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_one_spelling() {
        for good in [
            "a",
            "a:1",
            "a.example",
            "a.example.:65535",
            "my_api:80",
            "127.0.0.1:8080",
            "[::1]",
            "[2001:db8::1]:443",
            "xn--bcher-kva.example",
        ] {
            assert!(is_host(good), "{good}");
        }
        for bad in [
            "",
            ":",
            "a:",
            ":80",
            "a:0",
            "a:65536",
            "a:080000",
            "a:+1",
            "a:b",
            "a:1:2",
            "a..b",
            ".",
            ".a",
            "a b",
            "a/b",
            "a@b",
            "a,b",
            "a%20",
            "\u{e4}",
            "::1",
            "[::1",
            "[::1]a",
            "[::1]:",
            "[a]",
            "[fe80::1%25e]",
            "[]",
        ] {
            assert!(!is_host(bad), "{bad}");
        }
        assert!(!is_host(&"a.".repeat(128)), "longer than a name can be");
    }

    #[test]
    fn hosts_are_compared_without_case_and_default_port() {
        assert!(is_same("API", "api:80", ":80"));
        assert!(is_same("api:8080", "api:8080", ":80"));
        assert!(!is_same("api:8080", "api", ":80"));
        assert!(!is_same("api:443", "api", ":80"));
        assert!(is_same("[::1]:443", "[::1]", ":443"));
    }
}
