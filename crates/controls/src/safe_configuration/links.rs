//! Links to the API's own address, as clients can follow them.

use memchr::memmem::Finder;
use portcullis_policy::{Instance, Upstream};

/// The names under which one machine calls itself.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

/// Where an API is, from inside and from outside.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// Where the gateway calls it.
    pub upstream: &'a Upstream,
    /// The base path under which clients call it.
    pub base_path: &'a str,
    /// The hosts under which clients call it, as far as they are named.
    pub hosts: &'a [String],
}

impl Sides<'_> {
    /// A path of the API as clients see it; none if it is the same.
    fn public_path(&self, path: &str) -> Option<String> {
        if self.upstream.path == self.base_path {
            return None;
        }
        let rest = path.strip_prefix(self.upstream.path.as_str());
        let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))?;
        Some(format!("{}{rest}", self.base_path)).filter(|public| public != path)
    }

    fn is_public_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }

    /// A link as clients can follow it: a path behind the gateway's base path in place of the API's
    /// own address or path. `None` if it leads elsewhere, or is right as it is.
    pub fn public_link(&self, link: &str) -> Option<String> {
        let Some(Authority { scheme, host, port, behind }) = authority(link) else {
            return link.starts_with('/').then(|| self.public_path(link)).flatten();
        };
        if is_own(scheme, host, port, self.upstream) {
            let public = self.public_path(behind).unwrap_or_else(|| behind.to_owned());
            return Some(if public.starts_with('/') { public } else { format!("/{public}") });
        }
        // An API that is told its public host writes its own path behind it.
        let public = self.is_public_host(host).then(|| self.public_path(behind)).flatten()?;
        Some(if public.starts_with('/') { public } else { format!("/{public}") })
    }

    /// The path and query that a link leads to, if it leads to the API itself: by its own address, by
    /// its public host, or by a path alone.
    pub fn inner_target<'l>(&self, link: &'l str) -> Option<&'l str> {
        let target = match authority(link) {
            None => link,
            Some(Authority { scheme, host, port, behind }) => {
                let is_own = is_own(scheme, host, port, self.upstream);
                (is_own || self.is_public_host(host)).then_some(behind)?
            }
        };
        let is_plain = target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        (target.starts_with('/') && !target.starts_with("//") && is_plain).then_some(target)
    }

    /// [`Self::public_link`] for all targets of a `Link` field (RFC 8288).
    pub fn public_links(&self, value: &str) -> Option<String> {
        let mut out = String::with_capacity(value.len());
        let mut is_changed = false;
        let mut rest = value;
        while let Some((before, target, after)) = first_target(rest) {
            out.push_str(before);
            let public = self.public_link(target);
            is_changed |= public.is_some();
            out.push_str(public.as_deref().unwrap_or(target));
            rest = after;
        }
        out.push_str(rest);
        is_changed.then_some(out)
    }

    /// The same for a `Set-Cookie` field (RFC 6265): its path as clients see it, and no domain that
    /// is the API's own name, so that the cookie is for the host that the client asked. A cookie whose
    /// name promises its path (`__Host-`) keeps it.
    pub fn public_cookie(&self, value: &str) -> Option<String> {
        let mut parts = value.split(';');
        let pair = parts.next()?;
        let is_bound =
            pair.trim_start().get(..7).is_some_and(|n| n.eq_ignore_ascii_case("__host-"));
        let mut out = pair.to_owned();
        let mut is_changed = false;
        for part in parts {
            let (name, text) = part.split_once('=').unwrap_or((part, ""));
            let (name, text) = (name.trim(), text.trim());
            if name.eq_ignore_ascii_case("domain") {
                let host = text.strip_prefix('.').unwrap_or(text);
                if self.upstream.instances().any(|instance| is_host(host, instance)) {
                    is_changed = true;
                    continue;
                }
            }
            let path = name.eq_ignore_ascii_case("path").then(|| self.cookie_path(text)).flatten();
            if let Some(path) = path.filter(|_| !is_bound) {
                is_changed = true;
                out.push_str("; Path=");
                out.push_str(&path);
            } else {
                out.push(';');
                out.push_str(part);
            }
        }
        is_changed.then_some(out)
    }

    /// A cookie that is for the whole of the API is not for what else stands on the same host.
    fn cookie_path(&self, path: &str) -> Option<String> {
        match path {
            "/" if self.upstream.path.is_empty() && !self.base_path.is_empty() => {
                Some(self.base_path.to_owned())
            }
            path => self.public_path(path),
        }
    }
}

