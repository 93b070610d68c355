//! Flows and rules of values, as they are read.

use std::time::Duration;

use portcullis_policy::{InputPlace, RateKey, RequestPlace, ValueMust, WalkPlace};

use crate::pharmacy::{API, diagnostics, join, own};

#[test]
fn a_flow_is_its_steps_in_order_by_caller_for_a_day() {
    let model =
        join(&format!("{API}flows: {{ order: {{ steps: [createOrder, watchOrders] }} }}\n"));
    let model = model.unwrap();
    let flow = &model.flows[0];
    assert_eq!((&*flow.name, flow.per.as_slice()), ("order", [RateKey::Caller].as_slice()));
    let [first, second] = flow.steps.as_slice() else { panic!("{flow:?}") };
    assert_eq!((&*first.name, &*second.name), ("createOrder", "watchOrders"));
    assert_eq!((second.after, second.within), (Duration::ZERO, Duration::from_hours(24)));
    assert!(second.goes_back && second.of.is_none() && second.equal.is_empty());
    assert_eq!(flow.step_of(second.operations[0]), Some(1));
}

#[test]
fn a_step_says_when_of_what_and_with_what() {
    let model = join(&format!(
        "{API}flows:\n  order:\n    per: [caller, cookie.cart]\n    within: 2h\n    steps:\n      \
         - {{ step: createOrder, of: answer./id, shows: {{ total: answer./total }}, goes_back: false }}\n      \
         - {{ step: \"GET /orders/{{id}}\", of: path.id, after: 500ms, within: 1min, equal: {{ path.id: total }} }}\n"
    ));
    let model = model.unwrap();
    let [first, second] = model.flows[0].steps.as_slice() else { panic!("two steps") };
    assert_eq!(first.of, Some(WalkPlace::Answer("/id".to_owned())));
    assert_eq!(first.shows, [("total".into(), "/total".to_owned())]);
    assert!(!first.goes_back);
    assert_eq!(first.within, Duration::from_hours(2));
    let id = InputPlace::One(RequestPlace::Path("id".to_owned()));
    assert_eq!(second.of, Some(WalkPlace::Request(id.clone())));
    assert_eq!((second.after, second.within), (Duration::from_millis(500), Duration::from_mins(1)));
    assert_eq!(second.equal, [(id, "total".into())]);
}

#[test]
fn what_is_told_and_never_asked_for_is_warned_about() {
    let model = join(&format!(
        "{API}flows: {{ order: {{ steps: [{{ step: createOrder, shows: {{ total: answer./total }} }}, watchOrders] }} }}\n"
    ));
    let model = model.unwrap();
    let told = diagnostics(&model.sources, &own(&model.warnings));
    assert!(told.contains("no step has to repeat `total`"), "{told}");
}

#[test]
fn what_no_declared_answer_has_is_warned_about_where_it_is_written() {
    let found = |shows: &str| {
        let model = join(&format!(
            "{API}flows:\n  order:\n    steps:\n      - {{ step: listMedicines, shows: {{ x: \"{shows}\" }} }}\n      \
             - {{ step: createOrder, equal: {{ body./item: x }} }}\n"
        ));
        let model = model.unwrap();
        diagnostics(&model.sources, &own(&model.warnings))
    };
    let told = found("answer./*/price");
    assert!(told.contains("no answer of `listMedicines` has `/*/price`"), "{told}");
    assert!(told.contains("portcullis.yaml:6"), "{told}");
    for declared in ["answer./*", "answer./0"] {
        assert_eq!(found(declared), "", "{declared}");
    }
    let made = join(&format!(
        "{API}flows: {{ order: {{ steps: [{{ step: createOrder, of: answer./id }}, {{ step: \"GET /orders/{{id}}\", of: path.id }}] }} }}\n"
    ));
    let made = made.unwrap();
    let told = diagnostics(&made.sources, &own(&made.warnings));
    assert!(told.contains("no answer of `createOrder` has `/id`"), "{told}");
}

#[test]
fn rules_of_values_keep_their_words() {
    let model = join(&format!(
        "{API}operations:\n  createOrder: {{ values: {{ body./item: [pills, drops] }} }}\n  \
         \"GET /orders/{{id}}\": {{ values: {{ path.id: \"1..\" }} }}\n"
    ));
    let model = model.unwrap();
    let texts: Vec<&str> = model.values.iter().flatten().map(|rule| &*rule.text).collect();
    assert_eq!(texts, ["body./item: [pills, drops]", "path.id: 1.."]);
    let rules: Vec<&ValueMust> = model.values.iter().flatten().map(|rule| &rule.must).collect();
    assert!(
        matches!(rules.as_slice(), [ValueMust::In(words), ValueMust::Between(Some(_), None)] if words.len() == 2)
    );
}
