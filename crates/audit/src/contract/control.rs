//! Which control answers a finding, and where it does so.

use portcullis_controls::{Expectation, Plan, face};
use portcullis_model::ControlId;

/// A control that answers a finding, and whether it does so at an operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered {
    pub(super) control: ControlId,
    pub(super) holds: fn(&Plan, usize) -> bool,
}

/// A control that answers wherever it expects anything at all.
macro_rules! by {
    ($control:ident) => {
        Some($crate::contract::control::Answered {
            control: portcullis_model::ControlId::$control,
            holds: |plan, operation| {
                $crate::contract::control::is_required(
                    plan,
                    portcullis_model::ControlId::$control,
                    operation,
                )
            },
        })
    };
    ($control:ident, $holds:expr) => {
        Some($crate::contract::control::Answered {
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
