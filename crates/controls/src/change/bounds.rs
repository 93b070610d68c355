//! What belongs to no single operation: limits, origins, where the API is, and under which path.

use portcullis_policy::{Flow, Model, RateLimit, TlsFiles, WhenFull};

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

/// Which cookies of the API scripts may read.
fn cookies(before: &Model, after: &Model, changes: &mut Changes) {
    let (old, new) = (&before.readable_cookies, &after.readable_cookies);
    for name in new.iter().filter(|name| !old.contains(name)) {
        changes.of_all(
            Reach::Wider,
            format!("scripts of pages may read the cookie `{name}`"),
            None,
        );
    }
    for name in old.iter().filter(|name| !new.contains(name)) {
        let what = format!("scripts of pages may no longer read the cookie `{name}`");
        changes.of_all(Reach::Narrower, what, None);
    }
}

/// Whether a token vouches for pages whose browsers say nothing.
fn page_token(before: &Model, after: &Model, changes: &mut Changes) {
    match (&before.page_token, &after.page_token) {
        (None, Some(_)) => {
            let what = "a token of the gateway's vouches for pages whose browsers say nothing";
            changes.of_all(Reach::Wider, what, None);
        }
        (Some(_), None) => {
            let what = "no token vouches for pages whose browsers say nothing";
            changes.of_all(Reach::Narrower, what, None);
        }
        _ => {}
    }
}

/// Where an API is called, and where it is.
pub(super) fn of_the_api(pair: &Pair<'_>, changes: &mut Changes) {
    let (before, after) = (&pair.before.model, &pair.after.model);
    cookies(before, after, changes);
    page_token(before, after, changes);
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
    rates(before, after, changes);
    flows(before, after, changes);
    hosts(pair, changes);
}

/// How often requests may come: what no entry forbids any more, and what one forbids now.
fn rates(before: &Model, after: &Model, changes: &mut Changes) {
    for rate in &before.rates {
        let mut heirs = after.rates.iter().filter(|one| one.is_as_strict_as(rate)).peekable();
        if heirs.peek().is_none() {
            changes.of_all(Reach::Wider, format!("`rates: {{ {} }}` is gone", rate.text), None);
            continue;
        }
        let Some(of) = &rate.of else {
            if heirs.all(|one| one.of.is_some()) {
                let what =
                    format!("`rates: {{ {} }}` counts no more than some operations", rate.text);
                changes.of_all(Reach::Wider, what, None);
            }
            continue;
        };
        let heirs: Vec<&RateLimit> = heirs.collect();
        let names = of.iter().filter_map(|index| before.contract.operation(*index));
        let lost = names.map(portcullis_contract::Operation::name).find(|name| {
            let index = after.contract.operation_named(name);
            index.is_some() && !heirs.iter().any(|one| one.concerns(index))
        });
        if let Some(name) = lost {
            let what = format!("`rates: {{ {} }}` does not count `{name}`", rate.text);
            changes.of_all(Reach::Wider, what, None);
        }
    }
    for rate in &after.rates {
        if !before.rates.iter().any(|one| one.text == rate.text) {
            changes.of_all(
                Reach::Narrower,
                format!("`rates: {{ {} }}` holds", rate.text),
                rate.line,
            );
        }
    }
}

/// What follows what: a flow that says anything else may let a step come that it held back.
fn flows(before: &Model, after: &Model, changes: &mut Changes) {
    let names = |model: &Model, flow: &Flow| -> Vec<String> {
        let all = flow.steps.iter().flat_map(|step| &step.operations);
        all.filter_map(|index| Some(model.contract.operation(*index)?.name())).collect()
    };
    for flow in &before.flows {
        let heir = after.flows.iter().find(|one| one.name == flow.name && one.text == flow.text);
        let Some(heir) = heir else {
            let known = after.flows.iter().find(|one| one.name == flow.name);
            let what = if known.is_some() { "says something else" } else { "is gone" };
            let what = format!("`flows: {}` {what}", flow.name);
            changes.of_all(Reach::Wider, what, known.and_then(|known| known.line));
            continue;
        };
        let held = names(after, heir);
        let lost = names(before, flow)
            .into_iter()
            .find(|name| after.contract.operation_named(name).is_some() && !held.contains(name));
        if let Some(name) = lost {
            let what = format!("`flows: {}` does not hold `{name}` back", flow.name);
            changes.of_all(Reach::Wider, what, heir.line);
        }
    }
    for flow in
        after.flows.iter().filter(|one| !before.flows.iter().any(|old| old.name == one.name))
    {
        changes.of_all(Reach::Narrower, format!("`flows: {}` holds", flow.name), flow.line);
    }
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
    if before.are_decided != after.are_decided && before.trusted == after.trusted {
        let (reach, what) = if after.are_decided {
            (Reach::Narrower, "who speaks of other clients is counted by its own address")
        } else {
            (Reach::Wider, "who speaks of other clients is not counted by address")
        };
        changes.of_all(reach, what, None);
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
        policy: _,
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
        readable_cookies: _,
        when_full: _,
        limits: _,
        rates: _,
        flows: _,
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
        texts: _,
        targets: _,
        values: _,
        redirects: _,
        changing: _,
        page_token: _,
        amounts: _,
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
