//! Steps of flows, and what values must be: judged when everything else was, and settled by the API's answer.

use std::time::Instant;

use portcullis_controls::business_flow::{self, NoStep, Outcome, Step, Told, told};
use portcullis_controls::caller_identity::api;
use portcullis_counting::Key;
use portcullis_json::Value;
use portcullis_model::{ControlId, Mode, Status};
use portcullis_policy::{InputPlace, WalkPlace};

use super::authenticate::Authenticated;
use super::context::{Context, Exit};
use super::rates::Asked;
use super::validate::Valid;
use super::values;

/// Judges values, and lets a request begin every step that it is.
pub(super) fn begin(valid: &Valid, context: &mut Context<'_>) -> Result<(), Exit> {
    let Some(index) = context.operation else { return Ok(()) };
    if context.mode(ControlId::BusinessFlow) == Mode::NotAsked {
        return Ok(());
    }
    let plan = context.plan;
    let rules = plan.model.values.get(index).map_or(&[][..], Vec::as_slice);
    let steps = plan.operations.get(index).map_or(&[][..], |operation| &operation.steps);
    if rules.is_empty() && steps.is_empty() {
        return Ok(());
    }
    let authenticated = valid.admitted().authenticated();
    let request = values::Request { matched: authenticated.matched(), body: Some(valid.body()) };
    let said = |place: &InputPlace| request.values(place, context).ok();
    let caller = authenticated.caller().identity().map(|identity| &**identity);
    if let Some(refusal) = business_flow::judge_values(rules, caller, &said) {
        context.refuse(refusal)?;
    }
    for step in steps {
        if let Err(no) = one(step, valid, context) {
            context.refuse(no.refusal(step))?;
        }
    }
    Ok(())
}

fn one(step: &Step, valid: &Valid, context: &mut Context<'_>) -> Result<(), NoStep> {
    let Some(rule) = step.flow.steps.get(step.index) else { return Ok(()) };
    let authenticated = valid.admitted().authenticated();
    let request = values::Request { matched: authenticated.matched(), body: Some(valid.body()) };
    let said = |place: &InputPlace| request.values(place, context).ok();
    let key = match &rule.of {
        Some(WalkPlace::Answer(_)) => None,
        Some(WalkPlace::Request(place)) => {
            let named = said(place).and_then(|all| <[String; 1]>::try_from(all).ok());
            let Some([name]) = named else { return Err(NoStep::Unnamed) };
            Some(key(step, (authenticated, valid), Some(&name), context))
        }
        None => Some(key(step, (authenticated, valid), None, context)),
    };
    let brings: Vec<Option<Vec<Told>>> = rule
        .equal
        .iter()
        .map(|(place, _)| Some(said(place)?.iter().map(|value| told(value)).collect()))
        .collect();
    let walks = &context.worker.shared.walks;
    let walking = walks.begin(step, key, &brings, Instant::now())?;
    context.walking.push(walking);
    Ok(())
}

/// What stands for a walk: of which API and flow, whose, and of what.
fn key(
    step: &Step,
    (authenticated, valid): (&Authenticated, &Valid),
    name: Option<&str>,
    context: &Context<'_>,
) -> Key {
    let asked = Asked::of(authenticated, Some(valid.body()));
    let mut parts = vec![api(&context.plan.model).as_bytes().to_vec()];
    parts.extend(asked.walker(&step.flow.per, context));
    parts.extend(name.map(|name| name.as_bytes().to_vec()));
    context.worker.shared.walks.key(step, &parts)
}

/// Everything is taken that it needs: from now on the API may do it.
pub(super) fn sent(valid: &Valid, context: &mut Context<'_>) {
    if context.walking.is_empty() {
        return;
    }
    // Whose walk it will be if the answer says of what; the request is gone then.
    let asked = Asked::of(valid.admitted().authenticated(), Some(valid.body()));
    let api = api(&context.plan.model).as_bytes().to_vec();
    let mut walking = std::mem::take(&mut context.walking);
    for one in &mut walking {
        one.sent(true);
        if one.is_named_by_answer() {
            let mut parts = vec![api.clone()];
            parts.extend(asked.walker(&one.step().flow.per, context));
            one.of(parts);
        }
    }
    context.walking = walking;
}

/// It is certain that the API never heard of it.
pub(super) fn unsent(context: &mut Context<'_>) {
    context.walking.iter_mut().for_each(|walking| walking.sent(false));
}

/// What an answer of success tells, before anything is taken out of it.
pub(super) fn look(status: Status, root: Value<'_>, context: &mut Context<'_>) {
    if status.0 >= 400 {
        return;
    }
    for walking in &mut context.walking {
        let step = walking.step().clone();
        let Some(rule) = step.flow.steps.get(step.index) else { continue };
        for (which, (_, pointer)) in rule.shows.iter().enumerate() {
            for value in values::all_at(root, pointer).unwrap_or_default() {
                walking.tells(which, told(&value));
            }
        }
        if let Some(WalkPlace::Answer(pointer)) = &rule.of {
            let named = values::all_at(root, pointer).ok();
            let named = named.and_then(|all| <[String; 1]>::try_from(all).ok());
            if let Some([name]) = named {
                walking.named(&name);
            }
        }
    }
}

/// What became of every step. Whatever would have been refused is nothing that others may build on (rule 28).
pub(super) fn settle(status: Status, context: &mut Context<'_>) {
    let is_done = status.0 < 400 && !context.entry.has_would_refuse();
    let outcome = if is_done { Outcome::Done } else { Outcome::Failed };
    for walking in context.walking.drain(..) {
        walking.end(outcome, Instant::now());
    }
}
