//! Derives the elements of an application from its plans, and corrects them by what people said.

mod acts;
mod assets;
mod boundaries;
mod data;
mod entries;
mod facts;
mod flows;
mod ids;
mod languages;
mod parts;
mod people;
mod reached;
mod shapes;
mod stores;
mod unserved;
mod words;

use std::collections::HashMap;

use portcullis_controls::Plan;
use portcullis_policy::Model;

use self::ids::Ids;
pub(crate) use self::{
    entries::{is_administrative, versionless},
    facts::filters,
};
use super::{DataClass, DataClasses, Scope, System};
use crate::stated::Stated;

/// From what a system is derived.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The APIs, compiled; one at least.
    pub plans: &'a [Plan],
    /// What people said.
    pub stated: &'a Stated,
    /// Whether the gateway stands in front; else it is the APIs alone.
    pub has_gateway: bool,
    /// Requests that were seen, by the names of operations; none: nobody looked.
    pub requests: Option<&'a HashMap<String, u64>>,
}

impl System {
    /// Derives the elements of an application.
    pub fn derive(sources: &Sources<'_>) -> Self {
        let mut system = Self { scope: scope(sources), ..Self::default() };
        let zones = parts::zones(sources, &mut system);
        let components = parts::components(sources, zones, &mut system);
        let stores = stores::stores(sources, zones, &components, &mut system);
        let resources = data::resources(sources, &stores, &mut system);
        entries::entries(sources, zones, &components, &resources, &mut system);
        system.scope.classes = classes(&system);
        people::actors(sources, zones, &mut system);
        data::of_gateway(sources, &stores, &mut system);
        flows::flows(sources, &components, &mut system);
        boundaries::boundaries(sources, zones, &mut system);
        assets::assets(sources, &mut system);
        system.unserved = unserved::unserved(sources);
        system
    }
}

impl<'a> Sources<'a> {
    fn models(&self) -> impl Iterator<Item = &'a Model> {
        self.plans.iter().map(|plan| &*plan.model)
    }

    /// What belongs to the gateway is the same in each.
    fn first(&self) -> Option<&'a Model> {
        self.models().next()
    }

    /// Whether others than this host can reach it. With nothing in front, no listener of ours is there to say that they
    /// cannot.
    fn is_external(&self) -> bool {
        !self.has_gateway || self.models().any(|model| model.proxies.let_others_ask(model.listen))
    }
}

/// What people call an API.
fn api_name(model: &Model) -> String {
    let title = model.contract.title.trim();
    match (title.is_empty(), model.name.is_empty()) {
        (false, true) => title.to_owned(),
        (false, false) => format!("{title} ({})", model.name),
        (true, false) => model.name.to_string(),
        (true, true) => "API".to_owned(),
    }
}

fn scope(sources: &Sources<'_>) -> Scope {
    let names: Vec<String> = sources.models().map(api_name).collect();
    let operations = sources.plans.iter().map(|plan| plan.operations.len()).sum();
    let what = sources.models().map(|model| {
        let contract = &model.contract;
        format!(
            "{} {}: {} operations on {} paths, described in OpenAPI {}",
            api_name(model),
            contract.version,
            contract.operations.len(),
            contract.paths.len(),
            contract.openapi
        )
    });
    let behind = if sources.has_gateway { "behind the gateway" } else { "with nothing in front" };
    Scope {
        title: names.join(", "),
        description: format!("{}; {behind}.", what.collect::<Vec<_>>().join("; ")),
        versions: sources.models().map(|model| model.version.clone()).collect(),
        operations,
        is_external: sources.is_external(),
        has_gateway: sources.has_gateway,
        classes: DataClasses::NONE,
    }
}

fn classes(system: &System) -> DataClasses {
    let entries = system.entries.iter().map(|entry| entry.takes.with(entry.gives));
    let data = system.data.iter().map(|data| data.classes);
    let all = entries.chain(data).fold(DataClasses::NONE, DataClasses::with);
    all.with(DataClasses::of(DataClass::Operational))
}

/// Whether a name is that of a price, an amount, a count.
pub(crate) fn says_how_much(name: &str) -> bool {
    let words = languages::folded_words(name);
    words.iter().any(|word| languages::says(word, languages::Act::Value))
}
