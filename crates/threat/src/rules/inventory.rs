//! A9: what answers beside what is declared.

use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::{Probe, Rule};
use crate::risk::{Factors, Harm};
use crate::system::{Entry, Fact};

pub(super) const UNDECLARED_CALLED: Rule = Rule {
    id: "undeclared-called",
    title: "an operation answers that no document declares",
    text: "somebody guesses paths, and finds one that was forgotten, is for tests, or is from before there were logins",
    item: "A9",
    stride: &[Stride::ElevationOfPrivilege, Stride::InformationDisclosure],
    cwe: &[912],
    capec: &[36, 143],
    d3fend: &["D3-SWI", "D3-ITF"],
    controls: &[ControlId::ApiInventory],
    advice: "what is not in the document is not deployed, and a list of what answers is compared with it",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 9, integrity: 7, availability: 5, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        looked.whole(looked.has_operations(), "programs answer more than their documents say")
    },
};

pub(super) const PATH_SPELLED_OTHERWISE: Rule = Rule {
    id: "path-spelled-otherwise",
    title: "another spelling of a path leads to the same function",
    text: "somebody writes a path with dots, slashes, escapes or capitals that only the API reads as the closed one",
    item: "A9",
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[178, 647, 863],
    capec: &[43, 64],
    d3fend: &["D3-UA"],
    controls: &[ControlId::ApiInventory, ControlId::InputShape],
    advice: "a path has one spelling, and is decided about in the form in which it is used",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 5, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_operations(), "two programs read its paths"),
};

pub(super) const METHOD_NOBODY_DECLARED: Rule = Rule {
    id: "method-nobody-declared",
    title: "a method works that the document does not name",
    text: "somebody tries `PUT` and `DELETE` where only `GET` is declared, and the framework has them",
    item: "A9",
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[650, 912],
    capec: &[274],
    d3fend: &["D3-ITF"],
    controls: &[ControlId::SafeConfiguration, ControlId::ApiInventory],
    advice: "each path answers the declared methods, and 405 to others",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 2, integrity: 9, availability: 5, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        looked.whole(looked.has_operations(), "frameworks make methods that nobody asked for")
    },
};

pub(super) const OLD_VERSION_USED: Rule = Rule {
    id: "old-version-used",
    title: "an old version does what the new one refuses",
    text: "somebody calls the version from before a fault was mended, which still answers",
    item: "A9",
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[288, 672],
    capec: &[554],
    d3fend: &["D3-SWI"],
    controls: &[ControlId::ApiInventory],
    advice: "each version has a last day, and is gone after it",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let is_old = |entry: &Entry| entry.facts.has(Fact::Deprecated);
        let mut hits = looked.each_of(is_old, "it is said to end");
        let beside = |entry: &Entry| {
            entry.facts.has(Fact::HasVersions) && !entry.facts.has(Fact::Deprecated)
        };
        hits.extend(looked.each_of(beside, "it exists in several versions"));
        hits
    },
};

pub(super) const DEBUGGING_LEFT_ON: Rule = Rule {
    id: "debugging-left-on",
    title: "debug pages still answer",
    text: "somebody adds a forgotten parameter or cookie, or asks a page for programmers, and sees the inside",
    item: "A9",
    stride: &[Stride::InformationDisclosure],
    cwe: &[489],
    capec: &[121],
    d3fend: &["D3-ACH"],
    controls: &[ControlId::ApiInventory, ControlId::InputShape],
    advice: "what is for programmers is not in what is deployed",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 9, integrity: 1, availability: 1, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        looked.whole(looked.has_operations(), "parameters that nobody declares reach the API")
    },
};

pub(super) const FILES_LIE_BESIDE: Rule = Rule {
    id: "files-lie-beside",
    title: "files lie beside the API and are served with it",
    text: "somebody asks for a backup, a repository or a settings file by its usual name",
    item: "A9",
    stride: &[Stride::InformationDisclosure],
    cwe: &[527, 530],
    capec: &[150, 497],
    d3fend: &["D3-LFP"],
    controls: &[ControlId::ApiInventory],
    advice: "what is deployed is built from a list, and holds no other file",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 0, availability: 0, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        looked.whole(looked.has_operations(), "servers give out what lies in their folder")
    },
};

pub(super) const THIS_MACHINE_TRUSTED: Rule = Rule {
    id: "this-machine-trusted",
    title: "the API trusts whoever calls from its own machine or network",
    text: "somebody calls through the gateway what the API opens to calls from inside: the gateway is inside",
    item: "A9",
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[290],
    capec: &[22, 465],
    d3fend: &["D3-NI"],
    controls: &[ControlId::ApiInventory],
    advice: "functions for inside ask for a credential, too, or listen where the gateway does not reach",
    factors: Factors { skill: 9, motive: 9, discovery: 7, exploit: 9, awareness: 4 },
    harm: Harm { confidentiality: 9, integrity: 7, availability: 5, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        let has_gateway = looked.system.scope.has_gateway && looked.has_operations();
        looked.whole(has_gateway, "all requests come to the API from the gateway's address")
    },
};
