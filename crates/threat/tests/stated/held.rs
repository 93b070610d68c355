//! What is said of nothing is told, with what may be meant.

use portcullis_threat::ThreatModel;

use crate::shop::{CONTRACT, NOW, alone};

fn told(model: &ThreatModel) -> Vec<String> {
    let all = model.held(NOW);
    let one = |one: &portcullis_model::Diagnostic| {
        assert!(one.span.is_some());
        format!("{}: {} ({})", one.code.name, one.message, one.help.as_deref().unwrap_or_default())
    };
    all.iter().map(one).collect()
}

fn accepted(threat: &str, of: &str, until: &str) -> String {
    format!(
        "accepted: [{{ threat: {threat}, of: \"{of}\", by: ada, reason: demo, until: {until} }}]\n"
    )
}

fn of(model: &ThreatModel, title: &str) -> (bool, bool) {
    let one = model.threats.iter().find(|one| {
        one.rule.id == "others-objects-read" && model.system.title(one.element) == title
    });
    one.map(|one| (one.is_open(), one.accepted.is_some())).unwrap()
}

#[test]
fn what_is_said_of_what_is_there_is_taken_by_every_name_of_it() {
    for name in ["GET /orders/{id}", "entry/get-orders-id"] {
        let model = alone(CONTRACT, &accepted("others-objects-read", name, "2027-01-31"));
        assert_eq!(told(&model), [""; 0]);
        assert_eq!(of(&model, "GET /orders/{id}"), (false, true), "{name}");
    }
}

#[test]
fn a_contract_renamed_under_an_acceptance_opens_the_threat_again_and_says_its_new_name() {
    let said = accepted("others-objects-read", "GET /orders/{id}", "2027-01-31");
    let renamed =
        CONTRACT.replace("/orders/{id}", "/orders/{orderId}").replace("name: id", "name: orderId");
    let model = alone(&renamed, &said);
    assert_eq!(of(&model, "GET /orders/{orderId}"), (true, false));
    let [one] = told(&model).try_into().unwrap();
    assert!(one.starts_with("threats-unknown-element"), "{one}");
    assert!(one.contains("`GET /orders/{orderId}`"), "{one}");
}

#[test]
fn a_threat_that_is_misspelt_or_not_found_there_is_told() {
    let [one] = told(&alone(CONTRACT, &accepted("other-objects-read", "listOrders", "2027-01-31")))
        .try_into()
        .unwrap();
    assert!(one.contains("did you mean `others-objects-read`?"), "{one}");
    let [one] =
        told(&alone(CONTRACT, &accepted("others-objects-read", "listOrders", "2027-01-31")))
            .try_into()
            .unwrap();
    assert!(one.starts_with("threats-nothing-there"), "{one}");
}

#[test]
fn what_ended_is_open_on_the_day_after_and_is_told_before() {
    let at = |day: &str| alone(CONTRACT, &accepted("others-objects-read", "GET /orders/{id}", day));
    let ended = at("2026-11-26");
    assert_eq!(of(&ended, "GET /orders/{id}"), (true, false));
    assert!(told(&ended)[0].starts_with("threats-expired"));
    let last = at("2026-11-27");
    assert_eq!(of(&last, "GET /orders/{id}"), (false, true));
    assert!(told(&last)[0].starts_with("threats-ends-soon"));
    assert_eq!(told(&at("2027-01-31")), [""; 0]);
}

/// Likelihood and impact of the threat to orders of others, in tenths.
fn rating(said: &str) -> (u8, u8) {
    let model = alone(CONTRACT, said);
    let is_it = |one: &&portcullis_threat::Threat| {
        one.rule.id == "others-objects-read"
            && model.system.title(one.element) == "GET /orders/{id}"
    };
    let one = model.threats.iter().find(is_it).unwrap();
    (one.inherent.likelihood, one.inherent.impact)
}

#[test]
fn a_rating_lowers_a_threat_until_its_day_and_raises_it_without_one() {
    let rated = |likelihood: &str, impact: &str, until: &str| {
        format!(
            "rated: [{{ threat: others-objects-read, likelihood: {likelihood}, impact: {impact}, reason: demo, by: ada{until} }}]\n"
        )
    };
    let derived = rating("");
    assert!(derived.0 > 10 && derived.1 > 10 && derived.0 < 90, "{derived:?}");
    assert_eq!(rating(&rated("1", "1", ", until: 2027-01-31")), (10, 10));
    assert_eq!(rating(&rated("1", "1", ", until: 2026-11-27")), (10, 10), "the day itself counts");
    for endless in ["", ", until: 2026-11-26"] {
        assert_eq!(rating(&rated("1", "1", endless)), derived, "{endless}");
        assert_eq!(rating(&rated("9", "9", endless)), (90, 90), "{endless}");
        assert_eq!(rating(&rated("9", "1", endless)), (90, derived.1), "{endless}");
    }
    let told_of = |said: &str| told(&alone(CONTRACT, said));
    let [one] = told_of(&rated("1", "1", "")).try_into().unwrap();
    assert!(one.starts_with("threats-no-end: ") && one.contains("add `until`"), "{one}");
    assert!(told_of(&rated("1", "1", ", until: 2026-11-26"))[0].starts_with("threats-expired"));
    assert_eq!(told_of(&rated("9", "9", "")), [""; 0]);
    assert_eq!(told_of(&rated("1", "1", ", until: 2027-01-31")), [""; 0]);
}

#[test]
fn an_answer_that_ended_leaves_the_threat_open() {
    let said = |day: &str| {
        format!("answered: [{{ threat: others-objects-read, how: rows, by: ada, until: {day} }}]\n")
    };
    assert!(!of(&alone(CONTRACT, &said("2026-11-27")), "GET /orders/{id}").0);
    let ended = alone(CONTRACT, &said("2026-11-26"));
    assert!(of(&ended, "GET /orders/{id}").0);
    assert!(told(&ended)[0].starts_with("threats-expired"));
}

#[test]
fn zones_and_data_that_are_not_there_are_told() {
    let said = "zones: [{ name: data centre }]\nstores: [{ name: db, zone: data center, holds: [Ordr] }]\ndata: { Odrer: [personal] }\n";
    let all = told(&alone(CONTRACT, said));
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all[0].contains("`data centre`"), "{all:?}");
    assert!(all[1].contains("did you mean `Order`?"), "{all:?}");
}

#[test]
fn data_lies_in_the_stores_that_are_said_to_hold_it() {
    let said = "stores: [{ name: a, holds: [Order], encrypted: true }, { name: b, holds: [Bill] }, { name: c }]\n";
    let model = alone(CONTRACT, said);
    let order = model.system.data.iter().find(|one| one.title == "Order").unwrap();
    let stores = order.placed.iter().map(|place| model.system.stores[place.store].title.as_str());
    assert_eq!(stores.collect::<Vec<_>>(), ["a", "c"]);
}
