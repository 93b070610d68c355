//! Ways in: operations, ports, sockets, files.

use std::collections::HashMap;

use portcullis_contract::{Operation, Place};
use portcullis_controls::Plan;
use portcullis_controls::caller_identity::Expected as Caller;
use portcullis_controls::function_access::Expected as Function;
use portcullis_model::Verb;
use portcullis_policy::{Instance, Model, Touches};

use super::data::Resources;
use super::facts;
use super::parts::{Components, Zones};
use super::shapes::Looking;
use super::{Ids, Sources};
use crate::system::{
    DataClasses, Entry, EntryKind, Fact, Facts, Known, OperationRef, Origin, Reach, System,
};

/// Words of roles that are over others.
const ADMINISTRATORS: [&str; 9] = [
    "admin",
    "admins",
    "administrator",
    "manager",
    "operator",
    "owner",
    "root",
    "staff",
    "superuser",
];

/// Whether a role is over others.
pub(crate) fn is_administrative(model: &Model, role: &str) -> bool {
    let is_ordinary = model.authorization.ordinary_roles.iter().any(|one| **one == *role);
    let words = portcullis_policy::naming::words(role);
    !is_ordinary && words.iter().any(|word| ADMINISTRATORS.contains(&word.as_str()))
}

pub(super) fn entries(
    sources: &Sources<'_>,
    zones: Zones,
    components: &Components,
    resources: &Resources,
    system: &mut System,
) {
    let mut ids = Ids::default();
    for (api, (plan, component)) in sources.plans.iter().zip(&components.apis).enumerate() {
        let versions = versions(&plan.model);
        let mut looking = Looking::at(&plan.model.contract.shapes);
        for (index, operation) in plan.model.contract.operations.iter().enumerate() {
            let found = facts::of(plan, index, operation, &mut looking);
            let at = system.entries.len();
            let of = OperationRef { api, operation: index };
            let name = operation.name();
            let seen = sources.requests.map(|all| all.get(&name).copied().unwrap_or_default());
            let data = touched(plan, resources, of, at, system);
            let others =
                versions.get(&(operation.method.to_string(), versionless(&operation.template)));
            let of_data =
                data.iter().filter_map(|set| system.data.get(*set)).map(|set| set.classes);
            let of_data = of_data.fold(DataClasses::NONE, DataClasses::with);
            let changes = found.facts.has(Fact::Changes);
            system.entries.push(Entry {
                id: ids.of(&operation.title()),
                title: operation.title(),
                name,
                kind: EntryKind::Operation {
                    of,
                    method: operation.method,
                    places: places(operation),
                },
                reach: if sources.has_gateway { reach(plan, index) } else { directly(plan, index) },
                from: zones.clients,
                component: components.gateway.unwrap_or(*component),
                facts: found
                    .facts
                    .with(Fact::WasSeen, seen.is_some_and(|count| count > 0))
                    .with(Fact::HasVersions, others.is_some_and(|count| *count > 1)),
                takes: if changes { found.takes.with(of_data) } else { found.takes },
                gives: if changes { found.gives } else { found.gives.with(of_data) },
                data,
                ids: ids_of(plan, index),
                seen,
                known: Known::new(Origin::Contract, "declared in the document").at(operation.span),
            });
        }
    }
    ports(sources, zones, components, &mut ids, system);
}

/// The data sets that an operation reads or writes, told both ways.
fn touched(
    plan: &Plan,
    resources: &Resources,
    of: OperationRef,
    at: usize,
    system: &mut System,
) -> Vec<usize> {
    let nothing = Touches::default();
    let touches = plan.model.authorization.operations.get(of.operation).unwrap_or(&nothing);
    let set = |resource: &usize| resources.by_resource.get(&(of.api, *resource)).copied();
    let is_write = |verb: &Verb| matches!(verb, Verb::Create | Verb::Update | Verb::Delete);
    let written: Vec<usize> = touches
        .does
        .iter()
        .filter(|(_, verb)| is_write(verb))
        .filter_map(|(one, _)| set(one))
        .collect();
    let read = touches.does.iter().filter(|(_, verb)| !is_write(verb)).map(|(one, _)| one);
    let mut shown: Vec<usize> = read.chain(&touches.shows).filter_map(set).collect();
    shown.extend(resources.shown.get(&(of.api, of.operation)).into_iter().flatten());
    shown.sort_unstable();
    shown.dedup();
    for one in &shown {
        if let Some(data) = system.data.get_mut(*one) {
            data.shown_by.push(at);
        }
    }
    for one in &written {
        if let Some(data) = system.data.get_mut(*one) {
            data.written_by.push(at);
        }
    }
    let mut all: Vec<usize> = written.into_iter().chain(shown).collect();
    all.extend(touches.inputs.iter().filter_map(|input| set(&input.resource)));
    all.sort_unstable();
    all.dedup();
    all
}

fn places(operation: &Operation) -> Vec<Place> {
    let mut places: Vec<Place> = operation.parameters.iter().map(|one| one.place).collect();
    places.sort_unstable();
    places.dedup();
    places
}

