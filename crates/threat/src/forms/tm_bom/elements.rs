//! Zones, boundaries, actors, components, stores, data, flows and assumptions of TM-BOM.

use serde_json::{Value, json};

use super::super::{Shown, words};
use super::sheet::Sheet;
use crate::system::{
    Access, ActorKind, Component, ComponentKind, DataClass, DataClasses, DataSet, Flow, Known,
    Node, Origin, Store, StoreKind, System,
};

pub(super) fn zones(shown: &Shown<'_>, sheet: &mut Sheet) -> Vec<Value> {
    let mut zone = |one: &crate::system::Zone| {
        let object = sheet.known("trust_zones[]", &one.known);
        let object = object.derived("symbolic_name", one.id.as_str());
        object
            .derived("title", one.title.as_str())
            .derived("description", one.description.as_str())
            .done()
    };
    shown.model.system.zones.iter().map(&mut zone).collect()
}

pub(super) fn boundaries(shown: &Shown<'_>, sheet: &mut Sheet) -> Vec<Value> {
    let system = &shown.model.system;
    let mut told = Vec::new();
    for one in &system.boundaries {
        let access = one.access.iter().map(|way| way.name().into()).collect();
        let authentication = one.authentication.iter().map(|way| way.name().into()).collect();
        let object = sheet.known("trust_boundaries[]", &one.known);
        let object = object
            .derived("trust_zone_a", zone(system, one.outer))
            .derived("trust_zone_b", zone(system, one.inner))
            .list("access_control_methods", access)
            .list("authentication_methods", authentication)
            .maybe("access_token_expires", one.credentials_end)
            .maybe("access_token_ttl", one.credential_ttl)
            .maybe("has_refresh_token", one.has_refresh)
            .absent("refresh_token_expires")
            .absent("refresh_token_ttl")
            .derived("can_user_logout", one.can_log_out)
            // Whoever's credential ends is logged out by the system.
            .maybe("can_system_logout", one.credentials_end);
        told.push(object.done());
    }
    told
}

pub(super) fn actors(shown: &Shown<'_>, sheet: &mut Sheet) -> Vec<Value> {
    let system = &shown.model.system;
    let mut told = Vec::new();
    for one in &system.actors {
        let object = sheet.known("actors[]", &one.known);
        let object = object
            .derived("symbolic_name", one.id.as_str())
            .derived("title", one.title.as_str())
            .derived("description", one.description.as_str())
            .derived("type", actor(one.kind))
            .derived("permissions", one.may.as_str())
            .derived("trust_zone", zone(system, one.zone));
        told.push(object.done());
    }
    told
}

const fn actor(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Anonymous | ActorKind::User => "user",
        ActorKind::Administrator => "administrator",
        ActorKind::Service => "system",
        ActorKind::OtherSite | ActorKind::ThirdParty => "third_party",
        ActorKind::Operator => "engineer",
    }
}

pub(super) fn components(shown: &Shown<'_>, sheet: &mut Sheet) -> Vec<Value> {
    let system = &shown.model.system;
    let gateway =
        system.components.iter().find(|one| one.kind == ComponentKind::Gateway).map(|one| &one.id);
    let parent = |one: &Component| {
        let is_part = one.kind == ComponentKind::AdminDoor;
        gateway.filter(|_| is_part).map(String::as_str)
    };
    let mut told = Vec::new();
    for one in &system.components {
        let object = sheet.known("components[]", &one.known);
        let object = object
            .derived("symbolic_name", one.id.as_str())
            .derived("title", one.title.as_str())
            .derived("description", one.description.as_str())
            .maybe("parent_component", parent(one))
            .derived("trust_zone", zone(system, one.zone))
            .absent("repo_link");
        told.push(object.done());
    }
    told
}

pub(super) fn stores(shown: &Shown<'_>, sheet: &mut Sheet) -> Vec<Value> {
    let system = &shown.model.system;
    shown.model.system.stores.iter().map(|one| store(system, sheet, one)).collect()
}

fn store(system: &System, sheet: &mut Sheet, one: &Store) -> Value {
    let object = sheet.known("data_stores[]", &one.known);
    let object = object
        .derived("symbolic_name", one.id.as_str())
        .derived("title", one.title.as_str())
        .derived("description", one.description.as_str());
    let object = match store_type(one.kind) {
        Some(kind) => object.derived("type", kind),
        None => object.taken("type", "sql"),
    };
    let ours = ours(system, one);
    let object = object
        .maybe("vendor", ours.map(|_| "Portcullis"))
        .maybe("product", one.product.as_deref().or(ours));
    object.derived("trust_zone", zone(system, one.zone)).done()
}

/// What a store is that the gateway makes itself.
fn ours(system: &System, one: &Store) -> Option<&'static str> {
    let of = system.components.get(one.of).map(|of| of.kind);
    match one.kind {
        _ if of != Some(ComponentKind::Gateway) => None,
        StoreKind::Log => Some("Portcullis ledger"),
        StoreKind::Sql => Some("Portcullis store"),
        // Files are written by people.
        _ => None,
    }
}

/// The nearest type of the schema, which knows neither logs nor files; none: nobody said of which it is.
const fn store_type(kind: StoreKind) -> Option<&'static str> {
    match kind {
        StoreKind::Sql => Some("sql"),
        StoreKind::KeyValue => Some("key_value"),
        StoreKind::Document => Some("document"),
        StoreKind::Object | StoreKind::Files => Some("object"),
        StoreKind::Graph => Some("graph"),
        StoreKind::TimeSeries | StoreKind::Log => Some("time_series"),
        StoreKind::Unknown => None,
    }
}

