//! The elements of the system and what people said, as JSON.

use serde_json::{Value, json};

use super::super::{Shown, words};
use crate::stated::{Acceptance, Degree, Tier};
use crate::system::{
    Boundary, DataClass, DataClasses, DataSet, Entry, Flow, Known, Node, Store, System,
};

pub(super) fn system(shown: &Shown<'_>) -> Value {
    let System {
        scope,
        zones,
        boundaries,
        actors,
        components,
        stores,
        data,
        flows,
        entries,
        assets,
        unserved,
    } = &shown.model.system;
    json!({
        "description": scope.description,
        "operations": scope.operations,
        "external": scope.is_external,
        "gateway": scope.has_gateway,
        "classes": classes(scope.classes),
        "zones": zones.iter().map(|one| json!({
            "id": one.id, "title": one.title, "description": one.description,
            "trust": one.trust, "known": known(shown, &one.known),
        })).collect::<Vec<_>>(),
        "boundaries": boundaries.iter().map(|one| boundary(shown, one)).collect::<Vec<_>>(),
        "actors": actors.iter().map(|one| json!({
            "id": one.id, "title": one.title, "description": one.description,
            "kind": words::actor(one.kind), "zone": zone(shown, one.zone), "may": one.may,
            "known": known(shown, &one.known),
        })).collect::<Vec<_>>(),
        "components": components.iter().map(|one| json!({
            "id": one.id, "title": one.title, "description": one.description,
            "kind": words::component(one.kind), "zone": zone(shown, one.zone),
            "in_scope": one.is_in_scope, "known": known(shown, &one.known),
        })).collect::<Vec<_>>(),
        "stores": stores.iter().map(|one| store(shown, one)).collect::<Vec<_>>(),
        "data": data.iter().map(|one| data_set(shown, one)).collect::<Vec<_>>(),
        "flows": flows.iter().map(|one| flow(shown, one)).collect::<Vec<_>>(),
        "entries": entries.iter().map(|one| entry(shown, one)).collect::<Vec<_>>(),
        "assets": assets.iter().map(|one| json!({
            "id": one.id, "title": one.title, "kind": one.kind.name(),
            "description": one.description, "known": known(shown, &one.known),
        })).collect::<Vec<_>>(),
        "unserved": unserved.iter().map(|one| json!({
            "title": one.title, "closed": one.is_closed, "why": one.why, "at": shown.at(one.at),
        })).collect::<Vec<_>>(),
    })
}

fn boundary(shown: &Shown<'_>, one: &Boundary) -> Value {
    json!({
        "outer": zone(shown, one.outer),
        "inner": zone(shown, one.inner),
        "access": one.access.iter().map(|access| access.name()).collect::<Vec<_>>(),
        "authentication": one.authentication.iter().map(|way| way.name()).collect::<Vec<_>>(),
        "credential_ttl_s": one.credential_ttl,
        "credentials_end": one.credentials_end,
        "refresh": one.has_refresh,
        "log_out": one.can_log_out,
        "known": known(shown, &one.known),
    })
}

fn store(shown: &Shown<'_>, one: &Store) -> Value {
    json!({
        "id": one.id, "title": one.title, "description": one.description,
        "kind": words::store(one.kind), "zone": zone(shown, one.zone),
        "encrypted": one.is_encrypted,
        "of": shown.model.system.components.get(one.of).map(|of| &of.id),
        "product": one.product,
        "known": known(shown, &one.known),
    })
}

fn data_set(shown: &Shown<'_>, one: &DataSet) -> Value {
    let System { stores, entries, .. } = &shown.model.system;
    let by = |places: &[usize]| -> Vec<&String> {
        places.iter().filter_map(|at| entries.get(*at)).map(|entry| &entry.id).collect()
    };
    json!({
        "id": one.id, "title": one.title, "description": one.description,
        "classes": classes(one.classes), "witnesses": one.witnesses,
        "placed": one.placed.iter().map(|placed| json!({
            "store": stores.get(placed.store).map(|store| &store.id),
            "encrypted": placed.is_encrypted,
        })).collect::<Vec<_>>(),
        "shown_by": by(&one.shown_by),
        "written_by": by(&one.written_by),
        "known": known(shown, &one.known),
    })
}

fn flow(shown: &Shown<'_>, one: &Flow) -> Value {
    json!({
        "id": one.id, "title": one.title, "description": one.description,
        "from": node(shown, one.from), "to": node(shown, one.to),
        "classes": classes(one.classes), "encrypted": one.is_encrypted,
        "plain_stays_on_host": one.plain_stays_on_host,
        "protocol": one.protocol, "credentials": one.has_credentials,
        "known": known(shown, &one.known),
    })
}

fn entry(shown: &Shown<'_>, one: &Entry) -> Value {
    let System { components, data, .. } = &shown.model.system;
    let data = one.data.iter().filter_map(|at| data.get(*at)).map(|data| &data.id);
    json!({
        "id": one.id, "title": one.title, "operation": one.name,
        "kind": words::entry(&one.kind), "reach": one.reach.name(),
        "from": zone(shown, one.from),
        "component": components.get(one.component).map(|of| &of.id),
        "takes": classes(one.takes), "gives": classes(one.gives),
        "data": data.collect::<Vec<_>>(), "ids": one.ids, "seen": one.seen,
        "known": known(shown, &one.known),
    })
}

fn zone(shown: &Shown<'_>, at: usize) -> Option<String> {
    shown.model.system.zones.get(at).map(|zone| zone.id.clone())
}

fn node(shown: &Shown<'_>, node: Node) -> String {
    shown.model.system.id(words::element(node))
}

fn classes(of: DataClasses) -> Vec<&'static str> {
    of.iter().map(DataClass::name).collect()
}

fn known(shown: &Shown<'_>, one: &Known) -> Value {
    json!({ "from": one.from.name(), "why": one.why, "at": shown.at(one.at) })
}

pub(super) fn stated(shown: &Shown<'_>) -> Value {
    let stated = &shown.model.stated;
    json!({
        "goals": stated.goals.iter().map(|one| json!({
            "text": one.text, "protects": classes(one.protects), "at": shown.at(one.span),
        })).collect::<Vec<_>>(),
        "regimes": stated.regimes,
        "weight": stated.weight.map(Degree::name),
        "tier": stated.tier.map(Tier::name),
        "accepted": stated.accepted.iter().map(|one| acceptance(shown, one)).collect::<Vec<_>>(),
        "answered": stated.answered.iter().map(|one| json!({
            "threat": one.threat, "of": one.of, "how": one.how, "by": one.by,
            "until": one.until.to_string(), "at": shown.at(one.span),
        })).collect::<Vec<_>>(),
        "rated": stated.rated.iter().map(|one| json!({
            "threat": one.threat, "of": one.of,
            "likelihood": f64::from(one.rating.likelihood) / 10.0,
            "impact": f64::from(one.rating.impact) / 10.0,
            "reason": one.reason, "by": one.by,
            "until": one.until.map(|day| day.to_string()), "at": shown.at(one.span),
        })).collect::<Vec<_>>(),
    })
}

pub(super) fn acceptance(shown: &Shown<'_>, one: &Acceptance) -> Value {
    json!({
        "threat": one.threat, "of": one.of, "by": one.by, "reason": one.reason,
        "until": one.until.to_string(), "at": shown.at(one.span),
    })
}
