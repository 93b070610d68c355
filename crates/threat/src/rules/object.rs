//! A1: objects of others.

use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::{Probe, Rule};
use crate::risk::{Factors, Harm};
use crate::system::Fact;

pub(super) const OTHERS_OBJECTS_READ: Rule = Rule {
    id: "others-objects-read",
    title: "objects of others are read by their ids",
    text: "a caller puts the id of somebody else's object where their own belongs, and reads it",
    item: "A1",
    stride: &[Stride::InformationDisclosure],
    cwe: &[284, 566, 639],
    capec: &[58, 122],
    d3fend: &["D3-UAP"],
    controls: &[ControlId::ObjectOwnership],
    advice: "the API asks, for each object that it answers, whether it is the caller's",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 0, availability: 0, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| looked.each(Fact::TakesId, "its requests name objects by ids"),
};
