//! How much of a threat model is derived with no line of anybody's, and how long that takes: `cargo run -p
//! portcullis-threat --example figures -- FILE...`. Prints a part of `docs/src/threat-figures.md`.

#![expect(clippy::print_stdout, reason = "a program that measures")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_model::{Span, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};
use portcullis_threat::forms::{Filled, Shown, json, tm_bom_fields};
use portcullis_threat::{Answers, Sources, Stated, System, ThreatModel};

/// 2026-11-27.
const NOW: UnixMillis = UnixMillis(1_795_737_600_000);

/// Operations of the generated document, and how often it is derived anew.
const OPERATIONS: usize = 1_000;
const ROUNDS: usize = 21;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut all, mut alone, mut unread) = (Vec::new(), Vec::new(), 0_usize);
    for file in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&file)?;
        match plan(&file, &text) {
            Ok(plan) => {
                let plans = [plan];
                all.push(Counted::of(&plans, true));
                alone.push(Counted::of(&plans, false));
            }
            Err(_) => unread += 1,
        }
    }
    if !all.is_empty() {
        fields(&all, &alone, unread);
    }
    if cfg!(debug_assertions) {
        println!("How long it takes is measured with optimisation alone: `cargo xtask threats`.");
        return Ok(());
    }
    speed()
}

/// What was derived of one document.
struct Counted {
    fields: BTreeMap<String, Filled>,
    threats: usize,
}

impl Counted {
    fn of(plans: &[Plan], has_gateway: bool) -> Self {
        let model = derived(plans, has_gateway);
        let place = |_: Span| String::new();
        let shown = Shown {
            model: &model,
            at: NOW,
            place: &place,
            questions: &[],
            named: "",
            behind: None,
        };
        Self { fields: tm_bom_fields(&shown), threats: model.threats.len() }
    }

    /// Fields with one derived value at least, in percent.
    fn share(&self) -> f64 {
        let derived = self.fields.values().filter(|filled| filled.derived > 0).count();
        derived as f64 * 100.0 / self.fields.len() as f64
    }

    /// Derived values of all that the schema has room for in the objects that were found, in percent.
    fn values(&self) -> f64 {
        let objects: usize = self.fields.values().map(|filled| filled.objects).sum();
        let derived: usize = self.fields.values().map(|filled| filled.derived).sum();
        derived as f64 * 100.0 / objects.max(1) as f64
    }
}

fn derived(plans: &[Plan], has_gateway: bool) -> ThreatModel {
    let stated = Stated::default();
    let sources = Sources { plans, stated: &stated, has_gateway, requests: None };
    let answers = Answers { plans, is_in_front: has_gateway, evidence: &[], seen: &[], now: NOW };
    portcullis_threat::model(System::derive(&sources), stated, &answers)
}

fn fields(all: &[Counted], alone: &[Counted], unread: usize) {
    let mean_of = |all: &[Counted], of: fn(&Counted) -> f64| {
        all.iter().map(of).sum::<f64>() / all.len() as f64
    };
    let mean = |of| mean_of(all, of);
    let worst = all.iter().map(Counted::share).fold(100.0, f64::min);
    let best = all.iter().map(Counted::share).fold(0.0, f64::max);
    let count = all.first().map_or(0, |one| one.fields.len());
    let threats: usize = all.iter().map(|one| one.threats).sum();
    println!("| what | figure |\n|---|---:|");
    println!("| documents read | {} |", all.len());
    println!("| documents that are no OpenAPI, or not enforceable, and not counted | {unread} |");
    println!("| fields of the schema | {count} |");
    println!("| fields with a derived value, mean of documents | {:.1} % |", mean(Counted::share));
    println!("| the same, the document with the fewest | {worst:.1} % |");
    println!("| the same, the document with the most | {best:.1} % |");
    let of_api = mean_of(alone, Counted::share);
    println!("| the same for the API alone, with no gateway in front, mean | {of_api:.1} % |");
    println!(
        "| values derived, of all objects and all their fields | {:.1} % |",
        mean(Counted::values)
    );
    println!("| threats found, in all | {threats} |");
    println!("\nFields that are not derived in every document:\n");
    println!("| field | documents | values |\n|---|---:|---:|");
    let mut table = String::new();
    for field in
        all.iter().flat_map(|one| one.fields.keys()).collect::<std::collections::BTreeSet<_>>()
    {
        let of_field = || all.iter().filter_map(|one| one.fields.get(field));
        let documents = of_field().filter(|filled| filled.derived > 0).count();
        let objects: usize = of_field().map(|filled| filled.objects).sum();
        let derived: usize = of_field().map(|filled| filled.derived).sum();
        if documents < all.len() {
            let share = documents as f64 * 100.0 / all.len() as f64;
            let values = derived as f64 * 100.0 / objects.max(1) as f64;
            let _ = writeln!(table, "| `{field}` | {share:.0} % | {values:.0} % |");
        }
    }
    println!("{table}");
}

