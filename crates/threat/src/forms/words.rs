//! Words of the forms for what the model has as values, and the risk of a threat, line by line.

use portcullis_controls::Stride;

use super::Shown;
use super::marks::Mark;
use crate::answering::taken;
use crate::risk::{self, Line, Rating};
use crate::rules::Probe;
use crate::system::{ActorKind, ComponentKind, Element, EntryKind, Known, Node, StoreKind, System};
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

pub(super) const fn encrypted(is_encrypted: Option<bool>) -> &'static str {
    match is_encrypted {
        Some(true) => "encrypted",
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
