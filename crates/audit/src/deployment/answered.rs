//! What the fields of an answer say and do not say, by the lists of the OWASP Secure Headers Project (Apache 2.0).

use serde_json::Value;

use super::rules;
use crate::finding::{At, Finding, Place, Rule};

/// `last_update_utc` and `headers`, as the project publishes them.
const TO_ADD: &str = include_str!("../../data/secure-headers/headers_add.json");
const TO_REMOVE: &str = include_str!("../../data/secure-headers/headers_remove.json");

/// Those that have a meaning for every answer, whoever asks: the others speak to a browser that shows a page.
const FOR_ANY: [&str; 5] = [
    "Cache-Control",
    "Content-Security-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
];

/// Holds the fields of an answer against both lists.
pub fn answered(address: &str, fields: &[(String, String)], is_tls: bool) -> Vec<Finding> {
    let has = |name: &str| fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let missing: Vec<String> = names(TO_ADD)
        .into_iter()
        .filter(|name| !has(name) && (is_tls || name != "Strict-Transport-Security"))
        .collect();
    let (any, pages): (Vec<String>, Vec<String>) =
        missing.into_iter().partition(|name| FOR_ANY.contains(&name.as_str()));
    let telling: Vec<String> = names(TO_REMOVE).into_iter().filter(|name| has(name)).collect();
    [
        (&rules::HEADER_MISSING, any, "an answer has no", "add it where the answer is made"),
        (
            &rules::HEADER_FOR_PAGES,
            pages,
            "an answer has no",
            "add them to pages, if there are any",
        ),
        (&rules::HEADER_TELLS, telling, "an answer has", "take it away where it is made"),
    ]
    .into_iter()
    .filter(|(_, names, ..)| !names.is_empty())
    .map(|(rule, names, what, fix)| {
        finding(rule, address, format!("{what} `{}`", names.join("`, `")), fix)
    })
    .collect()
}

/// A request in the clear that was served where the policy has a certificate.
pub fn plain_is_served(address: &str, status: &str) -> Finding {
    let message = format!("a request in the clear was answered: {status}");
    finding(&rules::PLAIN_ON_TLS, address, message, "restart the gateway with this policy")
}

fn finding(rule: &'static Rule, address: &str, message: String, fix: &str) -> Finding {
    let places = vec![Place { at: At::Address(address.to_owned()), operation: None }];
    Finding { rule, severity: rule.severity, message, fix: fix.to_owned(), places, enforced: None }
}

/// The names of a list: of texts, or of objects with a `name`.
fn names(list: &str) -> Vec<String> {
    let list: Value = serde_json::from_str(list).unwrap_or_default();
    let each = list.get("headers").and_then(Value::as_array).into_iter().flatten();
    let name = |one: &Value| one.as_str().or_else(|| one.get("name")?.as_str()).map(str::to_owned);
    each.filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_are_whole() {
        assert_eq!((names(TO_ADD).len(), names(TO_REMOVE).len()), (13, 87));
        assert!(FOR_ANY.iter().all(|name| names(TO_ADD).iter().any(|known| known == name)));
    }

    #[test]
    fn what_an_answer_lacks_and_tells_is_found_whatever_its_case() {
        let field = |name: &str| (name.to_owned(), "x".to_owned());
        let fields =
            ["server", "CACHE-CONTROL", "x-content-type-options", "X-AspNet-Version"].map(field);
        let found = answered("127.0.0.1:1", &fields, false);
        let ids: Vec<&str> = found.iter().map(|one| one.rule.id).collect();
        assert_eq!(
            ids,
            ["header-missing", "header-missing-for-pages", "header-tells-what-is-behind"]
        );
        assert_eq!(
            found[0].message,
            "an answer has no `Content-Security-Policy`, `X-Frame-Options`"
        );
        assert_eq!(found[2].message, "an answer has `Server`, `X-AspNet-Version`");
        assert!(answered("a", &fields, true)[0].message.contains("Strict-Transport-Security"));
    }
}
