//! Where an API is reached, and its base path: from `servers`.

use portcullis_model::{Diagnostic, Span};

use crate::codes;
use crate::contract::Server;
use crate::document::Node;
use crate::notes::shown;
use crate::path::CanonicalPath;
use crate::reader::Reader;

/// Servers that are told, each value of a scheme that may vary as one.
pub(crate) const SERVERS_MAX: usize = 1_000;

/// Variables of a server, and values of one, that are looked at for another base path.
const VARIABLES_MAX: usize = 32;
const VALUES_MAX: usize = 64;

impl<'a> Reader<'a> {
    /// The path of the first server, and where it stands.
    pub(crate) fn base_path(&mut self) -> (String, Option<Span>) {
        if self.version.is_swagger() {
            return self.swagger_base_path();
        }
        let Some(servers) = self.root.get("servers") else {
            return (String::new(), None);
        };
        let span = servers.span();
        if !servers.is_array() {
            let message = format!(
                "`servers` must be a list, not {}: the base path is empty",
                servers.kind_name()
            );
            self.notes.push(
                Diagnostic::warning(&codes::SERVER, message)
                    .at(span)
                    .help("write `[{ url: https://host/path }]`"),
            );
            return (String::new(), None);
        }
        let mut paths = servers.items().map(|server| (server, base_path(server)));
        let Some((first, path)) = paths.next() else {
            return (String::new(), None);
        };
        let Some(path) = path else {
            let message = "the path of this server is not clear, so the base path is empty";
            let place = first.get("url").unwrap_or(first);
            self.notes.push(
                Diagnostic::warning(&codes::SERVER, message)
                    .at(place.span())
                    .help("write `https://host/path`, and give every variable a default"),
            );
            return (String::new(), Some(span));
        };
        let other = paths.find_map(|(server, other)| {
            other.filter(|other| *other != path).map(|other| (server, other))
        });
        if let Some((server, other)) = other {
            let message = format!(
                "servers differ in their path: {} is used, not {}",
                shown(if path.is_empty() { "/" } else { &path }),
                shown(if other.is_empty() { "/" } else { &other }),
            );
            let place = server.get("url").unwrap_or(server).span();
            self.notes.push(
                Diagnostic::warning(&codes::SERVER, message)
                    .at(place)
                    .help("put the right server first, or set `base_path` in the policy"),
            );
        }
        self.warn_of_variables(first, &path);
        (path, Some(span))
    }

    /// The addresses of the root's `servers`.
    pub(crate) fn servers(&self) -> Vec<Server> {
        if self.version.is_swagger() {
            return self.swagger_servers();
        }
        let each = self.root.get("servers").into_iter().flat_map(Node::items);
        let each = each.take(SERVERS_MAX).filter_map(|server| Some((server, server.get("url")?)));
        let all = each.flat_map(|(server, url)| {
            let span = url.span();
            urls(server, url.as_str().unwrap_or_default())
                .into_iter()
                .map(move |url| Server { url, span })
        });
        all.take(SERVERS_MAX).collect()
    }

    /// Notes that a variable of a server lets the base path have other values: only its default is
    /// served.
    fn warn_of_variables(&mut self, server: Node<'a>, path: &str) {
        let variables = server.get("variables").into_iter().flat_map(Node::members);
        for (name, variable) in variables.take(VARIABLES_MAX) {
            let Some(other) = other_path(server, name.text, variable, path) else {
                continue;
            };
            let message = format!(
                "the variable {} lets the base path vary: {} is used, not {other}",
                shown(name.text),
                shown(if path.is_empty() { "/" } else { path }),
            );
            self.notes.push(
                Diagnostic::warning(&codes::SERVER, message)
                    .at(name.span)
                    .help("paths under another base path are 404; the policy can set `base_path`"),
            );
        }
    }

    /// Notes that `servers` stands where it is not read.
    pub(crate) fn ignored_servers(&mut self, holder: Node<'a>) {
        if let Some(servers) = holder.get("servers").filter(|servers| servers.len() > 0) {
            let message = "`servers` is only read at the root: here it has no effect";
            self.notes.warn(&codes::SERVER, servers.span(), message);
        }
    }
}

/// What else the base path may be by a variable, in words; `None` if it does not change with it.
fn other_path(server: Node<'_>, name: &str, variable: Node<'_>, path: &str) -> Option<String> {
    let with = |value| base_path_with(server, Some((name, value))).filter(|other| other != path);
    match variable.get("enum").filter(|values| values.len() > 0) {
        Some(values) => {
            let mut others = values.items().take(VALUES_MAX).filter_map(Node::as_word);
            let other = others.find_map(with)?;
            Some(shown(if other.is_empty() { "/" } else { &other }))
        }
        None => with("another").map(|_| "any other".to_owned()),
    }
}

