//! The rules over a whole API: the sample's document, and the policy that attacks on it use.

use std::collections::BTreeSet;
use std::fs;

use portcullis_controls::Plan;
use portcullis_threat::rules::RULES;
use portcullis_threat::{Answers, Element, Entry, Sources, Stated, System, ThreatModel, model};

use crate::given::{NOW, plan, plan_without_policy};

const CRATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn modelled(plans: &[Plan], has_gateway: bool) -> ThreatModel {
    let stated = Stated::default();
    let sources = Sources { plans, stated: &stated, has_gateway, requests: None };
    let system = System::derive(&sources);
    let answers = Answers { plans, is_in_front: has_gateway, evidence: &[], seen: &[], now: NOW };
    model(system, stated, &answers)
}

fn sample(has_gateway: bool) -> ThreatModel {
    let contract = fs::read_to_string(format!("{CRATES}/sample/openapi/honest.yaml")).unwrap();
    let policy = fs::read_to_string(format!("{CRATES}/attack/policies/pharmacy.yaml")).unwrap();
    let head = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }]\nlisten: 127.0.0.1:8443\n";
    modelled(&[plan(&contract, &format!("{head}{policy}"))], has_gateway)
}

/// Of what the sample has nothing: certificates of clients, webhooks, second steps of logins, GraphQL and WebSockets that are open, secrets in answers, TLS, exceptions.
const NOTHING_OF: [&str; 9] = [
    "certificate-not-checked",
    "webhook-forged",
    "second-step-skipped",
    "credentials-in-answers",
    "query-costs-more",
    "functions-inside-one",
    "socket-from-another-site",
    "older-tls-agreed",
    "control-left-off",
];

#[test]
fn the_sample_is_concerned_by_every_threat_but_of_what_it_has_nothing() {
    let (before, after) = (sample(false), sample(true));
    let hit: BTreeSet<&str> =
        before.threats.iter().chain(&after.threats).map(|threat| threat.rule.id).collect();
    let untouched: Vec<&str> =
        RULES.iter().map(|rule| rule.id).filter(|id| !hit.contains(id)).collect();
    assert_eq!(untouched, NOTHING_OF);
}

/// Threats to operations, by rule and operation.
fn to_operations(model: &ThreatModel) -> BTreeSet<String> {
    let is_operation = |element| match element {
        Element::Entry(at) => model.system.entries.get(at).is_some_and(Entry::is_operation),
        _ => false,
    };
    let all = model.threats.iter().filter(|threat| is_operation(threat.element));
    all.map(|threat| model.name(threat)).collect()
}

#[test]
fn the_gateway_changes_what_answers_a_threat_and_not_whether_an_operation_has_it() {
    let (before, after) = (to_operations(&sample(false)), to_operations(&sample(true)));
    let lost: Vec<&String> = before.symmetric_difference(&after).collect();
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(before.len() > 2_000, "{} threats are few", before.len());
}

#[test]
fn without_the_gateway_nothing_is_answered_and_with_it_most_is() {
    let (before, after) = (sample(false).found(), sample(true).found());
    assert_eq!(before.open, before.all, "nobody said or showed that the API answers any");
    assert!(after.open * 4 < after.all, "{after:?}");
    // Nobody ran an attack.
    assert_eq!((before.proven, after.proven), (0, 0));
}

#[test]
fn what_is_closed_or_nobodys_is_not_told_as_a_way_to_others_objects() {
    let model = sample(true);
    let of = |rule: &str| -> BTreeSet<String> {
        let all = model.threats.iter().filter(|threat| threat.rule.id == rule);
        all.map(|threat| model.system.id(threat.element)).collect()
    };
    let read = of("others-objects-read");
    assert!(read.contains("entry/get-orders-id"), "{read:#?}");
    assert!(!read.contains("entry/get-medicines-id"), "a medicine is nobody's");
    assert!(of("others-objects-changed").contains("entry/delete-orders-id"));
    assert!(of("hidden-columns-asked").contains("entry/get-medicines-filter"));
    assert!(of("messages-at-your-cost").contains("entry/post-v2-password-reset-request"));
    assert_eq!(of("way-around").len(), 1);
}

