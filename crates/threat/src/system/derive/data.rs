//! What data there is: the objects of resources, and what the gateway keeps itself.

use std::collections::HashMap;

use portcullis_contract::{SchemaName, ShapeId};
use portcullis_controls::coverage::is_success;
use portcullis_policy::{Model, suggest_resources};

use super::shapes::{Looking, Told, Way};
use super::stores::Stores;
use super::{Ids, Sources};
use crate::stated::StatedData;
use crate::system::{DataClass, DataClasses, DataSet, Known, Origin, Placement, Store, System};

/// Data sets of the APIs.
#[derive(Debug, Default)]
pub(super) struct Resources {
    /// By API and resource of its policy.
    pub(super) by_resource: HashMap<(usize, usize), usize>,
    /// By API and operation, for documents whose resources nobody named: those that it shows.
    pub(super) shown: HashMap<(usize, usize), Vec<usize>>,
}

pub(super) fn resources(sources: &Sources<'_>, stores: &Stores, system: &mut System) -> Resources {
    let mut found = Resources::default();
    let mut ids = Ids::default();
    for (api, model) in sources.models().enumerate() {
        let mut looking = Looking::at(&model.contract.shapes);
        let placed = places(stores, api, system);
        let mut add = |name: &str, told: Told, resource: Option<usize>, known: Known| {
            let said = sources.stated.data.iter().find(|one| one.name == name);
            let placed = held_in(sources, &placed, &system.stores, name);
            system.data.push(data_set(name, told, said, &placed, &mut ids, known));
            let at = system.data.len() - 1;
            if let (Some(resource), Some(data)) = (resource, system.data.get_mut(at)) {
                data.resource = Some((api, resource));
            }
            at
        };
        for (at, resource) in model.authorization.resources.iter().enumerate() {
            let shapes = &model.contract.shapes;
            let named = resource.schemas.iter().flat_map(|name| shapes.shapes_of(*name));
            let told = all(&mut looking, named.chain(resource.shapes.iter().copied()));
            let known = Known::new(Origin::Policy, "a resource of the policy").at(resource.span);
            found.by_resource.insert((api, at), add(&resource.name, told, Some(at), known));
        }
        if model.authorization.resources.is_empty() {
            for one in suggest_resources(&model.contract) {
                let shown = shown_by(model, &one.schemas);
                let shapes = shown.iter().flat_map(|(_, shapes)| shapes).copied();
                let told = all(&mut looking, shapes);
                let why = "paths of the document name its objects by id";
                let set = add(&one.name, told, None, Known::new(Origin::Contract, why));
                for (operation, _) in shown {
                    found.shown.entry((api, operation)).or_default().push(set);
                }
            }
        }
    }
    found
}

fn all(looking: &mut Looking<'_>, shapes: impl Iterator<Item = ShapeId>) -> Told {
    shapes.fold(Told::default(), |told, shape| {
        told.with(looking.told(shape, Way::Out)).with(looking.told(shape, Way::In))
    })
}

/// Operations whose successes have one of these schemas, and the shapes of those.
fn shown_by(model: &Model, schemas: &[String]) -> Vec<(usize, Vec<ShapeId>)> {
    let shapes = &model.contract.shapes;
    let wanted: Vec<SchemaName> =
        schemas.iter().filter_map(|name| shapes.schema_named(name)).collect();
    let names = |id: ShapeId| wanted.iter().any(|name| shapes.get(id).is_of(*name));
    let mut found = Vec::new();
    for (at, operation) in model.contract.operations.iter().enumerate() {
        let successes = operation.responses.iter().filter(|one| is_success(one.status));
        let bodies = successes.flat_map(|one| &one.media).filter_map(|one| one.schema.as_ref());
        let mut here: Vec<ShapeId> = Vec::new();
        for schema in bodies {
            let item = shapes.item_of(schema.shape);
            here.extend([Some(schema.shape), item].into_iter().flatten().filter(|id| names(*id)));
        }
        if !here.is_empty() {
            found.push((at, here));
        }
    }
    found
}

fn places(stores: &Stores, api: usize, system: &System) -> Vec<Placement> {
    let places = stores.of_apis.get(api).into_iter().flatten();
    places
        .map(|store| Placement {
            store: *store,
            is_encrypted: system.stores.get(*store).and_then(|one| one.is_encrypted),
        })
        .collect()
}

/// Of these places, those in which data of this name lies, as far as people said so.
fn held_in(
    sources: &Sources<'_>,
    placed: &[Placement],
    stores: &[Store],
    name: &str,
) -> Vec<Placement> {
    let holds = |place: &&Placement| {
        let store = stores.get(place.store);
        let said = sources.stated.stores.iter();
        let said = said.filter(|said| store.is_some_and(|store| store.title == said.name));
        said.map(|said| &said.holds)
            .all(|held| held.is_empty() || held.iter().any(|held| held == name))
    };
    placed.iter().filter(holds).copied().collect()
}

fn data_set(
    name: &str,
    told: Told,
    said: Option<&StatedData>,
    placed: &[Placement],
    ids: &mut Ids,
    known: Known,
) -> DataSet {
    let (classes, known) = match said {
        Some(said) => {
            let known = Known::new(Origin::Stated, "somebody said so").at(said.span);
            (said.classes, known)
        }
        None if told.classes.is_empty() => (DataClasses::of(DataClass::Business), known),
        None => (told.classes, known),
    };
    DataSet {
        id: ids.of(name),
        title: name.to_owned(),
        description: format!("Objects of {name}: {classes} data."),
        classes,
        witnesses: told.witnesses,
        placed: placed.to_vec(),
        shown_by: Vec::new(),
        written_by: Vec::new(),
        resource: None,
        known,
    }
}

/// What the gateway keeps: credentials, records, what decides.
pub(super) fn of_gateway(sources: &Sources<'_>, stores: &Stores, system: &mut System) {
    if !sources.has_gateway {
        return;
    }
    let mut ids = Ids::default();
    system.data.iter().for_each(|data| drop(ids.of(&data.title)));
    let (credential, operational) =
        (DataClasses::of(DataClass::Credential), DataClasses::of(DataClass::Operational));
    let kept = [
        (
            stores.own,
            "Sessions and keys",
            "Digests of keys and tokens, encrypted tokens of the API, slow hashes of passwords.",
            credential.with(DataClasses::of(DataClass::Personal)),
        ),
        (
            stores.ledger,
            "Records of requests",
            "Who asked for what, when, from where, with which verdict; no bodies, no credentials.",
            operational.with(DataClasses::of(DataClass::Personal)),
        ),
        (
            stores.files,
            "Keys and policy",
            "Private keys, peppers and credentials of the gateway, and what decides about everything.",
            credential.with(operational),
        ),
    ];
    for (store, title, description, classes) in kept {
        let Some(store) = store else { continue };
        let is_encrypted = system.stores.get(store).and_then(|one| one.is_encrypted);
        system.data.push(DataSet {
            id: ids.of(title),
            title: title.to_owned(),
            description: description.to_owned(),
            classes,
            witnesses: Vec::new(),
            placed: vec![Placement { store, is_encrypted }],
            shown_by: Vec::new(),
            written_by: Vec::new(),
            resource: None,
            known: Known::new(Origin::Program, "what the gateway keeps"),
        });
    }
}
