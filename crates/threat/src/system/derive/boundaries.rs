//! Where data goes from one zone to another, and how access is decided there.

use std::collections::BTreeSet;

use portcullis_contract::SchemeKind;

use super::Sources;
use super::parts::Zones;
use crate::system::{
    Access, Authentication, Boundary, EntryKind, Fact, Known, Node, Origin, Reach, System,
};

pub(super) fn boundaries(sources: &Sources<'_>, zones: Zones, system: &mut System) {
    let mut crossed: BTreeSet<(usize, usize)> = BTreeSet::new();
    for flow in &system.flows {
        let (from, to) = (zone(system, flow.from), zone(system, flow.to));
        if from != to {
            let trust = |at: usize| system.zones.get(at).map_or(0, |zone| zone.trust);
            let outer = if trust(from) <= trust(to) { from } else { to };
            crossed.insert((outer, if outer == from { to } else { from }));
        }
    }
    let front = zones.gateway.unwrap_or(zones.apis);
    system.boundaries = crossed
        .into_iter()
        .map(|(outer, inner)| {
            let is_front = inner == front && (outer == zones.clients || outer == zones.outside);
            if is_front {
                of_callers(sources, system, outer, inner)
            } else {
                inside(system, zones, outer, inner)
            }
        })
        .collect();
}

fn zone(system: &System, node: Node) -> usize {
    let zone = match node {
        Node::Actor(at) => system.actors.get(at).map(|one| one.zone),
        Node::Component(at) => system.components.get(at).map(|one| one.zone),
        Node::Store(at) => system.stores.get(at).map(|one| one.zone),
    };
    zone.unwrap_or_default()
}

/// The boundary at which callers are known.
fn of_callers(sources: &Sources<'_>, system: &System, outer: usize, inner: usize) -> Boundary {
    let logins = || sources.models().flat_map(|model| &model.callers.logins);
    let ttl = logins().map(|login| login.lifetime.as_secs()).max();
    let is_ours = sources.has_gateway;
    Boundary {
        outer,
        inner,
        access: access(sources, system),
        authentication: authentication(sources, system),
        credential_ttl: if is_ours { ttl } else { None },
        credentials_end: ttl.filter(|_| is_ours).map(|_| true),
        has_refresh: logins().next().map(|_| logins().any(|login| login.refresh.is_some())),
        can_log_out: system.entries.iter().any(|entry| entry.facts.has(Fact::EndsSession)),
        known: Known::new(
            Origin::Policy,
            "what `callers` and `access` say, and the document's `security`",
        ),
    }
}

fn access(sources: &Sources<'_>, system: &System) -> Vec<Access> {
    let mut found = Vec::new();
    if sources.has_gateway {
        for model in sources.models() {
            let rules = &model.authorization.rules;
            let is_granted = |is_it: fn(&portcullis_policy::Rule) -> bool| rules.iter().any(is_it);
            if is_granted(|rule| !rule.who.roles.is_empty()) {
                found.push(Access::Rbac);
            }
            if is_granted(|rule| !rule.who.groups.is_empty() || !rule.who.scopes.is_empty()) {
                found.push(Access::Acl);
            }
            if rules.iter().any(|rule| !rule.on.is_empty()) {
                found.push(Access::Abac);
            }
        }
    }
    if found.is_empty() {
        let asks = system.entries.iter().any(|entry| entry.reach < Reach::Anyone);
        found.push(if asks { Access::Acl } else { Access::None });
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn authentication(sources: &Sources<'_>, system: &System) -> Vec<Authentication> {
    let operations =
        || system.entries.iter().filter(|one| matches!(one.kind, EntryKind::Operation { .. }));
    let has = |fact: Fact| operations().any(|one| one.facts.has(fact));
    let mut found = Vec::new();
    let mut add = |is_so: bool, how: Authentication| {
        if is_so {
            found.push(how);
        }
    };
    add(operations().any(|one| one.reach == Reach::Anyone), Authentication::None);
    add(has(Fact::ByPassword), Authentication::Password);
    add(has(Fact::ByToken) || has(Fact::ByKey) || has(Fact::ByCookie), Authentication::Token);
    add(has(Fact::ByCertificate), Authentication::PublicKey);
    let is_sso = |kind: SchemeKind| matches!(kind, SchemeKind::OAuth2 | SchemeKind::OpenIdConnect);
    let schemes = sources.models().flat_map(|model| &model.contract.schemes);
    let issuers = sources.models().any(|model| !model.callers.jwt.is_empty());
    add(issuers || schemes.into_iter().any(|one| is_sso(one.kind)), Authentication::Sso);
    let has_second =
        sources.models().flat_map(|one| &one.callers.logins).any(|one| one.second_step.is_some());
    add(has_second, Authentication::Otp);
    found.sort_unstable();
    found
}

/// A boundary behind the gateway.
fn inside(system: &System, zones: Zones, outer: usize, inner: usize) -> Boundary {
    let of_files = zones.host == Some(outer) || zones.host == Some(inner);
    let trust = |at: usize| system.zones.get(at).map_or(0, |zone| zone.trust);
    let (access, why) = if of_files {
        (Access::Dac, "modes and owners of files, asked at start")
    } else if trust(outer) < 50 {
        (Access::Acl, "which hosts may be asked is in the policy, or nobody's decision")
    } else {
        (Access::None, "nothing says what is asked there")
    };
    Boundary {
        outer,
        inner,
        access: vec![access],
        authentication: vec![Authentication::None],
        credential_ttl: None,
        credentials_end: None,
        has_refresh: None,
        can_log_out: false,
        known: Known::new(if of_files { Origin::Program } else { Origin::Guessed }, why),
    }
}
