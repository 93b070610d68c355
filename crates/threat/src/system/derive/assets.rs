//! What is worth protecting.

use super::{Ids, Sources};
use crate::system::{Asset, AssetKind, DataClass, EntryKind, Fact, Known, Origin, System};

pub(super) fn assets(sources: &Sources<'_>, system: &mut System) {
    let mut ids = Ids::default();
    let mut found: Vec<Asset> = Vec::new();
    let mut add = |title: &str, kind, description: String, known: Known| {
        let title = title.to_owned();
        found.push(Asset { id: ids.of(&title), title, kind, description, known });
    };
    for data in &system.data {
        let is_secret = data.classes.has(DataClass::Credential) && data.resource.is_none();
        let kind = if is_secret { AssetKind::Secret } else { AssetKind::Data };
        if data.classes.is_sensitive() {
            add(&data.title, kind, data.description.clone(), data.known.clone());
        }
    }
    for store in &system.stores {
        add(&store.title, AssetKind::Store, store.description.clone(), store.known.clone());
    }
    let files = system.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::File(_)));
    for file in files {
        let why = "What stands in it decides what is served and what is refused.".to_owned();
        add(&file.title, AssetKind::Configuration, why, file.known.clone());
    }
    let moving: Vec<&crate::system::Entry> =
        system.entries.iter().filter(|entry| entry.facts.has(Fact::MovesValue)).collect();
    if let Some(first) = moving.first() {
        let why = format!(
            "{} operations move money, goods or chances: what they leave must be right when two come at once, \
             or one comes twice.",
            moving.len()
        );
        add("Consistency of what is moved", AssetKind::Consistency, why, first.known.clone());
    }
    let why = "Callers rely on an answer in time.".to_owned();
    let known = Known::new(Origin::Contract, "it is an API");
    add("Availability of the API", AssetKind::Availability, why, known);
    if sources.has_gateway {
        let why = "Who did what can be told afterwards, and nobody can deny it.".to_owned();
        let known = Known::new(Origin::Program, "each request is recorded");
        add("Accountability", AssetKind::Accountability, why, known);
    }
    for said in &sources.stated.assets {
        let known = Known::new(Origin::Stated, "somebody said so").at(said.span);
        add(&said.name, AssetKind::Intangible, said.why.clone(), known);
    }
    system.assets = found;
}