/// The path of one server in its one spelling, without a slash at the end; `None` if that is not
/// clear.
fn base_path(server: Node<'_>) -> Option<String> {
    base_path_with(server, None)
}

/// The same with this value of one variable.
fn base_path_with(server: Node<'_>, with: Option<(&str, &str)>) -> Option<String> {
    let url = substituted(server.get_str("url")?, server, with)?;
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let path = match url.split_once("//") {
        // `https://host/path`, `//host/path`
        Some((scheme, rest)) if scheme.is_empty() || scheme.ends_with(':') => {
            rest.find('/').and_then(|start| rest.get(start..)).unwrap_or_default()
        }
        _ => url.strip_prefix('.').unwrap_or(url),
    };
    spelling(path)
}

/// A base path in its one spelling, without a slash at the end.
pub(crate) fn spelling(path: &str) -> Option<String> {
    let path = path.trim_matches('/');
    if path.is_empty() {
        return Some(String::new());
    }
    let path = CanonicalPath::parse(&format!("/{path}")).ok()?;
    let mut spelling = Vec::new();
    path.write(&mut spelling);
    String::from_utf8(spelling).ok()
}

/// The URL of a server; where its scheme is a variable, one for each value that it may have.
fn urls(server: Node<'_>, url: &str) -> Vec<String> {
    let scheme = url.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(name, _)| name);
    let listed = scheme.and_then(|name| {
        let values = server.get("variables")?.get(name)?.get("enum")?;
        Some((name, values.items().take(VALUES_MAX).filter_map(Node::as_word)))
    });
    let mut all: Vec<String> = listed.map_or_else(Vec::new, |(name, values)| {
        values.filter_map(|value| substituted(url, server, Some((name, value)))).collect()
    });
    if all.is_empty() {
        all.push(substituted(url, server, None).unwrap_or_else(|| url.to_owned()));
    }
    all
}

/// The URL with the default of each variable in it, but for one that has this value.
fn substituted(url: &str, server: Node<'_>, with: Option<(&str, &str)>) -> Option<String> {
    let mut out = String::with_capacity(url.len());
    let mut rest = url;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, tail) = behind.split_once('}')?;
        out.push_str(before);
        let variable = || server.get("variables").and_then(|variables| variables.get(name));
        match with.filter(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(variable()?.get("default")?.as_word()?),
        }
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Tree;
    use portcullis_model::Sources;

    fn path(server: &str) -> Option<String> {
        let mut sources = Sources::default();
        let source = sources.add("a.json", server);
        base_path(Tree::read(&sources, source, "a.json", 0).unwrap().root())
    }

    fn of_url(url: &str) -> Option<String> {
        path(&serde_json::json!({ "url": url }).to_string())
    }

    #[test]
    fn the_path_of_a_server_is_its_one_spelling() {
        for (url, expected) in [
            ("https://api.example.com/v1/", "/v1"),
            ("https://api.example.com", ""),
            ("https://api.example.com/", ""),
            ("//api.example.com/a/b", "/a/b"),
            ("/api/v3", "/api/v3"),
            ("v1", "/v1"),
            ("./v1", "/v1"),
            (".", ""),
            ("/", ""),
            ("", ""),
            ("https://a.example/my%7eapi?x=1#y", "/my~api"),
        ] {
            assert_eq!(of_url(url).as_deref(), Some(expected), "{url}");
        }
        for url in ["../v1", "https://a.example/{version}", "/a//b", "/a b", "/{", "/%2e%2e"] {
            assert_eq!(of_url(url), None, "{url}");
        }
    }

    #[test]
    fn every_scheme_that_a_server_may_have_is_told() {
        let all = |server: &str| {
            let mut sources = Sources::default();
            let source = sources.add("a.json", server);
            let tree = Tree::read(&sources, source, "a.json", 0).unwrap();
            urls(tree.root(), tree.root().get_str("url").unwrap())
        };
        let server = r#"{"url": "{scheme}://a.example", "variables": {"scheme": {"default": "https", "enum": ["https", "http"]}}}"#;
        assert_eq!(all(server), ["https://a.example", "http://a.example"]);
        assert_eq!(all(r#"{"url": "{scheme}://a.example"}"#), ["{scheme}://a.example"]);
        let server = r#"{"url": "https://{at}/v1", "variables": {"at": {"default": "a.example"}}}"#;
        assert_eq!(all(server), ["https://a.example/v1"]);
    }

    #[test]
    fn variables_have_their_default() {
        let server = r#"{"url": "https://{region}.example.com/{version}",
            "variables": {"region": {"default": "eu"}, "version": {"default": "v2"}}}"#;
        assert_eq!(path(server).as_deref(), Some("/v2"));
        let server = r#"{"url": "/{version}", "variables": {"version": {"enum": ["v2"]}}}"#;
        assert_eq!(path(server), None);
    }
}
