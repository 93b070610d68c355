//! `portcullis check`: what is wrong, doubtful or open, without serving anything.

use std::path::Path;
use std::sync::Arc;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_model::{Clock as _, Diagnostic, Severity, Sources};
use portcullis_policy::{Failure, Model, Policy, writable_by_others};

use crate::arguments::{CheckOptions, Deny, Format};
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::report::many;
use crate::{certificates, load, obtain, provers, report, secrets, talk};

pub(crate) fn check(options: &CheckOptions) -> Exit {
    let (config, contract) = (options.config.as_deref(), options.contract.as_deref());
    let policy = load::explained_policy(config, contract, None, None);
    let (problems, sources, is_unreadable, apis) = match policy {
        Ok(policy) => {
            let (plans, problems, sources) = looked_through(policy);
            (problems, sources, false, plans.iter().map(ApiCount::of).collect())
        }
        Err(failure) => {
            (failure.diagnostics, failure.sources, failure.unreadable.is_some(), Vec::new())
        }
    };
    match options.format {
        Format::Text => {
            print_text(options, &problems, &sources, &apis);
            let is_denied = |one: &&Diagnostic| is_denied(options, one);
            let denied: Vec<_> = problems.iter().filter(is_denied).cloned().collect();
            let warnings = report::count(&denied).1;
            if warnings > 0 {
                talk::print(&format!("denied beside the errors: {warnings}\n"));
            }
        }
        Format::Json => print_json(&problems, &sources, &apis),
    }
    verdict(options, &problems, is_unreadable)
}

/// The APIs of a policy, compiled, and all that there is to say of it.
pub(crate) fn looked_through(policy: Policy) -> (Vec<Plan>, Vec<Diagnostic>, Sources) {
    let Policy { apis, warnings: mut problems, sources } = policy;
    problems.extend(unusable(&apis).into_iter().flat_map(warned));
    problems.extend(certificates::diagnostics(&apis, SystemClock.now()));
    let compile = |api| Plan::compile(api, PlanOptions::default());
    let plans: Vec<Plan> = apis.into_iter().map(compile).collect();
    problems.extend(plans.iter().flat_map(Plan::findings));
    problems.extend(writable_by_others(sources.names().map(Path::new)));
    (plans, problems, sources)
}

/// Certificates, keys and secrets that the policy names and that cannot be used here.
fn unusable(apis: &[Model]) -> Vec<Failure> {
    // What belongs to the listener and to all callers is the same for every API.
    let first = apis.first().map(|api| {
        let listener = obtain::tls(api).err();
        let (signer, reporter) = (secrets::signer(api).err(), secrets::reporter(api).err());
        let peppers = [secrets::pepper(api).err(), secrets::password_pepper(api).err()];
        [listener, signer, reporter].into_iter().chain(peppers)
    });
    let each = apis.iter().flat_map(|api| {
        let (trust, keys) = (certificates::trust(api).err(), certificates::keys(api).err());
        [trust, keys, secrets::secrets(api).err(), provers::of(api).err()]
    });
    first.into_iter().flatten().chain(each).flatten().collect()
}

/// One that cannot be used here is a warning: where the policy is checked, no key need lie.
fn warned(failure: Failure) -> Vec<Diagnostic> {
    let found = failure.diagnostics.into_iter();
    found.map(|problem| Diagnostic { severity: Severity::Warning, ..problem }).collect()
}

/// How many operations an API has, and how many of them nobody may call.
struct ApiCount {
    name: Arc<str>,
    operations: usize,
    closed: usize,
}

impl ApiCount {
    fn of(plan: &Plan) -> Self {
        let (operations, closed) = (plan.operations.len(), plan.closed_count());
        Self { name: plan.model.name.clone(), operations, closed }
    }

    fn text(&self) -> String {
        format!("{}, {} of them closed", many(self.operations, "operation"), self.closed)
    }
}

/// All of them together, if anything could be counted.
fn total(apis: &[ApiCount]) -> Option<(usize, usize)> {
    let sum = |count: fn(&ApiCount) -> usize| apis.iter().map(count).sum();
    (!apis.is_empty()).then(|| (sum(|api| api.operations), sum(|api| api.closed)))
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
    apis: &[ApiCount],
) {
    let coloured = talk::is_coloured(true);
    let grouped = if options.verbose { problems.to_vec() } else { report::grouped(problems) };
    talk::print(&report::render_text(&grouped, sources, coloured));
    let (errors, warnings) = report::count(problems);
    if apis.len() > 1 {
        for api in apis {
            talk::print(&format!("API `{}`: {}\n", api.name, api.text()));
        }
    }
    let counted = total(apis).map_or_else(String::new, |(served, closed)| {
        format!("; {}, {closed} of them closed", many(served, "operation"))
    });
    talk::print(&format!("{}, {}{counted}\n", many(errors, "error"), many(warnings, "warning")));
    if grouped.len() < problems.len() {
        talk::print("what is the same in many places is shown once; --verbose shows each place\n");
    }
}

fn print_json(problems: &[Diagnostic], sources: &Sources, apis: &[ApiCount]) {
    let operations = total(apis);
    let each = apis.iter().map(|api| {
        serde_json::json!({
            "name": &*api.name,
            "operations": api.operations,
            "operations_closed": api.closed,
        })
    });
    let (errors, warnings) = report::count(problems);
    let report = serde_json::json!({
        "errors": errors,
        "warnings": warnings,
        "operations": operations.map(|(operations, _)| operations),
        "operations_closed": operations.map(|(_, closed)| closed),
        "apis": each.collect::<Vec<_>>(),
        "problems": report::to_json(problems, sources),
    });
    talk::print(&format!("{report:#}\n"));
}
