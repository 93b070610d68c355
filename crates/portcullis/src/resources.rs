//! `portcullis resources`: which values of requests are taken for ids of what, and what is not decided;
//! from a document alone: which resources it suggests.

mod facts;
mod json;
mod suggested;
mod text;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_policy::{Policy, suggest_resources};

use crate::arguments::{Format, ResourcesOptions};
use crate::exit::Exit;
use crate::report::Places;
use crate::{load, talk};
use facts::ApiFacts;
pub(crate) use suggested::suggested_lines;

pub(crate) fn resources(options: &ResourcesOptions) -> Exit {
    let (config, contract) = (options.config.as_deref(), options.contract.as_deref());
    let policy = match load::explained_policy(config, contract, None, None) {
        Ok(policy) => policy,
        Err(failure) => return load::refuse(&failure),
    };
    let Policy { apis, sources, .. } = policy;
    let mut places = Places::new(&sources);
    if config.is_none() {
        for api in &apis {
            talk::print(&match options.format {
                Format::Text => suggested::text(&api.contract, &mut places),
                Format::Json => {
                    let all = suggest_resources(&api.contract);
                    format!("{:#}\n", json::suggested(&api.contract, &all, &mut places))
                }
            });
        }
        return Exit::Success;
    }
    let compile = |api| Plan::compile(api, PlanOptions::default());
    let plans: Vec<Plan> = apis.into_iter().map(compile).collect();
    let all: Vec<ApiFacts> = plans.iter().map(|plan| ApiFacts::of(plan, &mut places)).collect();
    talk::print(&match options.format {
        Format::Text => text::write(&all),
        Format::Json => format!("{:#}\n", json::known(&all)),
    });
    Exit::Success
}