pub(super) fn data(shown: &Shown<'_>, sheet: &mut Sheet) -> Vec<Value> {
    let system = &shown.model.system;
    system.data.iter().map(|one| data_set(system, sheet, one)).collect()
}

fn data_set(system: &System, sheet: &mut Sheet, one: &DataSet) -> Value {
    let mut placements = Vec::new();
    for placed in &one.placed {
        let Some(store) = system.stores.get(placed.store) else { continue };
        let object = sheet.object("data_sets[].placements[]");
        let object = object.derived("data_store", store.id.as_str());
        placements.push(object.maybe("encrypted", placed.is_encrypted).done());
    }
    sheet
        .known("data_sets[]", &one.known)
        .derived("symbolic_name", one.id.as_str())
        .derived("title", one.title.as_str())
        .derived("description", one.description.as_str())
        .nested("placements", placements.into())
        .list("data_sensitivity", sensitivity(one.classes))
        .list("access_control_methods", access(system, one))
        .absent("record_count")
        .done()
}

/// How access is decided at the boundaries that data crosses: on its way to callers, and into the zone where it lies.
fn access(system: &System, one: &DataSet) -> Vec<Value> {
    let entries = one.shown_by.iter().chain(&one.written_by);
    let from: Vec<usize> =
        entries.filter_map(|at| system.entries.get(*at)).map(|entry| entry.from).collect();
    let stores = one.placed.iter().filter_map(|placed| system.stores.get(placed.store));
    let into: Vec<usize> = stores.map(|store| store.zone).collect();
    let crossed = system.boundaries.iter().filter(|boundary| {
        let is_crossed = from.contains(&boundary.outer) || into.contains(&boundary.inner);
        is_crossed && boundary.known.from != Origin::Guessed
    });
    let mut ways: Vec<Access> = crossed.flat_map(|boundary| boundary.access.clone()).collect();
    ways.sort_unstable();
    ways.dedup();
    ways.into_iter().map(|way| way.name().into()).collect()
}

pub(super) fn sensitivity(classes: DataClasses) -> Vec<Value> {
    classes.iter().map(|class| DataClass::name(class).into()).collect()
}

pub(super) fn flows(shown: &Shown<'_>, sheet: &mut Sheet) -> Vec<Value> {
    let system = &shown.model.system;
    system.flows.iter().map(|one| flow(system, sheet, one)).collect()
}

fn flow(system: &System, sheet: &mut Sheet, one: &Flow) -> Value {
    let object = sheet
        .known("data_flows[]", &one.known)
        .derived("symbolic_name", one.id.as_str())
        .derived("title", one.title.as_str())
        .derived("description", one.description.as_str())
        .nested("source", node(system, one.from))
        .counted("source.type", true)
        .counted("source.object", true)
        .nested("destination", node(system, one.to))
        .counted("destination.type", true)
        .counted("destination.object", true)
        .derived("has_sensitive_data", one.classes.is_sensitive() || one.has_credentials);
    match one.is_encrypted {
        Some(is_encrypted) => object.derived("encrypted", is_encrypted),
        // The schema has no word for "nobody knows".
        None => object.taken("encrypted", false),
    }
    .done()
}

fn node(system: &System, node: Node) -> Value {
    let kind = match node {
        Node::Actor(_) => "actor",
        Node::Component(_) => "component",
        Node::Store(_) => "data_store",
    };
    let id = system.id(words::element(node));
    json!({ "type": kind, "object": id.rsplit('/').next().unwrap_or_default() })
}

/// What is taken to be so: unconfirmed what was guessed, confirmed what people said.
pub(super) fn assumptions(shown: &Shown<'_>, sheet: &mut Sheet) -> Vec<Value> {
    let system = &shown.model.system;
    let named = |title: &str, known: &Known| (format!("{title}: {}", known.why), known.from);
    let mut all: Vec<(String, Origin)> = Vec::new();
    all.extend(system.zones.iter().map(|one| named(&one.title, &one.known)));
    all.extend(system.boundaries.iter().map(|one| {
        let between = format!("{} to {}", zone(system, one.outer), zone(system, one.inner));
        named(&between, &one.known)
    }));
    all.extend(system.actors.iter().map(|one| named(&one.title, &one.known)));
    all.extend(system.components.iter().map(|one| named(&one.title, &one.known)));
    all.extend(system.stores.iter().map(|one| named(&one.title, &one.known)));
    all.extend(system.data.iter().map(|one| named(&one.title, &one.known)));
    all.extend(system.flows.iter().map(|one| named(&one.title, &one.known)));
    for one in system.stores.iter().filter(|one| one.kind == StoreKind::Unknown) {
        all.push((format!("{}: nobody said of which type it is", one.title), Origin::Guessed));
    }
    for one in system.flows.iter().filter(|one| one.is_encrypted.is_none()) {
        all.push((format!("{}: nobody said whether it is encrypted", one.title), Origin::Guessed));
    }
    for one in shown.questions {
        all.push((format!("{} Taken: {} ({})", one.text, one.taken, one.because), Origin::Guessed));
    }
    all.retain(|(_, from)| matches!(from, Origin::Guessed | Origin::Stated));
    let mut told = Vec::new();
    for (text, from) in all {
        let validity = if from == Origin::Stated { "confirmed" } else { "unconfirmed" };
        let object = sheet.object("assumptions[]").derived("description", text);
        // The specification has no topics yet, and asks that none be written.
        told.push(object.absent("topics").derived("validity", validity).done());
    }
    told
}

/// The symbolic name of a zone.
pub(super) fn zone(system: &System, at: usize) -> &str {
    system.zones.get(at).map_or("", |zone| zone.id.as_str())
}
