//! Words of the forms for what the model has as values, and the risk of a threat, line by line.

use std::fmt::Display;

use portcullis_controls::Stride;
use portcullis_model::Date;

use super::Shown;
use super::marks::Mark;
use crate::answering::taken;
use crate::answers::Proof;
use crate::risk::{self, Line, Rating};
use crate::rules::{Probe, Rule};
use crate::system::{
    ActorKind, ComponentKind, Element, EntryKind, Flow, Known, Node, StoreKind, System,
};
use crate::threat::Threat;

/// The category, as STRIDE calls it.
pub(super) const fn stride(of: Stride) -> &'static str {
    match of {
        Stride::Spoofing => "spoofing",
        Stride::Tampering => "tampering",
        Stride::Repudiation => "repudiation",
        Stride::InformationDisclosure => "information disclosure",
        Stride::DenialOfService => "denial of service",
        Stride::ElevationOfPrivilege => "elevation of privilege",
    }
}

pub(super) const fn actor(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Anonymous => "anonymous",
        ActorKind::User => "user",
        ActorKind::Administrator => "administrator",
        ActorKind::Service => "service",
        ActorKind::OtherSite => "other site",
        ActorKind::ThirdParty => "third party",
        ActorKind::Operator => "operator",
    }
}

pub(super) const fn component(kind: ComponentKind) -> &'static str {
    match kind {
        ComponentKind::Gateway => "gateway",
        ComponentKind::Api => "api",
        ComponentKind::AdminDoor => "admin door",
        ComponentKind::Issuer => "issuer",
        ComponentKind::KeyService => "key service",
        ComponentKind::CertificateAuthority => "certificate authority",
        ComponentKind::Proxy => "proxy",
        ComponentKind::Outside => "outside",
    }
}

pub(super) const fn store(kind: StoreKind) -> &'static str {
    match kind {
        StoreKind::Sql => "sql",
        StoreKind::KeyValue => "key value",
        StoreKind::Document => "document",
        StoreKind::Object => "object",
        StoreKind::Graph => "graph",
        StoreKind::TimeSeries => "time series",
        StoreKind::Log => "log",
        StoreKind::Files => "files",
        StoreKind::Unknown => "unknown",
    }
}

pub(super) const fn entry(kind: &EntryKind) -> &'static str {
    match kind {
        EntryKind::Operation { .. } => "operation",
        EntryKind::Port(_) => "port",
        EntryKind::Socket(_) => "socket",
        EntryKind::File(_) => "file",
    }
}

/// What shows whether it comes through.
pub(super) const fn probe(of: Probe) -> &'static str {
    match of {
        Probe::Attacks => "attacks",
        Probe::People(how) => how,
    }
}

/// What an attack showed, when, and whether that still holds; its name as the form writes names.
pub(super) fn proof(one: &Proof, attack: impl Display) -> String {
    let knock_out = match one.knock_out {
        Some(true) => ", succeeds again without the control",
        Some(false) => ", does not succeed without the control either",
        None => "",
    };
    let over = if one.over.is_empty() {
        String::new()
    } else {
        format!("; not any more what it was: {}", one.over.join(", "))
    };
    let (at, expires) = (Date::of(one.at), Date::of(one.expires));
    format!("{attack} on {at}{knock_out} (until {expires}){over}")
}

/// How people look whether it comes through, where no attack of ours shows it.
pub(super) const fn looked_at(rule: &Rule) -> Option<&'static str> {
    match rule.probe {
        Probe::Attacks => None,
        Probe::People(how) => Some(how),
    }
}

/// The risk of a threat before anything answers it, factor by factor.
pub(super) struct Explained {
    pub(super) likelihood: [Line; 8],
    pub(super) impact: [Line; 4],
    /// Who set other numbers, by the place in what people said.
    pub(super) rated: Option<usize>,
}

impl Explained {
    pub(super) fn of(shown: &Shown<'_>, threat: &Threat) -> Self {
        let (system, stated) = (&shown.model.system, &shown.model.stated);
        let likelihood = risk::likelihood(system, threat.rule.factors, threat.element);
        let impact = risk::impact(system, stated, threat.rule.harm, threat.element);
        let derived = Rating::of(risk::mean(&likelihood), risk::worst(&impact));
        let is_set = derived != threat.inherent;
        let rated = is_set.then(|| taken::rated(stated, system, threat.rule, threat.element));
        Self { likelihood, impact, rated: rated.flatten() }
    }
}

/// The element at the end of a flow.
pub(super) const fn element(node: Node) -> Element {
    match node {
        Node::Actor(at) => Element::Actor(at),
        Node::Component(at) => Element::Component(at),
        Node::Store(at) => Element::Store(at),
    }
}

/// Tenths as people write them: `5.4`.
pub(super) fn tenths(value: u8) -> String {
    format!("{}.{}", value / 10, value % 10)
}

/// Where an element is declared.
pub(super) fn place(shown: &Shown<'_>, element: Element) -> Option<String> {
    shown.at(known(&shown.model.system, element)?.at)
}

/// How an element is known.
fn known(system: &System, element: Element) -> Option<&Known> {
    match element {
        Element::Whole => None,
        Element::Actor(at) => system.actors.get(at).map(|one| &one.known),
        Element::Component(at) => system.components.get(at).map(|one| &one.known),
        Element::Store(at) => system.stores.get(at).map(|one| &one.known),
        Element::Data(at) => system.data.get(at).map(|one| &one.known),
        Element::Flow(at) => system.flows.get(at).map(|one| &one.known),
        Element::Entry(at) => system.entries.get(at).map(|one| &one.known),
    }
}

/// Whether a flow is encrypted, in words.
pub(super) const fn encrypted(flow: &Flow) -> &'static str {
    match flow.is_encrypted {
        Some(true) => "encrypted",
        Some(false) if flow.plain_stays_on_host => "not encrypted, on one host",
        Some(false) => "not encrypted",
        None => "nobody knows whether encrypted",
    }
}

/// What is drawn under a store.
pub(super) const fn store_kind(kind: StoreKind) -> &'static str {
    match kind {
        StoreKind::Unknown => "store of unknown kind",
        known => store(known),
    }
}

/// What a mark means.
pub(super) const fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Open => "open threats",
        Mark::Accepted => "accepted: somebody takes them",
        Mark::Answered => "answered, not proven",
        Mark::Proven => "proven by attacks",
    }
}
