//! Each rule with a system in which it hits, and one in which it does not.

use std::collections::BTreeSet;

use portcullis_threat::Fact::*;
use portcullis_threat::rules::{Probe, RULES, rule};
use portcullis_threat::{
    ActorKind, Answers, ComponentKind, DataClass, EntryKind, Reach, State, Stated, StoreKind, model,
};

use crate::given::{
    Given, NOW, acting, because, keeping, operation, operation_for, personal, running, sending,
    succeeded, way_in,
};

/// A rule, and what it says of two systems.
struct Case {
    rule: &'static str,
    /// Where it hits.
    fires: fn() -> Given,
    /// The element that it hits there: one, and no other.
    at: &'static str,
    /// Where it does not.
    quiet: fn() -> Given,
}

const OAUTH: &str = r#"
openapi: 3.1.0
info: { title: Orders, version: "1" }
servers: [{ url: /api }]
components:
  securitySchemes:
    login:
      type: oauth2
      flows:
        authorizationCode: { authorizationUrl: /a, tokenUrl: /t, scopes: { orders: read orders } }
paths:
  /orders:
    get:
      operationId: listOrders
      security: [{ login: [orders] }]
      responses: { "200": { description: ok } }
"#;
const BEARER: &str = r#"
openapi: 3.1.0
info: { title: Orders, version: "1" }
servers: [{ url: /api }]
components:
  securitySchemes:
    bearer: { type: http, scheme: bearer }
paths:
  /orders:
    get:
      operationId: listOrders
      security: [{ bearer: [] }]
      responses: { "200": { description: ok } }
"#;
const POLICY: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }]\n";
const RELAXED: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }]\n\
    relax: [{ operation: listOrders, control: input_shape, mode: observe, by: us, reason: tests }]\n";

const fn case(
    rule: &'static str,
    at: &'static str,
    fires: fn() -> Given,
    quiet: fn() -> Given,
) -> Case {
    Case { rule, fires, at, quiet }
}

