//! Where answers may lead, what becomes of markup in them, and which reads change something.

use portcullis_policy::Redirects;

use crate::pharmacy::{API, diagnostics, join, own};

#[test]
fn a_word_or_hosts_and_apps() {
    let of = |line: &str| {
        let model = join(&format!("{API}operations: {{ watchOrders: {{ {line} }} }}\n")).unwrap();
        let index = model.contract.operation_named("watchOrders").unwrap();
        model.redirects[index].to_string()
    };
    for (line, expected) in [
        ("redirects: own", "own"),
        ("redirects: public, reason: links", "public"),
        (
            "redirects: [login.example.com, \"*.cdn.example.com\", \"Com.Example.App:\"]",
            "[login.example.com, *.cdn.example.com, \"com.example.app:\"]",
        ),
        (
            "redirects: [\"https://hooks.example.com:8443\", 10.0.0.7]",
            "[https://hooks.example.com:8443, 10.0.0.7]",
        ),
        ("changes: true", "nobody said where"),
    ] {
        assert_eq!(of(line), expected, "{line}");
    }
}

#[test]
fn what_lets_more_through_is_known() {
    let of = |line: &str| {
        let model = join(&format!("{API}operations: {{ watchOrders: {{ {line} }} }}\n")).unwrap();
        let index = model.contract.operation_named("watchOrders").unwrap();
        model.redirects[index].clone()
    };
    let one = of("redirects: [a.example.com]");
    let two = of("redirects: [a.example.com, \"app:\"]");
    assert!(two.is_at_least(&one) && !one.is_at_least(&two) && one.is_at_least(&Redirects::Own));
    assert!(!Redirects::Own.is_at_least(&one) && one.is_at_least(&one));
}

#[test]
fn markup_is_said_of_an_api_and_of_an_operation() {
    let escaped = "apis:\n  - { contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\", markup: escaped }\n";
    for (api, operation, expected) in [
        (API, "", false),
        (API, "markup: escaped", true),
        (escaped, "", true),
        (escaped, "markup: flagged", false),
    ] {
        let policy = format!("{api}operations: {{ watchOrders: {{ {operation} }} }}\n");
        let model = join(&policy).unwrap();
        let index = model.contract.operation_named("watchOrders").unwrap();
        assert_eq!(model.bodies[index].escapes_markup, expected, "{api} {operation}");
    }
}

#[test]
fn a_read_that_changes_something_is_no_question_of_the_gateways() {
    let policy = "resources: { Order: { schema: none, owner: /customer_id } }\n";
    let changes = "operations: { \"GET /orders/{id}\": { changes: true } }\n";
    for (lines, is_unsafe) in [("", false), (changes, true)] {
        let model = join(&format!("{API}{lines}")).unwrap();
        let index = model.contract.operation_named("GET /orders/{id}").unwrap();
        assert_eq!(model.is_changing(Some(index)), is_unsafe);
        assert_eq!(model.authorization.operations[index].is_unsafe, is_unsafe, "{policy}");
        let asked =
            model.authorization.resources.iter().flat_map(|one| one.read_by.iter().flatten());
        assert!(!is_unsafe || asked.copied().all(|one| one != index));
    }
}

#[test]
fn what_cannot_be_meant_is_an_error_at_its_line() {
    for (line, told) in [
        ("redirects: public", "nobody says why"),
        ("redirects: [own]", "`own` is no host"),
        ("redirects: []", "empty, or too long"),
        ("redirects: [\"javascript:\"]", "`javascript:` opens no program"),
        ("redirects: [\"https:\"]", "`https:` opens no program"),
        ("redirects: [\"https://a.example/path\"]", "paths are not compared"),
        ("redirects: pubilc", "did you mean `public`?"),
        ("redirects: a.example", "hosts stand in a list"),
        ("markup: escape", "did you mean `escaped`?"),
    ] {
        let policy = format!("{API}operations: {{ watchOrders: {{ {line} }} }}\n");
        let failure = join(&policy).unwrap_err();
        let text = diagnostics(&failure.sources, &own(&failure.diagnostics));
        assert!(text.contains(told) && text.contains("portcullis.yaml:"), "{line}: {text}");
    }
    for line in ["createOrder: { changes: true }", "watchOrders: { changes: false }"] {
        let model = join(&format!("{API}operations: {{ {line} }}\n")).unwrap();
        let text = diagnostics(&model.sources, &own(&model.warnings));
        assert!(text.contains("is taken for what its method says"), "{line}: {text}");
    }
}
