//! A small shop, and its threat model.

use std::path::PathBuf;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_evidence::Record;
use portcullis_model::{Sources as Texts, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};
use portcullis_threat::diff::{Baseline, Change, Compared, Tried, Worse, diff};
use portcullis_threat::forms::{Shown, json};
use portcullis_threat::{Answers, Sources, Stated, System, ThreatModel, model};

/// 2026-11-27.
pub(crate) const NOW: UnixMillis = UnixMillis(1_795_737_600_000);

pub(crate) const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Shop, version: "1" }
components:
  securitySchemes: { token: { type: http, scheme: bearer } }
  schemas:
    Order:
      type: object
      properties: { id: { type: integer }, email: { type: string }, card_number: { type: string } }
paths:
  /orders:
    get:
      operationId: listOrders
      security: [{ token: [] }]
      responses:
        "200":
          description: orders
          content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Order" } } } }
  /orders/{id}:
    get:
      security: [{ token: [] }]
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses:
        "200":
          description: an order
          content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } }
"##;

pub(crate) const POLICY: &str =
    "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }]\n";

/// What people say, without problems.
pub(crate) fn stated(text: &str) -> Stated {
    let mut sources = Texts::default();
    let source = sources.add("threats.yaml", format!("version: 1\n{text}"));
    let read = Stated::from_text(source, &sources, NOW);
    read.unwrap_or_else(|failure| panic!("{text}: {:#?}", failure.diagnostics))
}

/// The shop with nothing in front, and what people say of it.
pub(crate) fn alone(contract: &str, said: &str) -> ThreatModel {
    found(contract, said, false, &[])
}

pub(crate) fn found(
    contract: &str,
    said: &str,
    is_in_front: bool,
    evidence: &[(Record, Vec<&'static str>)],
) -> ThreatModel {
    let mut sources = Texts::default();
    let contract = sources.add("openapi.yaml", contract);
    let policy = Some(sources.add("portcullis.yaml", POLICY));
    let (folder, overrides) = (PathBuf::new(), Overrides::default());
    let input = Input { sources, contract, policy, folder, overrides, now: NOW };
    let joined = Model::join(input).unwrap_or_else(|failure| panic!("{:#?}", failure.diagnostics));
    let plans = [Plan::compile(joined, PlanOptions::default())];
    let stated = stated(said);
    let system = System::derive(&Sources {
        plans: &plans,
        stated: &stated,
        has_gateway: is_in_front,
        requests: None,
    });
    let answers = Answers { plans: &plans, is_in_front, evidence, seen: &[], now: NOW };
    model(system, stated, &answers)
}

/// A model as `--format json` writes it.
pub(crate) fn written(model: &ThreatModel) -> serde_json::Value {
    let place = |_| String::new();
    json(&Shown { model, at: NOW, place: &place, questions: &[], named: "", behind: None })
}

pub(crate) fn read(value: &serde_json::Value) -> Baseline {
    Baseline::from_json(value.to_string().as_bytes()).unwrap()
}

/// What is worse than in a model that was written.
pub(crate) fn all_worse(before: &ThreatModel, now: &ThreatModel, tried: &Tried) -> Vec<Worse> {
    let (before, of_now) = (read(&written(before)), Baseline::of(now, NOW));
    diff(&Compared { before: &before, now: &of_now, model: now, at: NOW, tried })
}

/// Kind and name of what is worse, with no evidence.
pub(crate) fn worse(before: &ThreatModel, now: &ThreatModel) -> Vec<(Change, String)> {
    let all = all_worse(before, now, &Tried::default());
    all.into_iter().map(|one| (one.change, one.name)).collect()
}