/// What stands before the first target (its `<` included), the target, and what follows.
fn first_target(value: &str) -> Option<(&str, &str, &str)> {
    let start = value.find('<')? + 1;
    let (before, from) = value.split_at_checked(start)?;
    let (target, after) = from.split_at_checked(from.find('>')?)?;
    Some((before, target, after))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
    /// As the page that holds the link.
    Same,
}

/// The parts of a link that names a host.
struct Authority<'a> {
    scheme: Scheme,
    host: &'a str,
    port: Option<u16>,
    behind: &'a str,
}

fn authority(link: &str) -> Option<Authority<'_>> {
    let (scheme, behind) = [("http:", Scheme::Http), ("https:", Scheme::Https)]
        .into_iter()
        .find_map(|(name, scheme)| {
            let is_it = link.get(..name.len())?.eq_ignore_ascii_case(name);
            is_it.then(|| Some((scheme, link.get(name.len()..)?))).flatten()
        })
        .unwrap_or((Scheme::Same, link));
    let behind = behind.strip_prefix("//")?;
    let end = behind.find(['/', '?', '#']).unwrap_or(behind.len());
    let (authority, behind) = behind.split_at_checked(end)?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().ok()?)),
        _ => (authority, None),
    };
    Some(Authority { scheme, host, port, behind })
}

fn is_own(scheme: Scheme, host: &str, port: Option<u16>, upstream: &Upstream) -> bool {
    upstream.instances().any(|instance| {
        let is_tls = match scheme {
            Scheme::Http => false,
            Scheme::Https => true,
            Scheme::Same => instance.is_tls,
        };
        let is_port =
            port.map_or_else(|| instance.has_default_port(), |port| port == instance.port);
        is_tls == instance.is_tls && is_port && is_host(host, instance)
    })
}

fn is_host(host: &str, instance: &Instance) -> bool {
    let is_loopback = |host: &str| LOOPBACK.iter().any(|name| name.eq_ignore_ascii_case(host));
    host.eq_ignore_ascii_case(&instance.host) || is_loopback(host) && is_loopback(&instance.host)
}

/// Finds the API's own address in bodies, where it is of no use to clients.
#[derive(Debug)]
pub struct InnerLinks {
    /// For each name of an instance: whether its port stands in it, too.
    names: Vec<(Finder<'static>, bool)>,
}

impl InnerLinks {
    /// Of the instances of an API.
    pub fn of(upstream: &Upstream) -> Self {
        let names = upstream.instances().flat_map(|instance| {
            let own = instance.host.as_str();
            let aliases: &[&str] = if LOOPBACK.contains(&own) { &LOOPBACK } else { &[] };
            let others = aliases.iter().copied().filter(move |alias| *alias != own);
            let has_port = !instance.has_default_port();
            std::iter::once(own).chain(others).map(move |host| {
                let port = if has_port { format!(":{}", instance.port) } else { String::new() };
                (Finder::new(&format!("{host}{port}")).into_owned(), has_port)
            })
        });
        Self { names: names.collect() }
    }

    /// Whether a body holds one.
    pub fn is_in(&self, body: &[u8]) -> bool {
        self.names.iter().any(|(finder, has_port)| {
            let length = finder.needle().len();
            let mut found = finder.find_iter(body);
            found.any(|at| is_link(body, at, at + length, *has_port))
        })
    }
}

/// Whether a name that stands there is the whole host of a link: behind two slashes, which may be
/// escaped, and before what is no more of it.
fn is_link(body: &[u8], start: usize, end: usize, has_port: bool) -> bool {
    let before = body.get(..start).unwrap_or_default();
    let is_behind = before.ends_with(b"//") || before.ends_with(b"/\\/");
    let is_over = match body.get(end) {
        Some(b':') => has_port,
        Some(byte) => !(byte.is_ascii_alphanumeric() || b"-._".contains(byte)),
        None => true,
    };
    is_behind && is_over
}

#[cfg(test)]
mod tests {
    use portcullis_policy::UpstreamProof;

    use super::*;

    fn upstream(path: &str) -> Upstream {
        let others = vec![Instance::plain("api.internal", 80)];
        Upstream {
            first: Instance::plain("127.0.0.1", 3000),
            others,
            path: path.to_owned(),
            proof: UpstreamProof::default(),
        }
    }

    fn sides<'a>(upstream: &'a Upstream, base_path: &'a str) -> Sides<'a> {
        Sides { upstream, base_path, hosts: &[] }
    }

