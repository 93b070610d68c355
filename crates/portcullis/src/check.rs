//! `portcullis check`: what is wrong, doubtful or open, without serving anything.

use portcullis_controls::{Plan, PlanOptions};
use portcullis_model::{Diagnostic, Severity, Sources};
use portcullis_policy::Model;

use crate::arguments::{CheckOptions, Deny, Format};
use crate::exit::Exit;
use crate::report::many;
use crate::{certificates, load, report, talk};

pub(crate) fn check(options: &CheckOptions) -> Exit {
    let (config, contract) = (options.config.as_deref(), options.contract.as_deref());
    let model = load::explained(config, contract, None, None);
    let (problems, sources, is_unreadable, operations) = match model {
        Ok(model) => {
            let mut problems = model.warnings.clone();
            problems.extend(unusable(&model));
            let plan = Plan::compile(model, PlanOptions::default());
            problems.extend(plan.findings());
            let counts = (plan.operations.len(), plan.closed_count());
            (problems, plan.model.sources, false, Some(counts))
        }
        Err(failure) => (failure.diagnostics, failure.sources, failure.unreadable.is_some(), None),
    };
    match options.format {
        Format::Text => {
            print_text(options, &problems, &sources, operations);
            let is_denied = |one: &&Diagnostic| is_denied(options, one);
            let denied: Vec<_> = problems.iter().filter(is_denied).cloned().collect();
            let warnings = report::count(&denied).1;
            if warnings > 0 {
                talk::print(&format!("denied beside the errors: {warnings}\n"));
            }
        }
        Format::Json => print_json(&problems, &sources, operations),
    }
    verdict(options, &problems, is_unreadable)
}

/// A certificate that cannot be used here. A warning: where the policy is checked, its key need not
/// lie.
fn unusable(model: &Model) -> Vec<Diagnostic> {
    let found = certificates::of(model).err().map(|failure| failure.diagnostics);
    let found = found.into_iter().flatten();
    found.map(|problem| Diagnostic { severity: Severity::Warning, ..problem }).collect()
}

fn verdict(options: &CheckOptions, problems: &[Diagnostic], is_unreadable: bool) -> Exit {
    if is_unreadable {
        Exit::Unusable
    } else if problems.iter().any(|problem| is_denied(options, problem)) {
        Exit::Failure
    } else {
        Exit::Success
    }
}

/// Whether a problem fails the check.
fn is_denied(options: &CheckOptions, problem: &Diagnostic) -> bool {
    let denies = |what| options.deny.contains(&what);
    problem.severity == Severity::Error
        || denies(Deny::Warnings)
        || (options.deny_expired || denies(Deny::Expired))
            && problem.code.name == portcullis_policy::codes::EXPIRED.name
}

fn print_text(
    options: &CheckOptions,
    problems: &[Diagnostic],
    sources: &Sources,
    operations: Option<(usize, usize)>,
) {
    let coloured = talk::is_coloured(true);
    let grouped = if options.verbose { problems.to_vec() } else { report::grouped(problems) };
    talk::print(&report::render_text(&grouped, sources, coloured));
    let (errors, warnings) = report::count(problems);
    let counted = operations.map_or_else(String::new, |(served, closed)| {
        format!("; {}, {closed} of them closed", many(served, "operation"))
    });
    talk::print(&format!("{}, {}{counted}\n", many(errors, "error"), many(warnings, "warning")));
    if grouped.len() < problems.len() {
        talk::print("what is the same in many places is shown once; --verbose shows each place\n");
    }
}

fn print_json(problems: &[Diagnostic], sources: &Sources, operations: Option<(usize, usize)>) {
    let (errors, warnings) = report::count(problems);
    let report = serde_json::json!({
        "errors": errors,
        "warnings": warnings,
        "operations": operations.map(|(operations, _)| operations),
        "operations_closed": operations.map(|(_, closed)| closed),
        "problems": report::to_json(problems, sources),
    });
    talk::print(&format!("{report:#}\n"));
}
