//! What an OpenAPI document says that the checklist asks.

mod root;
mod servers;

use serde_json::{Map, Value};

use self::servers::{declared, is_plain};
use crate::seen::{Said, SeenDocuments};
use crate::told::{Part, Told};

pub use root::may_be_document;

/// What is kept of each kind.
const SAID_MAX: usize = 100;
/// Security schemes and servers of one document that are looked at.
const EACH_MAX: usize = 1_000;

/// The text of a file, if it is one.
///
/// # Errors
/// Why it is none.
pub fn document_text(bytes: Vec<u8>) -> Result<String, &'static str> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("it is UTF-16: save it as UTF-8");
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8")
}

/// Adds what a document says. `name` is what people see of it.
pub fn says(document: &Value, name: &str, into: &mut SeenDocuments) {
    into.count += 1;
    let schemes = document.pointer("/components/securitySchemes");
    let schemes =
        schemes.or_else(|| document.get("securityDefinitions")).and_then(Value::as_object);
    for (scheme, told) in schemes.into_iter().flatten().take(EACH_MAX) {
        let Some(told) = told.as_object() else { continue };
        let says = |what: &str| Said { told: format!("{what} of `{scheme}` in `{name}`") };
        if is(told, "type", "apiKey") && is(told, "in", "query") {
            push(&mut into.in_urls, says("`in: query`"));
        }
        flows(told).for_each(|flow| match flow {
            Flow::Implicit => push(&mut into.weak_flows, says("`implicit`")),
            Flow::Password => push(&mut into.weak_flows, says("`password`")),
            Flow::Code { is_refreshed } => {
                into.code_flows += 1;
                into.refreshed += usize::from(is_refreshed);
            }
        });
        let urls = urls(told).filter(|url| is_plain(url));
        urls.for_each(|url| push(&mut into.plain, says(&format!("`{url}`"))));
    }
    let servers = declared(document);
    for server in servers.plain {
        push(&mut into.plain, Said { told: format!("{server} in `{name}`") });
    }
    if !servers.is_told && into.undeclared.len() < SAID_MAX {
        into.undeclared.push(name.to_owned());
    }
}

/// Rules about credentials that a document asks for in URLs, or has in one.
const IN_URLS: [&str; 2] = ["credential-in-url", "server-with-password"];

impl SeenDocuments {
    /// Adds what the rules found that the checklist asks: both say the same of one document.
    pub fn and_found(&mut self, findings: &[Told]) {
        let knows_keys = !self.in_urls.is_empty();
        for one in findings.iter().filter(|one| one.part == Part::Contract) {
            let id = one.rule.id.as_str();
            // A declared key is told once.
            if IN_URLS.contains(&id) || (id == "key-declared-in-query" && !knows_keys) {
                let place = one.places.first().map(|spot| format!(" at `{}`", spot.told()));
                let told = format!("{}{}", one.message, place.unwrap_or_default());
                push(&mut self.in_urls, Said { told });
            }
        }
    }
}

enum Flow {
    Implicit,
    Password,
    Code { is_refreshed: bool },
}

/// The flows of a scheme: `flows` of version 3, `flow` of version 2.
fn flows(scheme: &Map<String, Value>) -> impl Iterator<Item = Flow> {
    let named = scheme.get("flows").and_then(Value::as_object).into_iter().flatten();
    let named = named.filter_map(|(name, told)| {
        let is_refreshed = told.get("refreshUrl").is_some_and(Value::is_string);
        flow(name, is_refreshed)
    });
    let one = scheme.get("flow").and_then(Value::as_str).and_then(|name| flow(name, false));
    named.chain(one)
}

fn flow(name: &str, is_refreshed: bool) -> Option<Flow> {
    match name {
        "implicit" => Some(Flow::Implicit),
        "password" => Some(Flow::Password),
        "authorizationCode" | "accessCode" => Some(Flow::Code { is_refreshed }),
        _ => None,
    }
}