    #[test]
    fn a_link_to_the_api_becomes_a_path_and_others_stay() {
        let upstream = upstream("/v2");
        let public = |link| sides(&upstream, "/api").public_link(link);
        for (link, expected) in [
            ("http://127.0.0.1:3000/v2/orders/7?x=1", "/api/orders/7?x=1"),
            ("HTTP://localhost:3000/v2/orders/7", "/api/orders/7"),
            ("//127.0.0.1:3000/v2", "/api"),
            ("http://127.0.0.1:3000", "/"),
            ("http://api.internal/v2/orders/7", "/api/orders/7"),
            ("http://127.0.0.1:3000/elsewhere", "/elsewhere"),
            ("/v2/orders/7", "/api/orders/7"),
            ("/v2/orders/", "/api/orders/"),
        ] {
            assert_eq!(public(link).as_deref(), Some(expected), "{link}");
        }
        for link in [
            "https://127.0.0.1:3000/v2",
            "http://api.internal:3000/v2",
            "http://shop.example/v2",
            "orders/7",
            "/v20/x",
            "/x",
        ] {
            assert_eq!(public(link), None, "{link}");
        }
        assert_eq!(sides(&upstream, "/v2").public_link("/v2/orders"), None);
    }

    #[test]
    fn a_link_to_the_public_host_with_the_inner_path_gets_the_public_one() {
        let upstream = upstream("/v2");
        let hosts = ["api.example.com".to_owned()];
        let sides = Sides { hosts: &hosts, ..sides(&upstream, "/api") };
        let public = |link| sides.public_link(link);
        assert_eq!(public("https://api.example.com/v2/orders").as_deref(), Some("/api/orders"));
        assert_eq!(public("http://API.example.com:8443/v2").as_deref(), Some("/api"));
        assert_eq!(public("https://api.example.com/api/orders"), None);
        assert_eq!(public("https://shop.example.com/v2/orders"), None);
    }

    #[test]
    fn every_target_of_a_link_field_is_looked_at() {
        let upstream = upstream("");
        let sides = sides(&upstream, "");
        let value =
            "<http://127.0.0.1:3000/items?page=2>; rel=\"next\", <https://a.example/>; rel=up";
        assert_eq!(
            sides.public_links(value).as_deref(),
            Some("</items?page=2>; rel=\"next\", <https://a.example/>; rel=up")
        );
        assert_eq!(sides.public_links("<https://a.example/>; rel=up"), None);
        assert_eq!(sides.public_links("no <target"), None);
    }

    #[test]
    fn a_cookie_is_for_the_host_and_path_that_clients_call() {
        let (inner, root) = (upstream("/v2"), upstream(""));
        for (upstream, value, expected) in [
            (&inner, "a=1; Domain=127.0.0.1; Path=/v2; Secure", "a=1; Path=/api; Secure"),
            (&inner, "a=1; domain=.api.internal; path=/v2/x", "a=1; Path=/api/x"),
            (&root, "a=1; Path=/", "a=1; Path=/api"),
            (&root, "a=1;Path=/x;HttpOnly", "a=1; Path=/api/x;HttpOnly"),
            (&root, "__Host-a=1; Path=/; Secure; Domain=localhost", "__Host-a=1; Path=/; Secure"),
        ] {
            let public = sides(upstream, "/api").public_cookie(value);
            assert_eq!(public.as_deref(), Some(expected), "{value}");
        }
        for value in
            ["a=1", "a=1; Path=/; HttpOnly", "a=1; Path=/v20", "a=1; Domain=shop.example.com", ""]
        {
            assert_eq!(sides(&inner, "/api").public_cookie(value), None, "{value}");
        }
    }

    #[test]
    fn the_apis_own_address_is_found_in_a_body() {
        let links = InnerLinks::of(&upstream("/v2"));
        for body in [
            r#"{"self":"http://127.0.0.1:3000/v2/1"}"#,
            r#"{"self":"http:\/\/localhost:3000\/v2\/1"}"#,
            r#"{"self":"http://api.internal/v2/1"}"#,
        ] {
            assert!(links.is_in(body.as_bytes()), "{body}");
        }
        for body in [
            r#"{"self":"/v2/1"}"#,
            r#"{"self":"https://api.example.com/1"}"#,
            r#"{"self":"https://api.internal.example.com/1"}"#,
            r#"{"self":"http://api.internal:8080/1"}"#,
            r#"{"self":"http://127.0.0.1:30001/1"}"#,
            r#"{"self":"/api.internal/1","text":"api.internal and localhost:3000"}"#,
        ] {
            assert!(!links.is_in(body.as_bytes()), "{body}");
        }
    }
}
