//! What only people can answer: at most twelve questions, each with what is taken until somebody does.
//!
//! A question is asked only where its answer would change the model, the most important first: what weighs all ratings,
//! what was guessed of data and stores, open threats that people alone can speak of, then what is only said.

mod begun;
mod line;

use std::collections::BTreeMap;

use portcullis_model::{Date, Span, UnixMillis};

use self::line::{quoted, words};
use crate::forms::Question;
use crate::found::ThreatModel;
use crate::risk::{Level, regime_covers};
use crate::rules::{Probe, Rule};
use crate::stated::proposed_day;
use crate::system::{DataClass, DataClasses, DataSet, Known, Origin};
use crate::threat::Threat;

pub use begun::begun;

/// Questions to a person. Nobody answers more at once.
const QUESTIONS_MAX: usize = 12;
/// Of them, those about classes of data.
const OF_DATA_MAX: usize = 4;
/// Of them, those about stores.
const OF_STORES_MAX: usize = 2;
/// Of them, those about threats that people alone can speak of.
const OF_THREATS_MAX: usize = 4;

/// What to ask, the most important first. `place` says where a span is, as people open it.
pub fn questions(
    model: &ThreatModel,
    now: UnixMillis,
    place: &dyn Fn(Span) -> String,
) -> Vec<Question> {
    let asking = Asking { model, until: proposed_day(now), place };
    let mut all = Vec::new();
    all.extend(asking.weight());
    all.extend(asking.data());
    all.extend(asking.stores());
    all.extend(asking.threats());
    all.extend(asking.regimes());
    all.extend(asking.goal());
    all.truncate(QUESTIONS_MAX);
    all
}

struct Asking<'a> {
    model: &'a ThreatModel,
    /// The end that is proposed.
    until: Date,
    place: &'a dyn Fn(Span) -> String,
}

