//! Rules of values, and what tries to get past them.

use portcullis_model::{Attribute, Identity, Source, Value};
use portcullis_policy::RequestPlace;

use super::*;

fn place(name: &str) -> InputPlace {
    InputPlace::One(RequestPlace::Body(name.to_owned()))
}

fn rule(must: ValueMust) -> ValueRule {
    ValueRule { place: place("/it"), must, text: "body./it: so".into(), line: None }
}

fn alice(code: Option<&str>) -> Identity {
    let attribute = |code: &str| Attribute {
        name: "code".into(),
        value: Value::Text(code.into()),
        source: Source::Claim,
    };
    Identity {
        scheme: "bearer".into(),
        issuer: "issuer".into(),
        subject: "alice".into(),
        attributes: code.into_iter().map(attribute).collect(),
        scopes: Vec::new(),
        is_adopted: false,
    }
}

fn passes(must: ValueMust, values: &[&str]) -> bool {
    let said = |_: &InputPlace| Some(values.iter().map(|one| (*one).to_owned()).collect());
    judge(&[rule(must)], Some(&alice(Some("ALICE-7"))), &said).is_none()
}

#[test]
fn a_number_lies_between_both_ends_exactly() {
    let between = || ValueMust::Between(Some("0.01".into()), Some("500000".into()));
    for good in ["0.01", "1e-2", "500000", "500000.000", "1297"] {
        assert!(passes(between(), &[good]), "{good}");
    }
    for bad in [
        "0",
        "-1",
        "0.00999999999999999999999999",
        "500000.0000000000000000000001",
        "1e300",
        "NaN",
        "",
        "many",
    ] {
        assert!(!passes(between(), &[bad]), "{bad}");
    }
    assert!(!passes(between(), &["5", "-5"]), "each of several");
    assert!(passes(between(), &[]), "what is not there breaks no rule");
    assert!(passes(ValueMust::Between(None, Some("0".into())), &["-99999999999999999999"]));
}

#[test]
fn a_decoy_stays_empty() {
    assert!(passes(ValueMust::Empty, &[]));
    assert!(passes(ValueMust::Empty, &[""]));
    assert!(!passes(ValueMust::Empty, &["http://shop.example"]));
}

#[test]
fn nobody_recommends_themselves_however_it_is_spelt() {
    let code = || OfCaller::Attribute("code".into());
    for own in [
        "ALICE-7",
        "alice-7",
        " Alice-7 ",
        "\u{ff21}lice-7",
        "alice\u{200b}-7",
        "al ice-7",
        "<ALICE-7>",
        "ALICE7",
    ] {
        assert!(!passes(ValueMust::Caller(code(), false), &[own]), "{own:?}");
    }
    assert!(passes(ValueMust::Caller(code(), false), &["BOB-3"]));
    assert!(passes(ValueMust::Caller(code(), true), &["ALICE-7"]));
    assert!(!passes(ValueMust::Caller(code(), true), &["alice-7"]), "the same is the same");
    let unknown = alice(None);
    let said = |_: &InputPlace| Some(vec!["BOB-3".to_owned()]);
    for is_equal in [true, false] {
        let rules = [rule(ValueMust::Caller(code(), is_equal))];
        assert!(judge(&rules, Some(&unknown), &said).is_some(), "of whom nothing is known");
        assert!(judge(&rules, None, &said).is_some(), "or of nobody");
    }
}

#[test]
fn two_places_differ_or_are_one() {
    let with = |is_equal, other: Option<&str>| {
        let said = |asked: &InputPlace| {
            let value = if *asked == place("/it") { Some("acc-1") } else { other };
            Some(value.map(str::to_owned).into_iter().collect())
        };
        judge(&[rule(ValueMust::Place(place("/other"), is_equal))], None, &said).is_none()
    };
    assert!(with(false, Some("acc-2")) && !with(false, Some("ACC-1")) && with(false, None));
    assert!(with(true, Some("acc-1")) && !with(true, Some("acc-2")) && !with(true, None));
}

#[test]
fn what_cannot_be_read_as_single_values_breaks_the_rule_and_the_refusal_has_no_value() {
    let rules = [rule(ValueMust::In(vec!["express".into(), "standard".into()]))];
    let refusal = judge(&rules, None, &|_| None).unwrap();
    assert_eq!((refusal.status, refusal.reason), (Status::BAD_REQUEST, "value"));
    assert_eq!(refusal.detail, "`values: { body./it: so }`: what came is not so");
    assert!(judge(&rules, None, &|_| Some(vec!["express".to_owned()])).is_none());
    let fits = || ValueMust::Fit(regex::Regex::new("^[a-z]{3}$").unwrap());
    assert!(passes(fits(), &["abc"]) && !passes(fits(), &["abc\n"]) && !passes(fits(), &["abcd"]));
}
