//! A6: properties that are not this caller's to write.

use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::{Probe, Rule};
use crate::risk::{Factors, Harm};
use crate::system::{Entry, Fact};

pub(super) const PROPERTIES_ASSIGNED: Rule = Rule {
    id: "properties-assigned",
    title: "a caller writes properties that are not theirs to write",
    text: "somebody adds a role, a price, an owner or a status to a body, and the API stores it",
    item: "A6",
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[915],
    capec: &[77, 162],
    d3fend: &["D3-UAP", "D3-CF"],
    controls: &[ControlId::WritableProperties],
    advice: "the API copies named properties from a body, for each role those that it may write",
    factors: Factors { skill: 9, motive: 9, discovery: 7, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 2, integrity: 7, availability: 0, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| looked.each_of(writes_properties, "its body is stored property by property"),
};

pub(super) const PROTOTYPE_CHANGED: Rule = Rule {
    id: "prototype-changed",
    title: "a name in a body changes what all objects have",
    text: "somebody sends a property named `__proto__` or `constructor`, and every object of the process gets its values",
    item: "A8",
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[1321],
    capec: &[77, 180],
    d3fend: &["D3-CF"],
    controls: &[ControlId::HostileInput, ControlId::WritableProperties],
    advice: "bodies are read into objects without a prototype, and merged by named properties",
    factors: Factors { skill: 3, motive: 4, discovery: 7, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 6, integrity: 7, availability: 7, accountability: 7 },
    probe: Probe::People(
        "send a body with `__proto__`, and see whether another request finds its value",
    ),
    find: |looked| {
        looked.each_of(writes_properties, "names in its body become names of properties")
    },
};

/// Whether properties of its body are written somewhere.
fn writes_properties(entry: &Entry) -> bool {
    let facts = entry.facts;
    facts.has(Fact::Changes) && facts.has_any(&[Fact::TakesProperties, Fact::TakesAnything])
}
