//! What belongs to no single operation: limits, origins, where the API is, and under which path.

use portcullis_policy::{Model, TlsFiles, WhenFull};

use super::{Changes, Pair, Reach};

/// What is the same for every API of a gateway.
pub(super) fn of_the_listener(pair: &Pair<'_>, changes: &mut Changes) {
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
    proxies(pair, changes);
    tls(before, after, changes);
}

/// Where an API is called, and where it is.
pub(super) fn of_the_api(pair: &Pair<'_>, changes: &mut Changes) {
    let (before, after) = (&pair.before.model, &pair.after.model);
    if before.base_path != after.base_path {
        let shown = |path: &str| if path.is_empty() { "/".to_owned() } else { path.to_owned() };
        let (old, new) = (shown(&before.base_path), shown(&after.base_path));
        let what = format!("clients call under `{new}`, no longer under `{old}`");
        changes.of_all(Reach::Wider, what, after.lines.base_path);
    }
    if before.contract.openapi.split('.').take(2).ne(after.contract.openapi.split('.').take(2)) {
        let what = format!("the same words mean what OpenAPI {} says", after.contract.openapi);
        changes.of_all(Reach::Wider, what, None);
    }
    upstream(before, after, changes);
    hosts(pair, changes);
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
        let what =
            format!("requests, with their credentials, go to `{}://{instance}`", instance.scheme());
        changes.of_all(Reach::Wider, what, line);
    }
    for instance in old.instances().filter(|one| !new.instances().any(|known| known == *one)) {
        let what = format!("no requests go to `{}://{instance}`", instance.scheme());
        changes.of_all(Reach::Narrower, what, None);
    }
}

/// Whether clients are spoken to inside TLS.
fn tls(before: &Model, after: &Model, changes: &mut Changes) {
    let (reach, what) = match (&before.tls, &after.tls) {
        (Some(_), None) => (Reach::Wider, "clients are spoken to in the clear"),
        (None, Some(_)) => (Reach::Narrower, "clients are spoken to inside TLS only"),
        (Some(old), Some(new)) if is_other(old, new) => {
            (Reach::Wider, "another certificate is shown")
        }
        _ => return,
    };
    changes.of_all(reach, what, after.lines.tls);
}

/// Names that a certificate gains or loses are told as hosts.
fn is_other(old: &TlsFiles, new: &TlsFiles) -> bool {
    let is_same_authority = match (&old.acme, &new.acme) {
        (Some(old), Some(new)) => old.is_of_same(new),
        (old, new) => old.is_none() && new.is_none(),
    };
    !is_same_authority || (&old.certificate, &old.key) != (&new.certificate, &new.key)
}

/// Which requests reach it: those for its hosts, or for every host.
fn hosts(pair: &Pair<'_>, changes: &mut Changes) {
    let (before, after) = (&pair.before.model, &pair.after.model);
    let line = after.lines.hosts;
    // Beside other APIs, a name that is gone here may lead to one of them.
    let fewer = if after.name.is_empty() { Reach::Narrower } else { Reach::Wider };
    match (before.hosts.as_slice(), after.hosts.as_slice()) {
        ([], []) => {}
        (_, []) => changes.of_all(Reach::Wider, "it is called under every host", None),
        ([], _) => changes.of_all(fewer, "it is called under named hosts only", line),
        (old, new) => {
            for host in new.iter().filter(|host| !old.contains(host)) {
                changes.of_all(Reach::Wider, format!("it is called as `{host}`"), line);
            }
            for host in old.iter().filter(|host| !new.contains(host)) {
                changes.of_all(fewer, format!("it is no longer called as `{host}`"), line);
            }
        }
    }
}

/// Whose word about a client is believed.
fn proxies(pair: &Pair<'_>, changes: &mut Changes) {
    let (before, after) = (&pair.before.model.proxies, &pair.after.model.proxies);
    for network in after.trusted.iter().filter(|one| !before.trusted.contains(one)) {
        let what = format!("`{network}` is believed about who the client is");
        changes.of_all(Reach::Wider, what, None);
    }
    for network in before.trusted.iter().filter(|one| !after.trusted.contains(one)) {
        let what = format!("`{network}` is no longer believed about who the client is");
        changes.of_all(Reach::Narrower, what, None);
    }
    match (before.end_tls, after.end_tls) {
        (false, true) => {
            let what = "trusted proxies end TLS: what they say came over it counts as protected";
            changes.of_all(Reach::Wider, what, None);
        }
        (true, false) => {
            changes.of_all(Reach::Narrower, "nobody is believed to end TLS", None);
        }
        _ => {}
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
        health: _,
        ledger: _,
        store: _,
        // Compared here.
        upstream: _,
        hosts: _,
        proxies: _,
        base_path: _,
        origins: _,
        when_full: _,
        limits: _,
        tls: _,
        // Compared in the files beside this one.
        relaxations: _,
        callers: _,
        is_published: _,
        // It says what everybody may know.
        public_contract: _,
        // It tells no more, whatever it says: it is the same for all.
        not_found: _,
        resource: _,
        contract: _,
        access: _,
        authorization: _,
        answers: _,
        undeclared_in: _,
        undeclared_out: _,
        bodies: _,
        serialized: _,
        targets: _,
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
