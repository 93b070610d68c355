//! Zones, parts and flows as cells, with their threats.

use std::collections::BTreeMap;

use portcullis_controls::Stride;
use serde_json::{Map, Value, json};

use super::super::escaped::Short;
use super::super::grouped::touched;
use super::super::layout::{Layout, Rect, Route};
use super::super::{Shown, words};
use crate::answers::State;
use crate::risk::{Level, Rating};
use crate::system::{DataClass, Element, Node, StoreKind, System};
use crate::threat::Threat;

/// Elements that the description of one threat names.
const ELEMENTS_MAX: usize = 20;

const OPEN: &str = "red";
const CLOSED: &str = "#333333";

/// Threats by cell, then by rule, status and state.
type Placed<'a> = BTreeMap<CellKey, BTreeMap<(&'static str, &'static str, State), Vec<&'a Threat>>>;

/// A node, or a flow by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum CellKey {
    Node(Node),
    Flow(usize),
}

/// All cells, and how many threats they have.
pub(super) fn cells(shown: &Shown<'_>, layout: &Layout) -> (Vec<Value>, usize) {
    let system = &shown.model.system;
    let placed = placed(shown);
    let mut told = Telling { shown, placed, number: 0 };
    let mut cells: Vec<Value> =
        layout.zones.iter().filter_map(|(at, rect)| zone(system, *at, *rect)).collect();
    cells.extend(layout.nodes.iter().map(|(node, rect)| told.node(*node, *rect)));
    cells.extend(layout.routes.iter().filter_map(|route| told.flow(route)));
    (cells, told.number)
}

fn placed<'a>(shown: &Shown<'a>) -> Placed<'a> {
    let system = &shown.model.system;
    let mut placed = Placed::new();
    for threat in &shown.model.threats {
        // One that concerns several parts stands at the first: each threat is in the file once.
        let cell = match threat.element {
            Element::Flow(at) => Some(CellKey::Flow(at)),
            element => touched(system, element).first().copied().map(CellKey::Node),
        };
        let Some(cell) = cell else { continue };
        let key = (threat.rule.id, status(threat), threat.state);
        placed.entry(cell).or_default().entry(key).or_default().push(threat);
    }
    placed
}

struct Telling<'s, 'a> {
    shown: &'s Shown<'a>,
    placed: Placed<'a>,
    /// Of the last threat.
    number: usize,
}

impl Telling<'_, '_> {
    fn node(&mut self, node: Node, Rect { x, y, width, height }: Rect) -> Value {
        let system = &self.shown.model.system;
        let title = Short::new(system.title(words::element(node))).to_string();
        let (threats, is_open) = self.threats(CellKey::Node(node));
        let mut data = Map::new();
        let (shape, kind) = match node {
            Node::Actor(_) => ("actor", "tm.Actor"),
            Node::Component(_) => ("process", "tm.Process"),
            Node::Store(_) => ("store", "tm.Store"),
        };
        data.insert("type".to_owned(), kind.into());
        data.insert("name".to_owned(), title.as_str().into());
        data.insert("isTrustBoundary".to_owned(), false.into());
        data.insert("hasOpenThreats".to_owned(), is_open.into());
        data.extend(facts(system, node));
        data.insert("threats".to_owned(), threats.into());
        let stroke = json!({
            "stroke": if is_open { OPEN } else { CLOSED },
            "strokeWidth": if is_open { 2.5 } else { 1.5 },
            "strokeDasharray": null_dash(),
        });
        let mut attrs = json!({ "text": { "text": title } });
        if let Some(attrs) = attrs.as_object_mut() {
            let lines: &[&str] =
                if shape == "store" { &["topLine", "bottomLine"] } else { &["body"] };
            attrs.extend(lines.iter().map(|line| ((*line).to_owned(), stroke.clone())));
        }
        json!({
            "id": id(&system.id(words::element(node))),
            "shape": shape,
            "zIndex": 1,
            "position": { "x": x, "y": y },
            "size": { "width": width, "height": height },
            "attrs": attrs,
            "data": data,
        })
    }

