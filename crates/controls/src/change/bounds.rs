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
    upstream(before, after, changes);
    front(before, after, changes);
}

/// Where requests go, with their credentials.
fn upstream(before: &Model, after: &Model, changes: &mut Changes) {
    let (old, new) = (&before.upstream, &after.upstream);
    let line = after.lines.contract;
    if old.path != new.path {
        let what = format!("requests go to `{}`, no longer to `{}`", new.path, old.path);
        changes.of_all(Reach::Wider, what, line);
    }
    for instance in new.instances().filter(|one| !old.instances().any(|known| known == *one)) {
        let what = format!("requests, with their credentials, go to `{instance}`");
        changes.of_all(Reach::Wider, what, line);
    }
    for instance in old.instances().filter(|one| !new.instances().any(|known| known == *one)) {
        changes.of_all(Reach::Narrower, format!("no requests go to `{instance}`"), None);
    }
}

/// Which clients reach the API: by which names, through whom, inside TLS or not.
fn front(before: &Model, after: &Model, changes: &mut Changes) {
    if before.hosts != after.hosts {
        let is_fewer = !after.hosts.is_empty()
            && (before.hosts.is_empty()
                || after.hosts.iter().all(|host| before.hosts.contains(host)));
        // Beside other APIs, a name that is gone here may lead to one of them.
        let is_narrower = is_fewer && after.name.is_empty();
        let reach = if is_narrower { Reach::Narrower } else { Reach::Wider };
        let what = match after.hosts.as_slice() {
            [] => "every host name leads to it".to_owned(),
            hosts => format!("these host names lead to it: `{}`", hosts.join("`, `")),
        };
        changes.of_all(reach, what, after.lines.hosts);
    }
    let (old, new) = (&before.proxies, &after.proxies);
    if new.trusted.iter().any(|network| !old.trusted.contains(network)) {
        changes.of_all(Reach::Wider, "more proxies are believed", None);
    } else if new.trusted.len() < old.trusted.len() {
        changes.of_all(Reach::Narrower, "fewer proxies are believed", None);
    }
    match (old.end_tls, new.end_tls) {
        (false, true) => changes.of_all(Reach::Wider, "`https` in a proxy's word counts", None),
        (true, false) => changes.of_all(Reach::Narrower, "no proxy's `https` counts", None),
        _ => {}
    }
    let (reach, what) = match (&before.tls, &after.tls) {
        (Some(_), None) => (Reach::Wider, "clients are spoken to in the clear"),
        (None, Some(_)) => (Reach::Narrower, "clients are spoken to inside TLS only"),
        (Some(old), Some(new)) if old != new => (Reach::Wider, "another certificate is shown"),
        _ => return,
    };
    changes.of_all(reach, what, after.lines.tls);
}

/// Taken apart without `..`: what is added to a model does not compile until somebody has thought of
/// how it is compared.
const fn all_of(model: &Model) {
    let Model {
        // Said in words, or looked up by them.
        name: _,
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
        hosts: _,
        proxies: _,
        tls: _,
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
