//! Links to the API's own address, as clients can follow them.

use portcullis_policy::Upstream;

/// The names under which one machine calls itself.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

/// A link as clients can follow it: a path behind the gateway's base path in place of the API's own
/// address or path. `None` if it leads elsewhere, or is right as it is.
pub fn public_link(link: &str, upstream: &Upstream, base_path: &str) -> Option<String> {
    let path = match authority(link) {
        Some((authority, path)) if is_own(authority, upstream) => path,
        None if link.starts_with('/') && upstream.path != base_path => link,
        Some(_) | None => return None,
    };
    let rest = path.strip_prefix(upstream.path.as_str());
    let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
    let public = match rest {
        Some(rest) => format!("{base_path}{rest}"),
        None => path.to_owned(),
    };
    let public = if public.starts_with('/') { public } else { format!("/{public}") };
    (public != link).then_some(public)
}

/// The same for all targets of a `Link` field (RFC 8288).
pub fn public_links(value: &str, upstream: &Upstream, base_path: &str) -> Option<String> {
    let mut out = String::with_capacity(value.len());
    let mut is_changed = false;
    let mut rest = value;
    while let Some((before, target, after)) = first_target(rest) {
        out.push_str(before);
        let public = public_link(target, upstream, base_path);
        is_changed |= public.is_some();
        out.push_str(public.as_deref().unwrap_or(target));
        rest = after;
    }
    out.push_str(rest);
    is_changed.then_some(out)
}

/// What stands before the first target (its `<` included), the target, and what follows.
fn first_target(value: &str) -> Option<(&str, &str, &str)> {
    let start = value.find('<')? + 1;
    let (before, from) = value.split_at_checked(start)?;
    let (target, after) = from.split_at_checked(from.find('>')?)?;
    Some((before, target, after))
}

/// Host and port of a link that names them over HTTP, and what follows.
fn authority(link: &str) -> Option<(&str, &str)> {
    const SCHEME: &str = "http:";
    let behind = match link.get(..SCHEME.len()) {
        Some(scheme) if scheme.eq_ignore_ascii_case(SCHEME) => link.get(SCHEME.len()..)?,
        _ => link,
    };
    let behind = behind.strip_prefix("//")?;
    let end = behind.find(['/', '?', '#']).unwrap_or(behind.len());
    behind.split_at_checked(end)
}

fn is_own(authority: &str, upstream: &Upstream) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
        _ => (authority, Some(80)),
    };
    let is_loopback = |host: &str| LOOPBACK.iter().any(|name| name.eq_ignore_ascii_case(host));
    upstream.instances().any(|instance| {
        let is_host = host.eq_ignore_ascii_case(&instance.host)
            || is_loopback(host) && is_loopback(&instance.host);
        is_host && port == Some(instance.port)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_policy::Instance;

    fn upstream(path: &str) -> Upstream {
        let instance = |host: &str, port| Instance {
            host: host.to_owned(),
            port,
            is_tls: false,
            is_http2: false,
            roots: None,
        };
        let others = vec![instance("api.internal", 80)];
        Upstream { first: instance("127.0.0.1", 3000), others, path: path.to_owned() }
    }

    #[test]
    fn a_link_to_the_api_becomes_a_path_and_others_stay() {
        let public = |link| public_link(link, &upstream("/v2"), "/api");
        for (link, expected) in [
            ("http://127.0.0.1:3000/v2/orders/7?x=1", "/api/orders/7?x=1"),
            ("HTTP://localhost:3000/v2/orders/7", "/api/orders/7"),
            ("//127.0.0.1:3000/v2", "/api"),
            ("http://127.0.0.1:3000", "/"),
            ("http://api.internal/v2/orders/7", "/api/orders/7"),
            ("http://127.0.0.1:3000/elsewhere", "/elsewhere"),
            ("/v2/orders/7", "/api/orders/7"),
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
        assert_eq!(public_link("/v2/orders", &upstream("/v2"), "/v2"), None);
    }

    #[test]
    fn every_target_of_a_link_field_is_looked_at() {
        let value =
            "<http://127.0.0.1:3000/items?page=2>; rel=\"next\", <https://a.example/>; rel=up";
        assert_eq!(
            public_links(value, &upstream(""), "").as_deref(),
            Some("</items?page=2>; rel=\"next\", <https://a.example/>; rel=up")
        );
        assert_eq!(public_links("<https://a.example/>; rel=up", &upstream(""), ""), None);
        assert_eq!(public_links("no <target", &upstream(""), ""), None);
    }
}