/// Where tokens are got.
fn urls(scheme: &Map<String, Value>) -> impl Iterator<Item = &str> {
    const URLS: [&str; 3] = ["authorizationUrl", "tokenUrl", "refreshUrl"];
    let flows = scheme.get("flows").and_then(Value::as_object).into_iter().flatten();
    let objects = flows.filter_map(|(_, flow)| flow.as_object()).chain([scheme]);
    objects.flat_map(|object| URLS.iter().filter_map(|name| object.get(*name)?.as_str()))
}

fn is(object: &Map<String, Value>, name: &str, value: &str) -> bool {
    object.get(name).and_then(Value::as_str) == Some(value)
}

fn push(all: &mut Vec<Said>, one: Said) {
    if all.len() < SAID_MAX {
        all.push(one);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_text_is_said_to_be_none() {
        assert_eq!(document_text(b"openapi: 3.1.0".to_vec()).unwrap(), "openapi: 3.1.0");
        for bytes in [&b"\xff\xfeo\0"[..], b"\xfe\xff\0o", b"openapi: \xff"] {
            assert!(document_text(bytes.to_vec()).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn what_the_checklist_asks_is_found_in_both_versions() {
        let mut seen = SeenDocuments::default();
        let three = json!({
            "servers": [{ "url": "http://api.example.com/v1" }, { "url": "http://127.0.0.1:80" }, { "url": "/v1" }],
            "components": { "securitySchemes": {
                "key": { "type": "apiKey", "in": "query", "name": "k" },
                "login": { "type": "oauth2", "flows": {
                    "implicit": { "authorizationUrl": "http://id.example.com/a" },
                    "authorizationCode": { "tokenUrl": "https://id.example.com/t", "refreshUrl": "https://id.example.com/t" },
                } },
            } },
        });
        says(&three, "a.yaml", &mut seen);
        let two = json!({
            "schemes": ["https", "http"], "host": "api.example.com",
            "securityDefinitions": { "login": { "type": "oauth2", "flow": "password" } },
        });
        says(&two, "b.yaml", &mut seen);
        assert_eq!((seen.count, seen.in_urls.len(), seen.plain.len()), (2, 1, 3), "{seen:?}");
        assert_eq!((seen.weak_flows.len(), seen.code_flows, seen.refreshed), (2, 1, 1));
        assert_eq!(seen.weak_flows[0].told, "`implicit` of `login` in `a.yaml`");
    }

    #[test]
    fn what_is_no_document_says_nothing() {
        let mut seen = SeenDocuments::default();
        for other in [
            json!(null),
            json!([1]),
            json!({ "servers": 1, "components": { "securitySchemes": [1] } }),
        ] {
            says(&other, "x", &mut seen);
        }
        let undeclared = vec!["x".to_owned(); 3];
        assert_eq!(seen, SeenDocuments { count: 3, undeclared, ..SeenDocuments::default() });
    }

    #[test]
    fn what_the_rules_found_in_urls_is_said_and_a_key_once() {
        let rule = |id: &str| Told {
            part: Part::Contract,
            rule: crate::ToldRule {
                id: id.to_owned(),
                title: String::new(),
                item: "C7".to_owned(),
                cwe: Vec::new(),
                severity: crate::Severity::High,
                page: String::new(),
            },
            severity: crate::Severity::High,
            message: format!("it is {id}"),
            fix: String::new(),
            places: Vec::new(),
            enforced: None,
            regains: None,
        };
        let ids = ["credential-in-url", "key-declared-in-query", "server-with-password", "other"];
        let findings = ids.map(rule);
        let mut seen = SeenDocuments::default();
        seen.and_found(&findings);
        assert_eq!(seen.in_urls.len(), 3, "{seen:?}");
        let told = "`in: query` of `key` in `a.yaml`".to_owned();
        let mut seen = SeenDocuments { in_urls: vec![Said { told }], ..SeenDocuments::default() };
        seen.and_found(&findings);
        assert_eq!(seen.in_urls.len(), 3, "{seen:?}");
    }
}
