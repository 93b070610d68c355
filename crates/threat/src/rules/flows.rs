//! A11: what makes sense in an order, at people's pace, with the values that they were told.

use portcullis_controls::Stride;
use portcullis_controls::caller_identity::Expected as Caller;
use portcullis_model::ControlId;

use super::{Hit, Looked, Probe, Rule};
use crate::risk::{Factors, Harm};
use crate::system::{Element, Entry, Fact, Reach};

pub(super) const STEP_LEFT_OUT: Rule = Rule {
    id: "step-left-out",
    title: "a step is left out, or taken in another order",
    text: "somebody calls the last step of a purchase without the ones before it: no address, no price, no payment",
    item: "A11",
    stride: &[Stride::Tampering],
    cwe: &[841],
    capec: &[74, 140],
    d3fend: &["D3-OLV"],
    controls: &[ControlId::BusinessFlow, ControlId::ResourceLimits],
    advice: "each step asks for the result of the one before it, and uses it up",
    factors: Factors { skill: 9, motive: 9, discovery: 7, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 0, integrity: 7, availability: 0, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| looked.each_of(is_of_flow, "it makes sense after other steps"),
};

pub(super) const DONE_TWICE: Rule = Rule {
    id: "done-twice",
    title: "what may be done once is done again",
    text: "somebody sends the same purchase, transfer or voucher a second time, and it counts a second time",
    item: "A11",
    stride: &[Stride::Tampering],
    cwe: &[837, 841],
    capec: &[212],
    d3fend: &["D3-OLV"],
    controls: &[ControlId::ResourceLimits, ControlId::BusinessFlow],
    advice: "what changes something carries a number of its own, and counts once",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 0, integrity: 7, availability: 0, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| {
        let again = |entry: &Entry| entry.facts.has_any(&[Fact::Repeatable, Fact::MovesValue]);
        looked.each_of(again, "the same request twice does twice the thing")
    },
};

pub(super) const RUN_BY_PROGRAMS: Rule = Rule {
    id: "run-by-programs",
    title: "programs run what is for people",
    text: "somebody buys up, signs up or votes by a program, faster and more often than people can",
    item: "A11",
    stride: &[Stride::DenialOfService, Stride::Tampering],
    cwe: &[799],
    capec: &[212],
    d3fend: &["D3-WSAA"],
    controls: &[ControlId::BusinessFlow, ControlId::ResourceLimits],
    advice: "pace, order and number are those of people, and fields that no person sees stay empty",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 0, integrity: 5, availability: 5, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let mut hits = looked.each_of(is_of_flow, "it moves what is worth something");
        let makes = |entry: &Entry| entry.facts.has(Fact::Creates) && !is_of_flow(entry);
        let open = looked.entries(makes).filter(|(_, entry)| is_open(looked, entry));
        let why = "anyone may make objects with it";
        hits.extend(open.map(|(at, _)| Hit::new(Element::Entry(at), why)));
        hits
    },
};

pub(super) const OWN_VALUES: Rule = Rule {
    id: "own-values",
    title: "a caller chooses a value that the API should know",
    text: "somebody sends a price, a negative amount or their own invitation, and the API believes it",
    item: "A11",
    stride: &[Stride::Tampering],
    cwe: &[472, 602, 1284],
    capec: &[77, 208],
    d3fend: &["D3-DLV"],
    controls: &[ControlId::BusinessFlow],
    advice: "prices, totals and rewards are computed where they are stored",
    factors: Factors { skill: 9, motive: 9, discovery: 7, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 0, integrity: 7, availability: 0, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| {
        let values = |entry: &Entry| {
            let facts = entry.facts;
            is_of_flow(entry) && facts.has_any(&[Fact::TakesValue, Fact::TakesAnything])
        };
        looked.each_of(values, "its body says how much, or may say it")
    },
};

/// Whether document and policy leave an operation open to anyone.
fn is_open(looked: &Looked<'_>, entry: &Entry) -> bool {
    let caller = looked.planned(entry).map(|planned| &planned.caller);
    let by_plan = caller.map(|caller| matches!(caller, Caller::Anyone));
    entry.facts.has(Fact::CallerUndecided) || by_plan.unwrap_or(entry.reach == Reach::Anyone)
}

/// Whether it is a step of something that is worth something.
fn is_of_flow(entry: &Entry) -> bool {
    entry.facts.has_any(&[Fact::InFlow, Fact::MovesValue])
}
