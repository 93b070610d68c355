//! Where things are: listen address, the API's URL, its hosts and base path, proxies, web origins.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use portcullis_yaml::shown;

use crate::model::Origin;
use crate::network::{Network, NetworkFault};
use crate::upstream::{HTTP_PORT, HTTPS_PORT, Instance, InstanceTls, Upstream, UpstreamProof};

/// Why a text is none, and what to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) help: String,
}

fn fault<T>(message: impl Into<String>, help: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { message: message.into(), help: help.into() })
}

/// Reads `127.0.0.1:8080`, `[::1]:8080`.
pub(crate) fn listen(text: &str) -> Result<SocketAddr, Fault> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok(address);
    }
    let port = text.rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
    let message = format!("{} is not an address to listen on", shown(text));
    match (port, text.parse::<IpAddr>()) {
        (_, Ok(IpAddr::V6(address))) => fault(message, format!("add the port: `[{address}]:8080`")),
        (_, Ok(address)) => fault(message, format!("add the port: `{address}:8080`")),
        (Some(port), _) => fault(
            message,
            format!(
                "write an IP address and a port: `127.0.0.1:{port}`, or `0.0.0.0:{port}` for all networks"
            ),
        ),
        _ => fault(message, "write an IP address and a port: `127.0.0.1:8080`"),
    }
}

/// The API's URL, taken apart. The path is empty where the URL has none.
pub(crate) fn upstream(text: &str) -> Result<Upstream, Fault> {
    const EXAMPLE: &str = "http://127.0.0.1:3000";
    let (is_tls, rest) = match text.split_once("://") {
        Some(("http", rest)) => (false, rest),
        Some(("https", rest)) => (true, rest),
        Some(_) => {
            return fault(
                format!("{} is neither an `http` nor an `https` URL", shown(text)),
                format!("write `{EXAMPLE}`"),
            );
        }
        None => {
            return fault(
                format!("{} is not a URL", shown(text)),
                format!("write the scheme too, as in `{EXAMPLE}`"),
            );
        }
    };
    if rest.contains(['?', '#']) {
        return fault(
            format!("{} has a query or a fragment", shown(text)),
            format!("write scheme, host, port and path only: `{EXAMPLE}/v1`"),
        );
    }
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    if authority.contains('@') {
        // Not shown: what stands before the `@` may be a password.
        return fault("the URL holds a user name", format!("write it without: `{EXAMPLE}`"));
    }
    let (host, port) = authority_parts(authority).ok_or_else(|| Fault {
        message: format!("{} has no host and port that can be called", shown(text)),
        help: format!(
            "write a host name or an IP address, and a port from 1 to 65535: `{EXAMPLE}`"
        ),
    })?;
    let path = if path == "/" { "" } else { path };
    Ok(Upstream {
        first: Instance {
            host: host.to_ascii_lowercase(),
            port: port.unwrap_or(if is_tls { HTTPS_PORT } else { HTTP_PORT }),
            is_tls,
            is_http2: false,
            tls: InstanceTls::default(),
        },
        proof: UpstreamProof::default(),
        others: Vec::new(),
        path: base_path(path)?,
    })
}

/// A host name as clients write it, without port, in lower case and without a dot at its end.
pub(crate) fn host(text: &str) -> Result<String, Fault> {
    const EXAMPLE: &str = "write a host name or an IP address: `api.example.com`";
    let message = format!("{} is not a host name", shown(text));
    if text.contains('*') {
        return fault(
            format!("{} stands for many hosts", shown(text)),
            "name each one, or leave `hosts` out for every host",
        );
    }
    match authority_parts(text.strip_suffix('.').unwrap_or(text)) {
        Some((host, None)) => Ok(host.to_ascii_lowercase()),
        Some((host, Some(_))) => fault(
            format!("{} names a port", shown(text)),
            format!("leave it out, a host is meant with every port: {}", shown(host)),
        ),
        None if text.contains("://") => fault(message, "leave scheme and path out"),
        None => fault(message, EXAMPLE),
    }
}

/// A name for an API.
pub(crate) fn api_name(text: &str) -> Result<String, Fault> {
    const NAME_BYTES_MAX: usize = 64;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if text.bytes().all(is_plain) && !text.starts_with('-') && text.len() <= NAME_BYTES_MAX {
        return Ok(text.to_owned());
    }
    fault(
        format!("{} cannot be the name of an API", shown(text)),
        format!("use at most {NAME_BYTES_MAX} letters, digits and `-`: `shop`"),
    )
}

