//! URLs, as far as an attacker must take them apart (RFC 3986), and the pairs of forms.

use std::fmt::{self, Write as _};

use crate::percent::encoded;

/// Pairs of a query or a form, in order; a name may come twice.
pub(super) type Pairs = Vec<(String, String)>;

/// An absolute URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) scheme: String,
    /// Host and port, as written; user information too.
    pub(super) authority: String,
    /// Begins with `/`, or is empty.
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) fragment: Option<String>,
}

impl Url {
    /// None: it is not absolute, or has no authority.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let is_scheme = |one: char| one.is_ascii_alphanumeric() || "+-.".contains(one);
        if scheme.is_empty() || !scheme.chars().all(is_scheme) {
            return None;
        }
        let (rest, fragment) = split(rest, '#');
        let (rest, query) = split(rest, '?');
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        Some(Self {
            scheme: scheme.to_ascii_lowercase(),
            authority: authority.to_owned(),
            path: path.to_owned(),
            query: query.map(str::to_owned),
            fragment: fragment.map(str::to_owned),
        })
    }

    /// Where a `Location` or an `action` leads that is read here (RFC 3986 section 5.2, without dot segments).
    pub(super) fn join(&self, to: &str) -> Option<Self> {
        let to = to.trim();
        if let Some(rest) = to.strip_prefix("//") {
            return Self::parse(&format!("{}://{rest}", self.scheme));
        }
        if to.contains("://") && !to.starts_with(['/', '?', '#']) {
            return Self::parse(to);
        }
        let base = format!("{}://{}", self.scheme, self.authority);
        if to.starts_with('/') {
            return Self::parse(&(base + to));
        }
        if to.is_empty() || to.starts_with('#') {
            return Some(Self { fragment: None, ..self.clone() });
        }
        if to.starts_with('?') {
            return Self::parse(&format!("{base}{}{to}", self.path));
        }
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        Self::parse(&format!("{base}{folder}/{to}"))
    }

    /// Without user information and port, in lowercase.
    pub(super) fn host(&self) -> String {
        let host = self.authority.rsplit('@').next().unwrap_or_default();
        let end = match host.rfind(']') {
            Some(end) => end + 1,
            None => host.find(':').unwrap_or(host.len()),
        };
        host.get(..end).unwrap_or_default().to_ascii_lowercase()
    }

    /// The port, as written or by the scheme.
    pub(super) fn port(&self) -> Option<u16> {
        let host = self.authority.rsplit('@').next().unwrap_or_default();
        let behind = host.rsplit(']').next().unwrap_or_default();
        match behind.rsplit_once(':') {
            Some((_, port)) => port.parse().ok(),
            None if self.scheme == "http" => Some(80),
            None if self.scheme == "https" => Some(443),
            None => None,
        }
    }

    /// Whether the host is this machine by its spelling alone; no name is looked up.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host();
        let inner = host.trim_start_matches('[').trim_end_matches(']');
        let literal = inner.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        literal || host == "localhost" || host.ends_with(".localhost")
    }

    /// Scheme, authority and path: what a redirect URI is compared by.
    pub(super) fn place(&self) -> (String, String, String) {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        (self.scheme.clone(), self.authority.to_ascii_lowercase(), path.to_owned())
    }

    /// Path and query, as a request line has them.
    pub(super) fn target(&self) -> String {
        let mut target = if self.path.is_empty() { "/".to_owned() } else { self.path.clone() };
        if let Some(query) = &self.query {
            let _ = write!(target, "?{query}");
        }
        target
    }

    /// With these behind its query.
    pub(super) fn with(&self, pairs: &[(String, String)]) -> Self {
        let mut query = self.query.clone().unwrap_or_default();
        if !query.is_empty() && !pairs.is_empty() {
            query.push('&');
        }
        query.push_str(&form(pairs));
        let query = (!query.is_empty()).then_some(query);
        Self { query, ..self.clone() }
    }

    /// A parameter of the query, or of the fragment.
    pub(super) fn said(&self, name: &str) -> Option<String> {
        self.in_query(name).or_else(|| self.in_fragment(name))
    }

    pub(super) fn in_query(&self, name: &str) -> Option<String> {
        first(&pairs(self.query.as_deref()?), name)
    }

    pub(super) fn in_fragment(&self, name: &str) -> Option<String> {
        first(&pairs(self.fragment.as_deref()?), name)
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, authority, path, query, fragment } = self;
        write!(f, "{scheme}://{authority}{path}")?;
        if let Some(query) = query {
            write!(f, "?{query}")?;
        }
        if let Some(fragment) = fragment {
            write!(f, "#{fragment}")?;
        }
        Ok(())
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, behind)| (before, Some(behind)))
}

