//! A8: texts that are more than text to what reads them.
//!
//! Which languages stand behind an operation, neither document nor traffic tells. A query of a database, and a page
//! that shows what was stored, are looked for at each operation; languages that few operations reach, once for all.

use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::{Probe, Rule};
use crate::risk::{Factors, Harm};
use crate::system::{Entry, Fact};

/// Everything is lost where a text becomes a command.
const RUNS_HERE: Harm =
    Harm { confidentiality: 9, integrity: 9, availability: 9, accountability: 7 };

pub(super) const TEXT_BECOMES_QUERY: Rule = Rule {
    id: "text-becomes-query",
    title: "a text becomes a part of a database query",
    text: "somebody ends the text in a query and goes on with their own: everything is found, or changed",
    item: "A8",
    stride: &[Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[89, 943],
    capec: &[66, 676],
    d3fend: &["D3-DQSA", "D3-CF"],
    controls: &[ControlId::HostileInput],
    advice: "values go into queries as parameters, and names of columns are chosen from a list",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 7, availability: 5, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.each(Fact::TakesText, "it takes text that nothing confines"),
};

pub(super) const TEXT_BECOMES_COMMAND: Rule = Rule {
    id: "text-becomes-command",
    title: "a text becomes a command of the system",
    text: "somebody puts a separator and a command into a name that the API hands to a shell",
    item: "A8",
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[78],
    capec: &[88],
    d3fend: &["D3-PSA", "D3-CF"],
    controls: &[ControlId::HostileInput],
    advice: "programs are started with a list of arguments, never through a shell",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: RUNS_HERE,
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_any(&[Fact::TakesText, Fact::TakesFile]), TAKES_TEXT),
};

pub(super) const TEXT_BECOMES_TEMPLATE: Rule = Rule {
    id: "text-becomes-template",
    title: "a text becomes a part of a template",
    text: "somebody writes an expression into a label or mail, and the template engine computes it",
    item: "A8",
    stride: &[Stride::ElevationOfPrivilege, Stride::InformationDisclosure],
    cwe: &[917, 1336],
    capec: &[242],
    d3fend: &["D3-CF"],
    controls: &[ControlId::HostileInput],
    advice: "texts of callers are values of templates, never templates",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 9, awareness: 6 },
    harm: RUNS_HERE,
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_any(&[Fact::TakesText]), TAKES_TEXT),
};

pub(super) const TEXT_BECOMES_FILTER: Rule = Rule {
    id: "text-becomes-filter",
    title: "a text becomes a part of a directory's filter",
    text: "somebody writes brackets and stars into a name, and the directory finds everybody",
    item: "A8",
    stride: &[Stride::InformationDisclosure, Stride::Spoofing],
    cwe: &[90],
    capec: &[136],
    d3fend: &["D3-CF"],
    controls: &[ControlId::HostileInput],
    advice: "special characters are escaped as the directory's protocol says",
    factors: Factors { skill: 6, motive: 4, discovery: 7, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 5, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_any(&[Fact::TakesText]), TAKES_TEXT),
};

pub(super) const TEXT_BECOMES_XPATH: Rule = Rule {
    id: "text-becomes-xpath",
    title: "a text becomes a part of a path through XML",
    text: "somebody closes a quote in a path expression, and the document gives what it should not",
    item: "A8",
    stride: &[Stride::InformationDisclosure],
    cwe: &[643],
    capec: &[83],
    d3fend: &["D3-CF"],
    controls: &[ControlId::HostileInput],
    advice: "values go into expressions as variables",
    factors: Factors { skill: 6, motive: 4, discovery: 7, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 0, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_any(&[Fact::TakesText]), TAKES_TEXT),
};

pub(super) const TEXT_BECOMES_PATH: Rule = Rule {
    id: "text-becomes-path",
    title: "a text leads out of the folder that it is for",
    text: "somebody writes `../` into the name of a file, in any encoding, and reads another one",
    item: "A8",
    stride: &[Stride::InformationDisclosure],
    cwe: &[22],
    capec: &[126],
    d3fend: &["D3-LFP", "D3-FAPA"],
    controls: &[ControlId::HostileInput],
    advice: "files are found by ids, and the resolved path is compared with the folder",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 1, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_any(&[Fact::TakesText]), TAKES_TEXT),
};

