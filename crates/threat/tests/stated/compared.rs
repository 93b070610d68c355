//! What is worse than in an earlier model.

use portcullis_model::ControlId;
use portcullis_threat::diff::{Baseline, Change, Tried};
use portcullis_threat::{Element, Proof, State};

use crate::shop::{CONTRACT, NOW, all_worse, alone, found, read, worse, written};

const TAKEN: &str = "accepted: [{ threat: others-objects-read, of: \"GET /orders/{id}\", by: ada, reason: demo, until: UNTIL }]\n";
const READS: &str = "others-objects-read entry/get-orders-id";

/// The contract with one operation more.
fn with_bills() -> String {
    format!(
        "{CONTRACT}  /bills/{{id}}:\n    get:\n      security: [{{ token: [] }}]\n      parameters: [{{ name: id, in: path, required: true, schema: {{ type: integer }} }}]\n      responses: {{ \"200\": {{ description: a bill }} }}\n"
    )
}

#[test]
fn what_was_written_is_read_as_it_was_and_nothing_is_worse_than_itself() {
    let all = "weight: high\nregimes: [gdpr]\ndata: { Order: [personal] }\nstores: [{ name: db, encrypted: true }]\n\
               answered: [{ threat: others-objects-read, how: rows, by: ada, until: 2027-01-31 }]\n\
               rated: [{ threat: others-objects-listed, likelihood: 1, impact: 4.5, reason: demo, by: ada, until: 2027-01-31 }]\n";
    for said in ["", &TAKEN.replace("UNTIL", "2027-01-31"), all] {
        for is_in_front in [false, true] {
            let model = found(CONTRACT, said, is_in_front, &[]);
            assert_eq!(read(&written(&model)), Baseline::of(&model, NOW));
            assert_eq!(worse(&model, &model), []);
        }
    }
}

#[test]
fn a_new_operation_is_a_new_entry_and_opens_threats() {
    let all = worse(&alone(CONTRACT, ""), &alone(&with_bills(), ""));
    assert!(all.contains(&(Change::NewEntry, "entry/get-bills-id".to_owned())), "{all:?}");
    let opened = (Change::NewOpen, "others-objects-read entry/get-bills-id".to_owned());
    assert!(all.contains(&opened), "{all:?}");
}

#[test]
fn a_threat_is_not_lost_by_renaming_its_operation() {
    let all = all_worse(&alone(&with_bills(), ""), &alone(CONTRACT, ""), &Tried::default());
    let gone = all.iter().find(|one| one.name == "entry/get-bills-id").unwrap();
    assert_eq!((gone.change, gone.title.as_str()), (Change::Gone, "GET /bills/{id}"));
    assert!(gone.what.contains("of its ") && gone.what.contains(" were open"), "{}", gone.what);
    assert!(all.iter().all(|one| one.change == Change::Gone), "less is not worse: {all:?}");
    // Its threats are told with it, not one by one.
    assert!(all.iter().all(|one| !one.name.ends_with(" entry/get-bills-id")), "{all:?}");
    let renamed = CONTRACT.replace("/orders/{id}", "/order/{id}");
    let all = worse(&alone(CONTRACT, ""), &alone(&renamed, ""));
    assert!(all.contains(&(Change::Gone, "entry/get-orders-id".to_owned())), "{all:?}");
}

#[test]
fn a_threat_that_is_not_found_any_more_at_what_is_there_is_told() {
    let (before, mut now) = (alone(CONTRACT, ""), alone(CONTRACT, ""));
    now.threats.retain(|one| {
        now.system.id(one.element) != "entry/get-orders-id" || one.rule.id != "others-objects-read"
    });
    let all = all_worse(&before, &now, &Tried::default());
    let [one] = all.try_into().unwrap();
    assert_eq!((one.change, one.name.as_str()), (Change::Gone, READS));
    assert_eq!(one.what, "it was missing, and is not found any more");
}

#[test]
fn an_entry_that_more_can_use_is_told() {
    let wider = CONTRACT.replacen("security: [{ token: [] }]", "security: []", 1);
    let all = worse(&alone(CONTRACT, ""), &alone(&wider, ""));
    let entry = all.iter().find(|(change, _)| *change == Change::WiderEntry);
    assert_eq!(entry.map(|(_, name)| name.as_str()), Some("entry/get-orders"), "{all:?}");
}

#[test]
fn without_the_gateway_its_controls_are_lost() {
    let (with, without) = (found(CONTRACT, "", true, &[]), found(CONTRACT, "", false, &[]));
    let all = worse(&with, &without);
    assert!(all.iter().any(|(change, _)| *change == Change::LostControl), "{all:?}");
}

