//! What of the places that an issuer names is asked: the issuer itself, and this machine if it is on it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::url::Url;

/// The issuer, and the address that was looked at.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    pub(super) issuer: Url,
    pub(super) address: SocketAddr,
}

impl Reach {
    /// The address of a URL; or why it is not asked. No name is looked up: it might lead to somebody who did not agree.
    pub(super) fn address(&self, url: &Url) -> Result<SocketAddr, String> {
        // What stands in a query may be a secret, and the reason ends in reports.
        let shown = Url { query: None, fragment: None, ..url.clone() };
        if url.scheme != "http" {
            let scheme = &url.scheme;
            return Err(format!(
                "`{shown}` is not asked: the attacker speaks plain `http`, not `{scheme}`"
            ));
        }
        if self.is_own(url) {
            return Ok(self.address);
        }
        if !(self.address.ip().is_loopback() && url.is_loopback()) {
            return Err(format!(
                "`{shown}` is not asked: `{}` is not the issuer's host",
                url.authority
            ));
        }
        let host = url.host();
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let ip = literal.unwrap_or_else(|_| match self.address.ip() {
            ip if self.issuer.host() == host => ip,
            _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
        });
        let port = url.port().ok_or_else(|| format!("`{shown}` has no port"))?;
        Ok(SocketAddr::new(ip, port))
    }

    /// Whether it is the issuer's own host and port.
    pub(super) fn is_own(&self, url: &Url) -> bool {
        url.scheme == self.issuer.scheme
            && url.host() == self.issuer.host()
            && url.port() == self.issuer.port()
            && !url.authority.contains('@')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(issuer: &str, address: &str) -> Reach {
        Reach { issuer: Url::parse(issuer).unwrap(), address: address.parse().unwrap() }
    }

    #[test]
    fn only_the_issuer_and_this_machine_are_asked() {
        let here = reach("http://localhost:3000/a", "127.0.0.1:3000");
        for (url, expected) in [
            ("http://localhost:3000/token", "127.0.0.1:3000"),
            ("http://127.0.0.1:4000/token", "127.0.0.1:4000"),
            ("http://[::1]:4000/token", "[::1]:4000"),
        ] {
            assert_eq!(
                here.address(&Url::parse(url).unwrap()),
                Ok(expected.parse().unwrap()),
                "{url}"
            );
        }
        for url in [
            "https://localhost:3000/token",
            "http://other.example/token",
            "http://169.254.169.254/latest",
            "http://localhost:3000@other.example/token",
            "http://other.example/token?code=abc#code=abc",
            "https://localhost:3000/token?code=abc",
        ] {
            let told = here.address(&Url::parse(url).unwrap()).unwrap_err();
            assert!(told.contains("is not asked"), "{told}");
            assert!(!told.contains("abc"), "{told}");
        }
    }

    #[test]
    fn an_issuer_elsewhere_leads_nobody_to_this_machine() {
        let there = reach("http://issuer.example", "192.0.2.7:80");
        let own = Url::parse("http://issuer.example/token").unwrap();
        assert_eq!(there.address(&own), Ok("192.0.2.7:80".parse().unwrap()));
        for url in ["http://127.0.0.1/admin", "http://issuer.example:81/", "http://localhost/"] {
            assert!(there.address(&Url::parse(url).unwrap()).is_err(), "{url}");
        }
    }
}
