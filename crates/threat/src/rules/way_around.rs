//! A9: the way around the gateway. It is threat one: whatever the gateway decides, it decides of what comes by.

use portcullis_controls::Stride;

use super::{Hit, Probe, Rule};
use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::system::{ComponentKind, Element, EntryKind, Reach};

pub(super) const WAY_AROUND: Rule = Rule {
    id: "way-around",
    title: "the API is reached beside the gateway",
    text: "somebody in the API's network calls it by its own address, and no control of the gateway is asked",
    item: "A9",
    stride: &[Stride::ElevationOfPrivilege, Stride::Spoofing],
    cwe: &[420],
    capec: &[179, 554],
    d3fend: &["D3-NI", "D3-ITF", "D3-NTPM"],
    controls: &[],
    advice: "the API's network lets only the gateway in, and the API asks for the gateway's proof",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 9, availability: 7, accountability: 9 },
    probe: Probe::People(
        "`portcullis audit` tries the direct way; try it, too, from each network that has another program",
    ),
    find: |looked| {
        let system = looked.system;
        let is_api = |at: usize| {
            let component = system.components.get(at);
            component.is_some_and(|one| one.kind == ComponentKind::Api)
        };
        let ports = system.entries.iter().enumerate().filter(|(_, entry)| {
            system.scope.has_gateway
                && matches!(entry.kind, EntryKind::Port(_) | EntryKind::Socket(_))
                && is_api(entry.component)
        });
        ports
            .map(|(at, entry)| {
                let element = Element::Entry(at);
                let why = "it answers whoever reaches it, not only the gateway";
                if entry.reach <= Reach::Host {
                    let because =
                        "its address is loopback: accounts and programs of its host alone reach it";
                    Hit::known(element, why, State::Configured, because)
                } else {
                    Hit::new(element, why)
                }
            })
            .collect()
    },
};
