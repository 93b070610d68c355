//! From the command line to a model, or to what is wrong with it.

use std::path::Path;
use std::sync::Arc;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::Site;
use portcullis_model::{Clock as _, Diagnostic, Severity};
use portcullis_policy::{Failure, Model, Overrides, Policy};

use crate::arguments::ModelOptions;
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::{certificates, obtain, provers, report, secrets, talk};

/// Reads contracts and policy as the options say.
pub(crate) fn policy(options: &ModelOptions) -> Result<Policy, Failure> {
    let overrides =
        Overrides { upstream: options.upstream.clone(), listen: options.listen.clone() };
    read(options.config.as_deref(), options.contract.as_deref(), &overrides)
}

/// The same for a question about the files: a document alone then needs no API.
pub(crate) fn explained_policy(
    config: Option<&Path>,
    contract: Option<&Path>,
    upstream: Option<&str>,
    listen: Option<&str>,
) -> Result<Policy, Failure> {
    let upstream = upstream.or_else(|| config.is_none().then_some(NO_UPSTREAM));
    let overrides =
        Overrides { upstream: upstream.map(str::to_owned), listen: listen.map(str::to_owned) };
    read(config, contract, &overrides)
}

/// The same, compiled; problems are said on standard error.
pub(crate) fn explained_plans(
    config: Option<&Path>,
    contract: Option<&Path>,
    upstream: Option<&str>,
    listen: Option<&str>,
) -> Result<Vec<Plan>, Exit> {
    let policy = explained_policy(config, contract, upstream, listen);
    let Policy { apis, .. } = policy.map_err(|failure| refuse(&failure))?;
    Ok(apis.into_iter().map(|api| Plan::compile(api, PlanOptions::default())).collect())
}

/// The same for files of one API.
pub(crate) fn explained(config: Option<&Path>, contract: Option<&Path>) -> Result<Model, Failure> {
    explained_policy(config, contract, None, None)?.only()
}

/// Where nobody calls the API.
const NO_UPSTREAM: &str = "http://127.0.0.1:9";

fn read(
    config: Option<&Path>,
    contract: Option<&Path>,
    overrides: &Overrides,
) -> Result<Policy, Failure> {
    let now = SystemClock.now();
    match config {
        Some(policy) => Policy::from_policy(policy, overrides, now),
        // The command line's parser asks for one of them.
        None => Policy::from_contract(contract.unwrap_or_else(|| "".as_ref()), overrides, now),
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

/// All APIs of the options, compiled, with the certificate that clients are shown, and whom those of
/// APIs must come from; and the warnings of their files.
pub(crate) fn site(
    options: &ModelOptions,
    plan_options: &PlanOptions,
) -> Result<(Site, Vec<Diagnostic>), Failure> {
    let Policy { apis, sources, warnings } = policy(options)?;
    // The certificate is the listener's: every API has the same.
    let tls = apis.first().map_or(Ok(None), obtain::tls)?;
    let signer = apis.first().map_or(Ok(None), secrets::signer)?;
    let pepper = apis.first().map_or(Ok(None), secrets::pepper)?;
    let reporter = apis.first().map_or(Ok(None), secrets::reporter)?;
    let password_pepper = apis.first().map_or(Ok(None), secrets::password_pepper)?;
    let (mut trust, mut keys, mut secrets) = (Vec::new(), Vec::new(), Vec::new());
    let mut proofs = Vec::new();
    for api in &apis {
        trust.extend(certificates::trust(api)?);
        keys.extend(certificates::keys(api)?);
        secrets.extend(secrets::secrets(api)?);
        proofs.extend(provers::of(api)?);
    }
    let compile = |api| Arc::new(Plan::compile(api, plan_options.clone()));
    // A policy without an API is none.
    let site = Site::of(apis.into_iter().map(compile));
    match site {
        Some(site) => {
            let site = site.with_tls(tls).trusting(trust).with_keys(keys);
            let site = site.with_secrets(secrets).signing(signer).peppered(pepper);
            let site = site.hearing(reporter).hashing_with(password_pepper).proving(proofs);
            Ok((site, warnings))
        }
        None => Err(Failure { sources, diagnostics: warnings, unreadable: None }),
    }
}

/// The same, at the start: problems are said on standard error, warnings counted.
pub(crate) fn served(options: &ModelOptions, plan_options: &PlanOptions) -> Result<Site, Exit> {
    let (site, warnings) = site(options, plan_options).map_err(|failure| refuse(&failure))?;
    let findings: usize = site.plans().map(|plan| plan.findings().len()).sum();
    let warnings = report::count(&warnings).1;
    if warnings + findings > 0 {
        let warnings = report::many(warnings + findings, "warning");
        talk::say(&format!("{warnings}; `portcullis check` shows them"));
    }
    Ok(site)
}

/// The one API of the options, compiled.
pub(crate) fn plan(options: &ModelOptions, plan_options: &PlanOptions) -> Result<Arc<Plan>, Exit> {
    one(options, plan_options).map(|(_, plan)| plan)
}

/// The one API of the options, with all that lies outside of the policy file.
pub(crate) fn one(
    options: &ModelOptions,
    plan_options: &PlanOptions,
) -> Result<(Site, Arc<Plan>), Exit> {
    let site = served(options, plan_options)?;
    let Some(plan) = site.only().cloned() else {
        talk::say("this works on one API at a time, and the policy names several");
        talk::say("help: give a policy file of one API with -c FILE");
        return Err(Exit::Unusable);
    };
    Ok((site, plan))
}
