//! From the command line to a model, or to what is wrong with it.

use std::path::Path;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_model::{Clock as _, Diagnostic, Severity};
use portcullis_policy::{Failure, Model, Overrides};

use crate::arguments::ModelOptions;
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::{report, talk};

/// Reads contract and policy as the options say.
pub(crate) fn model(options: &ModelOptions) -> Result<Model, Failure> {
    let overrides =
        Overrides { upstream: options.upstream.clone(), listen: options.listen.clone() };
    read(options.config.as_deref(), options.contract.as_deref(), &overrides)
}

/// The same for a question about the files: a document alone then needs no API.
pub(crate) fn explained(
    config: Option<&Path>,
    contract: Option<&Path>,
    upstream: Option<&str>,
    listen: Option<&str>,
) -> Result<Model, Failure> {
    let upstream = upstream.or_else(|| config.is_none().then_some(NO_UPSTREAM));
    let overrides =
        Overrides { upstream: upstream.map(str::to_owned), listen: listen.map(str::to_owned) };
    read(config, contract, &overrides)
}

/// Where nobody calls the API.
const NO_UPSTREAM: &str = "http://127.0.0.1:9";

fn read(
    config: Option<&Path>,
    contract: Option<&Path>,
    overrides: &Overrides,
) -> Result<Model, Failure> {
    let now = SystemClock.now();
    match config {
        Some(policy) => Model::from_policy(policy, overrides, now),
        // The command line's parser asks for one of them.
        None => Model::from_contract(contract.unwrap_or_else(|| "".as_ref()), overrides, now),
    }
}

/// Says on standard error why there is no model.
pub(crate) fn refuse(failure: &Failure) -> Exit {
    // Warnings would hide what stops.
    let is_error = |one: &&Diagnostic| one.severity == Severity::Error;
    let errors: Vec<_> = failure.diagnostics.iter().filter(is_error).cloned().collect();
    let coloured = talk::is_coloured(false);
    let shown = report::grouped(&errors);
    talk::say_text(&report::render_text(&shown, &failure.sources, coloured));
    let is_usage = errors.iter().any(report::is_of_command_line);
    if failure.unreadable.is_some() || is_usage { Exit::Unusable } else { Exit::Failure }
}

/// The model of the options, compiled; problems are said on standard error.
pub(crate) fn plan(options: &ModelOptions, plan_options: PlanOptions) -> Result<Plan, Exit> {
    match model(options) {
        Ok(model) => {
            let plan = Plan::compile(model, plan_options);
            let warnings = report::count(&plan.model.warnings).1 + plan.findings().len();
            if warnings > 0 {
                let warnings = report::many(warnings, "warning");
                talk::say(&format!("{warnings}; `portcullis check` shows them"));
            }
            Ok(plan)
        }
        Err(failure) => Err(refuse(&failure)),
    }
}
