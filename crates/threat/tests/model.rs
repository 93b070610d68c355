//! The model of the sample's shop, derived from its document and a policy that its owner would write.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use portcullis_controls::{Plan, PlanOptions};
use portcullis_evidence::{Digests, Kind, Outcome, Record, Sha256Hex, State as Shown};
use portcullis_model::{ControlId, Date, Sources as Texts, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};
use portcullis_threat::{
    Acceptance, Answers, DataClass, Element, Fact, Origin, Reach, Seen, Sources, State, Stated,
    System, ThreatModel, model,
};

const DOCUMENT: &str = include_str!("../../sample/openapi/honest.yaml");
const POLICY: &str = include_str!("../../attack/policies/pharmacy.yaml");
const NOW: UnixMillis = UnixMillis(1_795_000_000_000);

fn plan() -> Plan {
    let mut sources = Texts::default();
    let contract = sources.add("openapi.yaml", DOCUMENT);
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }}]\n{POLICY}"
    );
    let policy = Some(sources.add("portcullis.yaml", policy));
    let folder = std::path::PathBuf::new();
    let overrides = Overrides::default();
    let input = Input { sources, contract, policy, folder, overrides, now: NOW };
    let joined = Model::join(input).map_err(|failure| {
        failure.diagnostics.into_iter().map(|one| one.message).collect::<Vec<_>>()
    });
    Plan::compile(joined.unwrap(), PlanOptions::default())
}

fn system(plans: &[Plan], stated: &Stated, has_gateway: bool) -> System {
    System::derive(&Sources { plans, stated, has_gateway, requests: None })
}

