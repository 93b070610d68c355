//! Who acts from outside.

use std::collections::BTreeMap;

use super::entries::is_administrative;
use super::parts::Zones;
use super::{Ids, Sources};
use crate::system::{Actor, ActorKind, Entry, EntryKind, Fact, Known, Origin, Reach, System};

/// An actor that has no id yet.
struct Found {
    title: String,
    description: &'static str,
    kind: ActorKind,
    zone: usize,
    may: String,
    known: Known,
}

pub(super) fn actors(sources: &Sources<'_>, zones: Zones, system: &mut System) {
    let operations: Vec<&Entry> = system
        .entries
        .iter()
        .filter(|one| matches!(one.kind, EntryKind::Operation { .. }))
        .collect();
    let roles = roles(sources);
    let mut found = vec![anyone(zones, &operations)];
    for (role, (is_admin, known)) in &roles {
        found.push(Found {
            title: format!("Role {role}"),
            description: "Calls with this role.",
            kind: if *is_admin { ActorKind::Administrator } else { ActorKind::User },
            zone: zones.clients,
            may: "what `access` grants to the role".to_owned(),
            known: known.clone(),
        });
    }
    let has_role = |admin: bool| roles.values().any(|(is_admin, _)| *is_admin == admin);
    if !has_role(false) {
        found.extend(callers(zones, &operations));
    }
    if !has_role(true) {
        found.extend(administrators(zones, &operations));
    }
    found.extend(programs(zones, &operations));
    found.extend(other_sites(zones, &operations));
    found.extend(zones.host.map(operators));
    let mut ids = Ids::default();
    system.actors = found
        .into_iter()
        .map(|Found { title, description, kind, zone, may, known }| Actor {
            id: ids.of(&title),
            title,
            description: description.to_owned(),
            kind,
            zone,
            may,
            known,
        })
        .collect();
}

fn anyone(zones: Zones, operations: &[&Entry]) -> Found {
    let open = operations.iter().filter(|one| one.reach == Reach::Anyone).count();
    Found {
        title: "Anyone".to_owned(),
        description: "Asks without a credential, or with one that is not theirs.",
        kind: ActorKind::Anonymous,
        zone: zones.clients,
        may: format!("{open} of {} operations", operations.len()),
        known: Known::new(Origin::Program, "there is always somebody who is nobody"),
    }
}

fn callers(zones: Zones, operations: &[&Entry]) -> Option<Found> {
    let is_theirs = |one: &&&Entry| matches!(one.reach, Reach::Callers | Reach::Some);
    let count = operations.iter().filter(is_theirs).count();
    (count > 0).then(|| Found {
        title: "Callers".to_owned(),
        description: "Calls with a credential of their own.",
        kind: ActorKind::User,
        zone: zones.clients,
        may: format!("{count} of {} operations", operations.len()),
        known: Known::new(Origin::Contract, "operations ask for a credential"),
    })
}

fn administrators(zones: Zones, operations: &[&Entry]) -> Option<Found> {
    let count = operations.iter().filter(|one| one.facts.has(Fact::LooksAdministrative)).count();
    (count > 0).then(|| Found {
        title: "Administrators".to_owned(),
        description: "Has rights over others.",
        kind: ActorKind::Administrator,
        zone: zones.clients,
        may: format!("{count} operations that look administrative"),
        known: Known::new(Origin::Contract, "names of operations say so"),
    })
}

fn programs(zones: Zones, operations: &[&Entry]) -> Option<Found> {
    operations.iter().any(|one| one.facts.has(Fact::ByKey)).then(|| Found {
        title: "Programs with keys".to_owned(),
        description: "A program that calls with a key.",
        kind: ActorKind::Service,
        zone: zones.clients,
        may: "what its key is for".to_owned(),
        known: Known::new(Origin::Contract, "operations take API keys"),
    })
}

fn other_sites(zones: Zones, operations: &[&Entry]) -> Option<Found> {
    let sent = [Fact::ByCookie, Fact::ByPassword];
    operations.iter().any(|one| one.facts.has_any(&sent)).then(|| Found {
        title: "Other sites".to_owned(),
        description: "A page of somebody else, open in a caller's browser.",
        kind: ActorKind::OtherSite,
        zone: zones.outside,
        may: "what browsers send along by themselves".to_owned(),
        known: Known::new(
            Origin::Contract,
            "operations take cookies or passwords, which browsers send by themselves",
        ),
    })
}

fn operators(host: usize) -> Found {
    Found {
        title: "Operators".to_owned(),
        description: "Writes the policy, runs the gateway, reads its records.",
        kind: ActorKind::Operator,
        zone: host,
        may: "everything about the gateway".to_owned(),
        known: Known::new(Origin::Program, "somebody runs it"),
    }
}

/// Roles of the policies, by name: whether they are over others, and where they are named first.
fn roles(sources: &Sources<'_>) -> BTreeMap<String, (bool, Known)> {
    let mut found = BTreeMap::new();
    for model in sources.models() {
        for rule in &model.authorization.rules {
            for role in &rule.who.roles {
                found.entry(role.to_string()).or_insert_with(|| {
                    let known =
                        Known::new(Origin::Policy, "a rule of `access` names it").at(rule.span);
                    (is_administrative(model, role), known)
                });
            }
        }
    }
    found
}
