//! The model as JSON: our own form, which `portcullis threats diff` compares.
//!
//! It is stable: a threat has the same `name` from run to run while its rule and its element have their names; members
//! are added, never renamed. Ratings are numbers from 0 to 9 with one digit behind the point. What thousands of threats
//! share, the lines of their ratings, stands once under `factors`, and threats name its places there.

mod elements;

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::words::{self, Explained};
use super::{Question, Shown};
use crate::answers::{Mitigation, Proof, State};
use crate::risk::{self, Level, Line, Rating};
use crate::rules::Rule;
use crate::said::Said;
use crate::sealed::sealed;
use crate::threat::Threat;

/// What says that a file is of this form.
pub const FORMAT: &str = "portcullis-threats";

/// The version of the form: it changes when a member goes or means something else. In 1, the lines of a threat's rating
/// stood in the threat.
pub const VERSION: u32 = 2;

/// The model as one object.
pub fn json(shown: &Shown<'_>) -> Value {
    let model = shown.model;
    let rules: BTreeMap<&str, &Rule> =
        model.threats.iter().map(|one| (one.rule.id, one.rule)).collect();
    let rules: Map<String, Value> =
        rules.into_iter().map(|(id, one)| (id.to_owned(), rule(one))).collect();
    let mut factors = Factors::default();
    let threats: Vec<Value> =
        model.threats.iter().map(|one| threat(shown, one, &mut factors)).collect();
    sealed(json!({
        "format": FORMAT,
        "version": VERSION,
        "at": shown.at.rfc3339(),
        "title": model.system.scope.title,
        "versions": model.system.scope.versions,
        "counts": counts(shown),
        "behind": shown.behind.map(|behind| json!({ "answered": behind.answered })),
        "threats": threats,
        "factors": factors.told,
        "rules": rules,
        "system": elements::system(shown),
        "stated": elements::stated(shown),
        "questions": shown.questions.iter().map(question).collect::<Vec<_>>(),
    }))
}

fn counts(shown: &Shown<'_>) -> Value {
    let model = shown.model;
    let found = model.found();
    let of_state = |state: State| model.threats.iter().filter(|one| one.state == state).count();
    let of_level = |rating: fn(&Threat) -> Rating| -> Map<String, Value> {
        let levels = [Level::Critical, Level::High, Level::Medium, Level::Low, Level::Note];
        let count = |level| model.threats.iter().filter(|one| rating(one).level == level).count();
        levels.into_iter().map(|one| (one.name().to_owned(), count(one).into())).collect()
    };
    let states: Map<String, Value> = State::ALL
        .into_iter()
        .map(|state| (state.name().to_owned(), of_state(state).into()))
        .collect();
    json!({
        "all": found.all,
        "open": found.open,
        "answered": found.all - model.threats.iter().filter(|one| one.state.is_open()).count(),
        "proven": found.proven,
        "accepted": found.accepted,
        "unserved": model.system.unserved.len(),
        "states": states,
        "inherent": of_level(|one| one.inherent),
        "residual": of_level(|one| one.residual),
    })
}

fn threat(shown: &Shown<'_>, one: &Threat, factors: &mut Factors) -> Value {
    let system = &shown.model.system;
    let stated = &shown.model.stated;
    let accepted = one.accepted.and_then(|at| stated.accepted.get(at));
    let said = Said::of(shown.model, one, shown.at);
    let answered = said.answered.and_then(|at| stated.answered.get(at));
    let lowered = said.lowered.and_then(|at| stated.rated.get(at));
    json!({
        "name": shown.model.name(one),
        "rule": one.rule.id,
        "element": system.id(one.element),
        "title": system.title(one.element),
        "why": one.why,
        "state": one.state.name(),
        "open": one.is_open(),
        "accepted": accepted.map(|accepted| elements::acceptance(shown, accepted)),
        "answered_until": answered.map(|one| one.until.to_string()),
        "lowered_until": lowered.and_then(|one| one.until).map(|until| until.to_string()),
        "inherent": rating(one.inherent),
        "residual": rating(one.residual),
        "left_over_percent": risk::left_over(one.state),
        "lines": lines(shown, one, factors),
        "mitigations": one.mitigations.iter().map(mitigation).collect::<Vec<_>>(),
    })
}

/// Lines of ratings, each once.
#[derive(Default)]
struct Factors {
    told: Vec<Value>,
    places: HashMap<Line, usize>,
}

impl Factors {
    fn places(&mut self, lines: &[Line]) -> Vec<usize> {
        lines.iter().map(|line| self.place(line)).collect()
    }

    fn place(&mut self, line: &Line) -> usize {
        if let Some(known) = self.places.get(line) {
            return *known;
        }
        let Line { factor, value, why } = line;
        self.told.push(json!({ "factor": factor, "value": value, "why": why }));
        self.places.insert(line.clone(), self.told.len() - 1);
        self.told.len() - 1
    }
}

fn lines(shown: &Shown<'_>, one: &Threat, factors: &mut Factors) -> Value {
    let Explained { likelihood, impact, rated } = Explained::of(shown, one);
    let rated = rated.and_then(|at| shown.model.stated.rated.get(at));
    json!({
        "likelihood": factors.places(&likelihood),
        "impact": factors.places(&impact),
        "rated": rated.map(|one| json!({ "by": one.by, "reason": one.reason })),
    })
}

fn rating(one: Rating) -> Value {
    let of_tenths = |value: u8| f64::from(value) / 10.0;
    json!({
        "likelihood": of_tenths(one.likelihood),
        "impact": of_tenths(one.impact),
        "level": one.level.name(),
    })
}

fn mitigation(one: &Mitigation) -> Value {
    json!({
        "control": one.control.map(portcullis_model::ControlId::name),
        "state": one.state.name(),
        "why": one.why,
        "proofs": one.proofs.iter().map(proof).collect::<Vec<_>>(),
        "proof_count": one.proof_count,
        "seen": one.seen,
    })
}

fn proof(one: &Proof) -> Value {
    json!({
        "attack": one.attack,
        "at": one.at.rfc3339(),
        "expires": one.expires.rfc3339(),
        "knock_out": one.knock_out,
        "over": one.over,
    })
}

fn rule(one: &Rule) -> Value {
    json!({
        "title": one.title,
        "text": one.text,
        "item": one.item,
        "stride": one.stride.iter().map(|of| words::stride(*of)).collect::<Vec<_>>(),
        "cwe": one.cwe,
        "capec": one.capec,
        "d3fend": one.d3fend,
        "controls": one.controls.iter().map(|control| control.name()).collect::<Vec<_>>(),
        "advice": one.advice,
        "probe": words::probe(one.probe),
    })
}

fn question(one: &Question) -> Value {
    json!({
        "text": one.text,
        "taken": one.taken,
        "because": one.because,
        "line": one.line,
    })
}
