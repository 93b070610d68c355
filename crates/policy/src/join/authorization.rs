//! Who may do what to which objects: `roles`, `organisation`, `tenant`, `resources` and the rules of
//! `access`, joined with each contract.

pub(super) mod pointers;
mod resources;
mod roles;
mod rules;
mod touches;
mod units;

use std::sync::Arc;

use portcullis_contract::Contract;
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Notes, shown};

use super::names::Names;
use crate::authorization::Authorization;
use crate::callers::{Callers, OfCaller};
use crate::codes;
use crate::file::{PolicyFile, TenantPlace};
use roles::Roles;

/// One API, and what is known of it.
#[derive(Clone, Copy)]
struct Api<'a> {
    /// Its place in the policy.
    place: usize,
    contract: &'a Contract,
    callers: &'a Callers,
    names: &'a Names,
}

/// Reads all of it, for each API.
pub(super) fn of(
    file: Option<&PolicyFile>,
    contracts: &[Option<Contract>],
    names: &Names,
    callers: &[Callers],
    notes: &mut Notes,
) -> Vec<Authorization> {
    let Some(file) = file else { return vec![Authorization::default(); contracts.len()] };
    let roles = Roles::read(file.roles.as_ref(), notes);
    let units = units::read(file.organisation.as_ref(), notes);
    let apis = contracts.iter().zip(callers).enumerate();
    let apis: Vec<Option<Api<'_>>> = apis
        .map(|(place, (contract, callers))| {
            let contract = contract.as_ref()?;
            Some(Api { place, contract, callers, names })
        })
        .collect();
    let is_complete = apis.iter().all(Option::is_some);
    let known: Vec<Api<'_>> = apis.iter().flatten().copied().collect();
    // Attributes are those of the policy, for every API.
    let attributes = callers.first().cloned().unwrap_or_default();
    let caller_id = caller_id(file, &attributes, notes);
    let tenant = tenant(file, &attributes, notes);
    let mut resources = resources::of(file, &known, &caller_id, tenant.as_ref(), notes);
    let touches = touches::of(file, &known, &mut resources, notes);
    let reading = rules::Reading { file, roles: &roles, caller_id: &caller_id, is_complete };
    let said = reading.of(&known, &resources, &touches, notes);
    let mut done =
        resources.into_iter().zip(touches).zip(said).map(|((resources, operations), said)| {
            let (of_api, is_exhaustive) = said;
            Authorization {
                is_exhaustive,
                caller_id: caller_id.clone(),
                ordinary_roles: roles.ordinary(),
                units: units.clone(),
                tenant: tenant.as_ref().map(|tenant| tenant.is.clone()),
                resources,
                rules: of_api,
                operations,
            }
        });
    apis.iter().map(|api| api.and_then(|_| done.next()).unwrap_or_default()).collect()
}

/// How objects name their tenant.
struct Tenant {
    at: String,
    span: Span,
    is: OfCaller,
}

/// What `caller.id` means.
fn caller_id(file: &PolicyFile, callers: &Callers, notes: &mut Notes) -> OfCaller {
    let section = file.callers.as_ref().and_then(|callers| callers.id.as_ref());
    section.map_or(OfCaller::Subject, |id| attribute(&id.value, id.span, callers, notes))
}

fn tenant(file: &PolicyFile, callers: &Callers, notes: &mut Notes) -> Option<Tenant> {
    let (at, is) = match file.tenant.as_ref()? {
        TenantPlace::Tenant(at) => (at, None),
        TenantPlace::Other(section) => (section.at.0.as_ref()?, section.is.as_ref()),
    };
    let (name, span) = is.map_or(("tenant", at.span), |is| (is.value.as_str(), is.span));
    let is = attribute(name, span, callers, notes);
    Some(Tenant { at: at.value.0.clone(), span: at.span, is })
}

/// What of a caller a name means: `subject`, or an attribute of the policy.
fn attribute(name: &str, span: Span, callers: &Callers, notes: &mut Notes) -> OfCaller {
    match known_attribute(name, callers) {
        Ok(of) => of,
        Err((message, help)) => {
            notes
                .push(|| Diagnostic::error(&codes::UNKNOWN_ATTRIBUTE, message).at(span).help(help));
            OfCaller::Attribute(name.into())
        }
    }
}

/// The same, without a place; else what is wrong, and what to do.
pub(super) fn known_attribute(name: &str, callers: &Callers) -> Result<OfCaller, (String, String)> {
    if name == "subject" {
        return Ok(OfCaller::Subject);
    }
    let known = callers.attributes.iter().find(|rule| *rule.name == *name);
    known.map(|rule| OfCaller::Attribute(Arc::clone(&rule.name))).ok_or_else(|| {
        let names = callers.attributes.iter().map(|rule| &*rule.name).chain(["subject"]);
        let help = match did_you_mean(name, names) {
            Some(near) => format!("did you mean {}?", shown(near)),
            None => format!("say where it is from: `callers: {{ attributes: {{ {name}: {{ claim: /{name} }} }} }}`"),
        };
        (format!("nothing says what {} of a caller is", shown(name)), help)
    })
}
