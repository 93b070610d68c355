//! What rules raise, before it is weighed.

use portcullis_contract::outline::{Outline, Site, Step};
use portcullis_model::Span;
use serde_json::Value;

use super::control::Answered;
use super::group::Group;
use crate::finding::{Rule, Severity};

/// A root cause.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) rule: &'static Rule,
    /// What to do.
    pub(super) fix: &'static str,
    /// What answers it in front of the API, if anything can.
    pub(super) answered: Option<Answered>,
    pub(super) severity: Severity,
    pub(super) message: String,
    /// Where it stands, the cause first; none: at its operations.
    pub(super) roots: Vec<Span>,
    /// The operations that it concerns, by their place in the outline.
    pub(super) operations: Vec<u32>,
    /// Whether there are more of them.
    pub(super) has_more: bool,
    pub(super) mends: Vec<Mend>,
}

/// A change of the document that mends a part of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mend {
    pub(super) at: Vec<Step>,
    pub(super) change: Patch,
    /// Whether nobody needs to decide about it.
    pub(super) is_sure: bool,
}

/// What is changed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Patch {
    /// These members are added, or take the place of others.
    Merge(Value),
    /// It goes.
    Remove,
}

/// What one rule raises.
pub(super) struct Raising<'r> {
    rule: &'static Rule,
    fix: &'static str,
    answered: Option<Answered>,
    drafts: &'r mut Vec<Draft>,
}

impl<'r> Raising<'r> {
    pub(super) const fn new(
        rule: &'static Rule,
        fix: &'static str,
        answered: Option<Answered>,
        drafts: &'r mut Vec<Draft>,
    ) -> Self {
        Self { rule, fix, answered, drafts }
    }

    /// A cause that stands there, and concerns these operations.
    pub(super) fn at(
        &mut self,
        roots: impl IntoIterator<Item = Span>,
        operations: impl IntoIterator<Item = u32>,
        message: impl Into<String>,
    ) -> &mut Draft {
        let draft = Draft::of(self.rule, self.fix, self.answered, operations);
        let (message, roots) = (message.into(), roots.into_iter().collect());
        self.drafts.push(Draft { message, roots, ..draft });
        let last = self.drafts.len() - 1;
        // INVARIANT: one was just pushed.
        #[expect(clippy::indexing_slicing, reason = "it is the one that was just pushed")]
        &mut self.drafts[last]
    }

    /// A cause that is one operation.
    pub(super) fn operation(&mut self, number: u32, message: impl Into<String>) -> &mut Draft {
        self.at([], [number], message)
    }

    /// A cause that several operations share; nothing where there is none.
    pub(super) fn operations(
        &mut self,
        all: Vec<u32>,
        message: impl FnOnce(usize) -> String,
    ) -> Option<&mut Draft> {
        let count = all.len();
        (count > 0).then(|| self.at([], all, message(count)))
    }

    /// A cause that is a schema, with what is in it.
    pub(super) fn group(&mut self, group: &Group, message: impl Into<String>) -> &mut Draft {
        let roots = group.sites.iter().map(|site| site.span);
        let draft = self.at(roots, group.operations.iter().copied(), message);
        draft.has_more = group.has_more;
        draft
    }
}

impl Draft {
    /// One without words and places.
    pub(super) fn of(
        rule: &'static Rule,
        fix: &'static str,
        answered: Option<Answered>,
        operations: impl IntoIterator<Item = u32>,
    ) -> Self {
        Self {
            rule,
            fix,
            answered,
            severity: rule.severity,
            message: String::new(),
            roots: Vec::new(),
            operations: operations.into_iter().collect(),
            has_more: false,
            mends: Vec::new(),
        }
    }

    pub(super) fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }

    /// What nobody needs to decide about.
    pub(super) fn mend(&mut self, outline: &Outline, site: Site, value: Value) -> &mut Self {
        self.patch(outline, site, Patch::Merge(value), true)
    }

    /// What somebody should decide about: it is proposed, and not done.
    pub(super) fn propose(&mut self, outline: &Outline, site: Site, value: Value) -> &mut Self {
        self.patch(outline, site, Patch::Merge(value), false)
    }

    fn patch(&mut self, outline: &Outline, site: Site, change: Patch, is_sure: bool) -> &mut Self {
        // An Overlay speaks of one document.
        if outline.is_main(site) {
            self.mends.push(Mend { at: outline.steps(site).to_vec(), change, is_sure });
        }
        self
    }

    /// Proposes to take an item out of the list that stands there.
    pub(super) fn propose_removal(
        &mut self,
        outline: &Outline,
        list: Site,
        item: usize,
    ) -> &mut Self {
        if outline.is_main(list) {
            let mut at = outline.steps(list).to_vec();
            at.push(Step::Item(item));
            self.mends.push(Mend { at, change: Patch::Remove, is_sure: false });
        }
        self
    }
}
