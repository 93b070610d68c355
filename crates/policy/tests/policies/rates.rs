//! How often requests may come.

use std::fmt::Write as _;
use std::time::Duration;

use portcullis_model::Sources;
use portcullis_policy::{Failure, Input, Model, Often, RateBound, RateCost, RateCounts, RateLimit};

use crate::pharmacy::{API, diagnostics, input, join, own};

fn warned(rates: &str) -> String {
    let model = join(&format!("{API}rates:\n{rates}")).unwrap();
    diagnostics(&model.sources, &own(&model.warnings))
}

fn refused(rates: &str) -> String {
    let failure = join(&format!("{API}{rates}")).unwrap_err();
    diagnostics(&failure.sources, &failure.diagnostics)
}

fn often(rate: &str) -> Often {
    let model = join(&format!("{API}rates: [{{ per: everybody, {rate} }}]\n")).unwrap();
    match model.rates.first().map(|rate| &rate.bound) {
        Some(RateBound::Often(often, RateCost::Fixed(1))) => *often,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_burst_is_all_that_a_rate_names_and_a_thousand_at_most() {
    let rate = |count, per, burst| Often { count, per: Duration::from_secs(per), burst };
    assert_eq!(often("rate: 5/15min"), rate(5, 900, 5));
    assert_eq!(often("rate: 1000000/day"), rate(1_000_000, 86_400, 1_000));
    assert_eq!(often("rate: 1000000/day, burst: 50000"), rate(1_000_000, 86_400, 50_000));
}

#[test]
fn where_others_can_ask_there_are_rates_without_a_word() {
    let listening = |policy: &str| {
        let model = Model::join(input(Some(&format!("{API}{policy}")))).unwrap();
        model.rates.iter().map(|rate| rate.text.to_string()).collect::<Vec<_>>()
    };
    let both = ["per: caller, rate: 100/s, burst: 500", "per: address, rate: 50/s, burst: 200"];
    assert!(listening("").is_empty(), "on loopback");
    assert_eq!(listening("listen: 0.0.0.0:8080\n"), both);
    assert_eq!(listening("trusted_proxies: [10.0.0.0/8]\n"), both, "a proxy asks for others");
    assert!(listening("trusted_proxies: []\n").is_empty());
    assert!(listening("listen: 0.0.0.0:8080\nrates: []\n").is_empty(), "somebody decided");
}

#[test]
fn what_counts_nothing_or_twice_is_told() {
    let told = warned("  - { per: caller, rate: 5/s }\n");
    assert!(told.contains("nobody verifies who calls, so this counts nothing"), "{told}");
    let told = warned("  - { per: caller, rate: 5/s }\n  - { per: address, rate: 5/s }\n");
    assert_eq!(told, "", "it is for the day when somebody does");
    let told = warned("  - { per: key, rate: 5/s }\n");
    assert!(told.contains("no caller shows an API key"), "{told}");
    let told = warned(
        "  - { of: [createOrder, watchOrders], per: address, rate: 5/s }\n  \
         - { of: [watchOrders, createOrder], per: address, rate: 50/s }\n",
    );
    assert!(told.contains("counts the same requests"), "{told}");
    let same =
        format!("{API}rates: [{{ per: address, rate: 5/s }}, {{ rate: 5/1s, per: address }}]\n");
    assert_eq!(join(&same).unwrap().rates.len(), 1, "a request would be counted twice");
    let two = "  - { per: address, rate: 5/s }\n  - { per: address, rate: 1000/day }\n";
    assert_eq!(warned(two), "", "over another time it is another bound");
    let told = warned("  - { per: everybody, rate: 5/s, counts_callers: true }\n");
    assert!(told.contains("`counts_callers` is about"), "{told}");
}

#[test]
fn there_are_so_many_entries_and_so_many_of_one_operation() {
    let mut rates = "rates:\n".to_owned();
    for second in 1..=65 {
        let _ = writeln!(rates, "  - {{ of: createOrder, per: everybody, rate: 1/{second}s }}");
    }
    let told = refused(&rates);
    assert!(told.contains("there are more than 64 rates"), "{told}");
    assert!(told.contains("more than 8 rates concern one operation"), "{told}");
}

#[test]
fn an_entry_of_successes_and_one_of_once_say_so_in_their_text() {
    let store = "store: { folder: s, key: file:s.key }\n";
    let rates = "rates:\n  - { of: createOrder, per: everybody, rate: 5/s, counts: success }\n  \
                 - { of: createOrder, per: body./item, once: true }\n  \
                 - { of: watchOrders, per: everybody, rate: 5/s, counts: every, once: false }\n";
    let model = join(&format!("{API}{store}{rates}")).unwrap();
    let texts: Vec<_> = model.rates.iter().map(|rate| rate.text.to_string()).collect();
    assert_eq!(
        texts,
        [
            "of: createOrder, per: everybody, rate: 5/s, counts: success",
            "of: createOrder, per: body./item, once: true",
            "of: watchOrders, per: everybody, rate: 5/s"
        ]
    );
    let [success, once, every] = &*model.rates else { panic!("{texts:?}") };
    assert_eq!((success.counts, every.counts), (RateCounts::Success, RateCounts::Every));
    assert_eq!(once.bound, RateBound::Once);
    let counts = |counts| RateLimit { counts, ..success.clone() };
    let (all, some) = (counts(RateCounts::Every), counts(RateCounts::Success));
    assert!(all.is_as_strict_as(&some) && !some.is_as_strict_as(&all), "fewer are counted");
}

#[test]
fn an_entry_of_distinct_values_is_looser_than_one_of_all() {
    let of = |rest: &str| {
        let entry = format!("{{ of: createOrder, per: everybody, rate: 5/s{rest} }}");
        join(&format!("{API}rates: [{entry}]\n")).unwrap().rates.first().cloned().unwrap()
    };
    let (all, some) = (of(""), of(", distinct: body./item"));
    assert_eq!(&*some.text, "of: createOrder, per: everybody, rate: 5/s, distinct: body./item");
    assert!(some.needs_body() && !all.needs_body());
    assert!(all.is_as_strict_as(&some) && !some.is_as_strict_as(&all));
    assert!(some.is_as_strict_as(&some));
}

#[test]
fn bytes_and_time_have_rates_of_their_own_units() {
    let of = |rest: &str| {
        let model = join(&format!("{API}rates: [{{ per: everybody, {rest} }}]\n")).unwrap();
        let rate = model.rates.first().unwrap();
        match &rate.bound {
            RateBound::Often(often, cost) => (rate.text.to_string(), *often, cost.clone()),
            other => panic!("{other:?}"),
        }
    };
    let (text, often, cost) = of("rate: 100MiB/h, cost: bytes");
    assert_eq!(text, "per: everybody, rate: 100MiB/h, cost: bytes");
    assert_eq!((often.count, often.burst, cost), (100 << 10, 100 << 10, RateCost::Bytes));
    let (text, often, cost) = of("rate: 60000ms/min, burst: 90s, cost: time");
    assert_eq!(text, "per: everybody, rate: 1min/min, burst: 90s, cost: time");
    assert_eq!((often.count, often.burst, cost), (60_000, 90_000, RateCost::Time));
}

#[test]
fn what_is_meant_by_a_cost_leaves_no_question() {
    for (rest, told) in [
        ("rate: 100/h, cost: bytes", "bytes are no requests"),
        ("rate: 60s/min, cost: bytes", "bytes are no requests"),
        ("rate: 100MiB/h", "add `cost: bytes`"),
        ("rate: 60s/min, cost: 5", "add `cost: time`"),
        ("rate: 100MiB/h, burst: 10, cost: bytes", "`burst: 10MiB`"),
        ("rate: 100/h, burst: 10MiB", "requests have no bytes"),
        ("rate: 100MB/h, cost: bytes", "is no rate"),
        ("rate: 2GiB/s, cost: bytes", "more than can be counted"),
        ("rate: 1/366d, burst: 1000000", "would not come back within ten years"),
        ("rate: 100MiB/h, cost: bytes, counts: success", "does not go with"),
        ("rate: 100MiB/h, cost: bytes, distinct: body./item", "`cost` does not go with"),
        ("at_once: 2, cost: time", "`cost` belongs to `rate`"),
    ] {
        let all = refused(&format!("rates: [{{ of: createOrder, per: everybody, {rest} }}]\n"));
        assert!(all.contains(told), "{rest}: {all}");
    }
}

/// Orders, with a name for what they look like.
const ORDERS: &str = r##"openapi: 3.1.0
info: { title: Orders, version: "1" }
components: { schemas: { Order: { type: object, properties: { id: { type: integer }, customer: { type: string } } } } }
paths:
  /orders:
    get: { operationId: listOrders, responses: { "200": { description: all } } }
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { "200": { description: one, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
"##;

fn of_orders(rest: &str) -> Result<Model, Box<Failure>> {
    let mut sources = Sources::default();
    let policy = format!("{API}resources: {{ Order: {{ owner: /customer }} }}\n{rest}");
    let policy = Some(sources.add("portcullis.yaml", policy));
    let contract = sources.add("openapi.yaml", ORDERS);
    Model::join(Input { sources, contract, policy, ..input(None) }).map_err(Box::new)
}

#[test]
fn an_entry_that_counts_objects_concerns_what_names_them() {
    let model = of_orders("rates: [{ per: Order, rate: 5/h }]\n").unwrap();
    let rate = model.rates.first().unwrap();
    let named = |index: &usize| model.contract.operation(*index).unwrap().name();
    let of: Vec<String> = rate.of.iter().flatten().map(named).collect();
    assert_eq!((of, &*rate.text), (vec!["getOrder".to_owned()], "per: Order, rate: 5/h"));
    assert!(rate.needs_body(), "it counts when it is known who may touch it");
    for (rest, told) in [
        ("rates: [{ per: Ordr, rate: 5/h }]\n", "did you mean `Order`?"),
        ("rates: [{ per: cart, rate: 5/h }]\n", "`cart` cannot be counted"),
        (
            "rates: [{ of: listOrders, per: Order, rate: 5/h }]\n",
            "no request of `listOrders` names",
        ),
        (
            "flows: { sale: { per: Order, steps: [listOrders, getOrder] } }\n",
            "`Order` is nobody who walks",
        ),
    ] {
        let failure = of_orders(rest).unwrap_err();
        let all = diagnostics(&failure.sources, &failure.diagnostics);
        assert!(all.contains(told), "{rest}: {all}");
    }
}
