//! Whatever keys stand above one another, and whatever they say: what a key may, each above it may.

use std::path::PathBuf;
use std::sync::Arc;

use portcullis_json::{Document, Limits};
use portcullis_model::{KeyRules, Sources, UnixMillis, Verbs};
use portcullis_policy::{Input, Model, Overrides, RequestPlace};
use proptest::prelude::*;

use super::{KeyAsk, judge_key};
use crate::caller_identity::{KeyUse, key_fault, key_holder};
use crate::face::Judgement;
use crate::rules::{Asked, Object, Of, Purpose, Rules, Truth, Verdict};

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Shop, version: "1" }
security: [{ key: [] }]
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Api-Key } }
  parameters: { id: { name: id, in: path, required: true, schema: { type: integer } } }
  schemas:
    Card: { type: object, properties: { id: { type: integer } } }
    Order: { type: object, properties: { id: { type: integer }, card: { $ref: "#/components/schemas/Card" } } }
paths:
  /me: { get: { operationId: getMe, responses: { "200": { description: d } } } }
  /cards/{id}:
    parameters: [{ $ref: "#/components/parameters/id" }]
    get: { operationId: getCard, responses: { "200": { description: d, content: { application/json: { schema: { $ref: "#/components/schemas/Card" } } } } } }
  /orders:
    get: { operationId: listOrders, responses: { "200": { description: d, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Order" } } } } } } }
    post: { operationId: createOrder, responses: { "204": { description: d } } }
  /orders/{id}:
    parameters: [{ $ref: "#/components/parameters/id" }]
    get: { operationId: getOrder, responses: { "200": { description: d, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } } }
    delete: { operationId: deleteOrder, responses: { "204": { description: d } } }
  /orders/{id}/pay:
    parameters: [{ $ref: "#/components/parameters/id" }]
    post: { operationId: payOrder, responses: { "204": { description: d } } }
"##;

const POLICY: &str =
    "apis: [{ name: shop, contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]
listen: 127.0.0.1:0
store: { folder: store, key: file:store.key }
callers: { api_keys: { brand: shop, pepper: file:pepper.key } }
resources: { Order: {}, Card: {} }
access: [{ may: \"*\", on: [Order, Card] }, { callers: [getMe] }]
";

fn model() -> Model {
    let mut sources = Sources::default();
    let contract = sources.add("openapi.yaml", CONTRACT);
    let policy = Some(sources.add("portcullis.yaml", POLICY));
    let (folder, overrides) = (PathBuf::new(), Overrides::default());
    let now = UnixMillis(1_800_000_000_000);
    let input = Input { sources, contract, policy, folder, overrides, now };
    Model::join(input).unwrap_or_else(|failure| panic!("{:#?}", failure.diagnostics))
}

fn some(texts: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let text = proptest::sample::select(texts).prop_map(str::to_owned);
    prop_oneof![Just(Vec::new()), proptest::collection::vec(text, 1..3)]
}

fn rules() -> impl Strategy<Value = Arc<KeyRules>> {
    let operations = some(&["getMe", "getOrder", "GET /orders", "shop::payOrder", "desk::getMe"]);
    let resource = || proptest::sample::select(vec!["Order", "Card"]).prop_map(str::to_owned);
    let verbs = (1_u8..64).prop_filter_map("some", Verbs::from_bits);
    let may = proptest::collection::vec((resource(), verbs), 0..3);
    let objects = proptest::collection::vec((resource(), "[67]"), 0..3);
    let begin = proptest::option::of((0_u64..3).prop_map(UnixMillis));
    let first = (operations, some(&["read", "write"]), some(&["shop", "desk"]), begin);
    (first, may, objects, some(&["https://a.example", "https://b.example"])).prop_map(
        |((operations, scopes, apis, not_before), may, objects, origins)| {
            let networks = Vec::new();
            let rules =
                KeyRules { operations, scopes, networks, apis, not_before, ..KeyRules::default() };
            Arc::new(KeyRules { may, objects, origins, ..rules })
        },
    )
}

/// All that a key may, of all that is tried: one bit each.
fn permitted(model: &Model, rules: &Rules, line: &[Arc<KeyRules>]) -> Vec<bool> {
    let mut all = Vec::new();
    for (api, origin, now) in [("shop", "https://a.example", 1), ("desk", "https://b.example", 2)] {
        let origin = Some(origin);
        let used = KeyUse { api, address: None, origin, now: UnixMillis(now) };
        all.push(key_fault(line, used).is_none());
    }
    let holder = key_holder(line, &"acme".into(), &"api_keys:shop".into(), "key");
    all.extend(["read", "write"].map(|scope| holder.scopes.iter().any(|known| **known == *scope)));
    let nothing = |_: &RequestPlace| None;
    let request: &dyn Fn(&RequestPlace) -> Option<Vec<String>> = &nothing;
    let asked = Asked { model: &model.authorization, caller: Some(&holder), request, limits: line };
    for operation in 0..model.contract.operations.len() {
        let ask = KeyAsk { model, operation: Some(operation) };
        all.push(matches!(judge_key(line, ask), Judgement::Pass(())));
        for (resource, purpose) in
            [(0, Purpose::Touch), (1, Purpose::Touch), (0, Purpose::Show), (1, Purpose::Show)]
        {
            let of = Of { operation, resource, purpose };
            all.push(rules.permits_all(&asked, of));
            for id in ["6", "7", "8"] {
                let text = format!("{{\"id\":{id}}}").into_bytes();
                let document = Document::parse(text, &Limits::default()).unwrap();
                let objects = [
                    Object::named(0, id.into(), Truth::Yes),
                    Object::whole(document.root(), Truth::Yes),
                    Object::given(document.root()),
                    Object::new(Some(document.root())),
                ];
                let judged = objects.map(|object| rules.object(&asked, of, &object, true));
                all.extend(judged.map(|verdict| matches!(verdict, Verdict::Permitted(_))));
            }
        }
    }
    all.push(matches!(judge_key(line, KeyAsk { model, operation: None }), Judgement::Pass(())));
    all
}

#[test]
fn what_a_key_may_each_key_above_it_may() {
    let model = model();
    let compiled = Rules::compile(&model.authorization);
    let free = permitted(&model, &compiled, &[Arc::default()]);
    assert!(free.iter().filter(|may| **may).count() > 40, "there is something to lose");
    let is_ever_less = std::cell::Cell::new(false);
    // A tree is judged by its lines: from each key to the topmost.
    proptest!(ProptestConfig::with_cases(512), |(line in proptest::collection::vec(rules(), 1..6))| {
        let below = permitted(&model, &compiled, &line);
        for from in 1..line.len() {
            let above = permitted(&model, &compiled, &line[from..]);
            for (place, (below, above)) in below.iter().zip(&above).enumerate() {
                prop_assert!(!below || *above, "{place}: {line:?}");
            }
        }
        is_ever_less.set(is_ever_less.get() || below != free);
    });
    assert!(is_ever_less.get());
}