fn threats(
    plans: &[Plan],
    stated: Stated,
    evidence: &[(Record, Vec<&'static str>)],
) -> ThreatModel {
    let answers = Answers { plans, is_in_front: true, evidence, seen: &[], now: NOW };
    model(system(plans, &stated, true), stated, &answers)
}

/// An attack on an operation, of which a control is seen to stop it.
fn closed(operation: &str, knock_out: bool) -> Record {
    Record {
        id: "somebody-elses-order".to_owned(),
        title: "reads somebody else's order".to_owned(),
        kind: Kind::Attack {
            item: "A1".to_owned(),
            cwe: 639,
            threats: vec![READS.to_owned()],
            aimed_at: Vec::new(),
            direct: Outcome::Succeeded,
            through: Outcome::Stopped,
            stopped_by: vec!["object_ownership".to_owned()],
            knock_out: Some(knock_out),
            twin: None,
            state: Shown::Closed,
        },
        operations: vec![operation.to_owned()],
        digests: Digests {
            contract: Sha256Hex::NOTHING,
            policy: Sha256Hex::NOTHING,
            suite: Sha256Hex::NOTHING,
            binary: Sha256Hex::NOTHING,
        },
        at: NOW,
        expires: UnixMillis(NOW.0 + 1),
    }
}

fn state_at(model: &ThreatModel, rule: &str, title: &str) -> State {
    let is_it = |one: &&portcullis_threat::Threat| {
        one.rule.id == rule && model.system.title(one.element) == title
    };
    model.threats.iter().find(is_it).map(|one| one.state).unwrap()
}

const READS: &str = "others-objects-read";
const ORDER: &str = "GET /orders/{id}";

#[test]
fn ids_are_stable_and_each_is_once() {
    let plans = [plan()];
    let (first, again) =
        (system(&plans, &Stated::default(), true), system(&plans, &Stated::default(), true));
    assert_eq!(first, again);
    let places = first.entries.iter().enumerate().map(|(at, _)| first.id(Element::Entry(at)));
    let mut ids: Vec<String> = places.collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(ids.contains(&"entry/get-orders-id".to_owned()), "{ids:?}");
}

#[test]
fn operations_are_ways_in_for_whom_rules_open_them() {
    let plans = [plan()];
    let system = system(&plans, &Stated::default(), true);
    let reach =
        |name: &str| system.entries.iter().find(|one| one.name == name).map(|one| one.reach);
    assert_eq!(reach("register"), Some(Reach::Anyone));
    assert_eq!(reach("getSession"), Some(Reach::Callers));
    assert_eq!(reach("getOrder"), Some(Reach::Some));
    assert_eq!(reach("setRole"), Some(Reach::Administrators));
    let order = system.entries.iter().find(|one| one.name == "getOrder").unwrap();
    assert!(order.facts.has(Fact::TakesId) && !order.facts.has(Fact::Changes), "{order:?}");
    assert!(!order.ids.is_empty());
}

#[test]
fn nothing_in_front_means_that_the_document_alone_says_who_may() {
    let plans = [plan()];
    let system = system(&plans, &Stated::default(), false);
    assert!(system.components.iter().all(|one| one.title != "Gateway"));
    assert!(
        system.stores.iter().all(|one| one.known.from == Origin::Guessed),
        "{:?}",
        system.stores
    );
    let reach =
        |name: &str| system.entries.iter().find(|one| one.name == name).map(|one| one.reach);
    assert_eq!(reach("setRole"), Some(Reach::Callers));
}

#[test]
fn what_is_said_to_be_encrypted_is() {
    let plans = [plan()];
    let system = system(&plans, &Stated::default(), true);
    let flow = |title: &str| {
        let found = system.flows.iter().find(|one| one.title == title).unwrap();
        (found.protocol, found.is_encrypted, found.plain_stays_on_host)
    };
    // Loopback is not read on the way, and is not encrypted for that.
    assert_eq!(flow("Gateway to Pharmacy API"), ("http", Some(false), true));
    assert_eq!(flow("Operators to Administrative door"), ("unix socket", Some(false), true));
    assert_eq!(flow("Gateway to Ledger"), ("file", Some(false), true));
    assert_eq!(flow("Gateway to Configuration and keys"), ("file", Some(false), true));
    // Sealed under the key of `store` before it is written.
    assert_eq!(flow("Gateway to Gateway's store"), ("file", Some(true), true));
    let kept = |title: &str| {
        let found = system.data.iter().find(|one| one.title == title).unwrap();
        found.placed.iter().map(|one| one.is_encrypted).collect::<Vec<_>>()
    };
    assert_eq!(kept("Sessions and keys"), [Some(true)]);
    assert_eq!(kept("Records of requests"), [Some(false)]);
    assert_eq!(kept("Keys and policy"), [Some(false)]);
}

#[test]
fn what_is_declared_and_not_served_is_told_with_its_reason() {
    let plans = [plan()];
    let unserved = |has_gateway| system(&plans, &Stated::default(), has_gateway).unserved;
    let closed = unserved(true);
    assert_eq!(closed.len(), plans[0].closed_count());
    assert!(closed.iter().all(|one| one.is_closed && one.at.is_some() && !one.why.is_empty()));
    assert!(unserved(false).is_empty(), "with nothing in front nothing is closed");
}

#[test]
fn data_is_classed_by_its_names_and_by_what_people_say() {
    let plans = [plan()];
    let derived = system(&plans, &Stated::default(), true);
    let classes = |system: &System, name: &str| {
        system.data.iter().find(|one| one.title == name).map(|one| one.classes).unwrap()
    };
    let customer = classes(&derived, "Customer");
    assert!(customer.has(DataClass::Personal) && customer.has(DataClass::Card), "{customer:?}");
    let health = [DataClass::Health].into_iter().collect();
    let said =
        portcullis_threat::StatedData { name: "Order".to_owned(), classes: health, span: None };
    let stated = Stated { data: vec![said], ..Stated::default() };
    assert_eq!(classes(&system(&plans, &stated, true), "Order"), health);
}

#[test]
fn a_mitigation_is_configured_until_an_attack_proves_it_and_stale_when_that_is_over() {
    let plans = [plan()];
    let state = |evidence: &[(Record, Vec<&'static str>)]| {
        state_at(&threats(&plans, Stated::default(), evidence), READS, ORDER)
    };
    assert_eq!(state(&[]), State::Configured);
    assert_eq!(state(&[(closed("getOrder", true), vec![])]), State::Proven);
    assert_eq!(state(&[(closed("getOrder", true), vec!["policy"])]), State::Stale);
    assert_eq!(state(&[(closed("getOrder", false), vec![])]), State::Stale, "no knock-out");
    assert_eq!(
        state(&[(closed("updateOrder", true), vec![])]),
        State::Configured,
        "of another one"
    );
}

#[test]
fn an_attack_that_comes_through_outweighs_every_proof() {
    let plans = [plan()];
    let mut open = closed("getOrder", true);
    if let Kind::Attack { through, state, .. } = &mut open.kind {
        (*through, *state) = (Outcome::Succeeded, Shown::Open);
    }
    let evidence = [(closed("getOrder", true), vec![]), (open, vec![])];
    let found = threats(&plans, Stated::default(), &evidence);
    assert_eq!(state_at(&found, READS, ORDER), State::ComesThrough);
    assert!(found.found().open > 0);
}

#[test]
fn refusals_in_traffic_say_that_a_control_acts() {
    let plans = [plan()];
    let seen = [Seen {
        control: ControlId::ObjectOwnership,
        operation: Some("getOrder".to_owned()),
        count: 3,
        last: NOW,
    }];
    let stated = Stated::default();
    let answers =
        Answers { plans: &plans, is_in_front: true, evidence: &[], seen: &seen, now: NOW };
    let found = model(system(&plans, &stated, true), stated, &answers);
    assert_eq!(state_at(&found, READS, ORDER), State::Seen);
}

#[test]
fn nothing_in_front_leaves_it_open_until_the_api_withstands() {
    let plans = [plan()];
    let state = |evidence: &[(Record, Vec<&'static str>)]| {
        let stated = Stated::default();
        let answers = Answers { plans: &plans, is_in_front: false, evidence, seen: &[], now: NOW };
        state_at(&model(system(&plans, &stated, false), stated, &answers), READS, ORDER)
    };
    assert_eq!(state(&[]), State::Missing);
    assert_eq!(state(&[(closed("getOrder", true), vec![])]), State::ComesThrough);
    let mut safe = closed("getOrder", true);
    if let Kind::Attack { direct, through, stopped_by, state, .. } = &mut safe.kind {
        (*direct, *through, *state) = (Outcome::Failed, Outcome::Failed, Shown::AlreadySafe);
        stopped_by.clear();
    }
    assert_eq!(state(&[(safe, vec![])]), State::Withstands);
}

#[test]
fn a_proof_lowers_the_risk_and_an_acceptance_ends() {
    let plans = [plan()];
    let until = |text: &str| Stated {
        accepted: vec![Acceptance {
            threat: READS.to_owned(),
            of: Some("getOrder".to_owned()),
            by: "security".to_owned(),
            reason: "a test".to_owned(),
            until: Date::parse(text).unwrap(),
            span: None,
        }],
        ..Stated::default()
    };
    let evidence = [(closed("getOrder", true), vec![])];
    let at = |model: &ThreatModel| {
        let is_it = |one: &&portcullis_threat::Threat| {
            one.rule.id == READS && model.system.title(one.element) == ORDER
        };
        model.threats.iter().find(is_it).cloned().unwrap()
    };
    let proven = at(&threats(&plans, Stated::default(), &evidence));
    assert!(proven.residual.likelihood < proven.inherent.likelihood, "{proven:?}");
    assert!(proven.residual.level < proven.inherent.level, "{proven:?}");
    assert_eq!(at(&threats(&plans, until("2099-12-31"), &[])).accepted, Some(0));
    assert_eq!(at(&threats(&plans, until("2026-01-01"), &[])).accepted, None);
}

#[test]
fn a_bound_of_bodies_answers_nothing_that_is_done_too_often() {
    let plans = [plan()];
    let found = threats(&plans, Stated::default(), &[]);
    let often =
        ["done-twice", "called-too-often", "run-by-programs", "password-guessed", "two-at-once"];
    for threat in found.threats.iter().filter(|one| often.contains(&one.rule.id)) {
        let best = &threat.mitigations[0];
        assert!(!best.why.contains("bodies up to"), "{}: {best:?}", found.name(threat));
    }
    let twice = found.threats.iter().filter(|one| one.rule.id == "done-twice");
    assert!(twice.clone().count() > 0 && twice.clone().any(|one| one.state == State::Missing));
}

#[test]
fn an_attack_at_one_operation_proves_nothing_of_all_of_them() {
    let plans = [plan()];
    let mut read = closed("getOrder", true);
    if let Kind::Attack { threats, stopped_by, .. } = &mut read.kind {
        *threats = vec!["any-site-reads".to_owned()];
        *stopped_by = vec!["safe_configuration".to_owned()];
    }
    let found = threats(&plans, Stated::default(), &[(read, vec![])]);
    let whole = found.threats.iter().filter(|one| one.element == Element::Whole);
    let about: Vec<_> = whole.filter(|one| one.rule.id == "any-site-reads").collect();
    assert_eq!(about.len(), 1);
    for one in about {
        assert_eq!(one.state, State::Configured, "{:?}", one.mitigations);
        assert!(!one.mitigations[0].proofs.is_empty(), "it is told all the same");
    }
}

#[test]
fn what_an_attack_asked_on_its_way_is_proven_by_nobody() {
    let plans = [plan()];
    let shown = |aims: &[&str], outcome: (Outcome, Shown)| {
        let mut both = closed("getOrder", true);
        both.operations.push("listOrders".to_owned());
        if let Kind::Attack { aimed_at, through, state, .. } = &mut both.kind {
            *aimed_at = aims.iter().map(|one| (*one).to_owned()).collect();
            (*through, *state) = outcome;
        }
        state_at(&threats(&plans, Stated::default(), &[(both, vec![])]), READS, ORDER)
    };
    let stopped = (Outcome::Stopped, Shown::Closed);
    assert_eq!(shown(&["getOrder"], stopped), State::Proven);
    assert_eq!(shown(&["listOrders"], stopped), State::Configured);
    assert_eq!(shown(&[], stopped), State::Configured, "it did not say");
    let through = (Outcome::Succeeded, Shown::Open);
    assert_eq!(shown(&["listOrders"], through), State::ComesThrough, "who comes in was there");
}

#[test]
fn what_came_through_is_not_forgotten_because_it_is_over() {
    let plans = [plan()];
    let mut open = closed("getOrder", true);
    if let Kind::Attack { through, state, .. } = &mut open.kind {
        (*through, *state) = (Outcome::Succeeded, Shown::Open);
    }
    let found = threats(&plans, Stated::default(), &[(open, vec!["program"])]);
    assert_eq!(state_at(&found, READS, ORDER), State::ComesThrough);
}

/// The same attack, which says of which threats it speaks.
fn naming(names: &[&str], by: &str) -> Record {
    let mut record = closed("getOrder", true);
    if let Kind::Attack { threats, stopped_by, .. } = &mut record.kind {
        *threats = names.iter().map(|name| (*name).to_owned()).collect();
        *stopped_by = vec![by.to_owned()];
    }
    record
}

#[test]
fn an_attack_proves_the_threats_that_it_names_and_no_other() {
    let plans = [plan()];
    let named = naming(&["object-existence-told"], "object_ownership");
    let found = threats(&plans, Stated::default(), &[(named, vec![])]);
    assert_eq!(state_at(&found, "object-existence-told", ORDER), State::Proven);
    assert_eq!(state_at(&found, READS, ORDER), State::Configured, "its row has it, too");
}

#[test]
fn a_record_that_names_no_threat_is_about_the_one_that_alone_has_its_row_and_weakness() {
    let plans = [plan()];
    for names in [&[][..], &["a-threat-of-another-program"][..]] {
        let mut record = naming(names, "object_ownership");
        let several = threats(&plans, Stated::default(), &[(record.clone(), vec![])]);
        assert_eq!(state_at(&several, READS, ORDER), State::Configured, "several have both");
        if let Kind::Attack { cwe, .. } = &mut record.kind {
            *cwe = 204;
        }
        let one = threats(&plans, Stated::default(), &[(record.clone(), vec![])]);
        assert_eq!(state_at(&one, "object-existence-told", ORDER), State::Proven);
        if let Kind::Attack { cwe, through, state, .. } = &mut record.kind {
            (*cwe, *through, *state) = (639, Outcome::Succeeded, Shown::Open);
        }
        let open = threats(&plans, Stated::default(), &[(record, vec![])]);
        assert_eq!(state_at(&open, READS, ORDER), State::ComesThrough, "it may be this one");
    }
}

#[test]
fn a_control_that_is_none_of_a_threats_own_proves_nothing_by_stopping_one_attack() {
    let plans = [plan()];
    let stopped = naming(&[READS], "function_access");
    let found = threats(&plans, Stated::default(), &[(stopped, vec![])]);
    assert_eq!(state_at(&found, READS, ORDER), State::Configured);
    let is_it = |one: &&portcullis_threat::Threat| {
        one.rule.id == READS && found.system.title(one.element) == ORDER
    };
    let threat = found.threats.iter().find(is_it).unwrap();
    let other =
        threat.mitigations.iter().find(|one| one.control == Some(ControlId::FunctionAccess));
    let other = other.map(|one| (one.state, one.proofs.len()));
    assert_eq!(other, Some((State::Missing, 1)), "it is told all the same");
}

#[test]
fn a_connection_that_ended_without_a_word_shows_nothing() {
    let plans = [plan()];
    let mut cut = naming(&[READS], "object_ownership");
    if let Kind::Attack { through, stopped_by, state, .. } = &mut cut.kind {
        (*through, *state) = (Outcome::Failed, Shown::Inconclusive);
        stopped_by.clear();
    }
    let found = threats(&plans, Stated::default(), &[(cut, vec![])]);
    assert_eq!(state_at(&found, READS, ORDER), State::Configured, "the API withstands nothing");
}

/// Of a document with these `servers` alone: who is outside, and how callers speak to it.
fn alone(servers: &str) -> (System, Option<bool>, Origin) {
    let document = format!(
        "openapi: 3.0.3\ninfo: {{ title: Notes, version: '1' }}\n{servers}\n\
         paths: {{ '/notes': {{ get: {{ security: [{{ t: [] }}], responses: {{ '200': {{ description: all }} }} }} }} }}\n\
         components: {{ securitySchemes: {{ t: {{ type: http, scheme: bearer }} }} }}\n"
    );
    let mut sources = Texts::default();
    let contract = sources.add("openapi.yaml", document);
    let folder = std::path::PathBuf::new();
    // As the command has it where nobody names one.
    let overrides = Overrides { upstream: Some("http://127.0.0.1:9".to_owned()), listen: None };
    let input = Input { sources, contract, policy: None, folder, overrides, now: NOW };
    let model = Model::join(input).map_err(|failure| failure.diagnostics.len()).unwrap();
    let plans = [Plan::compile(model, PlanOptions::default())];
    let system = system(&plans, &Stated::default(), false);
    let flow = system.flows.iter().find(|one| one.title.starts_with("Callers")).unwrap();
    let (is_encrypted, from) = (flow.is_encrypted, flow.known.from);
    assert!(flow.known.at.is_some() || from == Origin::Guessed, "{flow:?}");
    (system, is_encrypted, from)
}

#[test]
fn the_api_alone_is_reached_where_its_document_says() {
    for (servers, is_encrypted, from) in [
        ("servers: [{ url: 'https://api.example.com/v1' }]", Some(true), Origin::Contract),
        (
            "servers: [{ url: 'http://localhost:8000' }, { url: 'https://a.example' }]",
            Some(true),
            Origin::Contract,
        ),
        (
            "servers: [{ url: 'https://a.example' }, { url: 'http://10.0.0.5:8000' }]",
            Some(false),
            Origin::Contract,
        ),
        ("servers: [{ url: 'HTTP://127.evil.example.com' }]", Some(false), Origin::Contract),
        ("servers: [{ url: '//a.example' }]", None, Origin::Contract),
        ("servers: [{ url: 'http://[::1]:80' }, { url: '/v1' }]", None, Origin::Guessed),
        ("servers: [{ url: '/v1' }]", None, Origin::Guessed),
        ("", None, Origin::Guessed),
    ] {
        let (system, found, known) = alone(servers);
        assert_eq!((found, known), (is_encrypted, from), "{servers}");
        // No listener of ours is there to say that nobody else reaches it.
        assert!(system.scope.is_external, "{servers}");
        assert_eq!(system.zones[0].known.from, from, "{servers}");
    }
}
