//! What authorization costs, without the network: `cargo run --release -p portcullis-controls --example authorize`.
//! Prints figures as a table.

#![expect(
    clippy::print_stdout,
    clippy::panic,
    clippy::expect_used,
    clippy::format_collect,
    clippy::similar_names,
    clippy::cast_sign_loss,
    reason = "a program that measures: a set-up that fails must fail"
)]

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use portcullis_controls::object_ownership::{Shown, judge};
use portcullis_controls::rules::{Asked, Object, Of, Purpose, Truth, Verdict};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_json::Document;
use portcullis_model::{Attribute, Caller, Identity, Source, Sources, UnixMillis, Value};
use portcullis_policy::{Input, Model, Overrides, RequestPlace};

const SAMPLES: usize = 200_000;
const LISTS: usize = 2_000;
const ITEMS: usize = 100;
/// Bytes of one item, about.
const ITEM_BYTES: usize = 1_024;

fn main() {
    let (few, many, same) = (plan(10, false), plan(1_000, false), plan(1_000, true));
    println!("| | measured | aim |\n|---|---|---|");
    let ten = decisions(&few);
    println!("| one request, 10 rules: half of all | {:.2} us | 5 us |", at(&ten, 0.5));
    println!("| one request, 10 rules: 99 of 100 | {:.2} us | 30 us |", at(&ten, 0.99));
    // In turns, so that what else happens on the machine happens to both.
    let mut all = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..5 {
        for (plan, costs) in [&few, &many, &same].into_iter().zip(&mut all) {
            costs.push(at(&decisions(plan), 0.5));
        }
    }
    let [ten, thousand, same] = all.map(|mut costs| {
        costs.sort_by(f64::total_cmp);
        costs.get(2).copied().unwrap_or_default()
    });
    println!("| 1,000 rules beside 10 | {:+.1} % | +10 % |", (thousand / ten - 1.0) * 100.0);
    println!(
        "| 1,000 rules about one operation, of 1,000 roles, beside 10 | {:+.1} % | +10 % |",
        (same / ten - 1.0) * 100.0
    );
    list(&few);
}