/// The addresses of trusted proxies.
pub(crate) fn proxies(text: &str) -> Result<Network, Fault> {
    match network(text) {
        Ok(network) if network.is_everyone() => fault(
            format!("`{network}` is everybody"),
            "name the proxies in front: whoever is named may say who the client is",
        ),
        read => read,
    }
}

/// Reads `10.0.0.0/8`, `127.0.0.1`, `2001:db8::/32`.
fn network(text: &str) -> Result<Network, Fault> {
    let message = format!("{} is neither an address nor a network", shown(text));
    Network::parse(text).or_else(|why| match why {
        NetworkFault::Form => fault(message, "write `10.0.0.0/8`, `127.0.0.1` or `fd00::/8`"),
        NetworkFault::TooManyBits(most) => {
            fault(message, format!("an address has {most} bits: write `/{most}` at most"))
        }
        NetworkFault::NotTheFirst(network) => fault(
            format!("{} is one address with the size of a network", shown(text)),
            format!("write `{network}` for the network, or the address without `/`"),
        ),
    })
}

impl std::str::FromStr for Network {
    type Err = String;

    /// Says what is wrong, and what to write.
    fn from_str(text: &str) -> Result<Self, String> {
        network(text).map_err(|Fault { message, help }| format!("{message}: {help}"))
    }
}

/// A path that stands before every path template: empty, or `/api`.
pub(crate) fn base_path(text: &str) -> Result<String, Fault> {
    if text.is_empty() { Ok(String::new()) } else { plain_path(text, "a base path", "\"\"") }
}

/// A path behind a base path, where the gateway itself answers.
pub(crate) fn public_path(text: &str) -> Result<String, Fault> {
    plain_path(text, "`true`, `false` or a path", "/openapi.json")
}

/// A whole path at which the gateway itself answers.
pub(crate) fn own_path(text: &str) -> Result<String, Fault> {
    plain_path(text, "a path", "/.well-known/leaked-keys")
}

/// A path with one reading. `none` stands for the one with nothing but slashes.
fn plain_path(text: &str, what: &str, none: &str) -> Result<String, Fault> {
    let plain = |segment: &str| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        !segment.is_empty() && segment.bytes().all(is_plain) && !matches!(segment, "." | "..")
    };
    let message = format!("{} is not {what}", shown(text));
    let Some(inner) = text.strip_prefix('/') else {
        return fault(message, format!("begin it with a slash: {}", shown(&format!("/{text}"))));
    };
    if let Some(without) = text.strip_suffix('/') {
        let without = if without.trim_matches('/').is_empty() { none } else { without };
        return fault(message, format!("write it without a slash at the end: {}", shown(without)));
    }
    if !inner.split('/').all(plain) {
        return fault(message, "use letters, digits, `-`, `.`, `_` and `~` between the slashes");
    }
    Ok(text.to_owned())
}

/// A web origin as browsers send it.
pub(crate) fn origin(text: &str) -> Result<Origin, Fault> {
    const EXAMPLE: &str = "https://shop.example.com";
    let message = format!("{} is not a web origin", shown(text));
    if text.contains('*') {
        return fault(
            format!("{} stands for many origins", shown(text)),
            format!("name each one: `{EXAMPLE}`; a pattern would let in sites that nobody chose"),
        );
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return fault(message, format!("write scheme and host, as in `{EXAMPLE}`"));
    };
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => {
            return fault(message, format!("begin it with `https://`, as in `{EXAMPLE}`"));
        }
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((host, port)) = authority_parts(authority) else {
        return fault(
            message,
            format!(
                "write scheme and host, as in `{EXAMPLE}`; other alphabets in their `xn--` form"
            ),
        );
    };
    let host = host.to_ascii_lowercase();
    let serialised = match port.filter(|port| *port != default_port) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    };
    if serialised != text {
        return fault(
            format!("{} is not how browsers write an origin", shown(text)),
            format!("write {}", shown(&serialised)),
        );
    }
    Ok(Origin(serialised))
}

