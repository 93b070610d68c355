//! The data-flow diagram as a Mermaid flowchart: zones are subgraphs, flows have their classes of data.

use std::fmt::Write as _;

use super::escaped::Mermaid;
use super::grouped::touched;
use crate::found::ThreatModel;
use crate::system::{Flow, Node, System};

/// The diagram. Writing to a String cannot fail.
pub fn mermaid(model: &ThreatModel) -> String {
    let system = &model.system;
    let mut out = String::from("flowchart LR\n");
    for (at, zone) in system.zones.iter().enumerate() {
        let nodes: Vec<Node> = nodes(system).filter(|node| zone_of(system, *node) == at).collect();
        if nodes.is_empty() {
            continue;
        }
        let _ = writeln!(out, "  subgraph z{at}[\"{}\"]", Mermaid(&zone.title));
        for node in nodes {
            shape(model, node, &mut out);
        }
        out.push_str("  end\n");
    }
    for flow in &system.flows {
        arrow(flow, &mut out);
    }
    out.push_str("  classDef open stroke-width:3px,stroke-dasharray:0\n");
    let open: Vec<String> =
        nodes(system).filter(|node| open_at(model, *node) > 0).map(id).collect();
    if !open.is_empty() {
        let _ = writeln!(out, "  class {} open", open.join(","));
    }
    out
}

/// Actors are rounded, what runs is a box, stores are cylinders.
fn shape(model: &ThreatModel, node: Node, out: &mut String) {
    let (before, after) = match node {
        Node::Actor(_) => ("([\"", "\"])"),
        Node::Component(_) => ("[\"", "\"]"),
        Node::Store(_) => ("[(\"", "\")]"),
    };
    let title = Mermaid(title(&model.system, node));
    let _ = write!(out, "    {}{before}{title}", id(node));
    match open_at(model, node) {
        0 => {}
        count => {
            let _ = write!(out, "<br/>{count} open");
        }
    }
    let _ = writeln!(out, "{after}");
}

fn arrow(flow: &Flow, out: &mut String) {
    let line = if flow.is_encrypted == Some(true) { "==>" } else { "-->" };
    let (from, to) = (id(flow.from), id(flow.to));
    let classes = flow.classes.to_string();
    let words = [flow.protocol, classes.as_str()];
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let label = words.join(": ");
    if label.is_empty() {
        let _ = writeln!(out, "  {from} {line} {to}");
    } else {
        let _ = writeln!(out, "  {from} {line}|\"{}\"| {to}", Mermaid(&label));
    }
}

fn nodes(system: &System) -> impl Iterator<Item = Node> {
    let actors = (0..system.actors.len()).map(Node::Actor);
    let components = (0..system.components.len()).map(Node::Component);
    actors.chain(components).chain((0..system.stores.len()).map(Node::Store))
}

fn id(node: Node) -> String {
    match node {
        Node::Actor(at) => format!("a{at}"),
        Node::Component(at) => format!("c{at}"),
        Node::Store(at) => format!("s{at}"),
    }
}

fn title(system: &System, node: Node) -> &str {
    system.title(super::words::element(node))
}

fn zone_of(system: &System, node: Node) -> usize {
    match node {
        Node::Actor(at) => system.actors.get(at).map(|one| one.zone),
        Node::Component(at) => system.components.get(at).map(|one| one.zone),
        Node::Store(at) => system.stores.get(at).map(|one| one.zone),
    }
    .unwrap_or_default()
}

/// How many open threats touch a node.
fn open_at(model: &ThreatModel, node: Node) -> usize {
    let open = model.threats.iter().filter(|threat| threat.is_open());
    open.filter(|threat| touched(&model.system, threat.element).contains(&node)).count()
}
