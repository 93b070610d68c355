//! What belongs to no single operation: limits, origins, where the API is, and under which path.

use portcullis_policy::Model;

use super::{Changes, Pair, Reach};

pub(super) fn compare(pair: &Pair<'_>, changes: &mut Changes) {
    all_of(&pair.after.model);
    limits(pair, changes);
    way_in(pair, changes);
    let (before, after) = (&pair.before.model, &pair.after.model);
    for origin in after.origins.iter().filter(|origin| !before.origins.contains(origin)) {
        let what = format!("pages of `{}` may call from a browser", origin.as_str());
        changes.of_all(Reach::Wider, what, after.lines.origins);
    }
    for origin in before.origins.iter().filter(|origin| !after.origins.contains(origin)) {
        let what = format!("pages of `{}` may no longer call", origin.as_str());
        changes.of_all(Reach::Narrower, what, None);
    }
    if before.base_path != after.base_path {
        let shown = |path: &str| if path.is_empty() { "/".to_owned() } else { path.to_owned() };
        let (old, new) = (shown(&before.base_path), shown(&after.base_path));
        let what = format!("clients call under `{new}`, no longer under `{old}`");
        changes.of_all(Reach::Wider, what, after.lines.base_path);
    }
    if before.upstream != after.upstream {
        let shown = |one: &portcullis_policy::Upstream| {
            let instances = one.instances().map(|one| format!("http://{}:{}", one.host, one.port));
            format!("{}{}", instances.collect::<Vec<_>>().join(", "), one.path)
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
        name: _,
        sources: _,
        main: _,
        version: _,
        lines: _,
        warnings: _,
        // A reload with another one is refused as a whole, or told by whoever opens it.
        posture: _,
        listen: _,
        ledger: _,
        // Compared here.
        upstream: _,
        base_path: _,
        origins: _,
        limits: _,
        hosts: _,
        proxies: _,
        tls: _,
        // Compared in the files beside this one.
        relaxations: _,
        contract: _,
        access: _,
        undeclared_in: _,
        undeclared_out: _,
        bodies: _,
    } = model;
}

/// Which hosts are answered for, whose word about a client is believed, and where TLS ends.
fn way_in(pair: &Pair<'_>, changes: &mut Changes) {
    let (before, after) = (&pair.before.model, &pair.after.model);
    if before.hosts != after.hosts {
        let shown = |hosts: &[String]| match hosts {
            [] => "every host".to_owned(),
            hosts => format!("`{}`", hosts.join("`, `")),
        };
        let is_within = !after.hosts.is_empty()
            && (before.hosts.is_empty()
                || after.hosts.iter().all(|host| before.hosts.contains(host)));
        let reach = if is_within { Reach::Narrower } else { Reach::Wider };
        let what = format!(
            "it answers for {}, no longer for {}",
            shown(&after.hosts),
            shown(&before.hosts)
        );
        changes.of_all(reach, what, after.lines.hosts);
    }
    let (old, new) = (&before.proxies, &after.proxies);
    for network in new.trusted.iter().filter(|network| !old.trusted.contains(network)) {
        let what = format!("what `{network}` says of its clients is believed");
        changes.of_all(Reach::Wider, what, None);
    }
    for network in old.trusted.iter().filter(|network| !new.trusted.contains(network)) {
        let what = format!("what `{network}` says of its clients is no longer believed");
        changes.of_all(Reach::Narrower, what, None);
    }
    match (old.end_tls, new.end_tls) {
        (false, true) => {
            let what = "what a trusted proxy calls `https` counts as protected";
            changes.of_all(Reach::Wider, what.to_owned(), None);
        }
        (true, false) => {
            let what = "a trusted proxy's `https` no longer counts as protected";
            changes.of_all(Reach::Narrower, what.to_owned(), None);
        }
        _ => {}
    }
    match (&before.tls, &after.tls) {
        (Some(_), None) => {
            let what = "clients are no longer spoken to inside TLS";
            changes.of_all(Reach::Wider, what.to_owned(), None);
        }
        (None, Some(_)) => {
            let what = "clients are spoken to inside TLS alone";
            changes.of_all(Reach::Narrower, what.to_owned(), after.lines.tls);
        }
        // Another certificate for the same clients.
        _ => {}
    }
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
