//! One form of the threat model of documents, with no line of anybody's: `cargo run -p portcullis-threat --example
//! shown -- html [--policy portcullis.yaml] openapi.json ...`. The forms are text, markdown, html, json, tm-bom, threat-dragon and sarif.

#![expect(clippy::print_stdout, reason = "a program that prints")]

use std::path::PathBuf;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_model::UnixMillis;
use portcullis_policy::{Input, Model, Overrides};
use portcullis_threat::forms::{self, Shown, TextOptions};
use portcullis_threat::{Answers, Stated, System};

/// 2026-11-27.
const NOW: UnixMillis = UnixMillis(1_795_737_600_000);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let form = arguments.next().ok_or("which form?")?;
    let mut files: Vec<String> = arguments.collect();
    let policy = match files.iter().position(|one| one == "--policy") {
        Some(at) => files.drain(at..(at + 2).min(files.len())).nth(1),
        None => None,
    };
    let plans = files.iter().map(|file| plan(file, policy.as_deref()));
    let plans = plans.collect::<Result<Vec<Plan>, _>>()?;
    let stated = Stated::default();
    let sources = portcullis_threat::Sources {
        plans: &plans,
        stated: &stated,
        has_gateway: true,
        requests: None,
    };
    let answers = Answers { plans: &plans, is_in_front: true, evidence: &[], seen: &[], now: NOW };
    let model = portcullis_threat::model(System::derive(&sources), stated, &answers);
    let place = |span: portcullis_model::Span| {
        let sources = &plans.first().map(|plan| plan.model.sources.clone()).unwrap_or_default();
        let (line, column) = sources.line_column(span);
        format!("{}:{line}:{column}", sources.name(span.source))
    };
    let shown =
        Shown { model: &model, at: NOW, place: &place, questions: &[], named: "", behind: None };
    match form.as_str() {
        "text" => print!("{}", forms::text(&shown, TextOptions::default())),
        "markdown" => print!("{}", forms::markdown(&shown)),
        "html" => print!("{}", forms::html(&shown)),
        "json" => print!("{}", forms::lined(&forms::json(&shown))),
        "tm-bom" => print!("{}", forms::lined(&forms::tm_bom(&shown))),
        "threat-dragon" => print!("{}", forms::lined(&forms::threat_dragon(&shown))),
        "sarif" => print!("{}", forms::lined(&forms::sarif(&shown, env!("CARGO_PKG_VERSION")))),
        other => return Err(format!("no form `{other}`").into()),
    }
    Ok(())
}

fn plan(file: &str, policy: Option<&str>) -> Result<Plan, Box<dyn std::error::Error>> {
    let mut sources = portcullis_model::Sources::default();
    let contract = sources.add(file, std::fs::read_to_string(file)?);
    let overrides = Overrides {
        upstream: Some("http://127.0.0.1:9".to_owned()),
        listen: Some("127.0.0.1:0".to_owned()),
    };
    let policy = match policy {
        Some(policy) => Some(sources.add(policy, std::fs::read_to_string(policy)?)),
        None => None,
    };
    let folder = PathBuf::new();
    let input = Input { sources, contract, policy, folder, overrides, now: NOW };
    let model =
        Model::join(input).map_err(|failure| format!("{failure}: {:#?}", failure.diagnostics))?;
    Ok(Plan::compile(model, PlanOptions::default()))
}
