//! Who acts from outside.

use std::collections::BTreeMap;

use super::entries::is_administrative;
use super::parts::Zones;
use super::{Ids, Sources};
use crate::system::{Actor, ActorKind, EntryKind, Fact, Known, Origin, Reach, System};

pub(super) fn actors(sources: &Sources<'_>, zones: Zones, system: &mut System) {
    let operations: Vec<_> = system
        .entries
        .iter()
        .filter(|one| matches!(one.kind, EntryKind::Operation { .. }))
        .collect();
    let count = |is_it: &dyn Fn(&crate::system::Entry) -> bool| {
        operations.iter().filter(|one| is_it(one)).count()
    };
    let mut found: Vec<(String, String, ActorKind, usize, String, Known)> = Vec::new();
    let anyone = count(&|one| one.reach == Reach::Anyone);
    let of_contract = |why| Known::new(Origin::Contract, why);
    found.push((
        "Anyone".to_owned(),
        "Asks without a credential, or with one that is not theirs.".to_owned(),
        ActorKind::Anonymous,
        zones.clients,
        format!("{anyone} of {} operations", operations.len()),
        Known::new(Origin::Program, "there is always somebody who is nobody"),
    ));
    let roles = roles(sources);
    for (role, (is_admin, known)) in &roles {
        let kind = if *is_admin { ActorKind::Administrator } else { ActorKind::User };
        let what = format!("Calls with the role `{role}`.");
        let may = "what `access` grants to the role".to_owned();
        found.push((format!("Role {role}"), what, kind, zones.clients, may, known.clone()));
    }
    let callers = count(&|one| matches!(one.reach, Reach::Callers | Reach::Some));
    let has_role = |admin: bool| roles.values().any(|(is_admin, _)| *is_admin == admin);
    if callers > 0 && !has_role(false) {
        let what = "Calls with a credential of their own.".to_owned();
        let may = format!("{callers} of {} operations", operations.len());
        let known = of_contract("operations ask for a credential");
        found.push(("Callers".to_owned(), what, ActorKind::User, zones.clients, may, known));
    }
    let administrative = count(&|one| one.facts.has(Fact::LooksAdministrative));
    if administrative > 0 && !has_role(true) {
        let may = format!("{administrative} operations that look administrative");
        let what = "Has rights over others.".to_owned();
        let known = of_contract("names of operations say so");
        found.push((
            "Administrators".to_owned(),
            what,
            ActorKind::Administrator,
            zones.clients,
            may,
            known,
        ));
    }
    if operations.iter().any(|one| one.facts.has(Fact::ByKey)) {
        let what = "A program that calls with a key.".to_owned();
        let may = "what its key is for".to_owned();
        let known = of_contract("operations take API keys");
        found.push((
            "Programs with keys".to_owned(),
            what,
            ActorKind::Service,
            zones.clients,
            may,
            known,
        ));
    }
    if operations.iter().any(|one| one.facts.has_any(&[Fact::ByCookie, Fact::ByPassword])) {
        let what = "A page of somebody else, open in a caller's browser.".to_owned();
        let may = "what browsers send along by themselves".to_owned();
        let known =
            of_contract("operations take cookies or passwords, which browsers send by themselves");
        found.push((
            "Other sites".to_owned(),
            what,
            ActorKind::OtherSite,
            zones.outside,
            may,
            known,
        ));
    }
    if let Some(host) = zones.host {
        let what = "Writes the policy, runs the gateway, reads its records.".to_owned();
        let may = "everything about the gateway".to_owned();
        let known = Known::new(Origin::Program, "somebody runs it");
        found.push(("Operators".to_owned(), what, ActorKind::Operator, host, may, known));
    }
    let mut ids = Ids::default();
    system.actors = found
        .into_iter()
        .map(|(title, description, kind, zone, may, known)| Actor {
            id: ids.of(&title),
            title,
            description,
            kind,
            zone,
            may,
            known,
        })
        .collect();
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
