//! A model that was found now, in the form in which it is compared.

use std::collections::BTreeMap;

use portcullis_model::UnixMillis;

use super::baseline::{
    Answer, Baseline, Claim, ClaimKind, Claimed, Classed, Held, Kept, Shown, Way, Weighed, claim,
};
use crate::answers::{Mitigation, Proof};
use crate::found::ThreatModel;
use crate::said::Said;
use crate::system::{DataClass, Element, Known, Origin, System};
use crate::threat::Threat;

impl Baseline {
    /// A model that was found now.
    pub fn of(model: &ThreatModel, at: UnixMillis) -> Self {
        let System { scope, entries, .. } = &model.system;
        let threats = model.threats.iter().map(|one| (model.name(one), held(model, one, at)));
        let entries = entries
            .iter()
            .map(|one| (one.id.clone(), Way { title: one.title.clone(), reach: one.reach }));
        Self {
            at: at.rfc3339(),
            title: scope.title.clone(),
            has_gateway: scope.has_gateway,
            threats: threats.collect(),
            entries: entries.collect(),
            elements: elements(&model.system),
            claims: claims(model),
            weighed: weighed(model),
        }
    }
}

fn held(model: &ThreatModel, one: &Threat, at: UnixMillis) -> Held {
    let stated = &model.stated;
    let said = Said::of(model, one, at);
    let accepted = said.accepted.and_then(|at| stated.accepted.get(at));
    let answered = said.answered.and_then(|at| stated.answered.get(at));
    let lowered = said.lowered.and_then(|at| stated.rated.get(at));
    Held {
        rule: one.rule.id.to_owned(),
        element: model.system.id(one.element),
        title: model.system.title(one.element).to_owned(),
        state: one.state,
        level: one.residual.level,
        is_open: one.is_open(),
        accepted: accepted.map(|one| one.until),
        answered: answered.map(|one| one.until),
        lowered: lowered.and_then(|one| one.until),
        answers: one.mitigations.iter().map(answer).collect(),
    }
}

fn answer(one: &Mitigation) -> Answer {
    let shown = |proof: &Proof| Shown {
        attack: proof.attack.clone(),
        over: proof.over.iter().map(|what| (*what).to_owned()).collect(),
    };
    Answer {
        control: one.control.map(|control| control.name().to_owned()),
        state: one.state,
        proofs: one.proofs.iter().map(shown).collect(),
        proof_count: one.proof_count,
    }
}

fn elements(system: &System) -> BTreeMap<String, String> {
    let all = (0..system.actors.len()).map(Element::Actor);
    let all = all.chain((0..system.components.len()).map(Element::Component));
    let all = all.chain((0..system.stores.len()).map(Element::Store));
    let all = all.chain((0..system.data.len()).map(Element::Data));
    let all = all.chain((0..system.flows.len()).map(Element::Flow));
    let all = all.chain((0..system.entries.len()).map(Element::Entry));
    all.map(|one| (system.id(one), system.title(one).to_owned())).collect()
}

fn claims(model: &ThreatModel) -> BTreeMap<Claim, Claimed> {
    let stated = &model.stated;
    let mut all = BTreeMap::new();
    for one in &stated.accepted {
        let claimed = Claimed { by: one.by.clone(), until: Some(one.until), rating: None };
        claim(&mut all, Claim::new(ClaimKind::Accepted, &one.threat, one.of.as_ref()), claimed);
    }
    for one in &stated.answered {
        let claimed = Claimed { by: one.by.clone(), until: Some(one.until), rating: None };
        claim(&mut all, Claim::new(ClaimKind::Answered, &one.threat, one.of.as_ref()), claimed);
    }
    for one in &stated.rated {
        let rating = Some((one.rating.likelihood, one.rating.impact));
        let claimed = Claimed { by: one.by.clone(), until: one.until, rating };
        claim(&mut all, Claim::new(ClaimKind::Rated, &one.threat, one.of.as_ref()), claimed);
    }
    all
}

fn weighed(model: &ThreatModel) -> Weighed {
    let System { data, stores, .. } = &model.system;
    let is_stated = |known: &Known| known.from == Origin::Stated;
    let data = data.iter().map(|one| {
        let classes = one.classes.iter().map(DataClass::name).map(str::to_owned).collect();
        let title = one.title.clone();
        (one.id.clone(), Classed { title, classes, is_stated: is_stated(&one.known) })
    });
    let stores = stores.iter().map(|one| {
        let (title, is_encrypted) = (one.title.clone(), one.is_encrypted == Some(true));
        (one.id.clone(), Kept { title, is_encrypted, is_stated: is_stated(&one.known) })
    });
    Weighed {
        weight: model.stated.weight,
        regimes: model.stated.regimes.iter().cloned().collect(),
        data: data.collect(),
        stores: stores.collect(),
    }
}
