//! API keys that are issued here: `callers: { api_keys }`, joined with the schemes of each contract.

use std::path::Path;
use std::sync::Arc;

use portcullis_contract::{Contract, SchemePlace, SecurityScheme};
use portcullis_model::key::{BRAND_MAX, ENVIRONMENT_MAX, NAME_MIN, is_brand, is_environment};
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Notes, Spanned, shown};

use crate::callers::{ApiKeys, Callers};
use crate::codes;
use crate::file::{ApiKeysSection, CallersSection};
use crate::join::leaks;
use crate::word::SeenWord;

/// Where an environment is not named.
const ENVIRONMENT: &str = "live";

/// Says of each API which of its schemes take them.
pub(super) fn join(
    section: Option<&CallersSection>,
    contracts: &[Option<Contract>],
    callers: &mut [Callers],
    folder: &Path,
    (served, notes): (&[(&Contract, String)], &mut Notes),
) {
    let Some(section) = section.and_then(|section| section.api_keys.as_ref()) else { return };
    let (Some(brand), Some(pepper)) = (section.brand.0.as_ref(), section.pepper.0.as_ref()) else {
        return;
    };
    word(brand, is_brand, BRAND_MAX, notes);
    if let Some(environment) = &section.environment {
        word(environment, is_environment, ENVIRONMENT_MAX, notes);
    }
    let environment = section.environment.as_ref().map_or(ENVIRONMENT, |word| &word.value);
    // Of an API without a contract nothing is known; that was said.
    if contracts.iter().all(Option::is_some) {
        let all = contracts.iter().flatten().flat_map(|contract| &contract.schemes);
        unknown(section, &all.collect::<Vec<_>>(), brand.span, notes);
    }
    let ends_in_plain =
        section.seen_in_plain.as_ref().is_some_and(|word| word.value == SeenWord::Revoke);
    let leaks = section.leaks.as_ref();
    let leaks = leaks.and_then(|leaks| leaks::leaks(leaks, served, folder, notes));
    for (callers, contract) in callers.iter_mut().zip(contracts) {
        let schemes = contract.iter().flat_map(|contract| contract.schemes.iter().enumerate());
        let taking = schemes.filter(|(_, scheme)| takes(section, scheme));
        callers.api_keys = Some(ApiKeys {
            brand: Arc::from(brand.value.as_str()),
            environment: Arc::from(environment),
            issuer: Arc::from(format!("api_keys:{}", brand.value)),
            pepper: pepper.value.source(folder),
            schemes: taking.map(|(index, _)| index).collect(),
            ends_in_plain,
            leaks: leaks.clone(),
        });
    }
}

/// Whether a scheme takes keys: one that is named, or any API key in a header field.
fn takes(section: &ApiKeysSection, scheme: &SecurityScheme) -> bool {
    match &section.schemes {
        Some(named) => {
            may_take(scheme) && named.value.0.iter().any(|name| name.value == scheme.name)
        }
        None => matches!(scheme.place, SchemePlace::Header(_)),
    }
}

/// Whether a key may come by a scheme. A cookie is sent by browsers unasked, and what stands in a URL is in every
/// log on the way.
fn may_take(scheme: &SecurityScheme) -> bool {
    match &scheme.place {
        SchemePlace::Header(_) => true,
        SchemePlace::Authorization(word) => word == "bearer",
        SchemePlace::Cookie(_)
        | SchemePlace::Query(_)
        | SchemePlace::MutualTls
        | SchemePlace::NotUnderstood => false,
    }
}

fn unknown(section: &ApiKeysSection, all: &[&SecurityScheme], brand: Span, notes: &mut Notes) {
    let known: Vec<&str> =
        all.iter().filter(|scheme| may_take(scheme)).map(|scheme| scheme.name.as_str()).collect();
    let Some(named) = &section.schemes else {
        if !all.iter().any(|scheme| matches!(scheme.place, SchemePlace::Header(_))) {
            notes.push(|| {
                let message = "the contract has no scheme of API keys in a header field";
                Diagnostic::error(&codes::UNKNOWN_SCHEME, message)
                    .at(brand)
                    .label("nobody could show such a key")
                    .help("declare one (`type: apiKey`, `in: header`), or name a bearer scheme in `schemes`")
            });
        }
        return;
    };
    for name in named.value.0.iter().filter(|name| !known.contains(&name.value.as_str())) {
        let is_elsewhere = all.iter().any(|scheme| scheme.name == name.value);
        let message = if is_elsewhere {
            format!("the scheme {} takes no keys: it is in a cookie or a URL", shown(&name.value))
        } else {
            format!("the contract has no scheme {}", shown(&name.value))
        };
        let help = match did_you_mean(&name.value, known.iter().copied()) {
            Some(near) => format!("did you mean {}?", shown(near)),
            None if known.is_empty() => {
                "declare an API key in a header field, or a bearer scheme".to_owned()
            }
            None => format!("it has `{}`", known.join("`, `")),
        };
        notes.push(|| Diagnostic::error(&codes::UNKNOWN_SCHEME, message).at(name.span).help(help));
    }
}

/// A word of a key.
fn word(said: &Spanned<String>, is_one: fn(&str) -> bool, max: usize, notes: &mut Notes) {
    if is_one(&said.value) {
        return;
    }
    notes.push(|| {
        let message = format!("{} is no word that a key can begin with", shown(&said.value));
        Diagnostic::error(&codes::BAD_CALLER, message).at(said.span).help(format!(
            "write {NAME_MIN} to {max} small letters and digits, a letter first: `pharm`"
        ))
    });
}