const CASES: &[Case] = &[
    case(
        "way-around",
        "entry/it",
        || {
            way_in(EntryKind::Port("127.0.0.1:1".to_owned()), Reach::Some, ComponentKind::Api)
                .behind_the_gateway()
        },
        || {
            way_in(EntryKind::Port("127.0.0.1:1".to_owned()), Reach::Some, ComponentKind::Gateway)
                .behind_the_gateway()
        },
    ),
    case(
        "others-objects-read",
        "entry/it",
        || operation(&[TakesId]),
        || operation(&[TakesId, Changes]),
    ),
    case(
        "others-objects-changed",
        "entry/it",
        || operation(&[TakesUnknownId, Changes]),
        || operation(&[TakesId]),
    ),
    case(
        "others-objects-listed",
        "entry/it",
        || operation(&[GivesList, ReadsObjects]),
        || operation(&[GivesList]),
    ),
    case("object-existence-told", "entry/it", || operation(&[TakesId]), || operation(&[GivesList])),
    case("tenant-crossed", "whole", || operation(&[NamesTenant]), || operation(&[TakesId])),
    case("two-at-once", "entry/it", || operation(&[MovesValue]), || operation(&[Changes])),
    case("nobody-asked-who", "entry/it", || operation(&[]), || operation_for(Reach::Anyone, &[])),
    case(
        "caller-named-in-a-field",
        "whole",
        || operation(&[]).behind_the_gateway(),
        || operation(&[]),
    ),
    case(
        "credential-outlives",
        "whole",
        || operation(&[ByToken]),
        || operation_for(Reach::Anyone, &[]),
    ),
    case("stolen-credential-used", "whole", || operation(&[ByKey]), || operation(&[ByPassword])),
    case(
        "credential-in-another-place",
        "whole",
        || operation(&[ByToken]),
        || operation(&[ByCertificate]),
    ),
    case("key-of-another-environment", "whole", || operation(&[ByKey]), || operation(&[ByToken])),
    case(
        "certificate-not-checked",
        "whole",
        || operation(&[ByCertificate]),
        || operation(&[ByToken]),
    ),
    case(
        "password-in-every-request",
        "whole",
        || operation(&[ByPassword]),
        || operation(&[ByPassword, TakesSecret]),
    ),
    case("webhook-forged", "entry/it", || operation(&[IsWebhook]), || operation(&[Changes])),
    case("token-forged", "whole", || operation(&[ByToken]), || operation(&[ByKey])),
    case("token-brings-its-key", "whole", || operation(&[ByToken]), || operation(&[ByCookie])),
    case("token-for-another", "whole", || operation(&[ByToken]), || operation(&[ByPassword])),
    case(
        "credential-read-two-ways",
        "whole",
        || operation(&[ByToken]),
        || operation(&[ByPassword]),
    ),
    case("password-guessed", "entry/it", || operation(&[TakesSecret]), || operation(&[ByKey])),
    case(
        "leaked-passwords-tried",
        "entry/it",
        || operation(&[TakesSecret, GivesCredential]),
        || operation(&[TakesSecret]),
    ),
    case(
        "account-existence-told",
        "entry/it",
        || operation(&[TakesSecret]),
        || operation(&[GivesSecret]),
    ),
    case(
        "owner-locked-out",
        "entry/it",
        || operation(&[TakesSecret, GivesCredential]),
        || operation(&[GivesCredential]),
    ),
    case("session-guessed", "whole", || operation(&[GivesCredential]), || operation(&[ByCookie])),
    case(
        "session-fixed",
        "entry/it",
        || operation(&[TakesSecret, GivesCredential]),
        || operation(&[TakesSecret]),
    ),
    case(
        "reset-opens-account",
        "entry/it",
        || operation(&[ResetsPassword]),
        || operation(&[TakesSecret]),
    ),
    case(
        "account-taken-by-address",
        "entry/it",
        || operation(&[ChangesReach]),
        || operation(&[Changes, TakesProperties]),
    ),
    case(
        "second-step-skipped",
        "entry/it",
        || operation(&[TakesFactor]),
        || operation(&[TakesSecret]),
    ),
    case("answers-hold-more", "entry/it", || operation(&[ReadsObjects]), || operation(&[Changes])),
    case("reserved-properties-shown", "entry/it", || personal(&[]), || operation(&[ReadsObjects])),
    case(
        "credentials-in-answers",
        "entry/it",
        || operation(&[GivesSecret]),
        || operation(&[GivesSecret, GivesCredential]),
    ),
    case(
        "data-kept-readable",
        "store/it",
        || keeping(StoreKind::Sql, ComponentKind::Api, DataClass::Health),
        || keeping(StoreKind::Sql, ComponentKind::Api, DataClass::Operational),
    ),
    case("connections-held", "whole", || operation(&[]), Given::default),
    case("called-too-often", "entry/it", || operation(&[TakesBatch]), || operation(&[Changes])),
    case("page-without-end", "entry/it", || operation(&[TakesAmount]), || operation(&[TakesText])),
    case(
        "body-too-large",
        "entry/it",
        || operation(&[TakesProperties]),
        || operation(&[TakesText]),
    ),
    case("small-body-grows", "entry/it", || operation(&[TakesXml]), || operation(&[TakesText])),
    case(
        "messages-at-your-cost",
        "entry/it",
        || operation(&[SendsMessages]),
        || operation(&[Changes]),
    ),
    case("all-data-taken", "entry/it", || personal(&[GivesList]), || operation(&[GivesList])),
    case(
        "query-costs-more",
        "entry/it",
        || operation(&[TakesGraphql]),
        || operation(&[TakesAnything]),
    ),
    case(
        "pattern-takes-minutes",
        "entry/it",
        || operation(&[TakesPattern]),
        || operation(&[TakesAmount]),
    ),
    case(
        "function-of-others",
        "entry/it",
        || operation_for(Reach::Administrators, &[]),
        || operation(&[]),
    ),
    case("rights-taken", "entry/it", || operation(&[ChangesRoles]), || operation(&[Changes])),
    case("key-does-more", "whole", || operation(&[ByKey]), || operation(&[ByCookie])),
    case("right-kept", "whole", || operation(&[LooksAdministrative]), || operation(&[])),
    case(
        "functions-inside-one",
        "entry/it",
        || operation(&[TakesGraphql]),
        || operation(&[TakesProperties]),
    ),
    case(
        "properties-assigned",
        "entry/it",
        || operation(&[TakesProperties, Changes]),
        || operation(&[TakesProperties]),
    ),
    case(
        "prototype-changed",
        "entry/it",
        || operation(&[TakesAnything, Changes]),
        || operation(&[Changes]),
    ),
    case("any-site-reads", "whole", || operation(&[]), Given::default),
    case("errors-tell-insides", "whole", || operation(&[]), Given::default),
    case("answers-tell-versions", "whole", || operation(&[]), Given::default),
    case("answers-kept-by-caches", "whole", || personal(&[]), || operation(&[ReadsObjects])),
    case(
        "answer-cached-as-a-file",
        "whole",
        || personal(&[]),
        || operation_for(Reach::Anyone, &[ReadsObjects]),
    ),
    case("answers-framed", "whole", || operation(&[]), Given::default),
    case("request-renamed", "whole", || operation(&[]), Given::default),
    case("address-claimed", "whole", || operation(&[]), Given::default),
    case(
        "led-to-another-site",
        "entry/it",
        || operation(&[GivesRedirect, TakesUrl]),
        || operation(&[GivesRedirect]),
    ),
    case(
        "requests-smuggled",
        "component/it",
        || running(ComponentKind::Gateway),
        || running(ComponentKind::Api),
    ),
    case(
        "host-decides-links",
        "entry/it",
        || operation(&[SendsMessages]),
        || operation(&[Changes]),
    ),
    case(
        "storage-left-open",
        "store/it",
        || keeping(StoreKind::Object, ComponentKind::Api, DataClass::Business),
        || keeping(StoreKind::Sql, ComponentKind::Api, DataClass::Business),
    ),
    case(
        "known-holes-kept",
        "component/it",
        || running(ComponentKind::Api),
        || running(ComponentKind::Issuer),
    ),
    case(
        "text-becomes-query",
        "entry/it",
        || operation(&[TakesText]),
        || operation(&[TakesAmount]),
    ),
    case("text-becomes-command", "whole", || operation(&[TakesText]), || operation(&[TakesAmount])),
    case(
        "text-becomes-template",
        "whole",
        || operation(&[TakesText]),
        || operation(&[TakesAmount]),
    ),
    case("text-becomes-filter", "whole", || operation(&[TakesText]), || operation(&[TakesAmount])),
    case("text-becomes-xpath", "whole", || operation(&[TakesText]), || operation(&[TakesAmount])),
    case("text-becomes-path", "whole", || operation(&[TakesText]), || operation(&[TakesAmount])),
    case("text-becomes-header", "whole", || operation(&[TakesText]), || operation(&[TakesAmount])),
    case("text-becomes-record", "whole", || operation(&[TakesText]), || operation(&[TakesAmount])),
    case(
        "text-becomes-page",
        "entry/it",
        || operation(&[TakesText, Changes, TakesProperties]),
        || operation(&[TakesText, Changes, Deletes]),
    ),
    case(
        "text-becomes-formula",
        "entry/it",
        || operation(&[TakesText, Changes, TakesProperties, GivesTable]),
        || operation(&[TakesText, GivesTable]),
    ),
    case("undeclared-called", "whole", || operation(&[]), Given::default),
    case("path-spelled-otherwise", "whole", || operation(&[]), Given::default),
    case("method-nobody-declared", "whole", || operation(&[]), Given::default),
    case("old-version-used", "entry/it", || operation(&[Deprecated]), || operation(&[WasSeen])),
    case("debugging-left-on", "whole", || operation(&[]), Given::default),
    case("files-lie-beside", "whole", || operation(&[]), Given::default),
    case(
        "this-machine-trusted",
        "whole",
        || operation(&[]).behind_the_gateway(),
        || operation(&[]),
    ),
    case("nobody-wrote-it-down", "whole", || operation(&[]), Given::default),
    case(
        "records-changed",
        "store/it",
        || keeping(StoreKind::Log, ComponentKind::Gateway, DataClass::Operational),
        || keeping(StoreKind::Files, ComponentKind::Gateway, DataClass::Operational),
    ),
    case(
        "recording-stopped",
        "store/it",
        || keeping(StoreKind::Log, ComponentKind::Gateway, DataClass::Operational),
        || keeping(StoreKind::Sql, ComponentKind::Gateway, DataClass::Operational),
    ),
    case("nobody-was-told", "whole", || operation(&[]), Given::default),
    case("step-left-out", "entry/it", || operation(&[InFlow]), || operation(&[Changes])),
    case("done-twice", "entry/it", || operation(&[Repeatable]), || operation(&[Changes])),
    case(
        "run-by-programs",
        "entry/it",
        || operation_for(Reach::Anyone, &[Creates]),
        || operation(&[Creates]),
    ),
    case(
        "own-values",
        "entry/it",
        || operation(&[MovesValue, TakesValue]),
        || operation(&[MovesValue, TakesProperties]),
    ),
    case("inside-reached", "entry/it", || operation(&[TakesUrl]), || operation(&[TakesText])),
    case("others-data-trusted", "whole", || operation(&[GivesAnything]), || operation(&[Changes])),
    case(
        "answer-leads-away",
        "entry/it",
        || operation(&[GivesRedirect]),
        || operation(&[TakesUrl]),
    ),
    case("others-script-shown", "entry/it", || operation(&[GivesFile]), || operation(&[Changes])),
    case(
        "value-of-another-kind",
        "entry/it",
        || operation(&[TakesAmount]),
        || operation(&[GivesList]),
    ),
    case(
        "value-read-two-ways",
        "whole",
        || operation(&[TakesProperties]),
        || operation(&[GivesList]),
    ),
    case(
        "hidden-columns-asked",
        "entry/it",
        || operation(&[TakesFilter]),
        || operation(&[GivesList]),
    ),
    case(
        "xml-reads-files",
        "entry/it",
        || operation(&[TakesXml]),
        || operation(&[TakesProperties]),
    ),
    case(
        "upload-leaves-folder",
        "entry/it",
        || operation(&[TakesFile]),
        || operation(&[TakesProperties]),
    ),
    case("file-is-a-page", "entry/it", || operation(&[TakesFile]), || operation(&[TakesText])),
    case(
        "body-becomes-program",
        "entry/it",
        || operation(&[TakesFile]),
        || operation(&[TakesProperties]),
    ),
    case(
        "label-of-another-kind",
        "entry/it",
        || operation(&[TakesBatch]),
        || operation(&[TakesText]),
    ),
    case("answer-read-as-page", "whole", || operation(&[GivesMarkup]), || operation(&[Changes])),
    case(
        "other-site-writes",
        "entry/it",
        || operation(&[ByCookie, Changes]),
        || operation(&[ByCookie]),
    ),
    case(
        "logged-in-as-another",
        "entry/it",
        || operation(&[TakesSecret, GivesCredential, ByCookie]),
        || operation(&[TakesSecret, GivesCredential]),
    ),
    case(
        "socket-from-another-site",
        "entry/it",
        || operation(&[Upgrades]),
        || operation(&[ByCookie]),
    ),
    case(
        "login-finished-for-another",
        "whole",
        || operation(&[]).planned(OAUTH, POLICY),
        || operation(&[]).planned(BEARER, POLICY),
    ),
    case(
        "code-sent-elsewhere",
        "whole",
        || operation(&[]).planned(OAUTH, POLICY),
        || operation(&[]).planned(BEARER, POLICY),
    ),
    case(
        "code-used-again",
        "whole",
        || operation(&[]).planned(OAUTH, POLICY),
        || operation(&[]).planned(BEARER, POLICY),
    ),
    case(
        "read-on-the-way",
        "flow/it",
        || sending(ComponentKind::Api, Some(false), "http"),
        || sending(ComponentKind::AdminDoor, Some(true), "unix socket"),
    ),
    case(
        "older-tls-agreed",
        "flow/it",
        || sending(ComponentKind::Gateway, Some(true), "https"),
        || sending(ComponentKind::Gateway, Some(false), "http"),
    ),
    case(
        "keys-read-from-files",
        "store/it",
        || keeping(StoreKind::Files, ComponentKind::Gateway, DataClass::Credential),
        || keeping(StoreKind::Sql, ComponentKind::Gateway, DataClass::Credential),
    ),
    case("key-not-replaced", "whole", || operation(&[ByKey]), || operation(&[ByToken])),
    case(
        "backup-revives",
        "store/it",
        || keeping(StoreKind::Sql, ComponentKind::Gateway, DataClass::Credential),
        || keeping(StoreKind::Sql, ComponentKind::Api, DataClass::Business),
    ),
    case(
        "token-store-open",
        "store/it",
        || keeping(StoreKind::Sql, ComponentKind::Api, DataClass::Credential),
        || keeping(StoreKind::Files, ComponentKind::Api, DataClass::Credential),
    ),
    case(
        "tokens-kept-readable",
        "store/it",
        || keeping(StoreKind::KeyValue, ComponentKind::Api, DataClass::Credential),
        || keeping(StoreKind::KeyValue, ComponentKind::Api, DataClass::Card),
    ),
    case("secret-in-client", "whole", || operation(&[ByKey]), || operation(&[ByCookie])),
    case("secret-in-repository", "whole", || operation(&[ByPassword]), || operation(&[ByCookie])),
    case("secret-in-address", "entry/it", || operation(&[ByQuery]), || operation(&[])),
    case(
        "secrets-in-records",
        "store/it",
        || keeping(StoreKind::Log, ComponentKind::Gateway, DataClass::Operational),
        || keeping(StoreKind::Files, ComponentKind::Gateway, DataClass::Operational),
    ),
    case("key-opens-everything", "whole", || operation(&[ByKey]), || operation(&[ByToken])),
    case(
        "policy-changed",
        "entry/it",
        || way_in(EntryKind::File("p.yaml".to_owned()), Reach::Host, ComponentKind::Gateway),
        || way_in(EntryKind::Port("127.0.0.1:1".to_owned()), Reach::Host, ComponentKind::Gateway),
    ),
    case(
        "control-left-off",
        "whole",
        || operation(&[]).planned(BEARER, RELAXED).behind_the_gateway(),
        || operation(&[]).planned(BEARER, POLICY).behind_the_gateway(),
    ),
    case(
        "admin-door-opened",
        "entry/it",
        || way_in(EntryKind::Socket("s".to_owned()), Reach::Host, ComponentKind::AdminDoor),
        || way_in(EntryKind::Socket("s".to_owned()), Reach::Host, ComponentKind::Api),
    ),
    case(
        "program-replaced",
        "component/it",
        || running(ComponentKind::Gateway),
        || running(ComponentKind::KeyService),
    ),
    case(
        "operator-does-more",
        "actor/it",
        || acting(ActorKind::Operator),
        || acting(ActorKind::User),
    ),
    case("proof-forged", "whole", || operation(&[]).behind_the_gateway(), || operation(&[])),
];

