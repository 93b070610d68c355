//! Each rule with a system in which it hits, and one in which it does not.

use std::collections::BTreeSet;

use portcullis_threat::Fact::*;
use portcullis_threat::rules::{RULES, rule};
use portcullis_threat::{ActorKind, ComponentKind, DataClass, EntryKind, Reach, StoreKind};

use crate::given::{
    Given, acting, because, keeping, operation, operation_for, personal, running, sending, way_in,
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

const OAUTH: &str = r##"
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
"##;
const BEARER: &str = r##"
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
"##;
const POLICY: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }]\n";
const RELAXED: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }]\n\
    relax: [{ operation: listOrders, control: input_shape, mode: observe, by: us, reason: tests }]\n";

const CASES: &[Case] = &[
    Case {
        rule: "way-around",
        fires: || {
            way_in(EntryKind::Port("127.0.0.1:1".to_owned()), Reach::Some, ComponentKind::Api)
                .behind_the_gateway()
        },
        at: "entry/it",
        quiet: || {
            way_in(EntryKind::Port("127.0.0.1:1".to_owned()), Reach::Some, ComponentKind::Gateway)
                .behind_the_gateway()
        },
    },
    Case {
        rule: "others-objects-read",
        fires: || operation(&[TakesId]),
        at: "entry/it",
        quiet: || operation(&[TakesId, Changes]),
    },
    Case {
        rule: "others-objects-changed",
        fires: || operation(&[TakesUnknownId, Changes]),
        at: "entry/it",
        quiet: || operation(&[TakesId]),
    },
    Case {
        rule: "others-objects-listed",
        fires: || operation(&[GivesList, ReadsObjects]),
        at: "entry/it",
        quiet: || operation(&[GivesList]),
    },
    Case {
        rule: "object-existence-told",
        fires: || operation(&[TakesId]),
        at: "entry/it",
        quiet: || operation(&[GivesList]),
    },
    Case {
        rule: "two-at-once",
        fires: || operation(&[MovesValue]),
        at: "entry/it",
        quiet: || operation(&[Changes]),
    },
    Case {
        rule: "nobody-asked-who",
        fires: || operation(&[]),
        at: "entry/it",
        quiet: || operation_for(Reach::Anyone, &[]),
    },
    Case {
        rule: "caller-named-in-a-field",
        fires: || operation(&[]).behind_the_gateway(),
        at: "whole",
        quiet: || operation(&[]),
    },
    Case {
        rule: "credential-outlives",
        fires: || operation(&[ByToken]),
        at: "whole",
        quiet: || operation_for(Reach::Anyone, &[]),
    },
    Case {
        rule: "stolen-credential-used",
        fires: || operation(&[ByKey]),
        at: "whole",
        quiet: || operation(&[ByPassword]),
    },
    Case {
        rule: "credential-in-another-place",
        fires: || operation(&[ByToken]),
        at: "whole",
        quiet: || operation(&[ByCertificate]),
    },
    Case {
        rule: "key-of-another-environment",
        fires: || operation(&[ByKey]),
        at: "whole",
        quiet: || operation(&[ByToken]),
    },
    Case {
        rule: "webhook-forged",
        fires: || operation(&[IsWebhook]),
        at: "entry/it",
        quiet: || operation(&[Changes]),
    },
    Case {
        rule: "token-forged",
        fires: || operation(&[ByToken]),
        at: "whole",
        quiet: || operation(&[ByKey]),
    },
    Case {
        rule: "token-brings-its-key",
        fires: || operation(&[ByToken]),
        at: "whole",
        quiet: || operation(&[ByCookie]),
    },
    Case {
        rule: "token-for-another",
        fires: || operation(&[ByToken]),
        at: "whole",
        quiet: || operation(&[ByPassword]),
    },
    Case {
        rule: "credential-read-two-ways",
        fires: || operation(&[ByToken]),
        at: "whole",
        quiet: || operation(&[ByPassword]),
    },
    Case {
        rule: "password-guessed",
        fires: || operation(&[TakesSecret]),
        at: "entry/it",
        quiet: || operation(&[ByKey]),
    },
    Case {
        rule: "leaked-passwords-tried",
        fires: || operation(&[TakesSecret, GivesCredential]),
        at: "entry/it",
        quiet: || operation(&[TakesSecret]),
    },
    Case {
        rule: "account-existence-told",
        fires: || operation(&[TakesSecret]),
        at: "entry/it",
        quiet: || operation(&[GivesSecret]),
    },
    Case {
        rule: "owner-locked-out",
        fires: || operation(&[TakesSecret, GivesCredential]),
        at: "entry/it",
        quiet: || operation(&[GivesCredential]),
    },
    Case {
        rule: "session-guessed",
        fires: || operation(&[GivesCredential]),
        at: "whole",
        quiet: || operation(&[ByCookie]),
    },
    Case {
        rule: "session-fixed",
        fires: || operation(&[TakesSecret, GivesCredential]),
        at: "entry/it",
        quiet: || operation(&[TakesSecret]),
    },
    Case {
        rule: "answers-hold-more",
        fires: || operation(&[ReadsObjects]),
        at: "entry/it",
        quiet: || operation(&[Changes]),
    },
    Case {
        rule: "reserved-properties-shown",
        fires: || personal(&[]),
        at: "entry/it",
        quiet: || operation(&[ReadsObjects]),
    },
    Case {
        rule: "credentials-in-answers",
        fires: || operation(&[GivesSecret]),
        at: "entry/it",
        quiet: || operation(&[GivesSecret, GivesCredential]),
    },
    Case {
        rule: "data-kept-readable",
        fires: || keeping(StoreKind::Sql, ComponentKind::Api, DataClass::Health),
        at: "store/it",
        quiet: || keeping(StoreKind::Sql, ComponentKind::Api, DataClass::Operational),
    },
    Case {
        rule: "connections-held",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "called-too-often",
        fires: || operation(&[TakesBatch]),
        at: "entry/it",
        quiet: || operation(&[Changes]),
    },
    Case {
        rule: "page-without-end",
        fires: || operation(&[TakesAmount]),
        at: "entry/it",
        quiet: || operation(&[TakesText]),
    },
    Case {
        rule: "body-too-large",
        fires: || operation(&[TakesProperties]),
        at: "entry/it",
        quiet: || operation(&[TakesText]),
    },
    Case {
        rule: "small-body-grows",
        fires: || operation(&[TakesXml]),
        at: "entry/it",
        quiet: || operation(&[TakesText]),
    },
    Case {
        rule: "messages-at-your-cost",
        fires: || operation(&[SendsMessages]),
        at: "entry/it",
        quiet: || operation(&[Changes]),
    },
    Case {
        rule: "all-data-taken",
        fires: || personal(&[GivesList]),
        at: "entry/it",
        quiet: || operation(&[GivesList]),
    },
    Case {
        rule: "query-costs-more",
        fires: || operation(&[TakesGraphql]),
        at: "entry/it",
        quiet: || operation(&[TakesAnything]),
    },
    Case {
        rule: "function-of-others",
        fires: || operation_for(Reach::Administrators, &[]),
        at: "entry/it",
        quiet: || operation(&[]),
    },
    Case {
        rule: "rights-taken",
        fires: || operation(&[ChangesRoles]),
        at: "entry/it",
        quiet: || operation(&[Changes]),
    },
    Case {
        rule: "key-does-more",
        fires: || operation(&[ByKey]),
        at: "whole",
        quiet: || operation(&[ByCookie]),
    },
    Case {
        rule: "right-kept",
        fires: || operation(&[LooksAdministrative]),
        at: "whole",
        quiet: || operation(&[]),
    },
    Case {
        rule: "functions-inside-one",
        fires: || operation(&[TakesGraphql]),
        at: "entry/it",
        quiet: || operation(&[TakesProperties]),
    },
    Case {
        rule: "properties-assigned",
        fires: || operation(&[TakesProperties, Changes]),
        at: "entry/it",
        quiet: || operation(&[TakesProperties]),
    },
    Case {
        rule: "prototype-changed",
        fires: || operation(&[TakesAnything, Changes]),
        at: "entry/it",
        quiet: || operation(&[Changes]),
    },
    Case {
        rule: "any-site-reads",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "errors-tell-insides",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "answers-tell-versions",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "answers-kept-by-caches",
        fires: || personal(&[]),
        at: "whole",
        quiet: || operation(&[ReadsObjects]),
    },
    Case {
        rule: "answers-framed",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "request-renamed",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "address-claimed",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "led-to-another-site",
        fires: || operation(&[GivesRedirect, TakesUrl]),
        at: "entry/it",
        quiet: || operation(&[GivesRedirect]),
    },
    Case {
        rule: "requests-smuggled",
        fires: || running(ComponentKind::Gateway),
        at: "component/it",
        quiet: || running(ComponentKind::Api),
    },
    Case {
        rule: "host-decides-links",
        fires: || operation(&[SendsMessages]),
        at: "entry/it",
        quiet: || operation(&[Changes]),
    },
    Case {
        rule: "storage-left-open",
        fires: || keeping(StoreKind::Object, ComponentKind::Api, DataClass::Business),
        at: "store/it",
        quiet: || keeping(StoreKind::Sql, ComponentKind::Api, DataClass::Business),
    },
    Case {
        rule: "known-holes-kept",
        fires: || running(ComponentKind::Api),
        at: "component/it",
        quiet: || running(ComponentKind::Issuer),
    },
    Case {
        rule: "text-becomes-query",
        fires: || operation(&[TakesText]),
        at: "entry/it",
        quiet: || operation(&[TakesAmount]),
    },
    Case {
        rule: "text-becomes-command",
        fires: || operation(&[TakesText]),
        at: "whole",
        quiet: || operation(&[TakesAmount]),
    },
    Case {
        rule: "text-becomes-template",
        fires: || operation(&[TakesText]),
        at: "whole",
        quiet: || operation(&[TakesAmount]),
    },
    Case {
        rule: "text-becomes-filter",
        fires: || operation(&[TakesText]),
        at: "whole",
        quiet: || operation(&[TakesAmount]),
    },
    Case {
        rule: "text-becomes-xpath",
        fires: || operation(&[TakesText]),
        at: "whole",
        quiet: || operation(&[TakesAmount]),
    },
    Case {
        rule: "text-becomes-path",
        fires: || operation(&[TakesText]),
        at: "whole",
        quiet: || operation(&[TakesAmount]),
    },
    Case {
        rule: "text-becomes-header",
        fires: || operation(&[TakesText]),
        at: "whole",
        quiet: || operation(&[TakesAmount]),
    },
    Case {
        rule: "text-becomes-record",
        fires: || operation(&[TakesText]),
        at: "whole",
        quiet: || operation(&[TakesAmount]),
    },
    Case {
        rule: "text-becomes-page",
        fires: || operation(&[TakesText, Changes]),
        at: "entry/it",
        quiet: || operation(&[TakesText]),
    },
    Case {
        rule: "undeclared-called",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "path-spelled-otherwise",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "method-nobody-declared",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "old-version-used",
        fires: || operation(&[Deprecated]),
        at: "entry/it",
        quiet: || operation(&[WasSeen]),
    },
    Case {
        rule: "debugging-left-on",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "files-lie-beside",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "this-machine-trusted",
        fires: || operation(&[]).behind_the_gateway(),
        at: "whole",
        quiet: || operation(&[]),
    },
    Case {
        rule: "nobody-wrote-it-down",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "records-changed",
        fires: || keeping(StoreKind::Log, ComponentKind::Gateway, DataClass::Operational),
        at: "store/it",
        quiet: || keeping(StoreKind::Files, ComponentKind::Gateway, DataClass::Operational),
    },
    Case {
        rule: "recording-stopped",
        fires: || keeping(StoreKind::Log, ComponentKind::Gateway, DataClass::Operational),
        at: "store/it",
        quiet: || keeping(StoreKind::Sql, ComponentKind::Gateway, DataClass::Operational),
    },
    Case {
        rule: "nobody-was-told",
        fires: || operation(&[]),
        at: "whole",
        quiet: || Given::default(),
    },
    Case {
        rule: "step-left-out",
        fires: || operation(&[InFlow]),
        at: "entry/it",
        quiet: || operation(&[Changes]),
    },
    Case {
        rule: "done-twice",
        fires: || operation(&[Repeatable]),
        at: "entry/it",
        quiet: || operation(&[Changes]),
    },
    Case {
        rule: "run-by-programs",
        fires: || operation_for(Reach::Anyone, &[Creates]),
        at: "entry/it",
        quiet: || operation(&[Creates]),
    },
    Case {
        rule: "own-values",
        fires: || operation(&[MovesValue, TakesProperties]),
        at: "entry/it",
        quiet: || operation(&[MovesValue]),
    },
    Case {
        rule: "inside-reached",
        fires: || operation(&[TakesUrl]),
        at: "entry/it",
        quiet: || operation(&[TakesText]),
    },
    Case {
        rule: "others-data-trusted",
        fires: || operation(&[GivesAnything]),
        at: "whole",
        quiet: || operation(&[Changes]),
    },
    Case {
        rule: "answer-leads-away",
        fires: || operation(&[GivesRedirect]),
        at: "entry/it",
        quiet: || operation(&[TakesUrl]),
    },
    Case {
        rule: "others-script-shown",
        fires: || operation(&[GivesMarkup]),
        at: "entry/it",
        quiet: || operation(&[GivesList]),
    },
    Case {
        rule: "value-of-another-kind",
        fires: || operation(&[TakesAmount]),
        at: "entry/it",
        quiet: || operation(&[GivesList]),
    },
    Case {
        rule: "value-read-two-ways",
        fires: || operation(&[TakesProperties]),
        at: "whole",
        quiet: || operation(&[GivesList]),
    },
    Case {
        rule: "hidden-columns-asked",
        fires: || operation(&[GivesList, TakesText]),
        at: "entry/it",
        quiet: || operation(&[GivesList]),
    },
    Case {
        rule: "xml-reads-files",
        fires: || operation(&[TakesXml]),
        at: "entry/it",
        quiet: || operation(&[TakesProperties]),
    },
    Case {
        rule: "upload-leaves-folder",
        fires: || operation(&[TakesFile]),
        at: "entry/it",
        quiet: || operation(&[TakesProperties]),
    },
    Case {
        rule: "file-is-a-page",
        fires: || operation(&[TakesFile]),
        at: "entry/it",
        quiet: || operation(&[TakesText]),
    },
    Case {
        rule: "label-of-another-kind",
        fires: || operation(&[TakesBatch]),
        at: "entry/it",
        quiet: || operation(&[TakesText]),
    },
    Case {
        rule: "answer-read-as-page",
        fires: || operation(&[GivesMarkup]),
        at: "whole",
        quiet: || operation(&[Changes]),
    },
    Case {
        rule: "other-site-writes",
        fires: || operation(&[ByCookie, Changes]),
        at: "entry/it",
        quiet: || operation(&[ByCookie]),
    },
    Case {
        rule: "logged-in-as-another",
        fires: || operation(&[TakesSecret, GivesCredential, ByCookie]),
        at: "entry/it",
        quiet: || operation(&[TakesSecret, GivesCredential]),
    },
    Case {
        rule: "socket-from-another-site",
        fires: || operation(&[Upgrades]),
        at: "entry/it",
        quiet: || operation(&[ByCookie]),
    },
    Case {
        rule: "login-finished-for-another",
        fires: || operation(&[]).planned(OAUTH, POLICY),
        at: "whole",
        quiet: || operation(&[]).planned(BEARER, POLICY),
    },
    Case {
        rule: "code-used-again",
        fires: || operation(&[]).planned(OAUTH, POLICY),
        at: "whole",
        quiet: || operation(&[]).planned(BEARER, POLICY),
    },
    Case {
        rule: "read-on-the-way",
        fires: || sending(ComponentKind::Api, Some(false), "http"),
        at: "flow/it",
        quiet: || sending(ComponentKind::AdminDoor, Some(true), "unix socket"),
    },
    Case {
        rule: "older-tls-agreed",
        fires: || sending(ComponentKind::Gateway, Some(true), "https"),
        at: "flow/it",
        quiet: || sending(ComponentKind::Gateway, Some(false), "http"),
    },
    Case {
        rule: "keys-read-from-files",
        fires: || keeping(StoreKind::Files, ComponentKind::Gateway, DataClass::Credential),
        at: "store/it",
        quiet: || keeping(StoreKind::Sql, ComponentKind::Gateway, DataClass::Credential),
    },
    Case {
        rule: "key-not-replaced",
        fires: || operation(&[ByKey]),
        at: "whole",
        quiet: || operation(&[ByToken]),
    },
    Case {
        rule: "backup-revives",
        fires: || keeping(StoreKind::Sql, ComponentKind::Gateway, DataClass::Credential),
        at: "store/it",
        quiet: || keeping(StoreKind::Sql, ComponentKind::Api, DataClass::Business),
    },
    Case {
        rule: "token-store-open",
        fires: || keeping(StoreKind::Sql, ComponentKind::Api, DataClass::Credential),
        at: "store/it",
        quiet: || keeping(StoreKind::Files, ComponentKind::Api, DataClass::Credential),
    },
    Case {
        rule: "tokens-kept-readable",
        fires: || keeping(StoreKind::KeyValue, ComponentKind::Api, DataClass::Credential),
        at: "store/it",
        quiet: || keeping(StoreKind::KeyValue, ComponentKind::Api, DataClass::Card),
    },
    Case {
        rule: "secret-in-client",
        fires: || operation(&[ByKey]),
        at: "whole",
        quiet: || operation(&[ByCookie]),
    },
    Case {
        rule: "secret-in-repository",
        fires: || operation(&[ByPassword]),
        at: "whole",
        quiet: || operation(&[ByCookie]),
    },
    Case {
        rule: "secret-in-address",
        fires: || operation(&[ByQuery]),
        at: "entry/it",
        quiet: || operation(&[]),
    },
    Case {
        rule: "secrets-in-records",
        fires: || keeping(StoreKind::Log, ComponentKind::Gateway, DataClass::Operational),
        at: "store/it",
        quiet: || keeping(StoreKind::Files, ComponentKind::Gateway, DataClass::Operational),
    },
    Case {
        rule: "key-opens-everything",
        fires: || operation(&[ByKey]),
        at: "whole",
        quiet: || operation(&[ByToken]),
    },
    Case {
        rule: "policy-changed",
        fires: || way_in(EntryKind::File("p.yaml".to_owned()), Reach::Host, ComponentKind::Gateway),
        at: "entry/it",
        quiet: || {
            way_in(EntryKind::Port("127.0.0.1:1".to_owned()), Reach::Host, ComponentKind::Gateway)
        },
    },
    Case {
        rule: "control-left-off",
        fires: || operation(&[]).planned(BEARER, RELAXED).behind_the_gateway(),
        at: "whole",
        quiet: || operation(&[]).planned(BEARER, POLICY).behind_the_gateway(),
    },
    Case {
        rule: "admin-door-opened",
        fires: || way_in(EntryKind::Socket("s".to_owned()), Reach::Host, ComponentKind::AdminDoor),
        at: "entry/it",
        quiet: || way_in(EntryKind::Socket("s".to_owned()), Reach::Host, ComponentKind::Api),
    },
    Case {
        rule: "program-replaced",
        fires: || running(ComponentKind::Gateway),
        at: "component/it",
        quiet: || running(ComponentKind::KeyService),
    },
    Case {
        rule: "operator-does-more",
        fires: || acting(ActorKind::Operator),
        at: "actor/it",
        quiet: || acting(ActorKind::User),
    },
    Case {
        rule: "proof-forged",
        fires: || operation(&[]).behind_the_gateway(),
        at: "whole",
        quiet: || operation(&[]),
    },
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
