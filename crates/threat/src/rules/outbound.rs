//! A12: where the API goes because a caller says so.

use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::{Probe, Rule};
use crate::risk::{Factors, Harm};
use crate::system::Fact;

pub(super) const INSIDE_REACHED: Rule = Rule {
    id: "inside-reached",
    title: "the API fetches from inside what a caller names",
    text: "somebody sends a URL of the inner network or of the cloud's metadata, and the API asks it for them",
    item: "A12",
    stride: &[Stride::InformationDisclosure, Stride::ElevationOfPrivilege],
    cwe: &[441, 601, 918],
    capec: &[664],
    d3fend: &["D3-OTF", "D3-UA"],
    controls: &[ControlId::OutboundTarget],
    advice: "hosts that may be asked are listed, and are compared after the name became an address",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 5, availability: 1, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| looked.each(Fact::TakesUrl, "it takes a URL"),
};
