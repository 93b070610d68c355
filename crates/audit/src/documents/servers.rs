//! Where an OpenAPI document says that the API is, and whether one gets there in the clear.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::EACH_MAX;

/// URLs of one server, with its variables filled in.
const EXPANDED_MAX: usize = 64;
/// What an operation is called in a path.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// What a document says of it.
#[derive(Debug, Default)]
pub(super) struct DeclaredServers {
    /// Those in the clear, in words.
    pub(super) plain: Vec<String>,
    /// Whether any says how one gets there: a path alone does not.
    pub(super) is_told: bool,
}

/// Servers of the document, of its paths and of its operations.
pub(super) fn declared(document: &Value) -> DeclaredServers {
    let mut found = DeclaredServers::default();
    let host = document.get("host").and_then(Value::as_str).unwrap_or_default();
    found.add(document, host);
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    for (_, path) in paths {
        found.add(path, host);
        METHODS.iter().filter_map(|name| path.get(*name)).for_each(|one| found.add(one, host));
    }
    found
}

impl DeclaredServers {
    fn add(&mut self, of: &Value, host: &str) {
        let servers = of.get("servers").and_then(Value::as_array).into_iter().flatten();
        for server in servers.filter_map(Value::as_object) {
            for url in expanded(server) {
                self.is_told |= scheme(&url).is_some();
                if is_plain(&url) {
                    self.push(format!("the server `{url}`"));
                }
            }
        }
        let schemes = of.get("schemes").and_then(Value::as_array).into_iter().flatten();
        for scheme in schemes.filter_map(Value::as_str) {
            self.is_told = true;
            if is_plain(&format!("{scheme}://{host}")) {
                self.push(format!("`schemes: [{scheme}]`"));
            }
        }
    }

    fn push(&mut self, told: String) {
        if self.plain.len() < EACH_MAX && !self.plain.contains(&told) {
            self.plain.push(told);
        }
    }
}

/// A server's URL with every value that its variables are said to have.
fn expanded(server: &Map<String, Value>) -> Vec<String> {
    let mut urls: Vec<String> =
        server.get("url").and_then(Value::as_str).map(str::to_owned).into_iter().collect();
    let variables = server.get("variables").and_then(Value::as_object);
    for (name, told) in variables.into_iter().flatten().take(EACH_MAX) {
        let hole = format!("{{{name}}}");
        let listed = told.get("enum").and_then(Value::as_array).into_iter().flatten();
        let values: Vec<&str> =
            told.get("default").into_iter().chain(listed).filter_map(Value::as_str).collect();
        if values.is_empty() || !urls.iter().any(|url| url.contains(&hole)) {
            continue;
        }
        let each = urls.iter().flat_map(|url| values.iter().map(|one| url.replace(&hole, one)));
        urls = each.take(EXPANDED_MAX).collect();
    }
    urls
}

/// The scheme of a URL, if it has one that is no variable.
fn scheme(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once("://")?;
    let is_one = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_one.then_some(scheme)
}

/// Whether a URL is in the clear, to another machine.
pub(super) fn is_plain(url: &str) -> bool {
    let Some((scheme, rest)) = url.trim().split_once("://") else { return false };
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(inside) => inside.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let name = name.to_ascii_lowercase();
    // A name that only begins like an address is somebody else's.
    let is_here = name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback());
    ["http", "ws"].iter().any(|plain| scheme.eq_ignore_ascii_case(plain)) && !is_here
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn loopback_is_an_address_and_no_beginning_of_a_name() {
        for url in [
            "http://127.evil.example.com/",
            "HTTP://api.example.com",
            "ws://api.example.com",
            "http://localhost@api.example.com",
            "http://localhost.example.com",
            "http://[2001:db8::1]:80",
        ] {
            assert!(is_plain(url), "{url}");
        }
        for url in [
            "https://api.example.com",
            "http://127.0.0.1:80",
            "http://127.9.9.9/x",
            "http://[::1]:80",
            "http://LOCALHOST:3000",
            "/v1",
        ] {
            assert!(!is_plain(url), "{url}");
        }
    }

    #[test]
    fn servers_are_found_wherever_they_stand_with_their_variables_filled_in() {
        let plain = |document: &Value| declared(document).plain.len();
        let variable = json!({ "servers": [{
            "url": "{scheme}://{host}", "variables": {
                "scheme": { "default": "http", "enum": ["http", "https"] },
                "host": { "default": "api.example.com" },
            },
        }] });
        assert_eq!(plain(&variable), 1);
        let server = json!([{ "url": "http://api.example.com" }]);
        assert_eq!(plain(&json!({ "paths": { "/a": { "servers": server } } })), 1);
        assert_eq!(plain(&json!({ "paths": { "/a": { "get": { "servers": server } } } })), 1);
        let two = json!({ "host": "a.example.com", "paths": { "/a": { "get": { "schemes": ["http"] } } } });
        assert_eq!(plain(&two), 1);
    }

    #[test]
    fn a_document_that_says_no_scheme_tells_nothing() {
        for document in [
            json!({}),
            json!({ "servers": [{ "url": "/v1" }] }),
            json!({ "servers": [{ "url": "{scheme}://a.example.com" }] }),
            json!({ "swagger": "2.0", "host": "a.example.com" }),
        ] {
            assert!(!declared(&document).is_told, "{document}");
        }
        assert!(declared(&json!({ "schemes": ["https"] })).is_told);
        assert!(declared(&json!({ "servers": [{ "url": "https://a.example.com" }] })).is_told);
    }
}
