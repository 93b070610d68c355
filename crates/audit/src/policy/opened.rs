//! What a policy opens, beside its relaxations.

use portcullis_controls::Plan;
use portcullis_policy::{Limits, WhenFull};

use super::{at, finding, named, rules};
use crate::finding::{Finding, Severity};

/// How many times its default a bound is when it is told.
const WIDE: usize = 10;
/// An API of fewer operations has no use for several roles.
const OPERATIONS_MIN: usize = 5;

pub(super) fn findings(plan: &Plan) -> Vec<Finding> {
    let mut found = Vec::new();
    for index in 0..plan.model.contract.operations.len() {
        found.extend(of_operation(plan, index));
    }
    found.extend(of_rules(plan));
    found.extend(bounds(plan));
    found.extend(listener(plan));
    found
}

fn of_operation(plan: &Plan, index: usize) -> Vec<Finding> {
    let model = &plan.model;
    let lines = model.lines.operations.get(index).copied().unwrap_or_default();
    let touches = model.authorization.operations.get(index);
    let is_unsafe =
        touches.is_some_and(|touches| touches.is_unsafe) || model.is_changing(Some(index));
    let name = named(plan, index);
    let shown = name.clone().unwrap_or_default();
    let mut found = Vec::new();
    let is_anyones = model.access.anyone.get(index).copied().unwrap_or_default();
    if is_anyones && is_unsafe && !belongs_to_logins(plan, index) {
        let span = model.lines.anyone.get(index).copied().flatten();
        let message = format!("`{shown}` changes something for anyone");
        let fix = "name it under `callers` in `access`, or bound it per address in `rates`";
        found.push(finding(&rules::ANYONE_CHANGES, message, fix, at(span, name.clone())));
    }
    if model.bodies.get(index).is_some_and(|body| body.stream_answer) {
        let message = format!("what `{shown}` answers is not looked into");
        let fix =
            "take `answers: stream` away, unless it is a download whose owner is known before";
        found.push(finding(&rules::NOT_INSPECTED, message, fix, at(lines.answers, name.clone())));
    }
    if touches.is_some_and(|touches| touches.is_none) {
        let message = format!("nobody owns what `{shown}` names");
        let fix = "name the resource under `objects`, or keep the reason true";
        let mut one = finding(&rules::OBJECTS_NONE, message, fix, at(None, name));
        one.severity = if is_unsafe { Severity::Medium } else { Severity::Info };
        found.push(one);
    }
    found
}

/// Whether nobody can be known before it.
fn belongs_to_logins(plan: &Plan, index: usize) -> bool {
    plan.model.callers.logins.iter().any(|login| {
        login.operation == index
            || login.refresh.as_ref().is_some_and(|refresh| refresh.operation == index)
            || login.second_step.as_ref().is_some_and(|step| step.operation == index)
    })
}

fn of_rules(plan: &Plan) -> Vec<Finding> {
    let count = plan.model.contract.operations.len();
    let mut found = Vec::new();
    for rule in plan.model.authorization.rules.iter().filter(|rule| !rule.forbids) {
        let place = || at(Some(rule.span), None);
        let roles: Vec<String> = rule.who.roles.iter().map(|role| format!("`{role}`")).collect();
        if rule.functions.len() == count && count >= OPERATIONS_MIN {
            let is_everybody =
                roles.is_empty() && rule.who.groups.is_empty() && rule.who.scopes.is_empty();
            let who = if is_everybody {
                "every caller".to_owned()
            } else if roles.is_empty() {
                "one group or scope".to_owned()
            } else {
                roles.join(" or ")
            };
            let message = format!("{who} may call all {count} operations by one rule");
            let fix = "name the operations that are needed, in a rule for each role";
            let mut one = finding(&rules::ALL_FUNCTIONS, message, fix, place());
            if is_everybody {
                one.severity = Severity::High;
            }
            found.push(one);
        }
        if rule.across_tenants {
            let message = "a rule speaks of objects of every tenant".to_owned();
            let fix = "leave `across_tenants` to roles of your own people";
            found.push(finding(&rules::CROSSES_TENANTS, message, fix, place()));
        }
    }
    found
}

/// Bounds far above their defaults.
fn bounds(plan: &Plan) -> Vec<Finding> {
    let (here, ordinary) = (&plan.model.limits, Limits::default());
    let raised = |name: &'static str, of: fn(&Limits) -> usize| {
        let (is, was) = (of(here), of(&ordinary));
        (is >= was.saturating_mul(WIDE)).then(|| {
            let lines = plan.model.lines.limits.iter().find(|(key, _)| *key == name);
            let message = format!("`{name}` is {is}, {} times its default", is / was.max(1));
            let fix = "bound the one operation that needs it in its place";
            finding(&rules::BOUND_WIDE, message, fix, at(lines.map(|(_, span)| *span), None))
        })
    };
    [
        raised("body_bytes", |limits| limits.body_bytes_max),
        raised("multipart_bytes", |limits| limits.multipart_bytes_max),
        raised("answer_bytes", |limits| limits.answer_bytes_max),
        raised("json_depth", |limits| limits.json_depth_max),
        raised("json_nodes", |limits| limits.json_nodes_max),
        raised("page_size", |limits| limits.page_size_max),
        raised("batch_items", |limits| limits.batch_items_max),
        raised("upstream_concurrency", |limits| limits.upstream_concurrency_max),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn listener(plan: &Plan) -> Vec<Finding> {
    let model = &plan.model;
    let mut found = Vec::new();
    if model.when_full == WhenFull::Lose {
        let message = "requests are served whose records are lost".to_owned();
        let fix = "take `when_full: lose` away";
        found.push(finding(&rules::RECORDS_LOST, message, fix, at(model.lines.when_full, None)));
    }
    let apart =
        model.upstream.instances().find(|one| !one.is_loopback() && one.tls.shows.is_none());
    if let Some(apart) = apart.filter(|_| model.upstream.proof.is_empty()) {
        let message = format!(
            "the API at `{}` cannot tell the gateway from whoever else reaches it",
            apart.authority()
        );
        let fix = "add `upstream_credential`, and have the API refuse what comes without";
        found.push(finding(&rules::WAY_AROUND, message, fix, Vec::new()));
    }
    found
}
