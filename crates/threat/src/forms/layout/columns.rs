//! Which zone stands in which column: by how many zones lie between it and the clients.

use std::collections::{BTreeMap, VecDeque};

use super::Column;
use crate::system::{Node, System};

#[derive(Debug)]
pub(super) struct Columns(Vec<Column>);

impl Columns {
    pub(super) fn of(system: &System) -> Self {
        let mut zones: BTreeMap<usize, Vec<Node>> = BTreeMap::new();
        for node in nodes(system) {
            zones.entry(zone_of(system, node)).or_default().push(node);
        }
        let used: Vec<usize> = zones.keys().copied().collect();
        let places = places(system, &used);
        let count = places.values().max().map_or(0, |last| last + 1);
        let mut columns: Vec<Column> = vec![Vec::new(); count];
        for (zone, nodes) in zones {
            let at = places.get(&zone).copied().unwrap_or_default();
            if let Some(column) = columns.get_mut(at) {
                column.push((zone, nodes));
            }
        }
        // What leads on stands above what does not, and what more flows touch above the rest.
        let leads = |zone: usize, at: usize| {
            let to = neighbours(system, zone);
            to.into_iter().any(|next| places.get(&next).is_some_and(|place| *place > at))
        };
        for (at, column) in columns.iter_mut().enumerate() {
            column.sort_by_key(|(zone, _)| {
                (!leads(*zone, at), std::cmp::Reverse(flows(system, *zone)), *zone)
            });
        }
        columns.retain(|column| !column.is_empty());
        Self(columns)
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) fn each(&self) -> impl Iterator<Item = &Column> {
        self.0.iter()
    }

    /// The column of a node, and its place from the top there.
    pub(super) fn at(&self, node: Node) -> (usize, usize) {
        for (at, column) in self.0.iter().enumerate() {
            let nodes = column.iter().flat_map(|(_, nodes)| nodes);
            if let Some(place) = nodes.into_iter().position(|known| *known == node) {
                return (at, place);
            }
        }
        (0, 0)
    }
}

/// The column of each zone: its distance from the least trusted one. A zone that leads nowhere, beside one that does,
/// stands with the zone from which it is reached.
fn places(system: &System, used: &[usize]) -> BTreeMap<usize, usize> {
    let trust = |zone: &usize| system.zones.get(*zone).map_or(0, |zone| zone.trust);
    let Some(first) = used.iter().copied().min_by_key(trust) else { return BTreeMap::new() };
    let mut depth = BTreeMap::from([(first, 0_usize)]);
    let mut parent: BTreeMap<usize, usize> = BTreeMap::new();
    let mut next = VecDeque::from([first]);
    while let Some(zone) = next.pop_front() {
        let at = depth.get(&zone).copied().unwrap_or_default();
        for other in neighbours(system, zone) {
            if !depth.contains_key(&other) && used.contains(&other) {
                depth.insert(other, at + 1);
                parent.insert(other, zone);
                next.push_back(other);
            }
        }
    }
    let leads = |zone: usize| parent.values().any(|of| *of == zone);
    let mut places = depth.clone();
    for (zone, of) in &parent {
        let siblings = parent.iter().filter(|(_, other)| *other == of).map(|(sibling, _)| *sibling);
        let is_beside = siblings.into_iter().any(|sibling| sibling != *zone && leads(sibling));
        if !leads(*zone) && is_beside && *of != first {
            places.insert(*zone, depth.get(of).copied().unwrap_or_default());
        }
    }
    // What no flow reaches stands in the last column.
    let last = places.values().copied().max().unwrap_or_default();
    for zone in used {
        places.entry(*zone).or_insert(last);
    }
    places
}

/// How many flows begin or end in a zone.
fn flows(system: &System, zone: usize) -> usize {
    let is_of = |node| zone_of(system, node) == zone;
    system.flows.iter().filter(|flow| is_of(flow.from) || is_of(flow.to)).count()
}

/// Zones with which a zone has flows.
fn neighbours(system: &System, zone: usize) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    for flow in &system.flows {
        let (from, to) = (zone_of(system, flow.from), zone_of(system, flow.to));
        let other = if from == zone { to } else { from };
        if (from == zone || to == zone) && other != zone && !found.contains(&other) {
            found.push(other);
        }
    }
    found
}

/// What is drawn: actors, then what runs, then what keeps data.
pub(super) fn nodes(system: &System) -> impl Iterator<Item = Node> {
    let actors = (0..system.actors.len()).map(Node::Actor);
    let components = (0..system.components.len()).map(Node::Component);
    actors.chain(components).chain((0..system.stores.len()).map(Node::Store))
}

pub(super) fn zone_of(system: &System, node: Node) -> usize {
    match node {
        Node::Actor(at) => system.actors.get(at).map(|one| one.zone),
        Node::Component(at) => system.components.get(at).map(|one| one.zone),
        Node::Store(at) => system.stores.get(at).map(|one| one.zone),
    }
    .unwrap_or_default()
}
