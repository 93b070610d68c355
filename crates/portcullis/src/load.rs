//! From the command line to a model, or to what is wrong with it.

use portcullis_controls::{Plan, PlanOptions};
use portcullis_model::{Clock as _, Severity};
use portcullis_policy::{Failure, Model, Overrides};

use crate::arguments::ModelOptions;
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::{report, talk};

/// Reads contract and policy as the options say.
pub(crate) fn model(options: &ModelOptions) -> Result<Model, Failure> {
    let overrides =
        Overrides { upstream: options.upstream.clone(), listen: options.listen.clone() };
    let now = SystemClock.now();
    match (&options.config, &options.contract) {
        (Some(policy), _) => Model::from_policy(policy, &overrides, now),
        (None, Some(contract)) => Model::from_contract(contract, &overrides, now),
        // The command line's parser asks for one of them.
        (None, None) => Model::from_contract("".as_ref(), &overrides, now),
    }
}

/// The same, compiled; problems are said on standard error.
pub(crate) fn plan(options: &ModelOptions, plan_options: PlanOptions) -> Result<Plan, Exit> {
    match model(options) {
        Ok(model) => {
            let warnings = model.warnings.len();
            if warnings > 0 {
                let noun = if warnings == 1 { "warning" } else { "warnings" };
                talk::say(&format!("{warnings} {noun}; `portcullis check` shows them"));
            }
            Ok(Plan::compile(model, plan_options))
        }
        Err(failure) => {
            // Warnings would hide what stops.
            let errors: Vec<_> = failure
                .diagnostics
                .iter()
                .filter(|one| one.severity == Severity::Error)
                .cloned()
                .collect();
            let coloured = talk::is_coloured(false);
            talk::say_text(&report::render_text(&errors, &failure.sources, coloured));
            Err(if failure.unreadable.is_some() { Exit::Unusable } else { Exit::Failure })
        }
    }
}
