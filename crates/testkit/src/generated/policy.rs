//! The policy of a generated API: the same rules that the oracle reads, as a policy file says them.

use super::shape::{Api, Does, Kind, ROLES, Rule, Verb, When};

/// The policy, but for where the API and the keys are. `callers` says how tokens are believed.
pub fn policy(api: &Api, callers: &str) -> String {
    let mut lines = vec![
        "callers:".to_owned(),
        format!("  {callers}"),
        "  attributes: { role: { claim: /role }, tenant: { claim: /tenant }, email: { claim: /email }, \
         customer: { claim: /customer } }"
            .to_owned(),
    ];
    if api.has_caller_id {
        lines.push("  id: customer".to_owned());
    }
    let roles = ROLES.iter().enumerate().map(|(own, (name, all))| {
        let below = all.iter().filter(|one| **one != own).filter_map(|one| ROLES.get(*one));
        let below: Vec<&str> = below.map(|(name, _)| *name).collect();
        format!("{name}: [{}]", below.join(", "))
    });
    lines.push(format!("roles: {{ {} }}", roles.collect::<Vec<_>>().join(", ")));
    if api.has_tenants {
        lines.push("tenant: /org".to_owned());
    }
    lines.push("resources:".to_owned());
    lines.extend(api.kinds.iter().map(resource));
    lines.push("access:".to_owned());
    lines.extend(api.rules.iter().map(|rule| said(api, rule)));
    let labels = api.operations.iter().filter(|one| one.does == Does::Label);
    let labels: Vec<String> = labels
        .filter_map(|one| {
            let kind = api.kinds.get(one.kind)?;
            let (many, name) = (kind.many, kind.name);
            Some(format!("  {}: {{ objects: {{ names./{many}: {name} }} }}", one.name))
        })
        .collect();
    if !labels.is_empty() {
        lines.push("operations:".to_owned());
        lines.extend(labels);
    }
    lines.join("\n") + "\n"
}

fn resource(kind: &Kind) -> String {
    let ids: Vec<&str> = kind.ids.iter().map(|id| id.at).collect();
    let owners: Vec<String> = kind
        .owners
        .iter()
        .map(|owner| {
            let at = owner.at;
            if owner.is_email { format!("{{ at: {at}, is: email }}") } else { at.to_owned() }
        })
        .collect();
    let relations = if kind.has_helper { ", relations: { helper: /assistant }" } else { "" };
    format!(
        "  {}: {{ id: [{}], owner: [{}]{relations} }}",
        kind.name,
        ids.join(", "),
        owners.join(", ")
    )
}

fn said(api: &Api, rule: &Rule) -> String {
    let verbs = rule.verbs.iter().map(|verb| match verb {
        Verb::Read => "read",
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Delete => "delete",
    });
    let named = rule.named.iter().filter_map(|one| api.operations.get(*one));
    let words: Vec<&str> = verbs.chain(named.map(|one| one.name.as_str())).collect();
    let mut parts = vec![
        format!("role: {}", ROLES.get(rule.role).map_or("", |(name, _)| name)),
        format!("{}: [{}]", if rule.forbids { "forbid" } else { "may" }, words.join(", ")),
        format!("on: {}", api.kinds.get(rule.kind).map_or("", |kind| kind.name)),
    ];
    let when = match rule.when {
        When::All => None,
        When::Mine => Some("mine"),
        When::Helped => Some("resource.helper == caller.id"),
        When::Open => Some("resource./status == 'open'"),
        When::MineAndOpen => Some("mine and resource./status == 'open'"),
        When::MineOrHelped => Some("mine or resource.helper == caller.id"),
        When::NotLocked => Some("not resource./status == 'locked'"),
        When::Locked => Some("resource./status == 'locked'"),
    };
    parts.extend(when.map(|when| format!("when: \"{when}\"")));
    if rule.hides {
        parts.push("hide: [/note]".to_owned());
    }
    if rule.is_across {
        parts.push("across_tenants: true, reason: they look after all".to_owned());
    }
    format!("  - {{ {} }}", parts.join(", "))
}