fn speed() -> Result<(), Box<dyn std::error::Error>> {
    let plans = [plan("generated.json", &generated(OPERATIONS))?];
    let model = derived(&plans, true);
    let place = |_: Span| String::new();
    let shown =
        Shown { model: &model, at: NOW, place: &place, questions: &[], named: "", behind: None };
    let derive = median(|| drop(black_box(derived(&plans, true))));
    let form = median(|| drop(black_box(json(&shown))));
    println!("| {OPERATIONS} operations, one core | ms |\n|---|---:|");
    println!("| elements and {} threats derived anew | {derive:.1} |", model.threats.len());
    println!("| their JSON | {form:.1} |");
    Ok(())
}

fn median(mut act: impl FnMut()) -> f64 {
    let mut costs: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            act();
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    costs.sort_by(f64::total_cmp);
    costs.get(ROUNDS / 2).copied().unwrap_or_default()
}

/// A document of so many operations: four for each resource, with objects of eight properties.
fn generated(operations: usize) -> String {
    let mut paths = String::new();
    for at in 0..operations.div_ceil(4) {
        let body = format!(
            r##""content": {{ "application/json": {{ "schema": {{ "$ref": "#/components/schemas/Thing{at}" }} }} }}"##
        );
        let answer = format!(r#""responses": {{ "200": {{ "description": "done", {body} }} }}"#);
        let id = r#""parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "maxLength": 40 } }]"#;
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(
            paths,
            r#"{comma} "/things{at}": {{ "get": {{ {answer} }}, "post": {{ "requestBody": {{ {body} }}, {answer} }} }},
            "/things{at}/{{id}}": {{ {id}, "get": {{ {answer} }}, "delete": {{ {answer} }} }}"#
        );
    }
    let schemas: Vec<String> = (0..operations.div_ceil(4))
        .map(|at| {
            format!(
                r#""Thing{at}": {{ "type": "object", "properties": {{ "id": {{ "type": "string" }}, "owner": {{ "type": "string" }},
                "email": {{ "type": "string" }}, "iban": {{ "type": "string" }}, "note": {{ "type": "string" }},
                "amount": {{ "type": "number" }}, "callbackUrl": {{ "type": "string", "format": "uri" }}, "role": {{ "type": "string" }} }} }}"#
            )
        })
        .collect();
    format!(
        r#"{{ "openapi": "3.1.0", "info": {{ "title": "Things", "version": "1" }},
        "security": [{{ "token": [] }}], "paths": {{ {paths} }},
        "components": {{ "securitySchemes": {{ "token": {{ "type": "http", "scheme": "bearer" }} }}, "schemas": {{ {} }} }} }}"#,
        schemas.join(",")
    )
}

fn plan(file: &str, text: &str) -> Result<Plan, String> {
    let mut sources = portcullis_model::Sources::default();
    let contract = sources.add(file, text);
    let overrides = Overrides {
        upstream: Some("http://127.0.0.1:9".to_owned()),
        listen: Some("127.0.0.1:0".to_owned()),
    };
    let (policy, folder) = (None, PathBuf::new());
    let input = Input { sources, contract, policy, folder, overrides, now: NOW };
    let model = Model::join(input).map_err(|failure| format!("{failure}"))?;
    Ok(Plan::compile(model, PlanOptions::default()))
}
