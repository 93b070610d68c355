//! What is worse than in an earlier model.

use portcullis_threat::diff::{Baseline, Change, diff};
use portcullis_threat::forms::{Shown, json};
use portcullis_threat::{State, ThreatModel};

use crate::shop::{CONTRACT, NOW, alone, found};

fn written(model: &ThreatModel) -> serde_json::Value {
    let place = |_| String::new();
    json(&Shown { model, at: NOW, place: &place, questions: &[], behind: None })
}

fn read(value: &serde_json::Value) -> Baseline {
    Baseline::from_json(value.to_string().as_bytes()).unwrap()
}

/// Kind and name of what is worse.
fn worse(before: &ThreatModel, now: &ThreatModel) -> Vec<(Change, String)> {
    let all = diff(&read(&written(before)), &Baseline::of(now, NOW), now);
    all.into_iter().map(|one| (one.change, one.name)).collect()
}

const TAKEN: &str = "accepted: [{ threat: others-objects-read, of: \"GET /orders/{id}\", by: ada, reason: demo, until: UNTIL }]\n";

#[test]
fn what_was_written_is_read_as_it_was_and_nothing_is_worse_than_itself() {
    for said in ["", &TAKEN.replace("UNTIL", "2027-01-31")] {
        for is_in_front in [false, true] {
            let model = found(CONTRACT, said, is_in_front, &[]);
            assert_eq!(read(&written(&model)), Baseline::of(&model, NOW));
            assert_eq!(worse(&model, &model), []);
        }
    }
}

#[test]
fn a_new_operation_is_a_new_entry_and_opens_threats() {
    let more = format!(
        "{CONTRACT}  /bills/{{id}}:\n    get:\n      security: [{{ token: [] }}]\n      parameters: [{{ name: id, in: path, required: true, schema: {{ type: integer }} }}]\n      responses: {{ \"200\": {{ description: a bill }} }}\n"
    );
    let all = worse(&alone(CONTRACT, ""), &alone(&more, ""));
    assert!(all.contains(&(Change::NewEntry, "entry/get-bills-id".to_owned())), "{all:?}");
    let opened = (Change::NewOpen, "others-objects-read entry/get-bills-id".to_owned());
    assert!(all.contains(&opened), "{all:?}");
    assert_eq!(worse(&alone(&more, ""), &alone(CONTRACT, "")), [], "less is not worse");
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
    let name = "others-objects-read entry/get-orders-id".to_owned();
    assert_eq!(worse(&taken, &ended), [(Change::LostAcceptance, name.clone())]);
    let gone = CONTRACT.split("  /orders/{id}:").next().unwrap();
    let all = worse(&taken, &alone(gone, &of("2027-01-31")));
    assert_eq!(all, [(Change::LostAcceptance, name)]);
}

#[test]
fn a_state_that_got_worse_says_what_it_was() {
    let now = alone(CONTRACT, "");
    let mut value = written(&now);
    for one in value.get_mut("threats").unwrap().as_array_mut().unwrap() {
        one["state"] = State::Proven.name().into();
        one["open"] = false.into();
        one["mitigations"] =
            serde_json::json!([{ "proofs": [{ "attack": "a1-read", "over": [] }] }]);
    }
    let all = diff(&read(&value), &Baseline::of(&now, NOW), &now);
    let one = all.iter().find(|one| one.name.starts_with("others-objects-read")).unwrap();
    assert_eq!(one.change, Change::LostControl);
    assert_eq!(one.what, "it was proven by a1-read, now it is missing");
}

#[test]
fn a_higher_risk_is_told() {
    let all = worse(&alone(CONTRACT, "weight: minimal\n"), &alone(CONTRACT, "weight: maximal\n"));
    assert!(all.iter().any(|(change, _)| *change == Change::HigherRisk), "{all:?}");
}

#[test]
fn a_newer_form_is_refused_with_words_and_what_is_no_model_too() {
    let mut value = written(&alone(CONTRACT, ""));
    let newer = portcullis_threat::forms::VERSION + 1;
    value["version"] = newer.into();
    value["threats"] = "of another kind".into();
    let why = Baseline::from_json(value.to_string().as_bytes()).unwrap_err();
    assert!(why.contains(&format!("form {newer}")) && why.contains("newer Portcullis"), "{why}");
    for text in ["", "{}", "[]", "null", "{\"format\":\"portcullis-threats\"}", "{\"format\":1}"] {
        assert!(Baseline::from_json(text.as_bytes()).is_err(), "{text}");
    }
    for (key, wrong) in [("threats", serde_json::json!([1])), ("system", serde_json::json!("x"))] {
        let mut value = written(&alone(CONTRACT, ""));
        value[key] = wrong;
        assert!(Baseline::from_json(value.to_string().as_bytes()).is_err(), "{key}");
    }
    let deep =
        format!("{{\"format\":\"portcullis-threats\",\"version\":1,\"x\":{}", "[".repeat(1 << 20));
    assert!(Baseline::from_json(deep.as_bytes()).is_err());
}

#[test]
fn what_an_older_form_does_not_have_is_taken_for_not_there() {
    let old = r#"{ "format": "portcullis-threats", "version": 1, "threats": [
        { "name": "others-objects-read entry/get-orders-id", "state": "configured", "residual": { "level": "low" } }] }"#;
    let now = alone(CONTRACT, "");
    let all = diff(&Baseline::from_json(old.as_bytes()).unwrap(), &Baseline::of(&now, NOW), &now);
    assert!(all.iter().any(|one| one.change == Change::LostControl), "{all:?}");
}

#[test]
fn a_hundred_thousand_threats_are_compared() {
    let now = alone(CONTRACT, "");
    let mut value = written(&now);
    let all = value["threats"].as_array_mut().unwrap();
    for at in 0..100_000 {
        let name = format!("other entry/e{at}");
        all.push(serde_json::json!({ "name": name, "state": "missing", "open": true, "residual": { "level": "low" } }));
    }
    assert_eq!(diff(&read(&value), &Baseline::of(&now, NOW), &now), []);
}
