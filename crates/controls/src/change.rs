//! What a reload changes, in words, and whether it lets more through.
//!
//! Narrower is only what can be shown to be: whatever is different and cannot be compared counts
//! as wider.

mod access;
mod answers;
mod authorization;
mod bounds;
mod callers;
mod contents;
mod relaxed;
mod shapes;

use std::fmt;

use portcullis_contract::{Texts, compare_values};
use portcullis_model::{Span, UnixMillis};

use crate::plan::Plan;

/// Changes of one kind that are kept; more are counted.
const KEPT_MAX: usize = 200;

/// What differs between two plans of one API.
#[derive(Debug, Default)]
pub struct Changes {
    wider: Kept,
    others: Kept,
    /// Schemas whose values are yet to be compared.
    pending: Vec<Pending>,
}

/// A schema, where it stood and where it stands.
#[derive(Debug)]
struct Pending {
    before: Span,
    after: Span,
    operation: String,
    what: String,
}

#[derive(Debug, Default)]
struct Kept {
    list: Vec<Change>,
    more: usize,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whether more passes than before.
    pub reach: Reach,
    /// The operation, as people call it; `None`: all of them, or the gateway.
    pub operation: Option<String>,
    /// What is different, in words that follow the operation's name.
    pub what: String,
    /// The line that says so, in the sources of the new model; none for what is gone.
    pub span: Option<Span>,
}

/// Whether more passes than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// More, or it cannot be shown that it is not more.
    Wider,
    /// Less.
    Narrower,
    /// Neither: something new that is not open, another name.
    Same,
}

impl Reach {
    /// The word in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wider => "wider",
            Self::Narrower => "narrower",
            Self::Same => "same",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.operation {
            write!(f, "`{operation}` ")?;
        }
        f.write_str(&self.what)
    }
}

impl Changes {
    /// Compares the plans of all APIs of a gateway; `now` decides which relaxations count.
    pub fn between_all(before: &[&Plan], after: &[&Plan], now: UnixMillis) -> Self {
        if let ([before], [after]) = (before, after) {
            return Self::between(before, after, now);
        }
        let mut changes = Self::default();
        if let ([before, ..], [after, ..]) = (before, after) {
            bounds::of_the_listener(&Pair { before, after, now }, &mut changes);
        }
        for plan in after {
            match before.iter().find(|known| known.model.name == plan.model.name) {
                Some(known) => changes.absorb(Self::of_an_api(known, plan, now), &plan.model.name),
                None => changes.new_api(plan),
            }
        }
        for plan in before {
            if !after.iter().any(|known| known.model.name == plan.model.name) {
                // What was asked of it may be asked of another one now.
                let what = format!("API `{}` is gone", plan.model.name);
                changes.of_all(Reach::Wider, what, None);
            }
        }
        changes
    }

    /// The same for one API each.
    pub fn between(before: &Plan, after: &Plan, now: UnixMillis) -> Self {
        let mut changes = Self::of_an_api(before, after, now);
        bounds::of_the_listener(&Pair { before, after, now }, &mut changes);
        changes
    }

    fn of_an_api(before: &Plan, after: &Plan, now: UnixMillis) -> Self {
        let mut changes = Self::default();
        let pair = Pair { before, after, now };
        bounds::of_the_api(&pair, &mut changes);
        relaxed::compare(&pair, &mut changes);
        callers::compare(&pair, &mut changes);
        access::compare(&pair, &mut changes);
        authorization::compare(&pair, &mut changes);
        answers::compare(&pair, &mut changes);
        changes.values(&pair);
        changes
    }

    fn new_api(&mut self, plan: &Plan) {
        let is_open = plan.closed_count() < plan.operations.len();
        let reach = if is_open { Reach::Wider } else { Reach::Same };
        let what = format!("API `{}` is new", plan.model.name);
        self.of_all(reach, what, plan.model.lines.contract);
    }

    /// Takes over the changes of one of several APIs.
    fn absorb(&mut self, of: Self, api: &str) {
        for change in of.wider.list.into_iter().chain(of.others.list) {
            let operation = change.operation.map(|operation| format!("{api}: {operation}"));
            let what = match &operation {
                Some(_) => change.what,
                None => format!("API `{api}`: {}", change.what),
            };
            self.push(Change { operation, what, ..change });
        }
        self.wider.more += of.wider.more;
        self.others.more += of.others.more;
    }

    /// Whether anything lets more through.
    pub fn widens(&self) -> bool {
        !self.wider.list.is_empty()
    }

    /// Whether nothing is different that anybody would notice.
    pub fn is_empty(&self) -> bool {
        self.wider.list.is_empty() && self.others.list.is_empty()
    }

    /// What is told: what lets more through first.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.wider.list.iter().chain(&self.others.list)
    }

    /// How many are told, and how many are not.
    pub const fn count(&self) -> (usize, usize) {
        (self.wider.list.len() + self.others.list.len(), self.wider.more + self.others.more)
    }

    /// Compares what single values may be, as far as the texts of the contracts differ.
    fn values(&mut self, pair: &Pair<'_>) {
        let pending = std::mem::take(&mut self.pending);
        let (before, after) = (&pair.before.model, &pair.after.model);
        if before.contract.digest == after.contract.digest {
            return;
        }
        let spans: Vec<_> = pending.iter().map(|one| (one.before, one.after)).collect();
        let before = Texts { sources: &before.sources, main: before.main };
        let after = Texts { sources: &after.sources, main: after.main };
        let Some(compared) = compare_values(before, after, &spans) else {
            return self.of_all(Reach::Wider, "the contracts cannot be compared", None);
        };
        for (of, found) in pending.iter().zip(compared) {
            for value in found {
                let at = if value.at.as_str().is_empty() { "it" } else { value.at.as_str() };
                self.push(Change {
                    reach: if value.is_wider { Reach::Wider } else { Reach::Narrower },
                    operation: Some(of.operation.clone()),
                    what: format!("{}: `{at}`: {}", of.what, value.what),
                    span: Some(value.span),
                });
            }
        }
    }

    fn push(&mut self, change: Change) {
        let kept = if change.reach == Reach::Wider { &mut self.wider } else { &mut self.others };
        if kept.list.len() < KEPT_MAX {
            kept.list.push(change);
        } else {
            kept.more += 1;
        }
    }

    /// A change of the whole.
    fn of_all(&mut self, reach: Reach, what: impl Into<String>, span: Option<Span>) {
        self.push(Change { reach, operation: None, what: what.into(), span });
    }
}

/// What is compared.
struct Pair<'a> {
    before: &'a Plan,
    after: &'a Plan,
    now: UnixMillis,
}

/// The changes of one operation.
struct OfOperation<'c> {
    changes: &'c mut Changes,
    name: String,
    /// Where the operation stands in the new contract.
    span: Option<Span>,
}

impl OfOperation<'_> {
    fn push(&mut self, reach: Reach, what: impl Into<String>, span: Option<Span>) {
        self.changes.push(Change {
            reach,
            operation: Some(self.name.clone()),
            what: what.into(),
            span: span.or(self.span),
        });
    }

    fn wider(&mut self, what: impl Into<String>, span: Option<Span>) {
        self.push(Reach::Wider, what, span);
    }

    /// Leaves a schema to be compared value by value.
    fn pend(&mut self, before: Span, after: Span, what: &str) {
        let (operation, what) = (self.name.clone(), what.to_owned());
        self.changes.pending.push(Pending { before, after, operation, what });
    }

    fn narrower(&mut self, what: impl Into<String>, span: Option<Span>) {
        self.push(Reach::Narrower, what, span);
    }
}

#[cfg(test)]
mod tests;