    fn flow(&mut self, route: &Route) -> Option<Value> {
        let system = &self.shown.model.system;
        let flow = system.flows.get(route.flow)?;
        let (threats, is_open) = self.threats(CellKey::Flow(route.flow));
        let corners = route.points.len().saturating_sub(2);
        let vertices: Vec<Value> = route
            .points
            .iter()
            .skip(1)
            .take(corners)
            .map(|(x, y)| json!({ "x": x, "y": y }))
            .collect();
        let end = |node| json!({ "cell": id(&system.id(words::element(node))) });
        let name = Short::new(&flow.title).to_string();
        let label = format!("{} ({})", flow.protocol, words::encrypted(flow));
        Some(json!({
            "id": id(&system.id(Element::Flow(route.flow))),
            "shape": "flow",
            "zIndex": 2,
            "connector": "rounded",
            "source": end(flow.from),
            "target": end(flow.to),
            "vertices": vertices,
            "labels": [{ "position": 0.75, "attrs": { "label": { "text": label } } }],
            "attrs": { "line": {
                "stroke": if is_open { OPEN } else { CLOSED },
                "strokeWidth": if is_open { 2.5 } else { 1.5 },
                "strokeDasharray": null_dash(),
                "targetMarker": { "name": "block" },
            } },
            "data": {
                "type": "tm.Flow",
                "name": name,
                "description": format!("{} Data: {}.", flow.description, flow.classes),
                "outOfScope": false,
                "reasonOutOfScope": "",
                "protocol": flow.protocol,
                "isEncrypted": flow.is_encrypted == Some(true),
                "isPublicNetwork": matches!(flow.from, Node::Actor(_)) && system.scope.is_external,
                "isTrustBoundary": false,
                "hasOpenThreats": is_open,
                "threats": threats,
            },
        }))
    }

    /// The threats at a cell, and whether one is open.
    fn threats(&mut self, cell: CellKey) -> (Vec<Value>, bool) {
        let all = self.placed.remove(&cell).unwrap_or_default();
        let is_open = all.keys().any(|(_, status, _)| *status == "Open");
        let mut told = Vec::new();
        for ((_, status, _), same) in all {
            self.number += 1;
            told.extend(threat(self.shown, status, &same, self.number));
        }
        (told, is_open)
    }
}

/// No dashes; the schema wants the word, which Threat Dragon takes for none.
const fn null_dash() -> &'static str {
    "0"
}

fn zone(system: &System, at: usize, Rect { x, y, width, height }: Rect) -> Option<Value> {
    let zone = system.zones.get(at)?;
    let title = Short::new(&zone.title).to_string();
    Some(json!({
        "id": id(&format!("zone/{}", zone.id)),
        "shape": "trust-boundary-box",
        "zIndex": -1,
        "position": { "x": x, "y": y },
        "size": { "width": width, "height": height },
        "attrs": { "label": { "text": title } },
        "data": {
            "type": "tm.BoundaryBox",
            "name": title,
            "description": format!("{} Trust: {} of 100.", zone.description, zone.trust),
            "isTrustBoundary": true,
            "hasOpenThreats": false,
        },
    }))
}

/// What Threat Dragon asks of an actor, a process or a store.
fn facts(system: &System, node: Node) -> Map<String, Value> {
    let told = match node {
        Node::Actor(at) => system.actors.get(at).map(|one| {
            json!({
                "description": one.description, "outOfScope": true,
                "reasonOutOfScope": "who acts is not ours to change", "providesAuthentication": false,
            })
        }),
        Node::Component(at) => system.components.get(at).map(|one| {
            let reason = if one.is_in_scope { "" } else { "it belongs to others" };
            let entries = system.entries.iter().filter(|entry| entry.component == at);
            let has_cards =
                entries.into_iter().any(|entry| entry.takes.with(entry.gives).has(DataClass::Card));
            json!({
                "description": one.description, "outOfScope": !one.is_in_scope,
                "reasonOutOfScope": reason, "isWebApplication": false,
                "handlesCardPayment": has_cards, "privilegeLevel": "",
            })
        }),
        Node::Store(at) => system.stores.get(at).map(|one| {
            let held = |class: DataClass| {
                let sets = system.data.iter().filter(|data| data.classes.has(class));
                sets.flat_map(|data| &data.placed).any(|placed| placed.store == at)
            };
            json!({
                "description": one.description, "outOfScope": false, "reasonOutOfScope": "",
                "isALog": one.kind == StoreKind::Log, "isEncrypted": one.is_encrypted == Some(true),
                "isSigned": false, "storesCredentials": held(DataClass::Credential),
            })
        }),
    };
    match told {
        Some(Value::Object(told)) => told,
        _ => Map::new(),
    }
}

