//! What each rule finds in documents, one line each: for whoever changes a rule. `cargo run -p portcullis-threat
//! --example firings -- FILE...`

#![expect(clippy::print_stdout, reason = "a program that tells")]

use std::path::PathBuf;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_model::UnixMillis;
use portcullis_policy::{Input, Model, Overrides};
use portcullis_threat::rules::{Looked, RULES};
use portcullis_threat::{Element, Sources, Stated, System};

/// 2026-11-27.
const NOW: UnixMillis = UnixMillis(1_795_737_600_000);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for file in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&file)?;
        let Some(plan) = plan(&file, &text) else { continue };
        let (plans, stated) = ([plan], Stated::default());
        let sources =
            Sources { plans: &plans, stated: &stated, has_gateway: false, requests: None };
        let system = System::derive(&sources);
        let looked = Looked { system: &system, plans: &plans, stated: &stated, now: NOW };
        for rule in RULES {
            for hit in (rule.find)(&looked) {
                let title = match hit.element {
                    Element::Entry(at) => {
                        system.entries.get(at).map(|one| format!("{} [{}]", one.title, one.name))
                    }
                    _ => None,
                };
                let at = title.unwrap_or_else(|| system.id(hit.element));
                println!("{}\t{file}\t{at}\t{}", rule.id, hit.why);
            }
        }
    }
    Ok(())
}

fn plan(file: &str, text: &str) -> Option<Plan> {
    let mut sources = portcullis_model::Sources::default();
    let contract = sources.add(file, text);
    let overrides = Overrides {
        upstream: Some("http://127.0.0.1:9".to_owned()),
        listen: Some("127.0.0.1:0".to_owned()),
    };
    let (policy, folder) = (None, PathBuf::new());
    let input = Input { sources, contract, policy, folder, overrides, now: NOW };
    Some(Plan::compile(Model::join(input).ok()?, PlanOptions::default()))
}