impl Asking<'_> {
    fn weight(&self) -> Option<Question> {
        let is_asked = self.model.stated.weight.is_none() && !self.model.threats.is_empty();
        is_asked.then(|| Question {
            text: "What is this API worth to the business?".to_owned(),
            taken: "nobody said so: ratings are of technical impact".to_owned(),
            because: "no file says it".to_owned(),
            line: "weight: moderate".to_owned(),
        })
    }

    /// Data whose classes were guessed from names, or of which nothing was found: the most shown first.
    fn data(&self) -> Vec<Question> {
        let stated = &self.model.stated.data;
        let is_guessed = |one: &&DataSet| {
            matches!(one.known.from, Origin::Contract | Origin::Policy)
                && !stated.iter().any(|said| said.name == one.title)
        };
        let mut sets: Vec<&DataSet> = self.model.system.data.iter().filter(is_guessed).collect();
        sets.sort_by_key(|one| {
            let is_unknown = one.witnesses.is_empty();
            (is_unknown, std::cmp::Reverse(one.shown_by.len() + one.written_by.len()))
        });
        sets.truncate(OF_DATA_MAX);
        sets.into_iter().map(|one| self.classes_of(one)).collect()
    }

    fn classes_of(&self, one: &DataSet) -> Question {
        let because = match one.witnesses.as_slice() {
            [] => format!("none of its properties has a telling name; {}", self.known(&one.known)),
            witnesses => {
                format!("its properties {}; {}", witnesses.join(", "), self.known(&one.known))
            }
        };
        Question {
            text: format!("Of which kind is the data of {}?", one.title),
            taken: one.classes.to_string(),
            because,
            line: format!("data: {{ {}: {} }}", quoted(&one.title), classes(one.classes)),
        }
    }

    /// Stores that were guessed, or of which nobody said whether they are encrypted.
    fn stores(&self) -> Vec<Question> {
        let system = &self.model.system;
        let guessed = system.stores.iter().filter(|one| one.known.from == Origin::Guessed);
        let asked = guessed.take(OF_STORES_MAX).map(|one| Question {
            text: format!("Where does {} lie, and is it encrypted there?", one.title),
            taken: "in one store that nobody described, perhaps not encrypted".to_owned(),
            because: self.known(&one.known),
            line: format!(
                "stores: [{{ name: {}, kind: sql, encrypted: true }}]",
                quoted("database of the API")
            ),
        });
        // The first answers all: what is stated holds for every API.
        asked.take(1).collect()
    }

    /// Open threats that nothing here can answer, by rule: the worst first.
    fn threats(&self) -> Vec<Question> {
        let mut by_rule: BTreeMap<&str, (&Rule, Vec<&Threat>)> = BTreeMap::new();
        for threat in self.model.threats.iter().filter(|one| one.is_open()) {
            if matches!(threat.rule.probe, Probe::People(_)) && threat.rule.controls.is_empty() {
                by_rule.entry(threat.rule.id).or_insert((threat.rule, Vec::new())).1.push(threat);
            }
        }
        let mut all: Vec<(&Rule, Vec<&Threat>)> = by_rule.into_values().collect();
        let worst = |threats: &[&Threat]| -> Option<Level> {
            threats.iter().map(|one| one.residual.level).max()
        };
        all.sort_by_key(|(_, threats)| std::cmp::Reverse((worst(threats), threats.len())));
        all.truncate(OF_THREATS_MAX);
        all.into_iter().map(|(rule, threats)| self.answered(rule, &threats)).collect()
    }

    fn answered(&self, rule: &Rule, threats: &[&Threat]) -> Question {
        let first = threats.first().map_or("", |one| self.model.system.title(one.element));
        let where_at = match threats.len() {
            1 => first.to_owned(),
            2 => format!("{first} and another"),
            more => format!("{first} and {} others", more - 1),
        };
        Question {
            text: format!("What answers this: {} ({where_at})?", rule.title),
            taken: "nothing does".to_owned(),
            because: format!("Portcullis cannot see it; {}", rule.advice),
            line: format!(
                "answered: [{{ threat: {}, how: {}, by: {}, until: {} }}]",
                rule.id,
                quoted(""),
                quoted("who says so"),
                self.until
            ),
        }
    }

    /// Regimes, where ratings are of business impact and the data is such as they speak of.
    fn regimes(&self) -> Option<Question> {
        let stated = &self.model.stated;
        let classes = self.model.system.scope.classes;
        let known = ["gdpr", "hipaa", "pci-dss", "psd2"];
        let near: Vec<&str> = known.into_iter().filter(|one| regime_covers(one, classes)).collect();
        let is_asked = stated.weight.is_some() && stated.regimes.is_empty() && !near.is_empty();
        is_asked.then(|| Question {
            text: "Which regimes hold for this data?".to_owned(),
            taken: "none".to_owned(),
            because: format!("it handles {classes} data"),
            line: format!("regimes: {}", words(near.into_iter())),
        })
    }

    fn goal(&self) -> Option<Question> {
        let classes = self.model.system.scope.classes;
        let sensitive = classes.iter().filter(|one| *one != DataClass::Operational);
        let sensitive: DataClasses = sensitive.collect();
        let is_asked = self.model.stated.goals.is_empty() && !sensitive.is_empty();
        is_asked.then(|| Question {
            text: "What must not happen, above all?".to_owned(),
            taken: "nobody said so: the model has no goal".to_owned(),
            because: format!("it handles {classes} data"),
            line: format!(
                "goals: [{{ text: {}, protects: {} }}]",
                quoted("data of one caller is read by no other"),
                self::classes(sensitive)
            ),
        })
    }

    /// From where something is known, and the place.
    fn known(&self, known: &Known) -> String {
        match known.at {
            Some(at) => format!("{} ({})", known.why, (self.place)(at)),
            None => known.why.clone().into_owned(),
        }
    }
}

/// `[personal, "card data"]`.
fn classes(of: DataClasses) -> String {
    words(of.iter().map(DataClass::title))
}
