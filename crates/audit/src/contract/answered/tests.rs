//! What a gateway answers counts less, and only as long as it does.

use std::path::PathBuf;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_evidence::{Digests, Kind, Outcome, Record, Sha256Hex, Standing, State};
use portcullis_model::{ControlId, Sources, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};

use super::super::{Audited, DocumentAudit, Scored, audit};
use super::*;

/// 2026-11-27.
const NOW: UnixMillis = UnixMillis(1_795_737_600_000);

const CONTRACT: &str = "
openapi: 3.1.0
info: { title: t, version: '1' }
paths:
  /orders:
    post:
      operationId: createOrder
      security: [{ key: [] }]
      requestBody: { content: { application/json: { schema: { type: object, properties: { ids: { type: array, items: { type: string } } } } } } }
      responses: { '204': { description: done } }
    put:
      operationId: replaceOrders
      responses: { '204': { description: done } }
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
";

fn plan(policy: &str, options: PlanOptions) -> Plan {
    let mut sources = Sources::default();
    let contract = sources.add("openapi.yaml", CONTRACT);
    let text = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }}]\n{policy}"
    );
    let policy = Some(sources.add("portcullis.yaml", text));
    let (folder, overrides) = (PathBuf::new(), Overrides::default());
    let input = Input { sources, contract, policy, folder, overrides, now: NOW };
    let model = Model::join(input).unwrap_or_else(|failure| panic!("{:#?}", failure.diagnostics));
    Plan::compile(model, options)
}

fn record(control: &str, item: &str, operation: &str) -> Record {
    let nothing = Sha256Hex::of(b"");
    Record {
        id: format!("attack-{control}"),
        title: "it is stopped".to_owned(),
        kind: Kind::Attack {
            item: item.to_owned(),
            cwe: 770,
            threats: Vec::new(),
            aimed_at: Vec::new(),
            direct: Outcome::Succeeded,
            through: Outcome::Stopped,
            stopped_by: vec![control.to_owned()],
            knock_out: Some(true),
            twin: None,
            state: State::Closed,
        },
        operations: vec![operation.to_owned()],
        digests: Digests { contract: nothing, policy: nothing, suite: nothing, binary: nothing },
        at: NOW,
        expires: NOW,
    }
}

fn audited(plan: &Plan, last: Vec<(Record, Vec<&'static str>)>) -> DocumentAudit {
    let standing = Standing { last, complaints: Vec::new() };
    audit(&Audited::of(plan, Some(&standing), NOW)).unwrap()
}

fn list(found: &DocumentAudit) -> &Scored {
    found.findings.iter().find(|one| one.finding.rule.id == "list-without-bound").unwrap()
}

#[test]
fn a_control_that_is_configured_halves_a_finding_and_one_that_is_proven_takes_its_weight() {
    let gateway = plan("", PlanOptions::default());
    let model = &gateway.model;
    let alone = Audited { plan: None, ..Audited::of(&gateway, None, NOW) };
    let alone = audit(&alone).unwrap();
    assert_eq!((list(&alone).answer, &list(&alone).finding.enforced), (Answer::Open, &None));

    let configured = audited(&gateway, Vec::new());
    let enforced = list(&configured).finding.enforced.as_ref().unwrap();
    assert_eq!((enforced.control, enforced.evidence.len()), (ControlId::ResourceLimits, 0));
    assert_eq!(list(&configured).answer, Answer::Configured);
    assert_eq!(list(&configured).load * 2, list(&alone).load);

    let attack = record("resource_limits", "A4", "createOrder");
    let proven = audited(&gateway, vec![(attack, Vec::new())]);
    let enforced = list(&proven).finding.enforced.as_ref().unwrap();
    assert_eq!(enforced.evidence, ["attack-resource_limits"]);
    assert_eq!((list(&proven).answer, list(&proven).regains), (Answer::Proven, 0));
    assert!(alone.score < configured.score && configured.score < proven.score);
    assert!(model.contract.operations.len() == 2);
}

#[test]
fn evidence_of_something_else_or_of_the_past_shows_nothing() {
    let gateway = plan("", PlanOptions::default());
    for (attack, over) in [
        (record("resource_limits", "A4", "createOrder"), vec!["policy"]),
        (record("resource_limits", "A6", "createOrder"), vec![]),
        (record("resource_limits", "A4", "replaceOrders"), vec![]),
        (record("input_shape", "A4", "createOrder"), vec![]),
    ] {
        let found = audited(&gateway, vec![(attack, over)]);
        assert_eq!(list(&found).answer, Answer::Configured);
    }
    let mut open = record("resource_limits", "A4", "createOrder");
    if let Kind::Attack { state, .. } = &mut open.kind {
        *state = State::Open;
    }
    assert_eq!(list(&audited(&gateway, vec![(open, vec![])])).answer, Answer::Configured);
}

#[test]
fn a_control_that_only_observes_answers_nothing() {
    let observing = PlanOptions { observe: true, ..PlanOptions::default() };
    assert_eq!(list(&audited(&plan("", observing), Vec::new())).answer, Answer::Open);
    let relaxed = "relax: [{ operation: createOrder, control: resource_limits, mode: observe, by: ops, reason: r }]\n";
    let gateway = plan(relaxed, PlanOptions::default());
    assert_eq!(list(&audited(&gateway, Vec::new())).answer, Answer::Open);
}

#[test]
fn what_nobody_may_call_is_answered_and_what_everybody_may_is_not() {
    let write_open = |found: &DocumentAudit| {
        let found = found.findings.iter().find(|one| one.finding.rule.id == "write-open");
        found.map(|one| one.answer)
    };
    let closed = plan("", PlanOptions::default());
    assert_eq!(write_open(&audited(&closed, Vec::new())), Some(Answer::Configured));
    let opened = "access: [{ anyone: [replaceOrders] }]\n";
    let opened = plan(opened, PlanOptions::default());
    assert_eq!(write_open(&audited(&opened, Vec::new())), Some(Answer::Open));
}

#[test]
fn what_nothing_answers_stands_first() {
    let gateway = plan("", PlanOptions::default());
    let found = audited(&gateway, Vec::new());
    let first = found.findings.iter().position(|one| one.answer != Answer::Open).unwrap();
    assert!(found.findings[first..].iter().all(|one| one.answer != Answer::Open));
}