fn first(pairs: &Pairs, name: &str) -> Option<String> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

/// Pairs as a form has them (WHATWG URL, `application/x-www-form-urlencoded`).
pub(super) fn form(pairs: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| {
        format!("{}={}", encoded(name, b""), encoded(value, b""))
    };
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// The pairs of a form.
pub(super) fn pairs(text: &str) -> Pairs {
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

/// Percent-decoded, `+` as a space; what is not UTF-8 is replaced.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let mut ahead = bytes.clone();
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                match (digit(ahead.next()), digit(ahead.next())) {
                    (Some(high), Some(low)) => {
                        out.push((high << 4 | low) as u8);
                        bytes = ahead;
                    }
                    _ => out.push(b'%'),
                }
            }
            byte => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_url_is_taken_apart_and_put_together() {
        for text in [
            "http://127.0.0.1:3000",
            "https://a.example/b?c=d#e=f",
            "https://user@a.example:8443/?#",
            "http://[::1]:80/x",
        ] {
            assert_eq!(url(text).to_string(), text);
        }
        for bad in ["", "a", "/a", "http:a", "http://a b/", "ht tp://a", "http://a/\r\nx"] {
            assert_eq!(Url::parse(bad), None, "{bad}");
        }
        let one = url("https://user@A.example:8443/b?code=x%20y+z#state=%zz");
        assert_eq!((one.host().as_str(), one.port()), ("a.example", Some(8443)));
        assert_eq!(one.said("code").as_deref(), Some("x y z"));
        assert_eq!(one.said("state").as_deref(), Some("%zz"));
        assert_eq!(url("http://[::1]:81/").host(), "[::1]");
        assert_eq!(url("http://[::1]:81/").port(), Some(81));
    }

    #[test]
    fn only_spellings_of_this_machine_are_this_machine() {
        for here in
            ["http://127.0.0.1", "http://127.9.9.9:1/", "http://[::1]/", "http://localhost:3/"]
        {
            assert!(url(here).is_loopback(), "{here}");
        }
        for there in [
            "http://127.0.0.1.a.example",
            "http://127.0.0.1@a.example/",
            "http://10.0.0.1",
            "http://0.0.0.0",
        ] {
            assert!(!url(there).is_loopback(), "{there}");
        }
    }

    #[test]
    fn locations_are_read_where_they_stand() {
        let base = url("http://a:1/b/c?d");
        for (to, expected) in [
            ("https://e/f", "https://e/f"),
            ("//e/f", "http://e/f"),
            ("/g?h", "http://a:1/g?h"),
            ("g", "http://a:1/b/g"),
            ("?i", "http://a:1/b/c?i"),
            ("/back?to=https://e", "http://a:1/back?to=https://e"),
            ("", "http://a:1/b/c?d"),
        ] {
            assert_eq!(base.join(to).unwrap().to_string(), expected, "{to}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_form_is_its_pairs(given: Vec<(String, String)>) {
            let given: Pairs = given.into_iter().filter(|(name, _)| !name.is_empty()).collect();
            proptest::prop_assert_eq!(pairs(&form(&given)), given);
        }
    }
}
