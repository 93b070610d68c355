//! API keys that are issued here: what a policy says of them, and what is told of ones that cannot be meant.

use std::path::PathBuf;

use portcullis_policy::{ApiKeys, Failure, Model, SecretSource};

use crate::pharmacy::{API, diagnostics, join_of};

const CONTRACT: &str = r"openapi: 3.0.3
info: { title: Pharmacy, version: 1.0.0 }
components:
  securitySchemes:
    bearer: { type: http, scheme: bearer }
    sid: { type: apiKey, in: cookie, name: session }
    key: { type: apiKey, in: header, name: X-Key }
    url: { type: apiKey, in: query, name: key }
paths: { /orders: { get: { operationId: listOrders, security: [{ key: [] }], responses: { default: { description: all } } } } }
";

fn join(policy: &str) -> Result<Model, Box<Failure>> {
    join_of(CONTRACT, &format!("{API}{policy}"))
}

fn keys(more: &str) -> Result<ApiKeys, String> {
    let policy = format!(
        "store: {{ folder: store, key: file:store.key }}\n\
         callers: {{ api_keys: {{ brand: pharm, pepper: file:pepper.key{more} }} }}\n"
    );
    let told = |failure: Box<Failure>| diagnostics(&failure.sources, &failure.diagnostics);
    join(&policy).map_err(told).map(|model| model.callers.api_keys.unwrap())
}

#[test]
fn the_shortest_form_takes_every_key_in_a_header_field() {
    let keys = keys("").unwrap();
    assert_eq!((&*keys.brand, &*keys.environment), ("pharm", "live"));
    assert_eq!(&*keys.issuer, "api_keys:pharm");
    assert_eq!(keys.schemes, [2]);
    assert_eq!(keys.pepper, SecretSource::File(PathBuf::from("conf/pepper.key")));
}

#[test]
fn a_scheme_that_is_named_takes_them_alone() {
    let keys = keys(", environment: test, schemes: bearer").unwrap();
    assert_eq!((&*keys.environment, keys.schemes.as_slice()), ("test", &[0][..]));
}

#[test]
fn keys_stand_in_no_cookie_and_no_url() {
    for name in ["sid", "url"] {
        let told = keys(&format!(", schemes: [key, {name}]")).unwrap_err();
        assert!(told.contains(&format!("the scheme `{name}` takes no keys")), "{told}");
    }
    let told = keys(", schemes: kez").unwrap_err();
    assert!(told.contains("did you mean `key`?"), "{told}");
}

#[test]
fn what_no_key_can_begin_with_is_told() {
    for word in ["P", "p", "pharm_x", "1pharm", "abcdefghijklmnopq"] {
        let policy = format!(
            "store: {{ folder: store, key: file:store.key }}\n\
             callers: {{ api_keys: {{ brand: \"{word}\", pepper: file:pepper.key }} }}\n"
        );
        let failure = join(&policy).unwrap_err();
        let told = diagnostics(&failure.sources, &failure.diagnostics);
        assert!(told.contains("is no word that a key can begin with"), "{told}");
    }
}

#[test]
fn keys_need_a_store() {
    let failure =
        join("callers: { api_keys: { brand: pharm, pepper: file:pepper.key } }\n").unwrap_err();
    let told = diagnostics(&failure.sources, &failure.diagnostics);
    assert!(told.contains("nobody says where API keys are kept"), "{told}");
}

#[test]
fn what_becomes_of_a_key_in_the_clear_is_the_owners_word() {
    assert!(!keys("").unwrap().ends_in_plain);
    assert!(!keys(", seen_in_plain: refuse").unwrap().ends_in_plain);
    assert!(keys(", seen_in_plain: revoke").unwrap().ends_in_plain);
    assert!(keys(", seen_in_plain: forget").unwrap_err().contains("`forget`"));
}

#[test]
fn leaked_keys_are_reported_where_the_policy_says_and_nowhere_else() {
    use portcullis_model::key::OnReport;
    use portcullis_policy::KeySource;

    assert_eq!(keys("").unwrap().leaks, None);
    let leaks = |more: &str| {
        let all = keys(&format!(", leaks: {{ path: /.well-known/leaked-keys{more} }}"));
        all.map(|keys| keys.leaks.unwrap())
    };
    let plain = leaks("").unwrap();
    assert_eq!((&*plain.path, plain.github.is_none()), ("/.well-known/leaked-keys", true));
    assert_eq!(plain.on_report, OnReport::Revoke);
    let day = leaks(", on_report: { expire: 24h }").unwrap();
    assert_eq!(day.on_report, OnReport::Expire(86_400_000));
    let Some(KeySource::At(at)) = leaks(", github: true").unwrap().github else { panic!() };
    assert_eq!(
        (&*at.instance.host, &*at.path),
        ("api.github.com", "/meta/public_keys/secret_scanning")
    );
    let pinned = leaks(", github: { keys: file:github.json }").unwrap().github;
    let file = SecretSource::File(PathBuf::from("conf/github.json"));
    assert_eq!(pinned, Some(KeySource::Pinned(file)));
    assert_eq!(leaks(", github: false").unwrap().github, None);
    for (more, told) in [
        (", github: yes", "has no meaning here"),
        (", github: { keys: file:a, keys_url: \"https://b.example/k\" }", "keep one of"),
        (", github: { keys_url: \"http://b.example/k\" }", "is asked in the clear"),
        (", on_report: warn", "has no meaning here"),
        (", on_report: { expire: 99d }", "31d at most"),
        (", on_report: {}", "expire"),
    ] {
        let said = leaks(more).unwrap_err();
        assert!(said.contains(told), "{more}: {said}");
    }
    let said = keys(", leaks: { path: leaked }").unwrap_err();
    assert!(said.contains("begin it with a slash"), "{said}");
    let said = keys(", leaks: { path: /orders }").unwrap_err();
    assert!(said.contains("an operation of the contract answers"), "{said}");
}
