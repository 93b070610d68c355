//! What belongs to no single operation: limits, origins, where the API is, and under which path.

use portcullis_policy::{Model, WhenFull};

use super::{Changes, Pair, Reach};

pub(super) fn compare(pair: &Pair<'_>, changes: &mut Changes) {
    all_of(&pair.after.model);
    limits(pair, changes);
    let (before, after) = (&pair.before.model, &pair.after.model);
    for origin in after.origins.iter().filter(|origin| !before.origins.contains(origin)) {
        let what = format!("pages of `{}` may call from a browser", origin.as_str());
        changes.of_all(Reach::Wider, what, after.lines.origins);
    }
    for origin in before.origins.iter().filter(|origin| !after.origins.contains(origin)) {
        let what = format!("pages of `{}` may no longer call", origin.as_str());
        changes.of_all(Reach::Narrower, what, None);
    }
    match (before.when_full, after.when_full) {
        (WhenFull::Refuse, WhenFull::Lose) => {
            let what = "requests pass whose records are lost";
            changes.of_all(Reach::Wider, what, after.lines.when_full);
        }
        (WhenFull::Lose, WhenFull::Refuse) => {
            let what = "no request passes whose record would be lost";
            changes.of_all(Reach::Narrower, what, after.lines.when_full);
        }
        _ => {}
    }
    if before.base_path != after.base_path {
        let shown = |path: &str| if path.is_empty() { "/".to_owned() } else { path.to_owned() };
        let (old, new) = (shown(&before.base_path), shown(&after.base_path));
        let what = format!("clients call under `{new}`, no longer under `{old}`");
        changes.of_all(Reach::Wider, what, after.lines.base_path);
    }
    if before.upstream != after.upstream {
        let shown = |one: &portcullis_policy::Upstream| {
            format!("http://{}:{}{}", one.host, one.port, one.path)
        };
        let (old, new) = (shown(&before.upstream), shown(&after.upstream));
        let what = format!("requests, with their credentials, go to `{new}`, no longer to `{old}`");
        changes.of_all(Reach::Wider, what, after.lines.contract);
    }
}

/// Taken apart without `..`: what is added to a model does not compile until somebody has thought of
/// how it is compared.
const fn all_of(model: &Model) {
    let Model {
        // Said in words, or looked up by them.
        sources: _,
        main: _,
        version: _,
        lines: _,
        warnings: _,
        // A reload with another one is refused as a whole, or told by whoever opens it.
        posture: _,
        listen: _,
        health: _,
        ledger: _,
        // Compared here.
        upstream: _,
        base_path: _,
        origins: _,
        when_full: _,
        limits: _,
        // Compared in the files beside this one.
        relaxations: _,
        contract: _,
        access: _,
        undeclared_in: _,
        undeclared_out: _,
        bodies: _,
    } = model;
}

fn limits(pair: &Pair<'_>, changes: &mut Changes) {
    let lines = &pair.after.model.lines.limits;
    let amounts = pair.before.limits.amounts().into_iter().zip(pair.after.limits.amounts());
    for (before, after) in amounts.filter(|(before, after)| before.amount != after.amount) {
        let is_raised = after.amount > before.amount;
        let reach = if is_raised == after.is_least { Reach::Narrower } else { Reach::Wider };
        let word = if is_raised { "raised" } else { "lowered" };
        let what = format!(
            "`limits: {{ {} }}` is {word} from {} to {}",
            after.key, before.text, after.text
        );
        let line = lines.iter().find(|(key, _)| *key == after.key).map(|(_, span)| *span);
        changes.of_all(reach, what, line);
    }
}
