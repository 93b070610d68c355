//! Where somebody stands in a flow. Pure: the time is an argument, counted from the start of the process by a clock
//! that never steps back.

use std::time::Duration;

use portcullis_model::{ControlId, Refusal, Status};
use portcullis_policy::Flow;

use super::Step;
use super::told::Told;

/// Values that one walk remembers.
pub const TOLD_MAX: usize = 256;

/// Where somebody stands in a flow.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    /// Steps that are done: the first so many.
    done: usize,
    /// When each of them was.
    at: Vec<Duration>,
    /// Requests that are in the API.
    running: u32,
    /// One of them is the last step.
    is_ending: bool,
    /// Counts what the API did, or may have done: what is older is not given back.
    changes: u64,
    /// What was told, by the place of its name among all names of the flow.
    told: Vec<(u8, Told)>,
}

/// A step that was let through: what its end needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// How many were done before it, if it went back.
    was: Option<usize>,
    /// What had changed until then.
    changes: u64,
}

/// Why a step may not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoStep {
    /// This one is to be done first.
    OutOfOrder(usize),
    /// A person needs longer.
    TooEarly(Duration),
    /// It was due before.
    TooLate,
    /// Another one of this walk is in the API, and one of both is the last.
    UnderWay,
    /// Nobody told the value that it brings at this place.
    Differs(String),
    /// It does not say what walks.
    Unnamed,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The API answered with success.
    Done,
    /// The API said no, or never heard of it.
    Failed,
    /// Nobody knows: it was sent, and no answer came.
    Unknown,
}

/// What becomes of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It goes on.
    GoesOn,
    /// It is over: the next one begins with the first step.
    Over,
}

impl Walk {
    /// How much it takes of what all walks may take together.
    pub const fn weight(&self) -> usize {
        1 + self.told.len()
    }

    /// Lets a step come, or says why not. `brings` is what its request has at each place of `equal`, in that order;
    /// none: what cannot be read.
    ///
    /// # Errors
    /// Why it may not come.
    pub fn begin(
        &mut self,
        step: &Step,
        now: Duration,
        brings: &[Option<Vec<Told>>],
    ) -> Result<Begun, NoStep> {
        let is_under_way = self.is_ending || (step.is_last() && self.running > 0);
        if is_under_way {
            return Err(NoStep::UnderWay);
        }
        let Some(rule) = step.flow.steps.get(step.index) else {
            return Err(NoStep::OutOfOrder(0));
        };
        if step.index > 0 {
            let before = self.at.get(step.index - 1).filter(|_| self.done >= step.index);
            let Some(before) = before else { return Err(NoStep::OutOfOrder(self.done)) };
            let since = now.saturating_sub(*before);
            if since > rule.within {
                // The flow begins anew, also for what came before.
                self.done = 0;
                return Err(NoStep::TooLate);
            }
            if since < rule.after {
                return Err(NoStep::TooEarly(rule.after.saturating_sub(since)));
            }
        }
        for ((place, name), brought) in rule.equal.iter().zip(brings) {
            let name = named(&step.flow, name);
            let is_told =
                |one: &Told| self.told.iter().any(|known| Some(known.0) == name && known.1 == *one);
            if !brought.as_ref().is_some_and(|all| all.iter().all(is_told)) {
                return Err(NoStep::Differs(place.to_string()));
            }
        }
        self.running += 1;
        self.is_ending = step.is_last();
        // Whatever becomes of it: the API may do it at any moment from now on.
        let was = Some(self.done).filter(|done| rule.goes_back && *done > step.index);
        if was.is_some() {
            self.done = step.index;
        }
        Ok(Begun { was, changes: self.changes })
    }