pub(super) const TEXT_BECOMES_HEADER: Rule = Rule {
    id: "text-becomes-header",
    title: "a text becomes a header field of an answer",
    text: "somebody puts a line break into a text that comes back in a header field, and adds fields or a body",
    item: "A8",
    stride: &[Stride::Tampering, Stride::Spoofing],
    cwe: &[113],
    capec: &[34],
    d3fend: &["D3-PMAD"],
    controls: &[ControlId::HostileInput, ControlId::InputShape],
    advice: "line breaks in values of header fields are refused where they are written",
    factors: Factors { skill: 6, motive: 4, discovery: 9, exploit: 5, awareness: 9 },
    harm: Harm { confidentiality: 6, integrity: 5, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_any(&[Fact::TakesText]), TAKES_TEXT),
};

pub(super) const TEXT_BECOMES_RECORD: Rule = Rule {
    id: "text-becomes-record",
    title: "a text becomes a line of a log",
    text: "somebody puts a line break into a text that is logged, and writes a record of what never happened",
    item: "A8",
    stride: &[Stride::Repudiation, Stride::Tampering],
    cwe: &[117],
    capec: &[93],
    d3fend: &["D3-CF"],
    controls: &[ControlId::HostileInput],
    advice: "records are written as data with names, and line breaks in values are escaped",
    factors: Factors { skill: 9, motive: 4, discovery: 7, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 0, integrity: 3, availability: 0, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_any(&[Fact::TakesText]), TAKES_TEXT),
};

pub(super) const TEXT_BECOMES_PAGE: Rule = Rule {
    id: "text-becomes-page",
    title: "a stored text becomes a script in somebody's browser",
    text: "somebody stores markup in a review or name, and it runs for everybody who looks at it",
    item: "A8",
    stride: &[Stride::Tampering, Stride::Spoofing],
    cwe: &[79],
    capec: &[592],
    d3fend: &["D3-CF"],
    controls: &[ControlId::HostileInput],
    advice: "pages write texts as texts, and answers are JSON that no browser shows as a page",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 0, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| looked.each_of(stores_text, "it stores text that somebody will look at"),
};

pub(super) const TEXT_BECOMES_FORMULA: Rule = Rule {
    id: "text-becomes-formula",
    title: "a stored text becomes a formula in somebody's spreadsheet",
    text: "somebody stores a name that begins with `=`, and it is computed, or asks the network, on the desk of whoever opens the export",
    item: "A8",
    stride: &[Stride::Tampering, Stride::InformationDisclosure],
    cwe: &[1236],
    capec: &[],
    d3fend: &["D3-CF"],
    controls: &[],
    advice: "cells of an export that begin with `=`, `+`, `-`, `@`, a tab or a line break are written as texts",
    factors: Factors { skill: 9, motive: 4, discovery: 7, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 6, integrity: 5, availability: 1, accountability: 7 },
    probe: Probe::People(
        "store `=1+1` as a name, open the export: the cell shows the text, and not `2`",
    ),
    find: |looked| {
        // What nobody can store, nobody can export.
        if looked.entries(stores_text).next().is_none() {
            return Vec::new();
        }
        looked.each(Fact::GivesTable, "its answers are tables, and others store text")
    },
};

/// Whether it stores text: what is deleted, or chosen by the path alone, is not stored.
fn stores_text(entry: &Entry) -> bool {
    let facts = entry.facts;
    let body = &[Fact::TakesProperties, Fact::TakesAnything, Fact::TakesBatch, Fact::TakesXml];
    facts.has(Fact::TakesText)
        && facts.has(Fact::Changes)
        && facts.has_any(body)
        && !facts.has(Fact::Deletes)
}

const TAKES_TEXT: &str = "operations take text that nothing confines";
