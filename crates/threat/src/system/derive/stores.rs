//! Where data lies.

use portcullis_policy::{LedgerTarget, SecretSource};

use super::parts::{Components, Zones};
use super::{Ids, Sources, api_name};
use crate::stated::StatedStore;
use crate::system::{Known, Origin, Store, StoreKind, System};

/// Stores, by their places.
#[derive(Debug, Clone, Default)]
pub(super) struct Stores {
    /// The gateway's own.
    pub(super) own: Option<usize>,
    pub(super) ledger: Option<usize>,
    pub(super) files: Option<usize>,
    /// Of each API, in the order of plans: places of its stores.
    pub(super) of_apis: Vec<Vec<usize>>,
}

pub(super) fn stores(
    sources: &Sources<'_>,
    zones: Zones,
    components: &Components,
    system: &mut System,
) -> Stores {
    let mut ids = Ids::default();
    let mut found = Stores::default();
    if let (Some(gateway), Some(host)) = (components.gateway, zones.host) {
        of_gateway(sources, gateway, host, &mut ids, system, &mut found);
    }
    for (model, api) in sources.models().zip(&components.apis) {
        let mut places = Vec::new();
        for said in &sources.stated.stores {
            places.push(push(system, stated(said, *api, zones, &mut ids, system)));
        }
        if places.is_empty() {
            let name = format!("Data of {}", api_name(model));
            let why = "an API keeps its data somewhere behind it, and nobody said where";
            places.push(push(
                system,
                Store {
                    id: ids.of(&name),
                    title: name,
                    description: "What the API keeps.".to_owned(),
                    kind: StoreKind::Unknown,
                    zone: zones.data,
                    is_encrypted: None,
                    of: *api,
                    product: None,
                    known: Known::new(Origin::Guessed, why),
                },
            ));
        }
        found.of_apis.push(places);
    }
    found
}

fn push(system: &mut System, store: Store) -> usize {
    // A store that was stated is one, however many APIs write to it.
    if let Some(known) = system
        .stores
        .iter()
        .position(|one| one.known.from == Origin::Stated && one.title == store.title)
    {
        return known;
    }
    system.stores.push(store);
    system.stores.len() - 1
}

fn stated(said: &StatedStore, api: usize, zones: Zones, ids: &mut Ids, system: &System) -> Store {
    let named = |name: &String| {
        system
            .zones
            .iter()
            .position(|zone| zone.title.eq_ignore_ascii_case(name) || zone.id == *name)
    };
    let is_new = !system.stores.iter().any(|one| one.title == said.name);
    Store {
        id: if is_new { ids.of(&said.name) } else { String::new() },
        title: said.name.clone(),
        description: said.product.clone().unwrap_or_else(|| "What the API keeps.".to_owned()),
        kind: said.kind,
        zone: said.zone.as_ref().and_then(named).unwrap_or(zones.data),
        is_encrypted: said.is_encrypted,
        of: api,
        product: said.product.clone(),
        known: Known::new(Origin::Stated, "somebody said so").at(said.span),
    }
}

fn of_gateway(
    sources: &Sources<'_>,
    gateway: usize,
    host: usize,
    ids: &mut Ids,
    system: &mut System,
    found: &mut Stores,
) {
    let mut add = |title: &str, description: String, kind, is_encrypted, known| {
        system.stores.push(Store {
            id: ids.of(title),
            title: title.to_owned(),
            description,
            kind,
            zone: host,
            is_encrypted,
            of: gateway,
            product: None,
            known,
        });
        system.stores.len() - 1
    };
    if let Some(place) = sources.models().find_map(|model| model.store.as_ref()) {
        let what =
            "Sessions, API keys as digests, passwords as slow hashes, who may hold which object.";
        let has_key = place.key.is_some() || place.kms.is_some();
        let known = Known::new(Origin::Policy, "the policy has a `store`");
        let kind = StoreKind::Sql;
        found.own = Some(add("Gateway's store", what.to_owned(), kind, Some(has_key), known));
    }
    let Some(model) = sources.first() else { return };
    let where_to = match &model.ledger {
        LedgerTarget::File(path) => format!("a file, `{}`", path.display()),
        LedgerTarget::Stdout => "standard output".to_owned(),
    };
    let what =
        format!("One line for each request: who, what, when, with which verdict ({where_to}).");
    let known = Known::new(Origin::Policy, "where `ledger` says, or its default");
    found.ledger = Some(add("Ledger", what, StoreKind::Log, Some(false), known));
    let secrets: usize = sources.models().map(secrets).sum();
    let what = format!("Document, policy and {secrets} named places of keys and secrets.");
    let known = Known::new(Origin::Policy, "the files that were read");
    found.files = Some(add("Configuration and keys", what, StoreKind::Files, Some(false), known));
}

/// Places of secrets that a policy names.
fn secrets(model: &portcullis_policy::Model) -> usize {
    let callers = model.callers.secrets().count();
    let listener: Vec<&SecretSource> = model.tls.iter().map(|tls| &tls.key).collect();
    callers + listener.len() + model.upstream.proof.files().count()
}
