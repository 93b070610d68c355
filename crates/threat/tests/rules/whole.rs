//! Every rule has all that its page says, in words and numbers that mean something.

use std::collections::BTreeSet;

use portcullis_threat::risk::{Factors, Harm};
use portcullis_threat::rules::{Probe, RULES, Rule, rule};

/// Values that OWASP Risk Rating words, of each factor.
const SKILLS: [u8; 5] = [1, 3, 5, 6, 9];
const MOTIVES: [u8; 3] = [1, 4, 9];
const DISCOVERIES: [u8; 4] = [1, 3, 7, 9];
const EXPLOITS: [u8; 4] = [1, 3, 5, 9];
const AWARENESSES: [u8; 4] = [1, 4, 6, 9];
/// Nought is no word of OWASP's: it is not what the threat does.
const CONFIDENTIALITY: [u8; 5] = [0, 2, 6, 7, 9];
const INTEGRITY: [u8; 6] = [0, 1, 3, 5, 7, 9];
const AVAILABILITY: [u8; 5] = [0, 1, 5, 7, 9];
const ACCOUNTABILITY: [u8; 4] = [0, 1, 7, 9];
/// Rows of the mission that threats speak of.
const ITEMS: [&str; 28] = [
    "F1", "F2", "F3", "F4", "F5", "N1", "N2", "N3", "N4", "A1", "A2", "A3", "A4", "A5", "A6", "A7",
    "A8", "A9", "A10", "A11", "A12", "A13", "C1", "C2", "C3", "C4", "C5", "C6",
];
const ITEMS_OF_CHECKLIST: [&str; 4] = ["C7", "C8", "C9", "C10"];

/// Threats for which CAPEC 3.9 has no pattern of attack: what is not recorded is not attacked, and its injections have
/// no spreadsheet.
const WITHOUT_PATTERN: [&str; 2] = ["nobody-wrote-it-down", "text-becomes-formula"];

#[test]
fn no_two_rules_have_one_name_or_one_sentence() {
    let mut said = BTreeSet::new();
    for one in RULES {
        for text in [one.id, one.title, one.text] {
            assert!(said.insert(text), "`{}`: `{text}` is said twice", one.id);
        }
    }
}

#[test]
fn a_rule_is_found_by_its_name() {
    for one in RULES {
        assert_eq!(rule(one.id).map(|found| found.title), Some(one.title));
        let is_kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(one.id.chars().all(is_kebab), "`{}` is not kebab case", one.id);
    }
    assert!(rule("no-such-threat").is_none());
}

#[test]
fn a_rule_without_a_part_of_its_page_is_refused() {
    for one in RULES {
        let id = one.id;
        for text in [one.title, one.text, one.advice] {
            assert!(text.split_whitespace().count() >= 4, "`{id}`: `{text}` says too little");
            assert!(
                !text.ends_with('.'),
                "`{id}`: `{text}` is a line, not a sentence with a full stop"
            );
        }
        assert!(!one.stride.is_empty(), "`{id}` has no category of STRIDE");
        assert!(!one.cwe.is_empty(), "`{id}` has no weakness");
        assert_eq!(
            one.capec.is_empty(),
            WITHOUT_PATTERN.contains(&id),
            "`{id}`: has a pattern of attack, or stands among those for which CAPEC has none"
        );
        assert!(!one.d3fend.is_empty(), "`{id}` has no technique that answers it");
        let is_row = ITEMS.iter().chain(&ITEMS_OF_CHECKLIST).any(|item| *item == one.item);
        assert!(is_row, "`{id}`: `{}` is no row of the mission", one.item);
        if let Probe::People(how) = one.probe {
            assert!(how.split_whitespace().count() >= 6, "`{id}`: how do people look at it?");
        }
    }
}

#[test]
fn no_number_stands_twice_in_a_rule() {
    for one in RULES {
        let distinct = |count: usize, all: usize, what: &str| {
            assert_eq!(count, all, "`{}` has {what} twice", one.id);
        };
        distinct(one.cwe.iter().collect::<BTreeSet<_>>().len(), one.cwe.len(), "a weakness");
        distinct(one.capec.iter().collect::<BTreeSet<_>>().len(), one.capec.len(), "a pattern");
        distinct(one.d3fend.iter().collect::<BTreeSet<_>>().len(), one.d3fend.len(), "a technique");
        distinct(
            one.controls.iter().collect::<BTreeSet<_>>().len(),
            one.controls.len(),
            "a control",
        );
        assert!(one.cwe.is_sorted(), "`{}`: weaknesses stand in order", one.id);
        assert!(one.d3fend.iter().all(|id| id.starts_with("D3-")), "`{}`", one.id);
    }
}

#[test]
fn factors_have_values_that_owasp_words() {
    for Rule { id, factors, harm, .. } in RULES {
        let Factors { skill, motive, discovery, exploit, awareness } = factors;
        let Harm { confidentiality, integrity, availability, accountability } = harm;
        for (name, value, words) in [
            ("skill", skill, &SKILLS[..]),
            ("motive", motive, &MOTIVES),
            ("discovery", discovery, &DISCOVERIES),
            ("exploit", exploit, &EXPLOITS),
            ("awareness", awareness, &AWARENESSES),
            ("confidentiality", confidentiality, &CONFIDENTIALITY),
            ("integrity", integrity, &INTEGRITY),
            ("availability", availability, &AVAILABILITY),
            ("accountability", accountability, &ACCOUNTABILITY),
        ] {
            assert!(words.contains(value), "`{id}`: {name} {value} is none of {words:?}");
        }
    }
}