fn ids_of(plan: &Plan, index: usize) -> Vec<String> {
    let touches = plan.model.authorization.operations.get(index);
    let inputs =
        touches.into_iter().flat_map(|one| &one.inputs).map(|input| input.place.to_string());
    let undecided = touches.into_iter().flat_map(|one| &one.undecided).map(ToString::to_string);
    inputs.chain(undecided).collect()
}

/// Who may use an operation through the gateway.
fn reach(plan: &Plan, index: usize) -> Reach {
    if plan.why_closed(index).is_some() {
        return Reach::Nobody;
    }
    let Some(operation) = plan.operations.get(index) else { return Reach::Nobody };
    match (&operation.caller, operation.function) {
        (Caller::Closed(_), _) => Reach::Nobody,
        (Caller::Anyone, _) => Reach::Anyone,
        (Caller::Callers(_), Function::Granted) => granted(&plan.model, index),
        (Caller::Callers(_), _) => Reach::Callers,
    }
}

/// Who may, where rules say it: the widest of them.
fn granted(model: &Model, index: usize) -> Reach {
    let opens = |rule: &&portcullis_policy::Rule| {
        !rule.forbids && rule.functions.binary_search(&index).is_ok()
    };
    let each = model.authorization.rules.iter().filter(opens).map(|rule| {
        let who = &rule.who;
        if who.roles.is_empty() && who.groups.is_empty() && who.scopes.is_empty() {
            Reach::Callers
        } else if !who.roles.is_empty()
            && who.roles.iter().all(|role| is_administrative(model, role))
        {
            Reach::Administrators
        } else {
            Reach::Some
        }
    });
    each.max().unwrap_or(Reach::Callers)
}

/// Who can use an operation of the API with nothing in front: as far as the document says.
fn directly(plan: &Plan, index: usize) -> Reach {
    use portcullis_contract::Security;
    match plan.model.contract.operation(index).map(|operation| &operation.security) {
        Some(Security::Required { .. }) => Reach::Callers,
        _ => Reach::Anyone,
    }
}

/// How often each method and path occurs, versions left out.
fn versions(model: &Model) -> HashMap<(String, String), usize> {
    let mut counts = HashMap::new();
    for operation in &model.contract.operations {
        let key = (operation.method.to_string(), versionless(&operation.template));
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// A path without `v1`, `v2`.
pub(crate) fn versionless(template: &str) -> String {
    let is_version = |segment: &&str| {
        let digits = segment.strip_prefix(['v', 'V']).unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    template.split('/').filter(|segment| !is_version(segment)).collect::<Vec<_>>().join("/")
}

/// Listeners, sockets and files.
fn ports(
    sources: &Sources<'_>,
    zones: Zones,
    components: &Components,
    ids: &mut Ids,
    system: &mut System,
) {
    let mut add = |title: String, kind, reach, from, component, known| {
        system.entries.push(Entry {
            id: ids.of(&title),
            name: title.clone(),
            title,
            kind,
            reach,
            from,
            component,
            facts: Facts::default(),
            takes: DataClasses::NONE,
            gives: DataClasses::NONE,
            data: Vec::new(),
            ids: Vec::new(),
            seen: None,
            known,
        });
    };
    if let (Some(gateway), Some(model), Some(host)) =
        (components.gateway, sources.first(), zones.host)
    {
        let reach = if sources.is_external() { Reach::Anyone } else { Reach::Host };
        let mut port = |what: &str, at: String, span| {
            let known = Known::new(Origin::Policy, "the policy names it").at(span);
            add(format!("{what} {at}"), EntryKind::Port(at), reach, zones.clients, gateway, known);
        };
        port("Listener", model.listen.to_string(), model.lines.listen);
        if let Some(at) = model.health {
            port("Health", at.to_string(), None);
        }
        if let Some(redirect) = model.tls.as_ref().and_then(|tls| tls.redirect) {
            port("Redirect to https", redirect.from.to_string(), model.lines.tls);
        }
        if let (Some(door), Some(store)) =
            (components.door, sources.models().find_map(|one| one.store.as_ref()))
        {
            let at = store.folder.display().to_string();
            let known =
                Known::new(Origin::Policy, "it lies in the store's folder").at(model.lines.store);
            add(format!("Socket in {at}"), EntryKind::Socket(at), Reach::Host, host, door, known);
        }
        for name in sources
            .models()
            .flat_map(|one| one.sources.names())
            .collect::<std::collections::BTreeSet<_>>()
        {
            let known = Known::new(Origin::Policy, "it was read at start");
            let kind = EntryKind::File(name.to_owned());
            add(format!("File {name}"), kind, Reach::Host, host, gateway, known);
        }
    }
    for (model, component) in sources.models().zip(&components.apis) {
        for instance in model.upstream.instances() {
            let (reach, why) = beside(instance);
            let known = Known::new(Origin::Policy, why);
            let kind = EntryKind::Port(instance.to_string());
            add(format!("API at {instance}"), kind, reach, zones.clients, *component, known);
        }
    }
}

/// Who can reach the API without the gateway.
fn beside(instance: &Instance) -> (Reach, &'static str) {
    if instance.is_loopback() {
        (Reach::Host, "the API listens on loopback, as far as the policy's address says")
    } else {
        (Reach::Some, "whoever is in the API's network reaches it without the gateway")
    }
}
