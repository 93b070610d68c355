//! C6: what can be read or changed on the way.

use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::{Hit, Looked, Probe, Rule};
use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::system::{ComponentKind, Element, Flow, Node, Origin};

pub(super) const READ_ON_THE_WAY: Rule = Rule {
    id: "read-on-the-way",
    title: "credentials or data are read or changed on the way",
    text: "somebody between two ends reads what goes by in the clear, keeps the credential, and changes the rest",
    item: "C6",
    stride: &[Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[319],
    capec: &[94, 158],
    d3fend: &["D3-MENCR", "D3-ET"],
    controls: &[ControlId::TransportEncryption],
    advice: "each hop speaks TLS, and a credential that came in the clear is refused and replaced",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 7, availability: 1, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        let flows = looked.system.flows.iter().enumerate();
        let told = flows.filter(|(_, flow)| goes_over_a_network(flow) && is_worth_it(flow));
        told.map(|(at, flow)| {
            let why = if flow.has_credentials {
                "credentials go there"
            } else {
                "sensitive data goes there"
            };
            let clear = |because| Hit::known(Element::Flow(at), why, State::Missing, because);
            let is_listener = kind(looked, flow.to) == Some(ComponentKind::Gateway);
            match flow.is_encrypted {
                Some(true) => {
                    let because = match flow.known.from {
                        Origin::Contract if !looked.system.scope.has_gateway => {
                            "the document names no address of it but by `https`"
                        }
                        _ => "it is encrypted",
                    };
                    Hit::known(Element::Flow(at), why, State::Configured, because)
                }
                Some(false) if is_listener && !looked.system.scope.is_external => {
                    let because =
                        "the listener is loopback: programs of its host alone speak with it";
                    Hit::known(Element::Flow(at), why, State::Configured, because)
                }
                Some(false) if flow.plain_stays_on_host => {
                    let because = "what of it is not encrypted does not leave the host";
                    Hit::known(Element::Flow(at), why, State::Configured, because)
                }
                // The gateway takes no credential in the clear: then clients send none.
                Some(false) if is_listener && flow.has_credentials => {
                    Hit::new(Element::Flow(at), why)
                }
                Some(false) => clear("it goes in the clear"),
                None => clear("nobody said whether it is encrypted on the way"),
            }
        })
        .collect()
    },
};

pub(super) const OLDER_TLS_AGREED: Rule = Rule {
    id: "older-tls-agreed",
    title: "both ends are made to agree on weaker encryption",
    text: "somebody between two ends has them agree on an old version or no encryption at all, and reads along",
    item: "C6",
    stride: &[Stride::InformationDisclosure],
    cwe: &[757],
    capec: &[220, 620],
    d3fend: &["D3-ACH"],
    controls: &[],
    advice: "TLS 1.2 is the oldest that is spoken, and plain HTTP only leads to `https`",
    factors: Factors { skill: 3, motive: 4, discovery: 9, exploit: 3, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 5, availability: 0, accountability: 9 },
    probe: Probe::People(
        "offer TLS 1.1 and no encryption to each listener, the proxy's before all",
    ),
    find: |looked| {
        let flows = looked.system.flows.iter().enumerate();
        let over_tls =
            flows.filter(|(_, flow)| flow.is_encrypted == Some(true) && goes_over_a_network(flow));
        over_tls
            .map(|(at, flow)| {
                let why = "it is encrypted as both ends agree";
                let ends = [flow.from, flow.to];
                if ends.into_iter().any(|end| kind(looked, end) == Some(ComponentKind::Gateway)) {
                    let because = "one end is the gateway, which speaks TLS 1.2 and 1.3 alone";
                    Hit::known(Element::Flow(at), why, State::Configured, because)
                } else {
                    Hit::new(Element::Flow(at), why)
                }
            })
            .collect()
    },
};

/// Whether it may go over a network, as far as its protocol says.
fn goes_over_a_network(flow: &Flow) -> bool {
    !matches!(flow.protocol, "file" | "unix socket")
}

/// Whether somebody gains by reading it.
const fn is_worth_it(flow: &Flow) -> bool {
    flow.has_credentials || flow.classes.is_sensitive()
}

/// What a component at an end of a flow is.
fn kind(looked: &Looked<'_>, end: Node) -> Option<ComponentKind> {
    match end {
        Node::Component(at) => looked.system.components.get(at).map(|one| one.kind),
        Node::Actor(_) | Node::Store(_) => None,
    }
}