/// Host and port of an authority without user information (RFC 3986 section 3.2).
pub(crate) fn authority_parts(authority: &str) -> Option<(&str, Option<u16>)> {
    /// RFC 1035 section 2.3.4.
    const HOST_BYTES_MAX: usize = 253;
    let (host, port) = match authority.strip_prefix('[') {
        Some(_) => {
            let (host, rest) = authority.split_at_checked(authority.find(']')? + 1)?;
            let inner = host.strip_prefix('[')?.strip_suffix(']')?;
            inner.parse::<Ipv6Addr>().ok()?;
            match rest {
                "" => (host, None),
                _ => (host, Some(rest.strip_prefix(':')?)),
            }
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    let is_host = host.starts_with('[') || host.split('.').all(is_label);
    if !is_host || host.len() > HOST_BYTES_MAX {
        return None;
    }
    match port {
        None => Some((host, None)),
        Some(port) if port.bytes().all(|b| b.is_ascii_digit()) => {
            let port = port.parse::<u16>().ok().filter(|port| *port > 0)?;
            Some((host, Some(port)))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_is_taken_apart() {
        let read = |text| upstream(text).map(|up| (up.first.host, up.first.port, up.path));
        let parts = |host: &str, port, path: &str| Ok((host.to_owned(), port, path.to_owned()));
        assert_eq!(read("http://127.0.0.1:3000"), parts("127.0.0.1", 3000, ""));
        assert_eq!(read("http://API.internal/"), parts("api.internal", 80, ""));
        assert_eq!(read("http://[::1]:3000/v1"), parts("[::1]", 3000, "/v1"));
        assert_eq!(read("https://api.internal/v1"), parts("api.internal", 443, "/v1"));
        let authority = |text| upstream(text).unwrap().first.authority();
        assert_eq!(authority("https://api.internal"), "api.internal");
        assert_eq!(authority("https://api.internal:80"), "api.internal:80");
        assert_eq!(authority("http://api.internal:80"), "api.internal");
        for text in [
            "127.0.0.1:3000",
            "ftp://a",
            "http://",
            "http://u:p@a",
            "http://a:0",
            "http://a:65536",
            "http://a:+80",
            "http://a b",
            "http://a/v1/",
            "http://a/..",
            "http://a?x",
            "http://[::1",
            "http://[a]",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_host_has_one_spelling() {
        for (text, expected) in [
            ("api.example.com", "api.example.com"),
            ("API.Example.com.", "api.example.com"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(host(text).as_deref(), Ok(expected));
        }
        for text in ["api:80", "http://api", "*.example.com", "a/b", "..", "a b", "u@a", "."] {
            assert!(host(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_not_repeated() {
        let fault = upstream("http://joe:obviously-fake@host").unwrap_err();
        assert!(!format!("{fault:?}").contains("obviously-fake"));
    }

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        for text in ["https://shop.example.com", "http://localhost:5173", "https://[::1]:8443"] {
            assert_eq!(origin(text).unwrap().as_str(), text);
        }
        for (text, help) in [
            ("https://shop.example.com/", "write `https://shop.example.com`"),
            ("https://shop.example.com/cart", "write `https://shop.example.com`"),
            ("https://Shop.example.com", "write `https://shop.example.com`"),
            ("https://shop.example.com:443", "write `https://shop.example.com`"),
        ] {
            assert_eq!(origin(text).unwrap_err().help, help);
        }
        for text in
            ["*", "https://*.example.com", "null", "shop.example.com", "https://", "https://ü.de"]
        {
            assert!(origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_base_path_has_one_spelling() {
        assert_eq!(base_path(""), Ok(String::new()));
        assert_eq!(base_path("/api/v1"), Ok("/api/v1".to_owned()));
        for text in ["api", "/", "/api/", "//api", "/a/../b", "/a%2fb", "/a?b"] {
            assert!(base_path(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_gateway_is_not_its_own_upstream() {
        let is_own = |url, at: &str| upstream(url).unwrap().first.is_listener(at.parse().unwrap());
        assert!(is_own("http://127.0.0.1:8080", "127.0.0.1:8080"));
        assert!(is_own("http://localhost:8080", "0.0.0.0:8080"));
        assert!(is_own("http://127.0.0.1:8080", "[::]:8080"));
        assert!(is_own("http://0.0.0.0:8080", "127.0.0.1:8080"));
        assert!(!is_own("http://[::1]:8080", "127.0.0.1:8080"));
        assert!(!is_own("http://127.0.0.1:8081", "127.0.0.1:8080"));
        assert!(!is_own("http://10.0.0.2:8080", "127.0.0.1:8080"));
    }
}
