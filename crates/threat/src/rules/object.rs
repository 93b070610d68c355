//! A1: objects of others. N4: the same object by two requests at a time.

use portcullis_controls::Stride;
use portcullis_controls::object_ownership::Expected as Objects;
use portcullis_model::ControlId;

use super::{Hit, Looked, Probe, Rule};
use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::system::{Element, Entry, EntryKind, Fact};

pub(super) const OTHERS_OBJECTS_READ: Rule = Rule {
    id: "others-objects-read",
    title: "objects of others are read by their ids",
    text: "a caller puts the id of somebody else's object where their own belongs, and reads it",
    item: "A1",
    stride: &[Stride::InformationDisclosure],
    cwe: &[566, 639],
    capec: &[58, 122],
    d3fend: &["D3-UAP", "D3-RAPA"],
    controls: &[ControlId::ObjectOwnership],
    advice: "the API asks, for each object that it answers, whether it is the caller's",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 0, availability: 0, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| {
        let reads = |entry: &Entry| takes_id(entry) && !entry.facts.has(Fact::Changes);
        of_owners(looked, reads, "its requests name objects by ids")
    },
};

pub(super) const OTHERS_OBJECTS_CHANGED: Rule = Rule {
    id: "others-objects-changed",
    title: "objects of others are changed or deleted by their ids",
    text: "a caller names somebody else's object and changes it, deletes it, or makes it their own",
    item: "A1",
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[566, 639],
    capec: &[58, 77],
    d3fend: &["D3-UAP"],
    controls: &[ControlId::ObjectOwnership],
    advice: "the API asks whether the object is the caller's before it changes it, in the same transaction",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 2, integrity: 7, availability: 5, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| {
        let changes = |entry: &Entry| takes_id(entry) && entry.facts.has(Fact::Changes);
        of_owners(looked, changes, "its requests name the object that they change")
    },
};

pub(super) const OTHERS_OBJECTS_LISTED: Rule = Rule {
    id: "others-objects-listed",
    title: "a list holds objects of others",
    text: "a caller asks for a list, names nobody's object, and gets those of others among their own",
    item: "A1",
    stride: &[Stride::InformationDisclosure],
    cwe: &[639],
    capec: &[54, 122],
    d3fend: &["D3-UAP"],
    controls: &[ControlId::ObjectOwnership],
    advice: "the query behind a list asks for the caller's objects alone, whatever the filters say",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 0, availability: 0, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| {
        let lists = |entry: &Entry| {
            let facts = entry.facts;
            facts.has(Fact::GivesList) && facts.has(Fact::ReadsObjects)
        };
        of_owners(looked, lists, "its answers list objects that somebody owns")
    },
};

pub(super) const OBJECT_EXISTENCE_TOLD: Rule = Rule {
    id: "object-existence-told",
    title: "an answer tells which objects of others exist",
    text: "a caller who may not read an object learns from status, total or time that it is there",
    item: "A1",
    stride: &[Stride::InformationDisclosure],
    cwe: &[203, 204],
    capec: &[54],
    d3fend: &["D3-UAP", "D3-RAPA"],
    controls: &[ControlId::ObjectOwnership],
    advice: "an object of another one is answered as one that does not exist, in every detail",
    factors: Factors { skill: 6, motive: 4, discovery: 7, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 2, integrity: 0, availability: 0, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| {
        let tells = |entry: &Entry| {
            let facts = entry.facts;
            takes_id(entry) || facts.has(Fact::GivesList) && facts.has(Fact::ReadsObjects)
        };
        of_owners(looked, tells, "its answers differ for objects that are there")
    },
};

pub(super) const TENANT_CROSSED: Rule = Rule {
    id: "tenant-crossed",
    title: "a customer's people act in another customer's part",
    text: "somebody with rights in one tenant writes another's id into a path, a field or a body, and has the same rights there",
    item: "A1",
    stride: &[Stride::InformationDisclosure, Stride::ElevationOfPrivilege],
    cwe: &[639],
    capec: &[21, 122],
    d3fend: &["D3-UAP"],
    controls: &[ControlId::ObjectOwnership],
    advice: "the tenant comes from the credential, and each query behind an operation is confined to it",
    factors: Factors { skill: 9, motive: 9, discovery: 7, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 9, integrity: 9, availability: 5, accountability: 1 },
    probe: Probe::People(
        "as a caller of one tenant, put another tenant's id into path, query, header field and body",
    ),
    find: |looked| {
        let is_declared = looked.plans.iter().any(|plan| {
            let authorization = &plan.model.authorization;
            authorization.tenant.is_some()
        });
        let mut named = looked.entries(|entry| entry.facts.has(Fact::NamesTenant));
        let Some((_, entry)) = named.next() else {
            return looked.whole(is_declared, "the policy says to which tenant callers belong");
        };
        let why = format!("requests say whose tenant is meant: `{}`", entry.title);
        let is_decided = !looked.system.scope.has_gateway || is_declared;
        let because = "the policy does not say to which tenant callers belong: `tenant`";
        vec![if is_decided {
            Hit::new(Element::Whole, why)
        } else {
            Hit::known(Element::Whole, why, State::Missing, because)
        }]
    },
};

pub(super) const TWO_AT_ONCE: Rule = Rule {
    id: "two-at-once",
    title: "two requests at a time use up the same thing twice",
    text: "a caller sends the same request several times at once, and each finds what only one may take",
    item: "N4",
    stride: &[Stride::Tampering],
    cwe: &[362, 367],
    capec: &[26, 29],
    d3fend: &["D3-OLV"],
    controls: &[ControlId::ResourceLimits],
    advice: "the API takes what is used up in one transaction that fails if it is gone",
    factors: Factors { skill: 6, motive: 9, discovery: 7, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 0, integrity: 5, availability: 0, accountability: 1 },
    probe: Probe::Attacks,
    find: |looked| {
        let uses_up = |entry: &Entry| entry.facts.has_any(&[Fact::MovesValue, Fact::Repeatable]);
        looked.each_of(uses_up, "it moves something that can be used up")
    },
};

/// A hit for each of these entries, but for those of which the policy says that nobody's objects are theirs. One that
/// names no resources says nothing of objects.
fn of_owners(looked: &Looked<'_>, is_so: fn(&Entry) -> bool, why: &'static str) -> Vec<Hit> {
    let is_nobodys = |entry: &Entry| {
        let EntryKind::Operation { of, .. } = &entry.kind else { return false };
        let Some(plan) = looked.plans.get(of.api) else { return false };
        let authorization = &plan.model.authorization;
        let is_none = authorization.operations.get(of.operation).is_some_and(|one| one.is_none);
        let is_decided = !authorization.resources.is_empty()
            && looked.planned(entry).is_some_and(|one| matches!(one.objects, Objects::NotAsked(_)));
        is_none || is_decided
    };
    let hits = looked.entries(is_so).filter(|(_, entry)| !is_nobodys(entry));
    hits.map(|(at, _)| Hit::new(Element::Entry(at), why)).collect()
}

/// Whether it takes the id of an object, or what may be one.
fn takes_id(entry: &Entry) -> bool {
    entry.facts.has_any(&[Fact::TakesId, Fact::TakesUnknownId])
}
