//! A5: functions that are not for this caller.

use portcullis_controls::Stride;
use portcullis_controls::function_access::Expected as Function;
use portcullis_model::ControlId;

use super::identity::credentials;
use super::{Hit, Looked, Probe, Rule};
use crate::risk::{Factors, Harm};
use crate::system::{Element, Entry, Fact, Reach};

pub(super) const FUNCTION_OF_OTHERS: Rule = Rule {
    id: "function-of-others",
    title: "a function is called by who may not use it",
    text: "a caller with ordinary rights calls a function for administrators or for another role",
    item: "A5",
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[285],
    capec: &[1, 87],
    d3fend: &["D3-UAP", "D3-AZET"],
    controls: &[ControlId::FunctionAccess],
    advice: "each function asks for the role that it is for, and nothing is open because nobody decided",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 5, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| {
        let all = looked.entries(|_| true).filter(|(_, entry)| is_for_some(looked, entry));
        all.map(|(at, entry)| {
            let why = if entry.facts.has(Fact::LooksAdministrative) {
                "its path or name says that it is for administrators"
            } else {
                "rules say who may use it"
            };
            Hit::new(Element::Entry(at), why)
        })
        .collect()
    },
};

pub(super) const RIGHTS_TAKEN: Rule = Rule {
    id: "rights-taken",
    title: "a caller gives themselves more rights",
    text: "somebody calls the function that gives roles, and gives one to themselves or a friend",
    item: "A5",
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[269],
    capec: &[122, 233],
    d3fend: &["D3-UAP"],
    controls: &[ControlId::FunctionAccess],
    advice: "nobody gives a right that they do not have, and none to themselves",
    factors: Factors { skill: 9, motive: 9, discovery: 7, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 9, availability: 7, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| looked.each(Fact::ChangesRoles, "it changes what somebody may do"),
};

pub(super) const KEY_DOES_MORE: Rule = Rule {
    id: "key-does-more",
    title: "a restricted key or token does more than it is for",
    text: "somebody uses a key for reading to write, or makes a key from it that may do more",
    item: "A5",
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[269, 863],
    capec: &[1, 180],
    d3fend: &["D3-UAP", "D3-CTS"],
    controls: &[ControlId::CallerIdentity, ControlId::FunctionAccess],
    advice: "scopes are asked for at each operation, and a key made from a key has at most its rights",
    factors: Factors { skill: 9, motive: 9, discovery: 7, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 6, integrity: 7, availability: 5, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| {
        credentials(
            looked,
            &[Fact::ByKey, Fact::ByToken],
            "keys and tokens are given for some things",
        )
    },
};

pub(super) const RIGHT_KEPT: Rule = Rule {
    id: "right-kept",
    title: "a right that was taken away still works",
    text: "somebody goes on with a role that they had when they logged in, and have no more",
    item: "A5",
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[613],
    capec: &[122],
    d3fend: &["D3-ANCI", "D3-ST"],
    controls: &[ControlId::CallerIdentity, ControlId::FunctionAccess],
    advice: "roles are asked for anew, at once where a function is for administrators",
    factors: Factors { skill: 9, motive: 9, discovery: 7, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 6, integrity: 7, availability: 5, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| {
        let has_roles = looked.entries(|_| true).any(|(_, entry)| is_for_some(looked, entry));
        looked.whole(has_roles, "roles decide who may use its functions")
    },
};

pub(super) const FUNCTIONS_INSIDE_ONE: Rule = Rule {
    id: "functions-inside-one",
    title: "one operation holds functions that nobody opened",
    text: "somebody asks a query language, behind one declared operation, for what no operation gives",
    item: "A5",
    stride: &[Stride::ElevationOfPrivilege, Stride::InformationDisclosure],
    cwe: &[862],
    capec: &[1, 36],
    d3fend: &["D3-UAP", "D3-NRAM"],
    controls: &[ControlId::FunctionAccess, ControlId::ApiInventory],
    advice: "the API decides for each field and mutation who may ask for it",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 9, integrity: 7, availability: 5, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| looked.each(Fact::TakesGraphql, "what it does stands in its body"),
};

/// Whether an operation is for some callers alone: by rules, by its name, or because nobody opened it.
fn is_for_some(looked: &Looked<'_>, entry: &Entry) -> bool {
    let by_rules = looked.planned(entry).is_some_and(|one| one.function == Function::Granted);
    let by_reach = matches!(entry.reach, Reach::Some | Reach::Administrators);
    entry.is_operation() && (by_rules || by_reach || entry.facts.has(Fact::LooksAdministrative))
}
