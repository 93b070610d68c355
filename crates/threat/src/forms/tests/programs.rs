//! Forms for programs: their schemas hold, and they say what the model says.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{
    TextOptions, html, json, markdown, sarif, text, threat_dragon, tm_bom, tm_bom_fields,
};
use super::{model, with};
use crate::answers::State;
use crate::found::ThreatModel;

const TM_BOM: &str = include_str!("../../../tests/schemas/tm-bom-1.0.2.schema.json");

const THREAT_DRAGON: &str = include_str!("../../../tests/schemas/threat-dragon-2.schema.json");
const SARIF: &str = include_str!("../../../tests/schemas/sarif-2.1.0.schema.json");

/// What a schema finds wrong.
pub(super) fn faults(schema: &str, told: &Value) -> Vec<String> {
    let mut schema: Value = serde_json::from_str(schema).unwrap();
    // SARIF's own pattern of languages has a bracket too many to be one; we write no language.
    for part in ["run", "toolComponent"] {
        let place = format!("/definitions/{part}/properties/language");
        if let Some(language) = schema.pointer_mut(&place) {
            language.as_object_mut().unwrap().remove("pattern");
        }
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(told).map(|one| format!("{}: {one}", one.instance_path())).collect()
}

/// What the schemas of other programs find wrong in their forms.
pub(super) fn faults_of_others(model: &ThreatModel) -> Vec<String> {
    let mut found = faults(THREAT_DRAGON, &with(model, threat_dragon));
    found.extend(faults(SARIF, &with(model, |shown| sarif(shown, "0.1.0"))));
    found
}

pub(super) fn tm_bom_faults(told: &Value) -> Vec<String> {
    faults(TM_BOM, told)
}

#[test]
fn a_threat_has_its_stable_name_and_every_line_of_its_risk() {
    let told = with(&model::small(), json);
    assert_eq!(told["format"], "portcullis-threats");
    let first = &told["threats"][0];
    assert_eq!(first["name"], "others-objects-read entry/e-0");
    assert_eq!(first["state"], "proven");
    let factors = |of: &str| -> Vec<&Value> {
        let places = first["lines"][of].as_array().unwrap().iter();
        places.map(|at| &told["factors"][at.as_u64().unwrap() as usize]).collect()
    };
    assert_eq!((factors("likelihood").len(), factors("impact").len()), (8, 4));
    assert_eq!(factors("likelihood")[0]["factor"], "skill level");
    assert_eq!(factors("impact")[0]["factor"], "loss of confidentiality");
    assert_eq!(first["mitigations"][0]["proofs"][0]["attack"], "a1-read-by-id");
    assert_eq!(told["rules"]["others-objects-read"]["item"], "A1");
}

#[test]
fn counts_are_those_of_the_model() {
    let model = model::small();
    let (found, told) = (model.found(), with(&model, json));
    assert_eq!(told["counts"]["all"], found.all);
    assert_eq!(told["counts"]["open"], found.open);
    assert_eq!(told["counts"]["proven"], found.proven);
    assert_eq!(told["counts"]["accepted"], found.accepted);
    let sum = |of: &Value| of.as_object().unwrap().values().filter_map(Value::as_u64).sum::<u64>();
    assert_eq!(sum(&told["counts"]["states"]), found.all as u64);
    assert_eq!(sum(&told["counts"]["residual"]), found.all as u64);
}

#[test]
fn tm_bom_is_of_its_schema() {
    let told = with(&model::apis(10), tm_bom);
    assert_eq!(tm_bom_faults(&told), Vec::<String>::new());
    assert!(!tm_bom_faults(&serde_json::json!({ "version": "one" })).is_empty());
}

#[test]
fn what_tm_bom_refers_to_is_there() {
    let told = with(&model::apis(3), tm_bom);
    let names = |list: &str| -> BTreeSet<String> {
        let all = told[list].as_array().unwrap().iter();
        let all: Vec<String> =
            all.map(|one| one["symbolic_name"].as_str().unwrap().to_owned()).collect();
        let names: BTreeSet<String> = all.iter().cloned().collect();
        assert_eq!(names.len(), all.len(), "{list}: each name is once");
        names
    };
    let (zones, personas, threats) =
        (names("trust_zones"), names("threat_personas"), names("threats"));
    let (components, stores) = (names("components"), names("data_stores"));
    let has = |names: &BTreeSet<String>, name: &Value| names.contains(name.as_str().unwrap());
    for list in ["actors", "components", "data_stores"] {
        assert!(told[list].as_array().unwrap().iter().all(|one| has(&zones, &one["trust_zone"])));
    }
    for one in told["threats"].as_array().unwrap() {
        assert!(has(&personas, &one["threat_persona"]));
        let affected = one["components_affected"].as_array().unwrap();
        assert!(!affected.is_empty());
        assert!(affected.iter().all(|name| has(&components, name) || has(&stores, name)));
    }
    for list in ["controls", "risks"] {
        names(list);
        for one in told[list].as_array().unwrap() {
            assert!(one["threats"].as_array().unwrap().iter().all(|name| has(&threats, name)));
        }
    }
}

#[test]
fn every_field_of_tm_bom_is_counted_and_none_that_it_has_not() {
    let schema: Value = serde_json::from_str(TM_BOM).unwrap();
    let mut fields = BTreeSet::new();
    collect(&schema, &schema, "", &mut fields);
    fields.remove("$schema");
    fields.remove("extensions");
    let told: BTreeSet<String> = with(&model::small(), tm_bom_fields).into_keys().collect();
    assert_eq!(told, fields);
}

#[test]
fn a_guess_is_not_counted_as_derived() {
    let fields = with(&model::small(), tm_bom_fields);
    let of = |name: &str| fields[name];
    assert_eq!(of("trust_zones[].title").derived, 3);
    assert_eq!(of("data_flows[].title").derived, 0, "all flows of this model are guessed");
    assert_eq!(of("scope.business_criticality").derived, 0);
    assert_eq!(of("data_stores[].type").derived, 1, "one of two");
    assert_eq!(of("trust_boundaries[].refresh_token_ttl").derived, 0);
}

#[test]
fn threat_dragon_and_sarif_are_of_their_schemas() {
    for count in [0, 1, 10] {
        assert_eq!(faults_of_others(&model::apis(count)), Vec::<String>::new());
    }
    assert!(!faults(SARIF, &serde_json::json!({ "version": "2.1.0" })).is_empty());
    assert!(!faults(THREAT_DRAGON, &serde_json::json!({ "version": "2" })).is_empty());
}

#[test]
fn threat_dragon_has_each_part_once_at_its_place_and_each_threat() {
    let model = model::apis(3);
    let told = with(&model, threat_dragon);
    let cells = told["detail"]["diagrams"][0]["cells"].as_array().unwrap();
    let ids: BTreeSet<&str> = cells.iter().map(|cell| cell["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), cells.len());
    for cell in cells.iter().filter(|cell| cell["shape"] == "flow") {
        for end in ["source", "target"] {
            assert!(ids.contains(cell[end]["cell"].as_str().unwrap()));
        }
    }
    let threats: Vec<&Value> =
        cells.iter().filter_map(|cell| cell["data"]["threats"].as_array()).flatten().collect();
    assert_eq!(told["detail"]["threatTop"], threats.len());
    let open = |cell: &&Value| cell["data"]["hasOpenThreats"] == true;
    assert!(cells.iter().any(|cell| open(&cell)));
}

#[test]
fn threat_dragon_calls_mitigated_what_attacks_showed_and_nothing_else() {
    for (state, accepted, status) in [
        (State::ComesThrough, None, "Open"),
        (State::Missing, None, "Open"),
        (State::Missing, Some(0), "Accepted"),
        (State::Stale, None, "Open"),
        (State::Stated, None, "Open"),
        (State::Configured, None, "Open"),
        (State::Configured, Some(0), "Accepted"),
        (State::Seen, None, "Open"),
        (State::Withstands, None, "Mitigated"),
        (State::Proven, Some(0), "Mitigated"),
    ] {
        let mut model = model::small();
        for threat in &mut model.threats {
            threat.state = state;
            threat.accepted = accepted;
        }
        let told = with(&model, threat_dragon);
        let cells = told["detail"]["diagrams"][0]["cells"].as_array().unwrap();
        let threats = cells.iter().filter_map(|cell| cell["data"]["threats"].as_array()).flatten();
        let all: BTreeSet<&str> = threats.map(|one| one["status"].as_str().unwrap()).collect();
        assert_eq!(all, BTreeSet::from([status]), "{}", state.name());
    }
}

#[test]
fn sarif_has_what_nothing_answers_at_its_lines() {
    let model = model::small();
    let told = with(&model, |shown| sarif(shown, "0.1.0"));
    let results = told["runs"][0]["results"].as_array().unwrap();
    let unanswered = model.threats.iter().filter(|one| one.state.is_open()).count();
    assert_eq!(results.len(), unanswered);
    let of = |rule: &str| results.iter().find(|one| one["ruleId"] == rule).unwrap();
    let read = of("others-objects-read");
    assert_eq!(read["locations"][0]["physicalLocation"]["region"]["startLine"], 12);
    assert_eq!(read["partialFingerprints"]["threat/v1"], "others-objects-read entry/e-1");
    // What has no place of its own stands at the beginning of the document.
    let plain = &of("credentials-in-the-clear")["locations"][0]["physicalLocation"];
    assert_eq!(plain["artifactLocation"]["uri"], "openapi.yaml");
    assert_eq!(plain["region"]["startLine"], 1);
    let rules = told["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for one in results {
        let rule = &rules[one["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], one["ruleId"]);
        let severity: f64 =
            rule["properties"]["security-severity"].as_str().unwrap().parse().unwrap();
        assert!((0.0..=10.0).contains(&severity), "{severity}");
    }
}

#[test]
fn what_somebody_takes_is_suppressed_in_sarif_by_whom_and_until_when() {
    let model = model::small();
    let told = with(&model, |shown| sarif(shown, "0.1.0"));
    let results = told["runs"][0]["results"].as_array().unwrap();
    let suppressed: Vec<&Value> =
        results.iter().filter(|one| one["suppressions"] != serde_json::json!([])).collect();
    assert_eq!(suppressed.len(), model.found().accepted);
    for one in suppressed {
        assert_eq!(one["ruleId"], "store-read-as-file");
        assert_eq!(one["suppressions"][0]["kind"], "external");
        assert_eq!(one["suppressions"][0]["status"], "accepted");
        assert_eq!(
            one["suppressions"][0]["justification"],
            "Ada takes it until 2027-03-31: the disk is encrypted by the host"
        );
    }
    // A reader may take all that has none for what nobody looked at: each result says that it was.
    assert!(results.iter().all(|one| one["suppressions"].is_array()));
}

#[test]
fn a_finding_is_the_same_when_its_line_moves() {
    let prints = |model: &ThreatModel| -> Vec<String> {
        let told = with(model, |shown| sarif(shown, "0.1.0"));
        let results = told["runs"][0]["results"].as_array().unwrap();
        results.iter().map(|one| one["partialFingerprints"].to_string()).collect()
    };
    let mut moved = model::small();
    moved.system.entries.iter_mut().for_each(|one| one.known.at = None);
    let first = prints(&model::small());
    assert_eq!(first, prints(&moved));
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), first.len(), "each is once");
}

#[test]
fn what_is_declared_and_not_served_is_in_every_form_of_ours() {
    let model = model::small();
    let told = with(&model, json);
    assert_eq!(told["counts"]["unserved"], 3);
    assert_eq!(told["system"]["unserved"][0]["title"], "GET /orders/all");
    assert_eq!(told["system"]["unserved"][2]["closed"], false);
    let forms = [
        with(&model, html),
        with(&model, markdown),
        with(&model, |shown| text(shown, TextOptions::default())),
    ];
    for form in forms {
        assert!(form.contains("3 declared operations are not served"), "{form}");
        assert!(form.contains("nobody said who may call it"), "{form}");
    }
}

/// The paths of all fields that hold no others.
fn collect(schema: &Value, at: &Value, path: &str, into: &mut BTreeSet<String>) {
    let mut at = at;
    while let Some(name) = at["$ref"].as_str() {
        at = schema.pointer(name.trim_start_matches('#')).unwrap();
    }
    let item = at.get("items").map(|item| match item["$ref"].as_str() {
        Some(name) => schema.pointer(name.trim_start_matches('#')).unwrap(),
        None => item,
    });
    let (object, path) = match item {
        Some(item) if item["properties"].is_object() => (item, format!("{path}[]")),
        _ => (at, path.to_owned()),
    };
    match object["properties"].as_object() {
        None => {
            into.insert(path);
        }
        Some(properties) => {
            for (name, inner) in properties {
                let dot = if path.is_empty() { "" } else { "." };
                collect(schema, inner, &format!("{path}{dot}{name}"), into);
            }
        }
    }
}
