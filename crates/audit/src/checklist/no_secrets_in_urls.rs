//! C7: do URLs expose secrets?

use portcullis_controls::Judgement;
use portcullis_controls::Plan;
use portcullis_controls::secret_in_url::{Declared, SecretPaths, judge_query};
use portcullis_credential::api_key;
use portcullis_model::{ControlId, Mode};

use crate::answer::{Answer, DEPLOYMENT, Question, many};
use crate::asked::Asked;

pub(super) const QUESTION: Question = Question {
    item: "C7",
    text: "do URLs expose no secrets?",
    about: DEPLOYMENT,
    repeat: "portcullis explain -c CONFIG --method GET --path '/x?api_key=KEY'",
    lasts_days: 90,
};

/// What documents ask for in URLs.
const ASKED_FOR: [&str; 2] = ["key-in-query", "secret-parameter"];

pub(super) fn answer(asked: &Asked<'_>) -> Answer {
    let Ok((_, canary)) = api_key::generate("drill", "test") else {
        return QUESTION.not_checkable("no chance to be had", "a system that has some");
    };
    let (mut tried, mut shown) = (0, 0);
    for plan in asked.plans {
        let (places, left) = drill(plan, &canary);
        (tried, shown) = (tried + places, shown + left);
    }
    let drilled = format!(
        "a canary key in {tried} paths and queries, one in the place of each operation's parameters: {shown} would be \
         served from a query or recorded from a path"
    );
    if shown > 0 {
        return QUESTION.no(drilled, "report it: this is a flaw of the gateway");
    }
    if asked
        .plans
        .iter()
        .any(|plan| plan.mode(ControlId::SecretInUrl, None, asked.now) != Mode::Enforce)
    {
        return QUESTION
            .no("`secret_in_url` only observes", "take the relaxation of it out of `relax`");
    }
    let found = asked.found(&ASKED_FOR);
    match found.first() {
        None => QUESTION.yes(drilled),
        Some(first) => QUESTION.no(
            format!(
                "documents ask for {} in URLs: {}; {drilled}",
                many(found.len(), "credential"),
                first.message
            ),
            first.help.clone().unwrap_or_else(|| "take it from a header".to_owned()),
        ),
    }
}

/// How often it was tried, and how often the canary was left.
fn drill(plan: &Plan, canary: &str) -> (usize, usize) {
    let (model, paths) = (&plan.model, SecretPaths::of(&plan.model));
    let (mut tried, mut shown) = (0, 0);
    for index in 0..model.contract.operations.len() {
        let Some(operation) = model.contract.operation(index) else { continue };
        let path = format!("{}/{canary}/x", model.base_path);
        let behind = format!("{}{}/{canary}", model.base_path, operation.template);
        let of_operation = paths.recorded_of(operation, &behind).contains(canary);
        let left = [paths.recorded(&path).contains(canary), of_operation];
        let declared = Declared {
            operation: Some(operation),
            shapes: &model.contract.shapes,
            schemes: &model.contract.schemes,
        };
        let query = format!("portcullis_drill={canary}");
        let is_served = matches!(judge_query(declared, Some(&query)), Judgement::Pass(_));
        tried += left.len() + 1;
        shown += left.iter().filter(|left| **left).count() + usize::from(is_served);
    }
    (tried, shown)
}
