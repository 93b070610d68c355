//! A10: whether it can be told afterwards what happened, and is told in time.

use portcullis_controls::Stride;
use portcullis_policy::WhenFull;

use super::{Hit, Probe, Rule};
use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::system::{Element, StoreKind};

pub(super) const NOBODY_WROTE_IT_DOWN: Rule = Rule {
    id: "nobody-wrote-it-down",
    title: "nobody can say who did what",
    text: "somebody does harm or denies an order, and no record says who it was, to what, and with which answer",
    item: "A10",
    stride: &[Stride::Repudiation],
    cwe: &[223, 778],
    capec: &[],
    d3fend: &["D3-RAPA"],
    controls: &[],
    advice: "each request leaves a record: who, what, which object, when, from where, with which verdict",
    factors: Factors { skill: 9, motive: 4, discovery: 3, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 0, integrity: 1, availability: 0, accountability: 9 },
    probe: Probe::People(
        "take the id of an answer, and ask `portcullis explain` what is known of it",
    ),
    find: |looked| {
        if !looked.has_operations() {
            return Vec::new();
        }
        let why = "callers do what somebody will ask about";
        if looked.system.scope.has_gateway {
            let because =
                "the ledger has a line for each request, under the id that its caller got";
            return vec![Hit::known(Element::Whole, why, State::Configured, because)];
        }
        vec![Hit::new(Element::Whole, why)]
    },
};

pub(super) const RECORDS_CHANGED: Rule = Rule {
    id: "records-changed",
    title: "records are changed or deleted afterwards",
    text: "somebody with access to the log takes out the lines that speak of them",
    item: "A10",
    stride: &[Stride::Repudiation, Stride::Tampering],
    cwe: &[353],
    capec: &[268],
    d3fend: &["D3-LFP", "D3-FIM"],
    controls: &[],
    advice: "records are sent away as they are made, to where who makes them cannot change them",
    factors: Factors { skill: 5, motive: 9, discovery: 7, exploit: 5, awareness: 9 },
    harm: Harm { confidentiality: 0, integrity: 5, availability: 0, accountability: 9 },
    probe: Probe::People("delete one line of yesterday: does anything say so?"),
    find: |looked| {
        let stores = looked.system.stores.iter().enumerate();
        let logs = stores.filter(|(_, store)| store.kind == StoreKind::Log);
        logs.map(|(at, _)| Hit::new(Element::Store(at), "its lines are what is believed later"))
            .collect()
    },
};

pub(super) const RECORDING_STOPPED: Rule = Rule {
    id: "recording-stopped",
    title: "recording stops when it is needed",
    text: "somebody fills the disk with records, and does afterwards what nobody is to see",
    item: "A10",
    stride: &[Stride::Repudiation, Stride::DenialOfService],
    cwe: &[770],
    capec: &[571],
    d3fend: &["D3-SDM"],
    controls: &[],
    advice: "what cannot be recorded does not happen, and somebody is told before the disk is full",
    factors: Factors { skill: 6, motive: 4, discovery: 3, exploit: 5, awareness: 4 },
    harm: Harm { confidentiality: 0, integrity: 1, availability: 7, accountability: 9 },
    probe: Probe::People("fill the disk of the log on a copy: are requests still answered?"),
    find: |looked| {
        let stores = looked.system.stores.iter().enumerate();
        let logs = stores.filter(|(_, store)| store.kind == StoreKind::Log);
        let loses = looked.plans.iter().any(|plan| plan.model.when_full == WhenFull::Lose);
        let hits = logs.map(|(at, _)| {
            let (state, because) = if loses {
                (State::Missing, "the policy says that requests pass while their records are lost")
            } else {
                (State::Configured, "requests that cannot be recorded do not reach the API")
            };
            Hit::known(Element::Store(at), "each request adds a line to it", state, because)
        });
        hits.collect()
    },
};

pub(super) const NOBODY_WAS_TOLD: Rule = Rule {
    id: "nobody-was-told",
    title: "nobody is told while it happens",
    text: "somebody tries for weeks what fails a thousand times before it works, and nobody looks",
    item: "A10",
    stride: &[Stride::Repudiation],
    cwe: &[778],
    capec: &[112],
    d3fend: &["D3-AZET", "D3-ANET", "D3-DST"],
    controls: &[],
    advice: "refusals are counted by caller and address, and what is unusual wakes somebody",
    factors: Factors { skill: 9, motive: 4, discovery: 3, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 6, integrity: 5, availability: 5, accountability: 7 },
    probe: Probe::People("make a hundred refused requests as one caller: who is told, and when?"),
    find: |looked| {
        looked.whole(looked.has_operations(), "attacks are seen in refusals, if somebody looks")
    },
};