    /// Ends a step that was let through. `told` is what its answer says, by name.
    pub fn end(
        &mut self,
        step: &Step,
        begun: Begun,
        (outcome, now): (Outcome, Duration),
        told: &[(usize, Told)],
    ) -> Ended {
        self.running = self.running.saturating_sub(1);
        if step.is_last() {
            self.is_ending = false;
            // Of what nobody knows, the end is the careful guess: what is paid once is not paid twice.
            return if outcome == Outcome::Failed { Ended::GoesOn } else { Ended::Over };
        }
        match (outcome, begun.was) {
            (Outcome::Failed, Some(was)) => {
                // Unless the API did something else meanwhile, or may yet.
                if self.running == 0 && self.changes == begun.changes {
                    self.done = was;
                }
            }
            (Outcome::Failed, None) => {}
            (Outcome::Done | Outcome::Unknown, _) => {
                self.changes += 1;
                // What others did meanwhile may have come before it.
                if step.flow.steps.get(step.index).is_some_and(|rule| rule.goes_back) {
                    self.done = self.done.min(step.index);
                }
                if outcome == Outcome::Done && self.done >= step.index {
                    self.did(step, now, told);
                }
            }
        }
        if self.is_nothing() { Ended::Over } else { Ended::GoesOn }
    }

    /// Whether nothing is done, and nothing is in the API.
    const fn is_nothing(&self) -> bool {
        self.done == 0 && self.running == 0
    }

    /// Whether a request of it is in the API: then it is not forgotten.
    pub const fn is_under_way(&self) -> bool {
        self.running > 0
    }

    /// The first step was done for it while others are in the API: all of them are to be done again.
    pub const fn begins_anew(&mut self) {
        self.done = 0;
        self.changes += 1;
    }

    /// A step is done that nothing had to be known for: the first one.
    pub fn first(step: &Step, now: Duration, told: &[(usize, Told)]) -> Self {
        let mut walk = Self::default();
        walk.did(step, now, told);
        walk
    }

    fn did(&mut self, step: &Step, now: Duration, told: &[(usize, Told)]) {
        self.at.resize(self.at.len().max(step.index + 1), now);
        if let Some(at) = self.at.get_mut(step.index) {
            *at = now;
        }
        self.done = self.done.max(step.index + 1);
        let Some(rule) = step.flow.steps.get(step.index) else { return };
        let names: Vec<Option<u8>> =
            rule.shows.iter().map(|(name, _)| named(&step.flow, name)).collect();
        // What it told before is not so any more.
        self.told.retain(|(name, _)| !names.contains(&Some(*name)));
        for (which, told) in told {
            let Some(Some(name)) = names.get(*which) else { continue };
            if self.told.len() < TOLD_MAX && !self.told.contains(&(*name, *told)) {
                self.told.push((*name, *told));
            }
        }
    }
}

/// The place of a name among all names that a flow knows.
fn named(flow: &Flow, name: &str) -> Option<u8> {
    let mut names = flow.steps.iter().flat_map(|step| &step.shows).map(|(known, _)| &**known);
    names.position(|known| known == name).and_then(|place| u8::try_from(place).ok())
}

impl NoStep {
    /// The refusal of a step.
    pub fn refusal(&self, step: &Step) -> Refusal {
        let flow = &step.flow;
        let name = |index: usize| {
            flow.steps.get(index).map_or_else(String::new, |step| format!("`{}`", step.name))
        };
        let own = name(step.index);
        let (reason, what) = match self {
            Self::OutOfOrder(first) => {
                ("flow_order", format!("{own} comes behind {}, which is not done", name(*first)))
            }
            Self::TooEarly(wait) => {
                ("flow_pace", format!("{own} comes {} ms too early", wait.as_millis()))
            }
            Self::TooLate => ("flow_late", format!("{own} was due before: the flow begins anew")),
            Self::UnderWay => {
                ("flow_under_way", format!("{own} or another step is in the API just now"))
            }
            Self::Differs(place) => {
                ("flow_value", format!("`{place}` of {own} is nothing that was told before"))
            }
            Self::Unnamed => ("flow_unnamed", format!("{own} does not say what walks")),
        };
        let detail = format!("`flows: {}`: {what}", flow.name);
        let (status, wait) = match self {
            Self::TooEarly(wait) => (Status(429), Some(wait.as_millis().div_ceil(1000).max(1))),
            _ => (Status(409), None),
        };
        let refusal = Refusal::new(ControlId::BusinessFlow, status, reason, detail);
        match wait {
            Some(seconds) => refusal.with_field("Retry-After", seconds.to_string()),
            None => refusal,
        }
    }
}

#[cfg(test)]
mod tests;
