//! What everybody sees of objects: as lines of text without numbers.

use std::collections::BTreeMap;

use portcullis_model::Span;
use portcullis_policy::{AnswerMask, DerivedMember};

use super::{Changes, Pair, Reach};
use crate::plan::Plan;

pub(super) fn compare(pair: &Pair<'_>, changes: &mut Changes) {
    let (old, new) = (Lines::of(pair.before), Lines::of(pair.after));
    let (wider, narrower) = (Reach::Wider, Reach::Narrower);
    for (what, span) in missing(&old.hidden, &new.hidden) {
        changes.of_all(narrower, format!("nobody sees {what}"), Some(span));
    }
    for (what, _) in missing(&new.hidden, &old.hidden) {
        changes.of_all(wider, format!("{what} is not hidden from everybody any more"), None);
    }
    for (what, span) in missing(&old.shown, &new.shown) {
        changes.of_all(wider, format!("answers show {what}"), Some(span));
    }
    for (what, _) in missing(&new.shown, &old.shown) {
        changes.of_all(narrower, format!("answers do not show {what} any more"), None);
    }
    let (old, new) = (&pair.before.model.answers, &pair.after.model.answers);
    if old.key != new.key {
        let what = "hashes in the place of values have another key";
        changes.of_all(wider, what, new.key_span);
    }
}

type Said = BTreeMap<String, Span>;

/// What stands in the second and not in the first.
fn missing<'a>(from: &'a Said, of: &'a Said) -> impl Iterator<Item = (&'a str, Span)> {
    let others = of.iter().filter(|(what, _)| !from.contains_key(*what));
    others.map(|(what, span)| (what.as_str(), *span))
}

/// What is hidden, and what is shown all the same or in its place.
#[derive(Default)]
struct Lines {
    hidden: Said,
    shown: Said,
}

impl Lines {
    fn of(plan: &Plan) -> Self {
        let mut all = Self::default();
        let shapes = &plan.model.contract.shapes;
        for mask in &plan.model.answers.masks {
            // What is added does not compile until somebody has looked for numbers in it. Shapes without a
            // name are compared with the answers that have them.
            let AnswerMask { name, schemas, shapes: unnamed, hide, show, derive, span } = mask;
            let mut of: Vec<&str> = schemas.iter().map(|one| shapes.schema_name(*one)).collect();
            of.sort_unstable();
            let of = format!("`{name}` ({} and {} others)", of.join(", "), unnamed.len());
            all.hidden.extend(hide.iter().map(|at| (format!("`{at}` of {of}"), *span)));
            all.shown.extend(show.iter().map(|at| (format!("`{at}` of {of}"), *span)));
            for DerivedMember { name, from, how } in derive {
                let from = from.as_deref().unwrap_or("nothing");
                let what = format!("`{name}` of {of}, derived from {from}: {how:?}");
                all.shown.insert(what, *span);
            }
        }
        all
    }
}