fn threat(shown: &Shown<'_>, status: &str, same: &[&Threat], number: usize) -> Option<Value> {
    let first = same.first()?;
    let rule = first.rule;
    let worst = same.iter().map(|one| one.inherent).max_by_key(|one| one.level)?;
    let titles = same.iter().map(|one| shown.model.system.title(one.element));
    let mut named: Vec<String> =
        titles.take(ELEMENTS_MAX).map(|title| Short::new(title).to_string()).collect();
    if same.len() > ELEMENTS_MAX {
        named.push(format!("and {} more", same.len() - ELEMENTS_MAX));
    }
    let answers = first.mitigations.iter().map(|one| match one.control {
        Some(control) => format!("{} ({}): {}", control.name(), one.state.name(), one.why),
        None => format!("{}: {}", one.state.name(), one.why),
    });
    let answers: Vec<String> = answers.collect();
    Some(json!({
        "threatId": id(&shown.model.name(first)),
        "number": number,
        "title": rule.title,
        "type": rule.stride.first().map_or("Tampering", |of| stride(*of)),
        "modelType": "STRIDE",
        "status": status,
        "severity": severity(worst),
        "score": format!("{} of 9, {} of 9", words::tenths(worst.likelihood), words::tenths(worst.impact)),
        "description": format!("{}. At: {}.", rule.text, named.join("; ")),
        "mitigation": format!("{} {}. What to do: {}.", worth(first.state), answers.join("; "), rule.advice),
    }))
}

/// Threat Dragon has no word for what is configured, or said, and was never seen to hold: that is not mitigated yet.
const fn status(threat: &Threat) -> &'static str {
    match (threat.state, threat.accepted.is_some()) {
        (State::Proven | State::Withstands, _) => "Mitigated",
        (_, true) => "Accepted",
        (_, false) => "Open",
    }
}

/// The first words of a mitigation: what its answers are worth.
const fn worth(state: State) -> &'static str {
    match state {
        State::ComesThrough => "An attack comes through.",
        State::Missing => "Nothing answers it.",
        State::Stale => "It was shown once, and what was shown is not what is there now.",
        State::Stated => "People say that it is answered; nothing showed it.",
        State::Configured => "A control is set against it; nothing showed that it holds.",
        State::Seen => {
            "A control is set against it and refused requests there; no attack tried it."
        }
        State::Withstands => "Attacks fail at the API itself.",
        State::Proven => "An attack is stopped, and succeeds without the control.",
    }
}

const fn severity(rating: Rating) -> &'static str {
    match rating.level {
        Level::Critical | Level::High => "High",
        Level::Medium => "Medium",
        Level::Low | Level::Note => "Low",
    }
}

const fn stride(of: Stride) -> &'static str {
    match of {
        Stride::Spoofing => "Spoofing",
        Stride::Tampering => "Tampering",
        Stride::Repudiation => "Repudiation",
        Stride::InformationDisclosure => "Information disclosure",
        Stride::DenialOfService => "Denial of service",
        Stride::ElevationOfPrivilege => "Elevation of privilege",
    }
}

/// The name of a cell: it is the same from run to run.
fn id(of: &str) -> String {
    of.replace(['/', ' '], "-")
}
