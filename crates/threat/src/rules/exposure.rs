//! A3: what answers hold, and what lies where it is kept.

use portcullis_controls::Stride;
use portcullis_model::{ControlId, Method};

use super::{Hit, Looked, Probe, Rule};
use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::system::{
    ComponentKind, DataClass, DataClasses, DataSet, Element, Entry, EntryKind, Fact,
};

pub(super) const ANSWERS_HOLD_MORE: Rule = Rule {
    id: "answers-hold-more",
    title: "answers and refusals hold more than the document declares",
    text: "somebody reads what no page shows: columns that are sent because they are there, the stored object in a refusal",
    item: "A3",
    stride: &[Stride::InformationDisclosure],
    cwe: &[200, 209],
    capec: &[37, 54],
    d3fend: &["D3-CF", "D3-DI"],
    controls: &[ControlId::ResponseShape],
    advice: "each answer is written property by property, and the document declares each, of refusals as well",
    factors: Factors { skill: 9, motive: 4, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 0, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let gives = |entry: &Entry| {
            let facts = entry.facts;
            let stored = &[Fact::ReadsObjects, Fact::GivesList, Fact::GivesAnything, Fact::TakesId];
            has_body(entry) && (facts.has_any(stored) || !entry.gives.is_empty())
        };
        looked.each_of(gives, "its answers, refusals as well, are made of stored objects")
    },
};

pub(super) const RESERVED_PROPERTIES_SHOWN: Rule = Rule {
    id: "reserved-properties-shown",
    title: "declared properties are shown to who may not see them",
    text: "a caller reads properties of an object that are for other roles: a score, remarks, a card number",
    item: "A3",
    stride: &[Stride::InformationDisclosure],
    cwe: &[213],
    capec: &[37],
    d3fend: &["D3-UAP", "D3-CF"],
    controls: &[ControlId::ResponseShape],
    advice: "who may see a property is decided for each role, and the rest is left out or replaced",
    factors: Factors { skill: 9, motive: 4, discovery: 9, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 0, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let shows = |entry: &Entry| has_body(entry) && entry.gives.is_sensitive();
        looked.each_of(shows, "its answers have sensitive properties")
    },
};

pub(super) const CREDENTIALS_IN_ANSWERS: Rule = Rule {
    id: "credentials-in-answers",
    title: "an answer gives away a password, token or key",
    text: "somebody reads in an object what opens an account: a hash, a reset token, the token of another user",
    item: "A3",
    stride: &[Stride::InformationDisclosure, Stride::Spoofing],
    cwe: &[200, 213, 522],
    capec: &[37],
    d3fend: &["D3-CTS", "D3-CF"],
    controls: &[ControlId::ResponseShape],
    advice: "secrets are kept as digests, and no schema of an answer names them",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let gives = |entry: &Entry| {
            entry.facts.has(Fact::GivesSecret) && !entry.facts.has(Fact::GivesCredential)
        };
        looked.each_of(gives, "its answers have properties that are named as secrets")
    },
};

pub(super) const DATA_KEPT_READABLE: Rule = Rule {
    id: "data-kept-readable",
    title: "sensitive data lies readable where it is kept",
    text: "somebody who reaches the disk, a copy or a backup of the store reads it without any key",
    item: "A3",
    stride: &[Stride::InformationDisclosure],
    cwe: &[312, 922],
    capec: &[545, 675],
    d3fend: &["D3-DENCR", "D3-FE"],
    controls: &[],
    advice: "the store encrypts what it keeps, and the key lies elsewhere",
    factors: Factors { skill: 5, motive: 9, discovery: 3, exploit: 3, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 0, availability: 0, accountability: 9 },
    probe: Probe::People(
        "look for a known value in a raw copy of the store, and say in `threats.yaml` what was found",
    ),
    find: |looked| {
        let kept = looked.system.stores.iter().enumerate().filter(|(_, store)| {
            let of = looked.system.components.get(store.of).map(|one| one.kind);
            of == Some(ComponentKind::Api)
        });
        kept.filter_map(|(at, store)| {
            let held = held(looked, at);
            let (state, because) = match store.is_encrypted {
                _ if !held.is_sensitive() => return None,
                Some(true) => (State::Stated, "somebody said that it is encrypted there"),
                Some(false) => (State::Missing, "somebody said that it is not encrypted there"),
                None => (State::Missing, "nobody said whether it is encrypted there"),
            };
            let why = format!("it has {held} data");
            Some(Hit::known(Element::Store(at), why, state, because))
        })
        .collect()
    },
};

/// Whether its answers have a body at all.
const fn has_body(entry: &Entry) -> bool {
    !matches!(entry.kind, EntryKind::Operation { method: Method::Head, .. })
}

/// Classes of what lies in a store.
pub(super) fn held(looked: &Looked<'_>, store: usize) -> DataClasses {
    let lies = |data: &&DataSet| data.placed.iter().any(|one| one.store == store);
    let classes = looked.system.data.iter().filter(lies).map(|data| data.classes);
    classes.fold(DataClasses::NONE, DataClasses::with)
}

/// Whether credentials lie in a store, or must: an API that takes passwords or gives out tokens keeps them somewhere.
pub(super) fn holds_credentials(looked: &Looked<'_>, store: usize) -> bool {
    let of = looked.system.stores.get(store).and_then(|one| looked.system.components.get(one.of));
    if of.is_some_and(|one| one.kind == ComponentKind::Api) {
        let keeps = &[Fact::TakesSecret, Fact::GivesCredential, Fact::ByKey];
        return looked.has_any(keeps) || held(looked, store).has(DataClass::Credential);
    }
    held(looked, store).has(DataClass::Credential)
}
