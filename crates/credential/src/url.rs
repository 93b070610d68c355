//! Absolute URLs of `http` and `https` in their one spelling (RFC 3986 section 6.2).

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Characters of a URL, at most.
const BYTES_MAX: usize = 2048;

/// A URL, normalised: scheme and host in lower case, the port always there, an empty path is `/`,
/// escapes of unreserved characters decoded, other escapes in upper case. Segments `.` and `..`
/// stay as they are, and so compare as different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) is_https: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) path: String,
    pub(crate) has_query: bool,
    pub(crate) has_fragment: bool,
}

impl Url {
    /// Nothing for user information, a host that is none, or a character that no URL has.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_of_url = |byte: u8| byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte);
        if text.len() > BYTES_MAX || !text.bytes().all(is_of_url) {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let is_https = scheme.eq_ignore_ascii_case("https");
        if !is_https && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end)?;
        let (host, port) = host_and_port(authority)?;
        let (rest, fragment) = cut(rest, '#');
        let (path, query) = cut(rest, '?');
        let path = if path.is_empty() { "/".to_owned() } else { normal_path(path)? };
        Some(Self {
            is_https,
            host,
            port: port.unwrap_or(if is_https { 443 } else { 80 }),
            path,
            has_query: query.is_some(),
            has_fragment: fragment.is_some(),
        })
    }

    /// Whether what is fetched from here cannot be changed on the way: `https`, or `http` to a
    /// loopback address that is written as an address (a name may lead anywhere).
    pub(crate) fn is_protected(&self) -> bool {
        let v6 = self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        self.is_https
            || self.host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
            || v6.is_some_and(|v6| v6.parse::<Ipv6Addr>().is_ok_and(|v6| v6.is_loopback()))
    }
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, behind)| (before, Some(behind)))
}

fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = if authority.starts_with('[') {
        let (v6, rest) = authority.split_at_checked(authority.find(']')? + 1)?;
        v6.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok()?;
        (v6, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
    } else {
        cut(authority, ':')
    };
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let is_name = !host.is_empty() && host.bytes().all(is_of_name);
    if !is_name && !host.starts_with('[') {
        return None;
    }
    let port = match port {
        None | Some("") => None,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(digits.parse().ok()?)
        }
        Some(_) => return None,
    };
    Some((host.to_ascii_lowercase(), port))
}

fn normal_path(path: &str) -> Option<String> {
    let mut out = String::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(char::from(byte));
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let decoded = (digit(bytes.next())? << 4 | digit(bytes.next())?) as u8;
        if decoded.is_ascii_alphanumeric() || b"-._~".contains(&decoded) {
            out.push(char::from(decoded));
        } else {
            // Writing to a `String` does not fail.
            let _ = write!(out, "%{decoded:02X}");
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        Url::parse(one).unwrap() == Url::parse(other).unwrap()
    }

    #[test]
    fn spellings_of_one_url_are_equal() {
        assert!(same("HTTPS://API.example:443", "https://api.example/"));
        assert!(same("http://api.example:80/a", "http://api.example/a"));
        assert!(same("https://api.example/%7Ea%2fb", "https://api.example/~a%2Fb"));
        assert!(!same("https://api.example/a", "http://api.example/a"));
        assert!(!same("https://api.example/a", "https://api.example/A"));
        assert!(!same("https://api.example/a", "https://api.example/a/"));
        assert!(!same("https://api.example/a", "https://api.example:8443/a"));
        assert!(!same("https://api.example/a%2Fb", "https://api.example/a/b"));
        assert!(!same("https://api.example/b", "https://api.example/a/../b"));
    }

    #[test]
    fn what_is_no_plain_url_is_none() {
        for text in [
            "",
            "https://",
            "https:///a",
            "//api.example/a",
            "ftp://api.example/",
            "https://u@api.example/",
            "https://u:p@api.example/",
            "https://api.example:0x50/",
            "https://api.example:65536/",
            "https://api.example:-1/",
            "https://api.example\\@other/",
            "https://api.example/ a",
            "https://api.example/\u{0}",
            "https://api.example/ä",
            "https://api.example/%4",
            "https://api.example/%zz",
            "https://[::1",
            "https://[::1]x/",
            "https://[api.example]/",
            "https://a,b/",
        ] {
            assert_eq!(Url::parse(text), None, "{text}");
        }
        let long = |path: usize| Url::parse(&format!("https://a/{}", "p".repeat(path)));
        assert!(long(2038).is_some() && long(2039).is_none());
    }

    #[test]
    fn plain_http_is_protected_on_a_loopback_address_only() {
        for (url, expected) in [
            ("https://issuer.example/keys", true),
            ("http://127.0.0.1:8080/keys", true),
            ("http://[::1]/keys", true),
            ("http://localhost/keys", false),
            ("http://127.0.0.1.example/keys", false),
            ("http://10.0.0.1/keys", false),
            ("http://issuer.example/keys", false),
        ] {
            assert_eq!(Url::parse(url).unwrap().is_protected(), expected, "{url}");
        }
    }
}