#[test]
fn a_document_alone_tells_the_same_threats_with_the_gateway_and_without() {
    for name in ["app.yaml", "generated.yaml", "honest.yaml", "sloppy.json"] {
        let contract = fs::read_to_string(format!("{CRATES}/sample/openapi/{name}")).unwrap();
        let plans = [plan_without_policy(&contract)];
        let (before, after) = (modelled(&plans, false), modelled(&plans, true));
        let (before, after) = (to_operations(&before), to_operations(&after));
        let lost: Vec<&String> = before.symmetric_difference(&after).collect();
        assert!(lost.is_empty(), "{name}: {lost:#?}");
    }
}

/// All threats, by rule and element.
fn all(model: &ThreatModel) -> BTreeSet<String> {
    model.threats.iter().map(|threat| model.name(threat)).collect()
}

#[test]
fn a_policy_that_names_no_resources_changes_no_threat_of_the_api_alone() {
    let nothing = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }]\n";
    for name in ["app.yaml", "generated.yaml", "honest.yaml", "sloppy.json"] {
        let contract = fs::read_to_string(format!("{CRATES}/sample/openapi/{name}")).unwrap();
        let alone = all(&modelled(&[plan_without_policy(&contract)], false));
        let with = all(&modelled(&[plan(&contract, nothing)], false));
        let lost: Vec<&String> = alone.symmetric_difference(&with).collect();
        assert!(lost.is_empty(), "{name}: {lost:#?}");
    }
}

/// What a policy says beside the document, also where the gateway is not in front: whose objects are what, where
/// somebody logs in, what is a flow.
const SAID_BY_A_POLICY: [&str; 21] = [
    "all-data-taken",
    "answers-hold-more",
    "called-too-often",
    "function-of-others",
    "leaked-passwords-tried",
    "logged-in-as-another",
    "object-existence-told",
    "operator-does-more",
    "others-objects-changed",
    "others-objects-listed",
    "others-objects-read",
    "own-values",
    "owner-locked-out",
    "page-without-end",
    "read-on-the-way",
    "reserved-properties-shown",
    "rights-taken",
    "run-by-programs",
    "session-fixed",
    "step-left-out",
    "value-of-another-kind",
];

#[test]
fn a_policy_says_of_the_api_alone_what_no_document_does_and_nothing_else() {
    let contract = fs::read_to_string(format!("{CRATES}/sample/openapi/honest.yaml")).unwrap();
    let (alone, with) =
        (all(&modelled(&[plan_without_policy(&contract)], false)), all(&sample(false)));
    let rule_of = |name: &String| name.split(' ').next().unwrap_or_default().to_owned();
    let other: BTreeSet<String> = alone.symmetric_difference(&with).map(rule_of).collect();
    let expected: BTreeSet<String> = SAID_BY_A_POLICY.iter().map(|one| (*one).to_owned()).collect();
    assert_eq!(other, expected);
}

#[test]
fn where_no_policy_says_whose_objects_are_the_first_threat_is_open() {
    let contract = fs::read_to_string(format!("{CRATES}/sample/openapi/honest.yaml")).unwrap();
    let found = modelled(&[plan_without_policy(&contract)], true);
    let is_open = |rule: &str, entry: &str| {
        let mut threats = found.threats.iter();
        threats.any(|threat| {
            threat.is_open()
                && threat.rule.id == rule
                && found.system.id(threat.element) == format!("entry/{entry}")
        })
    };
    assert!(is_open("others-objects-read", "get-orders-id"));
    assert!(is_open("others-objects-changed", "delete-orders-id"));
    assert!(is_open("nobody-asked-who", "get-orders-id"), "a credential is there, and unverified");
}
