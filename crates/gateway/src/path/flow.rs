//! Steps of flows, and what values must be: judged when everything else was, and settled by the API's answer.

use std::time::Instant;

use portcullis_controls::business_flow::{self, NoStep, Outcome, Step, Told, told};
use portcullis_controls::caller_identity::api;
use portcullis_json::Value;
use portcullis_model::{ControlId, Mode, Status};
use portcullis_policy::{InputPlace, WalkPlace};

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
    let mut is_clean = true;
    if let Some(refusal) = business_flow::judge_values(rules, caller, &said) {
        context.refuse(refusal)?;
        is_clean = false;
    }
    for step in steps {
        if let Err(no) = one(step, valid, context) {
            context.refuse(no.refusal(step))?;
            is_clean = false;
        }
    }
    // What only passes because nobody enforces is nothing that others may build on (rule 28).
    context.walking.iter_mut().for_each(|walking| walking.clean(is_clean));
    Ok(())
}

fn one(step: &Step, valid: &Valid, context: &mut Context<'_>) -> Result<(), NoStep> {
    let Some(rule) = step.flow.steps.get(step.index) else { return Ok(()) };
    let authenticated = valid.admitted().authenticated();
    let request = values::Request { matched: authenticated.matched(), body: Some(valid.body()) };
    let known = |place: &InputPlace| request.known(place, context).ok();
    let asked = Asked::of(authenticated, Some(valid.body()));
    let mut parts = vec![api(&context.plan.model).as_bytes().to_vec()];
    match asked.walker(&step.flow.per, context) {
        Some(walker) => parts.extend(walker),
        // It is on its way to be somebody, as whoever is given a cart by this answer; and opens nothing yet.
        None if step.index == 0 => return Ok(()),
        None => return Err(NoStep::Unnamed),
    }
    let walks = &context.worker.shared.walks;
    let key = match &rule.of {
        Some(WalkPlace::Answer(_)) => None,
        Some(WalkPlace::Request(place)) => {
            let named = known(place).and_then(|all| <[String; 1]>::try_from(all).ok());
            let Some([name]) = named else { return Err(NoStep::Unnamed) };
            parts.push(name.into_bytes());
            Some(walks.key(step, &parts))
        }
        None => Some(walks.key(step, &parts)),
    };
    let brings: Vec<Option<Vec<Told>>> = rule
        .equal
        .iter()
        .map(|(place, _)| Some(known(place)?.iter().map(|value| told(value)).collect()))
        .collect();
    let mut walking = walks.begin(step, key, &brings, Instant::now())?;
    walking.of(parts);
    context.walking.push(walking);
    Ok(())
}

/// Everything is taken that it needs: from now on the API may do it.
pub(super) fn sent(context: &mut Context<'_>) {
    context.walking.iter_mut().for_each(|walking| walking.sent(true));
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
            let named = values::known_at(root, pointer).ok();
            let named = named.and_then(|all| <[String; 1]>::try_from(all).ok());
            if let Some([name]) = named {
                walking.named(&name);
            }
        }
    }
}

/// What became of every step. What was not asked for because the client knows it is as if nobody had asked.
pub(super) fn settle(status: Status, context: &mut Context<'_>) {
    let is_done = status.0 < 400 && status.0 != 304;
    for walking in context.walking.drain(..) {
        let counts = is_done && (walking.is_clean() || walking.step().is_last());
        let outcome = if counts { Outcome::Done } else { Outcome::Failed };
        walking.end(outcome, Instant::now());
    }
}
