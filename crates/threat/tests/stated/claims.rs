//! What people say that makes threats less is told when it is new, of more, or for longer.

use portcullis_threat::diff::{Change, Tried};

use crate::shop::{CONTRACT, all_worse, alone};

/// The contract with a second operation of the same threat.
fn more() -> String {
    let second = CONTRACT.split("  /orders/{id}:").nth(1).unwrap();
    format!("{CONTRACT}  /bills/{{id}}:{second}")
}

const ACCEPTED: &str =
    "accepted: [{ threat: others-objects-read, OF by: ada, reason: demo, until: UNTIL }]\n";
const ANSWERED: &str =
    "answered: [{ threat: others-objects-read, OF by: ada, how: rows, until: UNTIL }]\n";
const RATED: &str = "rated: [{ threat: others-objects-read, OF by: ada, reason: demo, likelihood: 1, impact: 2, until: UNTIL }]\n";
const KINDS: [&str; 3] = [ACCEPTED, ANSWERED, RATED];

fn said(entry: &str, of: &str, until: &str) -> String {
    let of = if of.is_empty() { String::new() } else { format!("of: \"{of}\",") };
    entry.replace("OF", &of).replace("UNTIL", until)
}

/// Kind, name and words of each claim that is told.
fn told((before, said_before): (&str, &str), (now, said_now): (&str, &str)) -> Vec<String> {
    let all = all_worse(&alone(before, said_before), &alone(now, said_now), &Tried::default());
    let is_claim = |change| matches!(change, Change::NewClaim | Change::WiderClaim);
    let all = all.into_iter().filter(|one| is_claim(one.change));
    all.map(|one| format!("{} {}: {}", one.change.name(), one.name, one.what)).collect()
}

#[test]
fn a_new_word_that_makes_a_threat_less_is_told() {
    for (entry, words) in [
        (ACCEPTED, "ada takes it until 2027-01-31"),
        (ANSWERED, "ada says until 2027-01-31 that something answers it"),
        (RATED, "ada rates it lower until 2027-01-31"),
    ] {
        let now = said(entry, "GET /orders/{id}", "2027-01-31");
        let [one] = told((CONTRACT, ""), (CONTRACT, &now)).try_into().unwrap();
        assert_eq!(one, format!("new-claim others-objects-read GET /orders/{{id}}: {words}"));
        assert_eq!(told((CONTRACT, &now), (CONTRACT, &now)), [""; 0]);
        assert_eq!(told((CONTRACT, &now), (CONTRACT, "")), [""; 0], "less is said");
    }
}

#[test]
fn a_word_that_ended_or_only_raises_makes_nothing_less() {
    for entry in KINDS {
        assert_eq!(told((CONTRACT, ""), (CONTRACT, &said(entry, "", "2026-11-26"))), [""; 0]);
    }
    let raised = "rated: [{ threat: others-objects-read, by: ada, reason: seen, likelihood: 9, impact: 9 }]\n";
    assert_eq!(told((CONTRACT, ""), (CONTRACT, raised)), [""; 0]);
}

#[test]
fn of_several_ratings_the_worst_counts_wherever_it_stands() {
    let high = "{ threat: others-objects-read, by: ada, reason: seen, likelihood: 9, impact: 9 }";
    let low = "{ threat: others-objects-read, by: bo, reason: no, likelihood: 1, impact: 1, until: 2027-01-31 }";
    for lines in [[high, low], [low, high]] {
        let model = alone(CONTRACT, &format!("rated: [{}]\n", lines.join(", ")));
        let threats = model.threats.iter().filter(|one| one.rule.id == "others-objects-read");
        assert!(threats.clone().count() > 0);
        threats
            .for_each(|one| assert_eq!((one.inherent.likelihood, one.inherent.impact), (90, 90)));
    }
}

