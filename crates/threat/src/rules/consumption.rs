//! A13: what the API hands on of others.

use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::{Probe, Rule};
use crate::risk::{Factors, Harm};
use crate::system::{Entry, Fact};

pub(super) const OTHERS_DATA_TRUSTED: Rule = Rule {
    id: "others-data-trusted",
    title: "data of a third party is handed on unseen",
    text: "a supplier, or who took over one, sends values of another kind or twice, and clients act on them",
    item: "A13",
    stride: &[Stride::Tampering],
    cwe: &[436, 1287],
    capec: &[384, 153],
    d3fend: &["D3-VTV", "D3-CF"],
    controls: &[ControlId::ResponseShape, ControlId::UpstreamAnswer],
    advice: "what others answer is read as strictly as what callers send",
    factors: Factors { skill: 3, motive: 9, discovery: 3, exploit: 5, awareness: 4 },
    harm: Harm { confidentiality: 6, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let gives = &[Fact::ReadsObjects, Fact::GivesList, Fact::GivesAnything];
        looked.whole(looked.has_any(gives), "answers may hold what others sent")
    },
};

pub(super) const ANSWER_LEADS_AWAY: Rule = Rule {
    id: "answer-leads-away",
    title: "an answer leads clients where nobody decided",
    text: "a stored link sends people to another site, or a program to a door inside its own network",
    item: "A13",
    stride: &[Stride::Spoofing],
    cwe: &[601, 918],
    capec: &[386],
    d3fend: &["D3-UA"],
    controls: &[ControlId::UpstreamAnswer],
    advice: "redirects lead to listed hosts, and clients follow none to inside",
    factors: Factors { skill: 6, motive: 4, discovery: 7, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 6, integrity: 5, availability: 0, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| looked.each(Fact::GivesRedirect, "its answers lead elsewhere"),
};

pub(super) const OTHERS_SCRIPT_SHOWN: Rule = Rule {
    id: "others-script-shown",
    title: "a script or a program of others comes with an answer",
    text: "text or a file of a third party runs in a browser, or hides what it is by its name",
    item: "A13",
    stride: &[Stride::Tampering, Stride::Spoofing],
    cwe: &[79, 451],
    capec: &[592, 635],
    d3fend: &["D3-CF", "D3-FCR"],
    controls: &[ControlId::UpstreamAnswer, ControlId::ResponseShape],
    advice: "texts of others are shown as texts, and names of files have no signs that turn them around",
    factors: Factors { skill: 6, motive: 4, discovery: 3, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 6, integrity: 5, availability: 0, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        let hands_on = |entry: &Entry| {
            entry.facts.has_any(&[Fact::GivesFile, Fact::GivesMarkup, Fact::GivesUninspected])
        };
        let mut hits =
            looked.each_of(hands_on, "its answers are pages, files or texts as they came");
        // Which properties others wrote, no document tells.
        let gives = &[Fact::ReadsObjects, Fact::GivesList, Fact::GivesAnything];
        hits.extend(looked.whole(looked.has_any(gives), "answers may hold texts of others"));
        hits
    },
};
