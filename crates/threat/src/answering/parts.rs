//! Which part of a control answers a threat, where not all of it does: a bound of bodies slows no program down.

mod answers;
mod callers;
mod objects;
mod owners;
mod part;
mod rates;
mod requests;
mod said;
mod steps;
mod table;
mod versions;

use std::collections::HashMap;

use portcullis_controls::Plan;
use portcullis_controls::hostile_input::{Sinks, languages};
use portcullis_model::{ControlId, UnixMillis};

pub(super) use part::{Part, Row};
pub(super) use said::Said;

use crate::system::{Entry, OperationRef};

/// What must be there so that a control answers a threat; none: nobody decided, and then it does not.
pub(super) fn row(threat: &str, control: ControlId) -> Option<&'static Row> {
    let first = table::ROWS.partition_point(|row| row.threat < threat);
    let of_threat = table::ROWS.iter().skip(first).take_while(|row| row.threat == threat);
    of_threat.into_iter().find(|row| row.control == control)
}

/// Looks for parts, one after another.
pub(crate) struct Parts<'a> {
    plans: &'a [Plan],
    now: UnixMillis,
    /// For which languages all texts of an operation are looked at: asked by several threats.
    languages: HashMap<OperationRef, Sinks>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(plans: &'a [Plan], now: UnixMillis) -> Self {
        Self { plans, now, languages: HashMap::new() }
    }

    /// Whether the part of a control is there, at an operation of which the control expects something.
    pub(super) fn at(&mut self, part: Part, entry: &Entry, of: OperationRef) -> Said {
        let Some(plan) = self.plans.get(of.api) else { return Err("there is no such API".into()) };
        let index = of.operation;
        match part {
            Part::All | Part::Everywhere => Ok(None),
            Part::Nothing => Err("it helps, and does not answer this alone".into()),
            Part::Rate
            | Part::SlowRate
            | Part::SlowReading
            | Part::SlowGuesses
            | Part::Once
            | Part::OneAtATime => rates::said(part, plan, Some(index)),
            Part::Guesses => said::told(
                plan.operations.get(index).is_some_and(|one| one.guarded.is_some()),
                "wrong guesses are counted by account, address and secret",
                "nobody says that something can be guessed there: `login` or `guesses`",
            ),
            Part::Step | Part::LastStep | Part::Pace | Part::Values => {
                steps::said(part, plan, index)
            }
            Part::Owned
            | Part::Shown
            | Part::Totals
            | Part::Apart
            | Part::SomeCallers
            | Part::Hidden => objects::said(part, plan, index),
            Part::Inspected
            | Part::Decided
            | Part::RedirectsHeld
            | Part::RedirectsListed
            | Part::MarkupEscaped
            | Part::TargetsListed
            | Part::TargetsHeld => answers::said(part, plan, (index, entry)),
            Part::Page
            | Part::NothingUndeclared
            | Part::Described
            | Part::NamesDeclared
            | Part::NamesListed
            | Part::FilesOfKinds => requests::said(part, plan, (index, entry), self.now),
            Part::Languages(wanted) => requests::looked_for(wanted, self.languages(plan, of)),
            Part::LastDay => versions::last_day(plan, index),
            Part::Tokens
            | Part::Keys
            | Part::TokensAndKeys
            | Part::Certificates
            | Part::Ends
            | Part::Bound
            | Part::Fresh
            | Part::Restricted => callers::said(part, plan),
        }
    }

    /// Whether it is there for all of them together: these are the operations that somebody may use.
    pub(super) fn whole(&mut self, part: Part, used: &[(&Entry, OperationRef)]) -> Said {
        match part {
            Part::All => Ok(None),
            Part::Nothing => Err("it helps, and does not answer this alone".into()),
            Part::Rate
            | Part::SlowRate
            | Part::SlowReading
            | Part::SlowGuesses
            | Part::Once
            | Part::OneAtATime => self.of_each_plan(|plan| rates::said(part, plan, None)),
            Part::Tokens
            | Part::Keys
            | Part::TokensAndKeys
            | Part::Certificates
            | Part::Ends
            | Part::Bound
            | Part::Fresh
            | Part::Restricted
            | Part::Guesses => self.of_each_plan(|plan| callers::said(part, plan)),
            _ => {
                let concerned = |of: OperationRef| {
                    let plan = self.plans.get(of.api);
                    part != Part::Apart
                        || plan.is_none_or(|plan| objects::touches_objects(plan, of.operation))
                };
                let all: Vec<_> = used.iter().filter(|(_, of)| concerned(*of)).collect();
                if all.is_empty() && part == Part::Apart {
                    return Err(
                        "no request and no answer has objects of a resource: `resources`".into()
                    );
                }
                for (entry, of) in all {
                    self.at(part, entry, *of).map_err(|why| format!("`{}`: {why}", entry.title))?;
                }
                Ok(None)
            }
        }
    }

    fn of_each_plan(&self, said: impl Fn(&Plan) -> Said) -> Said {
        let mut last = None;
        for plan in self.plans {
            last = said(plan)?;
        }
        Ok(last)
    }

    fn languages(&mut self, plan: &Plan, of: OperationRef) -> Sinks {
        let known = self.languages.entry(of);
        *known.or_insert_with(|| languages(&plan.model, of.operation))
    }
}