#[test]
fn a_later_end_is_told_and_an_earlier_one_is_not() {
    for entry in KINDS {
        let at = |until| said(entry, "GET /orders/{id}", until);
        let [one] =
            told((CONTRACT, &at("2027-01-31")), (CONTRACT, &at("2027-11-01"))).try_into().unwrap();
        assert!(
            one.starts_with("wider-claim ")
                && one.contains("until 2027-11-01, before until 2027-01-31"),
            "{one}"
        );
        assert_eq!(told((CONTRACT, &at("2027-11-01")), (CONTRACT, &at("2027-01-31"))), [""; 0]);
        let [one] =
            told((CONTRACT, &at("2026-11-01")), (CONTRACT, &at("2027-01-31"))).try_into().unwrap();
        assert!(one.starts_with("wider-claim "), "one that had ended, said anew: {one}");
    }
}

#[test]
fn from_one_element_to_all_of_them_is_told() {
    for entry in KINDS {
        let one = said(entry, "GET /orders/{id}", "2027-01-31");
        let all = said(entry, "", "2027-01-31");
        for contract in [CONTRACT, &more()] {
            let [one] = told((contract, &one), (contract, &all)).try_into().unwrap();
            assert!(one.starts_with("wider-claim others-objects-read *: "), "{one}");
            assert!(one.ends_with("before only of GET /orders/{id}"), "{one}");
        }
        assert_eq!(told((CONTRACT, &all), (CONTRACT, &one)), [""; 0], "less, under a name of it");
    }
}

#[test]
fn what_was_added_under_words_that_were_there_is_told() {
    for entry in KINDS {
        let all = said(entry, "", "2027-01-31");
        let [one] = told((CONTRACT, &all), (&more(), &all)).try_into().unwrap();
        assert!(one.starts_with("wider-claim others-objects-read *: "), "{one}");
        assert!(one.ends_with("also of GET /bills/{id}"), "{one}");
    }
}

#[test]
fn another_element_is_told_as_new_and_another_name_of_the_same_one_is_not() {
    for entry in KINDS {
        let at = |of| said(entry, of, "2027-01-31");
        let more = more();
        let [one] = told((&more, &at("GET /orders/{id}")), (&more, &at("GET /bills/{id}")))
            .try_into()
            .unwrap();
        assert!(one.starts_with("new-claim others-objects-read GET /bills/{id}: "), "{one}");
        let same = (at("GET /orders/{id}"), at("entry/get-orders-id"));
        assert_eq!(told((CONTRACT, &same.0), (CONTRACT, &same.1)), [""; 0]);
        let later = said(entry, "entry/get-orders-id", "2027-02-01");
        assert_eq!(told((CONTRACT, &same.0), (CONTRACT, &later)).len(), 1, "for longer");
    }
}

#[test]
fn a_word_about_nothing_that_is_there_is_told_before_it_acts() {
    let later = said(ACCEPTED, "GET /bills/{id}", "2027-01-31");
    assert_eq!(told((CONTRACT, ""), (CONTRACT, &later)).len(), 1);
}

#[test]
fn a_rating_that_is_lower_still_is_told() {
    let lower = RATED.replace("impact: 2", "impact: 1.5");
    let (before, now) = (said(RATED, "", "2027-01-31"), said(&lower, "", "2027-01-31"));
    let [one] = told((CONTRACT, &before), (CONTRACT, &now)).try_into().unwrap();
    assert!(one.contains("likelihood and impact 1.0 and 1.5, before 1.0 and 2.0"), "{one}");
    assert_eq!(told((CONTRACT, &now), (CONTRACT, &before)), [""; 0]);
}

#[test]
fn a_rating_that_raised_and_is_taken_away_is_told() {
    let raised = "rated: [{ threat: others-objects-read, by: ada, reason: seen, likelihood: 9, impact: 9 }]\n";
    let lower = raised.replace("impact: 9", "impact: 8");
    for now in ["", lower.as_str()] {
        let all = all_worse(&alone(CONTRACT, raised), &alone(CONTRACT, now), &Tried::default());
        let [one] = all.try_into().unwrap();
        assert_eq!((one.change, one.name.as_str()), (Change::Gone, "others-objects-read *"));
        assert_eq!(one.what, "ada rated it 9.0 and 9.0, and nobody does any more");
    }
    assert_eq!(
        all_worse(&alone(CONTRACT, &lower), &alone(CONTRACT, raised), &Tried::default())
            .iter()
            .filter(|one| one.change == Change::Gone)
            .count(),
        0
    );
}