#[test]
fn an_acceptance_that_ended_or_is_of_nothing_any_more_is_told() {
    let of = |until: &str| TAKEN.replace("UNTIL", until);
    let (taken, ended) = (alone(CONTRACT, &of("2027-01-31")), alone(CONTRACT, &of("2026-11-01")));
    assert_eq!(worse(&taken, &ended), [(Change::LostAcceptance, READS.to_owned())]);
    let gone = CONTRACT.split("  /orders/{id}:").next().unwrap();
    let all = worse(&taken, &alone(gone, &of("2027-01-31")));
    assert!(all.contains(&(Change::LostAcceptance, READS.to_owned())), "{all:?}");
    assert!(all.contains(&(Change::Gone, "entry/get-orders-id".to_owned())), "{all:?}");
}

#[test]
fn a_state_that_got_worse_says_what_it_was() {
    let (mut before, now) = (alone(CONTRACT, ""), alone(CONTRACT, ""));
    for one in &mut before.threats {
        one.state = State::Proven;
        let proof = Proof {
            attack: "a1-read".to_owned(),
            at: NOW,
            expires: NOW,
            knock_out: Some(true),
            over: Vec::new(),
        };
        one.mitigations[0].proofs = vec![proof];
    }
    let all = all_worse(&before, &now, &Tried::default());
    let one = all.iter().find(|one| one.name == READS).unwrap();
    assert_eq!(one.change, Change::LostControl);
    assert_eq!(one.what, "it was proven by a1-read, now it is missing");
}

#[test]
fn a_control_that_is_lost_behind_another_is_told() {
    let with_second = |second: State| {
        let mut model = found(CONTRACT, "", true, &[]);
        let all = model.threats.iter_mut().map(|one| &mut one.mitigations);
        let all = all.filter(|all| all.iter().any(|one| one.state == State::Configured));
        let all = all.min_by_key(|all| all.len()).unwrap();
        let mut another = all[0].clone();
        (another.control, another.state) = (Some(ControlId::SecretInUrl), second);
        all.push(another);
        model
    };
    let (before, now) = (with_second(State::Configured), with_second(State::Missing));
    let [one] = all_worse(&before, &now, &Tried::default()).try_into().unwrap();
    assert_eq!(one.change, Change::LostControl);
    assert_eq!(one.what, "`secret_in_url` was configured, now it is missing");
}

#[test]
fn a_higher_risk_is_told_and_so_is_what_makes_all_of_them_lower() {
    let said = |said: &str| alone(CONTRACT, said);
    let all = worse(&said("weight: minimal\n"), &said("weight: maximal\n"));
    assert!(all.iter().any(|(change, _)| *change == Change::HigherRisk), "{all:?}");
    let told = (Change::NewClaim, "weight".to_owned());
    for (before, now) in
        [("weight: maximal\n", "weight: minimal\n"), ("", "weight: low\n"), ("weight: high\n", "")]
    {
        let all = worse(&said(before), &said(now));
        assert!(all.contains(&told), "{before}{now}: {all:?}");
    }
    assert!(!worse(&said(""), &said("weight: high\n")).contains(&told));
    let all = worse(
        &said("weight: high\nregimes: [gdpr, dora]\n"),
        &said("weight: high\nregimes: [dora]\n"),
    );
    assert!(all.contains(&(Change::NewClaim, "regimes".to_owned())), "{all:?}");
}

#[test]
fn data_that_becomes_harmless_and_stores_that_become_encrypted_are_told() {
    let said = |said: &str| alone(CONTRACT, said);
    let all = worse(&said(""), &said("data: { Order: [] }\n"));
    assert!(all.contains(&(Change::NewClaim, "data/order".to_owned())), "{all:?}");
    let renamed = CONTRACT.replace("card_number", "number").replace("email", "e");
    let all = worse(&said(""), &alone(&renamed, ""));
    assert!(all.contains(&(Change::Gone, "data/order".to_owned())), "{all:?}");
    let store =
        |encrypted: &str| said(&format!("stores: [{{ name: db, encrypted: {encrypted} }}]\n"));
    let all = worse(&store("false"), &store("true"));
    assert!(all.contains(&(Change::NewClaim, "store/db".to_owned())), "{all:?}");
    let all = worse(&store("true"), &store("false"));
    assert!(all.iter().all(|(change, _)| *change != Change::NewClaim), "{all:?}");
}

#[test]
fn thousands_of_threats_are_compared() {
    let mut model = alone(CONTRACT, "");
    let (entry, threat) = (model.system.entries[0].clone(), model.threats[0].clone());
    for at in 0..3_000 {
        let element = Element::Entry(model.system.entries.len());
        let id = format!("e{at}");
        model.system.entries.push(portcullis_threat::Entry { id, ..entry.clone() });
        model.threats.push(portcullis_threat::Threat { element, ..threat.clone() });
    }
    assert_eq!(worse(&model, &model), []);
}
