//! The token of pages whose browsers say nothing.

use portcullis_policy::{Failure, Model};

use crate::pharmacy::{API, CONTRACT, diagnostics, input, own};

/// Joins a policy with a contract that takes a cookie, or does not.
fn join(takes_cookie: bool, page_token: &str) -> Result<Model, Box<Failure>> {
    let mut input = input(Some(&format!("{API}page_token: {page_token}\n")));
    let schemes = "components:\n  securitySchemes:\n    session: { type: apiKey, in: cookie, name: sid }\n    \
                   key: { type: apiKey, in: header, name: X-Key }\n";
    if takes_cookie {
        input.contract = input.sources.add("other.yaml", format!("{CONTRACT}{schemes}"));
    }
    Model::join(input).map_err(Box::new)
}

#[test]
fn names_that_nobody_says_are_the_usual_ones() {
    let rule = |text: &str| join(true, text).unwrap().page_token.unwrap();
    let usual = rule("{ key: env:PAGE_KEY }");
    assert_eq!((&*usual.header, &*usual.cookie), ("x-csrf-token", "csrf"));
    let named = rule("{ key: env:PAGE_KEY, header: X-Page, cookie: page }");
    assert_eq!((&*named.header, &*named.cookie), ("x-page", "page"));
}

#[test]
fn a_token_that_is_bound_to_nothing_is_none() {
    let model = join(false, "{ key: env:PAGE_KEY }").unwrap();
    assert_eq!(model.page_token, None);
    let text = diagnostics(&model.sources, &own(&model.warnings));
    assert!(text.contains("no contract takes a cookie"), "{text}");
}

#[test]
fn what_cannot_be_meant_is_an_error_at_its_line() {
    for (text, told) in [
        ("{ key: env:PAGE_KEY, header: X-Key }", "clients send `x-key` to the API"),
        ("{ key: env:PAGE_KEY, header: Cookie }", "`cookie` cannot carry it"),
        ("{ key: env:PAGE_KEY, cookie: sid }", "clients send the cookie `sid` to the API"),
        ("{ key: env:PAGE_KEY, cookie: \"a b\" }", "`a b` is no name of a cookie"),
        ("{ header: X-Page }", "key"),
    ] {
        let failure = join(true, text).unwrap_err();
        let shown = diagnostics(&failure.sources, &own(&failure.diagnostics));
        assert!(shown.contains(told) && shown.contains("portcullis.yaml:"), "{text}: {shown}");
    }
}
