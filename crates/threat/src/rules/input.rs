//! F1, F2: what comes in is another thing than it seems.

use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::{Probe, Rule};
use crate::risk::{Factors, Harm};
use crate::system::{Entry, Fact};

pub(super) const VALUE_OF_ANOTHER_KIND: Rule = Rule {
    id: "value-of-another-kind",
    title: "a value has another kind or range than is declared",
    text: "somebody sends a list for a number, a text for yes, a fraction or a negative count, and a check passes it",
    item: "F1",
    stride: &[Stride::Tampering],
    cwe: &[20, 1284, 1287],
    capec: &[128, 153],
    d3fend: &["D3-VTV", "D3-IRV"],
    controls: &[ControlId::InputShape],
    advice: "each value is read as its declared kind, with bounds, before anything is decided",
    factors: Factors { skill: 9, motive: 4, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 2, integrity: 5, availability: 1, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| looked.each_of(takes_values, "it takes values that callers choose"),
};

pub(super) const VALUE_READ_TWO_WAYS: Rule = Rule {
    id: "value-read-two-ways",
    title: "two readers read one value differently",
    text: "somebody sends a name twice, in another encoding or with a sign that ends it, so that a check sees another value",
    item: "F1",
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[158, 173, 178, 235, 436],
    capec: &[43, 267, 460],
    d3fend: &["D3-CF"],
    controls: &[ControlId::InputShape, ControlId::ContentType],
    advice: "what has two readings is refused, and what is decided about is what is passed on",
    factors: Factors { skill: 6, motive: 4, discovery: 9, exploit: 5, awareness: 4 },
    harm: Harm { confidentiality: 6, integrity: 5, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let takes = looked.entries(takes_values).next().is_some();
        looked.whole(takes, "gateway, framework and store each read its values")
    },
};

pub(super) const HIDDEN_COLUMNS_ASKED: Rule = Rule {
    id: "hidden-columns-asked",
    title: "a filter or an order asks about what no answer shows",
    text: "somebody sorts or filters by a hidden column, and learns it from which objects come first",
    item: "F1",
    stride: &[Stride::InformationDisclosure],
    cwe: &[203, 915],
    capec: &[54, 116],
    d3fend: &["D3-VTV"],
    controls: &[ControlId::InputShape],
    advice: "names to sort and filter by are a list in the document",
    factors: Factors { skill: 6, motive: 4, discovery: 7, exploit: 5, awareness: 4 },
    harm: Harm { confidentiality: 6, integrity: 0, availability: 0, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| looked.each(Fact::TakesFilter, "its parameters say what to sort or filter by"),
};

pub(super) const XML_READS_FILES: Rule = Rule {
    id: "xml-reads-files",
    title: "an XML document has the API read files",
    text: "somebody declares an entity that lies on the API's disk or inside its network, and reads it in the answer",
    item: "F1",
    stride: &[Stride::InformationDisclosure, Stride::DenialOfService],
    cwe: &[611],
    capec: &[201, 221],
    d3fend: &["D3-CF"],
    controls: &[ControlId::InputShape],
    advice: "document types are refused, and the reader resolves nothing outside",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 1, availability: 5, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.each(Fact::TakesXml, "it takes XML"),
};

pub(super) const UPLOAD_LEAVES_FOLDER: Rule = Rule {
    id: "upload-leaves-folder",
    title: "an uploaded file lands outside its folder",
    text: "somebody names a file `../../` something, and writes over a program or a page",
    item: "F1",
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[22],
    capec: &[76, 139],
    d3fend: &["D3-LFP"],
    controls: &[ControlId::InputShape, ControlId::HostileInput],
    advice: "files get names of the API's own",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 2, integrity: 9, availability: 5, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.each(Fact::TakesFile, "it takes files, which have names"),
};

pub(super) const FILE_IS_A_PAGE: Rule = Rule {
    id: "file-is-a-page",
    title: "an uploaded picture is a page or a program",
    text: "somebody uploads a file that is a picture to one reader and a page with scripts to the next",
    item: "F2",
    stride: &[Stride::Tampering],
    cwe: &[434],
    capec: &[23, 650],
    d3fend: &["D3-FCR", "D3-FFV"],
    controls: &[ControlId::ContentType],
    advice: "files are what they are called, are stored elsewhere, and are given out as downloads",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 6, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.each(Fact::TakesFile, "it takes files that others will open"),
};

pub(super) const BODY_BECOMES_PROGRAM: Rule = Rule {
    id: "body-becomes-program",
    title: "a body is unpacked into objects of the program",
    text: "somebody sends a serialised object whose class runs something when it is read",
    item: "F2",
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[502],
    capec: &[586],
    d3fend: &["D3-CF"],
    controls: &[ControlId::ContentType],
    advice: "bodies are data in a declared format, and names of classes in them mean nothing",
    factors: Factors { skill: 3, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 9, availability: 9, accountability: 7 },
    probe: Probe::People(
        "send a serialised object of the API's language as a body, a file and a cookie",
    ),
    find: |looked| {
        let takes = |entry: &Entry| entry.facts.has_any(&[Fact::TakesAnything, Fact::TakesFile]);
        looked.each_of(takes, "it takes a file, or a body that no schema describes")
    },
};

pub(super) const LABEL_OF_ANOTHER_KIND: Rule = Rule {
    id: "label-of-another-kind",
    title: "a body comes under another label than it is",
    text: "somebody calls JSON a form or plain text, so that no check reads it, or a browser sends it for another site",
    item: "F2",
    stride: &[Stride::Tampering, Stride::Spoofing],
    cwe: &[352, 436],
    capec: &[43, 62],
    d3fend: &["D3-CF"],
    controls: &[ControlId::ContentType],
    advice: "a body is read as its declared type, or not at all",
    factors: Factors { skill: 6, motive: 4, discovery: 9, exploit: 5, awareness: 4 },
    harm: Harm { confidentiality: 2, integrity: 5, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let takes_body = |entry: &Entry| {
            entry.facts.has_any(&[Fact::TakesProperties, Fact::TakesAnything, Fact::TakesBatch])
        };
        looked.each_of(takes_body, "it takes a body of a declared type")
    },
};

pub(super) const ANSWER_READ_AS_PAGE: Rule = Rule {
    id: "answer-read-as-page",
    title: "an answer is sent as a page because the caller asks",
    text: "somebody makes a link whose `Accept` or parameter has data come as a page, and scripts in it run",
    item: "F2",
    stride: &[Stride::Tampering, Stride::Spoofing],
    cwe: &[79],
    capec: &[209, 591],
    d3fend: &["D3-CF"],
    controls: &[ControlId::ResponseShape, ControlId::InputShape],
    advice: "answers have the declared type, whatever is asked for",
    factors: Factors { skill: 6, motive: 4, discovery: 9, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 6, integrity: 5, availability: 0, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        let gives = &[Fact::GivesAnything, Fact::GivesMarkup, Fact::GivesList, Fact::ReadsObjects];
        looked.whole(
            looked.has_any(gives),
            "frameworks choose the form of an answer by what is asked for",
        )
    },
};

/// Whether it takes values.
fn takes_values(entry: &Entry) -> bool {
    entry.facts.has_any(&[
        Fact::TakesAmount,
        Fact::TakesAnything,
        Fact::TakesBatch,
        Fact::TakesId,
        Fact::TakesProperties,
        Fact::TakesText,
        Fact::TakesUnknownId,
        Fact::TakesUrl,
    ])
}
