//! Written exceptions.

use crate::{ControlId, Date, Span, UnixMillis};

/// A written exception: where a control does less than it could, who wanted that, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relaxation {
    /// Where it holds.
    pub scope: Scope,
    /// What it does.
    pub effect: Effect,
    /// Who wrote it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds; the control enforces again on the day after (rule 29).
    pub until: Option<Date>,
    /// The line in the policy file.
    pub span: Option<Span>,
}

/// Where a relaxation holds. `None` is "all".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The operation, by its index in the contract.
    pub operation: Option<usize>,
    /// The control.
    pub control: Option<ControlId>,
}

/// What a relaxation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The control records what it would have refused or removed, and changes nothing.
    Observe,
    /// Undeclared properties of requests pass (`writable_properties` only).
    AllowUndeclared,
}

impl Relaxation {
    /// Whether it holds for this control and operation at this time.
    pub fn holds(&self, control: ControlId, operation: Option<usize>, now: UnixMillis) -> bool {
        self.scope.control.is_none_or(|scoped| scoped == control)
            && (self.scope.operation.is_none() || self.scope.operation == operation)
            && self.until.is_none_or(|until| now < until.end())
    }
}
