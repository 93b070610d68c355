//! A rule with the code that looks for what is against it.

use portcullis_controls::{Expectation, Plan, face};
use portcullis_model::ControlId;

use super::raised::Raising;
use super::subject::Subject;
use crate::finding::Rule;

/// A rule, and how it is asked.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) rule: Rule,
    /// What to do, where the finding has no word of its own for it.
    pub(super) fix: &'static str,
    /// What answers it in front of the API, if anything can.
    pub(super) answered: Option<Answered>,
    pub(super) look: fn(&Subject<'_>, &mut Raising<'_>),
}

/// A control that answers a finding, and whether it does so at an operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered {
    pub(super) control: ControlId,
    pub(super) holds: fn(&Plan, usize) -> bool,
}

/// A control that answers wherever it expects anything at all.
macro_rules! by {
    ($control:ident) => {
        Some($crate::contract::check::Answered {
            control: portcullis_model::ControlId::$control,
            holds: |plan, operation| {
                $crate::contract::check::is_required(
                    plan,
                    portcullis_model::ControlId::$control,
                    operation,
                )
            },
        })
    };
    ($control:ident, $holds:expr) => {
        Some($crate::contract::check::Answered {
            control: portcullis_model::ControlId::$control,
            holds: $holds,
        })
    };
}
pub(super) use by;

/// Whether a control expects something of an operation, and can.
pub(super) fn is_required(plan: &Plan, control: ControlId, operation: usize) -> bool {
    matches!((face(control).expectation)(&plan.model, operation), Expectation::Required(_))
}
