//! Attacks and threats know one another by name alone: here both are seen.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_attack::{Attack, generate, registry};
use portcullis_threat::rules::{Probe, RULES, Rule, rule};

use crate::support::{Folder, text};

/// Of the built-in attacks, by the threats that they name.
fn written() -> BTreeMap<String, Vec<Attack>> {
    let mut all: BTreeMap<String, Vec<Attack>> = BTreeMap::new();
    for attack in registry::attacks().unwrap() {
        for threat in &attack.threats {
            all.entry(threat.value.clone()).or_default().push(attack.clone());
        }
    }
    all
}

fn is_shown_by_attacks(name: &str) -> bool {
    rule(name).is_some_and(|rule| rule.probe == Probe::Attacks)
}

#[test]
fn every_attack_names_a_threat_that_there_is_and_that_attacks_are_to_show() {
    let silent: Vec<String> = registry::attacks()
        .unwrap()
        .into_iter()
        .filter(|one| one.threats.is_empty())
        .map(|one| one.id.value)
        .collect();
    assert!(silent.is_empty(), "attacks that name no threat: {silent:?}");
    let written = written();
    let unknown: Vec<&String> = written.keys().filter(|name| !is_shown_by_attacks(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let generated = generate::threats();
    assert!(generated.len() > 20 && generated.iter().all(|name| is_shown_by_attacks(name)));
}

#[test]
fn a_threat_that_no_attack_shows_says_how_people_look_at_it() {
    let (written, generated) = (written(), generate::threats());
    let is_shown = |rule: &&&Rule| written.contains_key(rule.id) || generated.contains(rule.id);
    let untold: BTreeSet<&str> = RULES
        .iter()
        .filter(|rule| rule.probe == Probe::Attacks && !is_shown(rule))
        .map(|rule| rule.id)
        .collect();
    assert!(untold.is_empty(), "no attack names them: {untold:?}");
}

#[test]
fn an_attack_of_ones_own_that_names_what_is_no_threat_is_not_run() {
    const ATTACK: &str = "id: own\nitem: A1\ncontrol: none\ncwe: 639\nthreats: [others-object-read]\n\
        title: read\nhonest: [{ send: GET /a, expect: [{ status: 200 }] }]\n\
        attack: [{ send: GET /a }]\nharm: [{ status: 200 }]\n";
    let folder = Folder::with(&[("own.yaml", ATTACK)]);
    let output = folder.run(&["attack", "--attacks", "."]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("`own` names the threat `others-object-read`"), "{said}");
    assert!(said.contains("did you mean `others-objects-read`?"), "{said}");
}