fn plan(rules: usize, is_same: bool) -> Plan {
    let mut sources = Sources::default();
    let others: String = (0..100)
        .map(|n| {
            format!(
                "  /things{n}/{{id}}:\n    get: {{ operationId: getThing{n}, parameters: [{{ name: id, in: path, required: true, schema: {{ type: integer }} }}], responses: {{ \"200\": {{ description: one, content: {{ application/json: {{ schema: {{ $ref: \"#/components/schemas/Things{n}\" }} }} }} }} }} }}\n"
            )
        })
        .collect();
    let schemas: String = (0..100)
        .map(|n| format!("    Things{n}: {{ type: object, properties: {{ id: {{ type: integer }}, customer_id: {{ type: string }} }} }}\n"))
        .collect();
    let contract =
        sources.add("openapi.yaml", format!("{CONTRACT}{others}components:\n{SCHEMAS}{schemas}"));
    let resources: String =
        (0..100).map(|n| format!("  Things{n}: {{ owner: /customer_id }}\n")).collect();
    let roles: String = (0..250).map(|n| format!(", r{n}: []")).collect();
    let further: String = (3..rules)
        .map(|n| {
            let (role, on) =
                (n % 250, if is_same { "Order".to_owned() } else { format!("Things{}", n % 100) });
            format!("  - {{ role: r{role}, may: read, on: {on}, when: mine }}\n")
        })
        .collect();
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
         callers:\n  jwt: {{ issuer: \"https://login.example.com\", audience: shop }}\n  \
         attributes: {{ role: {{ claim: /role }}, tenant: {{ claim: /tenant }} }}\n\
         roles: {{ customer: [], staff: [customer]{roles} }}\ntenant: /org\n\
         resources:\n  Order: {{ owner: /customer_id, relations: {{ helper: /helper }} }}\n{resources}access:\n\
         \x20 - {{ role: customer, may: [read, update], on: Order, when: mine, hide: [/note] }}\n\
         \x20 - {{ role: customer, may: read, on: Order, when: \"resource.helper == caller.id and not resource./status == 'locked'\" }}\n\
         \x20 - {{ role: customer, forbid: update, on: Order, when: \"resource./status in ['paid', 'sent']\" }}\n{further}"
    );
    let policy = Some(sources.add("portcullis.yaml", policy));
    let input = Input {
        sources,
        contract,
        policy,
        folder: PathBuf::new(),
        overrides: Overrides { listen: Some("127.0.0.1:0".to_owned()), ..Overrides::default() },
        now: UnixMillis(1_800_000_000_000),
    };
    let model = Model::join(input)
        .unwrap_or_else(|failure| panic!("{failure}: {:#?}", failure.diagnostics));
    Plan::compile(model, PlanOptions::default())
}

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Orders, version: "1" }
security: [{ bearer: [] }]
paths:
  /orders:
    get: { operationId: listOrders, responses: { "200": { description: all, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Order" } } } } } } }
  /orders/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get: { operationId: getOrder, responses: { "200": { description: one, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } } }
    put: { operationId: updateOrder, responses: { "204": { description: done } } }
"##;
const SCHEMAS: &str = "  securitySchemes: { bearer: { type: http, scheme: bearer } }
  schemas:
    Order: { type: object, properties: { id: { type: integer }, customer_id: { type: string }, helper: { type: string }, org: { type: string }, status: { type: string }, note: { type: string }, lines: { type: array, items: { type: object, properties: { name: { type: string }, price: { type: number } } } } } }
";

fn identity() -> Identity {
    let attribute = |name: &str, value: &str| Attribute {
        name: name.into(),
        value: Value::Text(value.into()),
        source: Source::Claim,
    };
    Identity {
        scheme: "bearer".into(),
        issuer: "https://login.example.com".into(),
        subject: "alice".into(),
        attributes: vec![attribute("role", "customer"), attribute("tenant", "north")],
        scopes: Vec::new(),
        is_adopted: false,
    }
}

fn order(id: usize, owner: &str) -> String {
    let start = format!(
        r#"{{"id":{id},"customer_id":"{owner}","helper":"sam","org":"north","status":"open","note":"left at the door","lines":["#
    );
    let line = r#"{"name":"a box of something that is not heavy","price":12.50}"#;
    let lines = vec![line; (ITEM_BYTES - start.len()) / line.len()];
    format!("{start}{}]}}", lines.join(","))
}

fn place(plan: &Plan, name: &str) -> usize {
    plan.model.contract.operation_named(name).expect("an operation")
}

/// Microseconds of each: the function, the object that a request names, and the object of the answer.
fn decisions(plan: &Plan) -> Vec<f64> {
    let caller = Arc::new(identity());
    let asked = Asked {
        model: &plan.model.authorization,
        caller: Some(&caller),
        request: &|_: &RequestPlace| None,
        limits: &[],
    };
    let operation = place(plan, "getOrder");
    let of = Of { operation, resource: 0, purpose: Purpose::Touch };
    let known = Caller::Verified(caller.clone());
    let document = Document::parse(order(7, "alice").into_bytes(), &plan.json_out).expect("JSON");
    let function = plan.operations.get(operation).expect("an operation").function;
    let mut all: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let started = Instant::now();
            black_box(function.judge(&plan.rules, &asked, &known, operation, false));
            let named = Object::named(0, "7".into(), Truth::Unknown);
            let first = plan.rules.object(&asked, of, black_box(&named), false);
            let whole = Object::whole(document.root(), Truth::Unknown);
            let last = plan.rules.object(&asked, of, black_box(&whole), true);
            let spent = started.elapsed();
            assert!(first == Verdict::Unknown && matches!(last, Verdict::Permitted(_)));
            spent.as_nanos() as f64 / 1000.0
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all
}

fn at(sorted: &[f64], share: f64) -> f64 {
    let place = (sorted.len() as f64 * share) as usize;
    sorted.get(place).copied().unwrap_or_default()
}

/// A list of which every second item is the caller's.
fn list(plan: &Plan) {
    let caller = Arc::new(identity());
    let operation = place(plan, "listOrders");
    let items: Vec<String> =
        (0..ITEMS).map(|id| order(id, if id % 2 == 0 { "alice" } else { "bob" })).collect();
    let text = format!("[{}]", items.join(","));
    let asked = Asked {
        model: &plan.model.authorization,
        caller: Some(&caller),
        request: &|_: &RequestPlace| None,
        limits: &[],
    };
    let shown = Shown {
        shapes: &plan.model.contract.shapes,
        places: &plan.places,
        rules: &plan.rules,
        asked: &asked,
        operation,
        held: &|_, _, _| Truth::Unknown,
    };
    let response = plan.model.contract.operation(operation).and_then(|one| one.response(200));
    let media = response.and_then(|response| response.media.first()).expect("an answer");
    let shape = media.schema.as_ref().expect("a schema").shape;
    let (mut parsing, mut judging) = (Vec::new(), Vec::new());
    for _ in 0..LISTS {
        let bytes = text.clone().into_bytes();
        let started = Instant::now();
        let document = Document::parse(bytes, &plan.json_out).expect("JSON");
        parsing.push(started.elapsed().as_nanos() as f64 / 1000.0 / ITEMS as f64);
        let started = Instant::now();
        let judged = judge(&document, shape, false, &shown);
        judging.push(started.elapsed().as_nanos() as f64 / 1000.0 / ITEMS as f64);
        assert_eq!(judged.drop.len(), ITEMS / 2);
    }
    parsing.sort_by(f64::total_cmp);
    judging.sort_by(f64::total_cmp);
    println!(
        "| an item of 1 KB of a list of 100, on top of parsing | {:.2} us | 1 us |",
        at(&judging, 0.5)
    );
    println!("| parsing it | {:.2} us | |", at(&parsing, 0.5));
}