#[test]
fn every_rule_hits_one_system_and_not_another() {
    for Case { rule: id, fires, at, quiet } in CASES {
        let rule = rule(id).unwrap_or_else(|| panic!("there is no rule `{id}`"));
        let given = fires();
        let hits = given.find(rule);
        let elements: Vec<String> = hits.iter().map(|hit| given.system.id(hit.element)).collect();
        assert_eq!(elements, [*at], "`{id}`: {:?}", because(&hits));
        let given = quiet();
        let hits = given.find(rule);
        assert!(hits.is_empty(), "`{id}` hits where it should not: {:?}", because(&hits));
        assert!(Given::default().find(rule).is_empty(), "`{id}` hits nothing at all");
    }
}

#[test]
fn a_rule_without_a_system_that_it_hits_is_refused() {
    let cases: Vec<&str> = CASES.iter().map(|case| case.rule).collect();
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(cases.iter().collect::<BTreeSet<_>>().len(), cases.len(), "a case stands twice");
    assert_eq!(cases, rules, "cases stand in the order of rules, one each");
}

#[test]
fn an_attack_that_comes_through_shows_what_attacks_are_to_show() {
    for Case { rule: id, fires, .. } in CASES {
        let rule = rule(id).unwrap();
        for cwe in rule.cwe {
            let given = fires();
            let evidence = [(succeeded(rule.item, *cwe), Vec::new())];
            let answers = Answers {
                plans: &given.plans,
                is_in_front: false,
                evidence: &evidence,
                seen: &[],
                now: NOW,
            };
            let found = model(given.system, Stated::default(), &answers);
            let threat = found.threats.iter().find(|threat| threat.rule.id == *id).unwrap();
            let is_shown = threat.state == State::ComesThrough;
            assert_eq!(is_shown, rule.probe == Probe::Attacks, "`{id}` and CWE-{cwe}");
        }
    }
}
