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

/// Of what the sample has nothing: certificates of clients, webhooks, GraphQL and WebSockets that are open, secrets in answers, exceptions.
const NOTHING_OF: [&str; 7] = [
    "certificate-not-checked",
    "webhook-forged",
    "credentials-in-answers",
    "query-costs-more",
    "functions-inside-one",
    "socket-from-another-site",
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
