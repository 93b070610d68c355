//! What a look at the texts of a request costs, without the network:
//! `cargo run --release -p portcullis-controls --example looking`. Prints figures as a table.

#![expect(
    clippy::print_stdout,
    clippy::panic,
    clippy::expect_used,
    reason = "a program that measures: a set-up that fails must fail"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use portcullis_controls::Judgement;
use portcullis_controls::hostile_input::{Looking, Said, judge_tree};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_json::Document;
use portcullis_model::{Sources, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};

const SAMPLES: usize = 20_000;
const LARGE_SAMPLES: usize = 200;
const PADDED_BYTES: usize = 128 * 1024;

fn main() {
    let plan = plan();
    println!("| body | verdict | half of all | 99 of 100 | aim |\n|---|---|---:|---:|---|");
    let values = order("sku", "a-2714-xl", "Jane O'Brien, 12 Mill Lane; ring twice");
    measure(&plan, "1 KB, 20 free texts", 0, &values, SAMPLES, "40 and 150 us");
    measure(&plan, "1 KB, the same confined", 1, &confined(), SAMPLES, "-");
    measure(&plan, "10 KB of a webhook, nothing declared", 2, &webhook(), SAMPLES / 10, "400 us");
    for (name, pad) in [("A", "A"), ("{{{", "{{{"), ("../", "../"), ("' ;", "' ;"), ("%25", "%25")]
    {
        let text = pad.repeat(PADDED_BYTES / pad.len());
        let text = serde_json::json!({ "note": format!("{text};<script>alert(1)</script>") });
        let name = format!("128 KB of `{name}`, and a script behind it");
        measure(&plan, &name, 2, &text.to_string(), LARGE_SAMPLES, "5 ms");
    }
}

/// An order: texts of people, codes, addresses.
fn order(code: &str, value: &str, note: &str) -> String {
    let mut members = String::new();
    for n in 0..10 {
        let _ = write!(
            members,
            r#""{code}{n}": "{value}{n}", "note{n}": "{note} ({n}). Thank you!", "#
        );
    }
    format!("{{{}}}", members.trim_end_matches(", "))
}

fn confined() -> String {
    order("sku", "a-2714-xl", "Jane Miller, 12 Mill Lane, ring twice").replace(['(', ')', '!'], "")
}

/// What a shop's webhook says: ids, addresses, times, texts in several languages.
fn webhook() -> String {
    let mut items = String::new();
    for n in 0..30 {
        let _ = write!(
            items,
            r#"{{"id": "gid://shop/LineItem/{n}00271", "title": "Crème brûlée, 2 × 100 g", "sku": "CB-{n}",
            "url": "https://shop.example.com/products/cb-{n}?variant=4{n}&utm_source=mail", "price": "12.{n}",
            "note": "It's a gift: please don't include the invoice; ring at Bob & Ann's.", "at": "2026-11-26T20:00:00Z"}},"#
        );
    }
    format!(r#"{{"topic": "orders/create", "items": [{}]}}"#, items.trim_end_matches(','))
}

fn measure(plan: &Plan, name: &str, operation: usize, body: &str, samples: usize, aim: &str) {
    let document = Document::parse(body.as_bytes().to_vec(), &plan.json_in);
    let document = document.unwrap_or_else(|rejected| panic!("{:?}", rejected.fault));
    let contract = &plan.model.contract;
    let body = contract.operation(operation).and_then(|one| one.body.as_ref());
    let schema = body.and_then(|body| body.media.first()?.schema.as_ref());
    let said = Said::default();
    let mut costs = Vec::with_capacity(samples);
    let mut is_refused = false;
    for _ in 0..samples {
        let start = Instant::now();
        let looking = Looking::new(&contract.shapes, &said, true);
        let judgement = judge_tree(black_box(looking), document.root(), schema);
        costs.push(start.elapsed().as_secs_f64() * 1e6);
        is_refused = matches!(black_box(judgement), Judgement::Refuse(..));
    }
    costs.sort_by(f64::total_cmp);
    let at = |part: usize| costs.get(samples * part / 100).copied().unwrap_or_default();
    let verdict = if is_refused { "refused" } else { "passes" };
    println!("| {name} | {verdict} | {:.1} us | {:.1} us | {aim} |", at(50), at(99));
}

fn plan() -> Plan {
    let mut sources = Sources::default();
    let contract = sources.add("openapi.yaml", CONTRACT);
    let input = Input {
        sources,
        contract,
        policy: None,
        folder: PathBuf::new(),
        overrides: Overrides {
            listen: Some("127.0.0.1:0".to_owned()),
            upstream: Some("http://127.0.0.1:1".to_owned()),
        },
        now: UnixMillis(1_800_000_000_000),
    };
    let model = Model::join(input).expect("the model");
    Plan::compile(model, PlanOptions::default())
}

const CONTRACT: &str = r#"openapi: 3.1.0
info: { title: Orders, version: "1" }
paths:
  /orders:
    post: { operationId: free, requestBody: { content: { application/json: { schema: { type: object, additionalProperties: { type: string } } } } }, responses: { "204": { description: done } } }
  /confined:
    post: { operationId: confined, requestBody: { content: { application/json: { schema: { type: object, additionalProperties: { type: string, pattern: "^[\\w .,-]*$" } } } } }, responses: { "204": { description: done } } }
  /webhook:
    post: { operationId: webhook, requestBody: { content: { application/json: { schema: { type: object } } } }, responses: { "204": { description: done } } }
"#;
