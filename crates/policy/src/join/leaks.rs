//! Where leaked API keys are reported: `callers: { api_keys: { leaks } }`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use portcullis_contract::{CanonicalPath, Contract};
use portcullis_model::Diagnostic;
use portcullis_model::key::OnReport;
use portcullis_yaml::{Notes, shown};

use crate::callers::{Endpoint, KeySource, Leaks};
use crate::codes;
use crate::file::{GithubSection, GithubWord, LeaksSection, OnReportWord};

/// Where GitHub publishes the keys of its partner programme.
const GITHUB: &str = "https://api.github.com/meta/public_keys/secret_scanning";

/// What a key may still be good for after it was reported: a month.
const EXPIRE_MAX: Duration = Duration::from_hours(31 * 24);

/// `served` are the contracts, each with the base path before it.
pub(super) fn leaks(
    section: &LeaksSection,
    served: &[(&Contract, String)],
    folder: &Path,
    notes: &mut Notes,
) -> Option<Leaks> {
    let said = section.path.0.as_ref()?;
    let path = &said.value.0;
    let whole = CanonicalPath::parse(path).ok();
    let is_declared = |(contract, base): &(&Contract, String)| {
        let behind = whole.as_ref().and_then(|path| path.behind(base));
        behind.is_some_and(|path| contract.methods(&path).is_some())
    };
    if served.iter().any(is_declared) {
        notes.push(|| {
            let message = format!("an operation of the contract answers at {}", shown(path));
            Diagnostic::error(&codes::CONFLICT, message)
                .at(said.span)
                .label("keys cannot be reported there, too")
                .help("choose a path that the contract does not declare")
        });
    }
    let github = match section.github.as_ref().map(|word| &word.value) {
        None | Some(GithubWord::No) => None,
        Some(GithubWord::Yes) => Endpoint::parse(GITHUB).map(KeySource::At),
        Some(GithubWord::At(section)) => github(section, folder, notes),
    };
    let on_report = match section.on_report.as_ref().map(|word| &word.value) {
        None | Some(OnReportWord::Revoke) => OnReport::Revoke,
        Some(OnReportWord::Expire(section)) => {
            let time = section.expire.0.as_ref()?;
            if Duration::from_millis(time.value.0) > EXPIRE_MAX {
                notes.push(|| {
                    Diagnostic::error(&codes::BAD_LIMIT, "a leaked key opens as long as this")
                        .at(time.span)
                        .help("write 31d at most")
                });
            }
            OnReport::Expire(time.value.0)
        }
    };
    Some(Leaks { path: Arc::from(path.as_str()), github, on_report })
}

fn github(section: &GithubSection, folder: &Path, notes: &mut Notes) -> Option<KeySource> {
    if let (Some(keys), Some(_)) = (&section.keys, &section.keys_url) {
        notes.push(|| {
            Diagnostic::error(&codes::CONFLICT, "the keys are here, and they are fetched")
                .at(keys.span)
                .help("keep one of `keys` and `keys_url`")
        });
    }
    if let Some(keys) = &section.keys {
        return Some(KeySource::Pinned(keys.value.source(folder)));
    }
    let said = section.keys_url.as_ref().map(|url| url.value.endpoint.clone());
    let mut endpoint = said.or_else(|| Endpoint::parse(GITHUB))?;
    let ca = section.ca.as_ref().filter(|_| endpoint.instance.is_tls);
    endpoint.instance.tls.roots = ca.map(|ca| ca.value.source(folder));
    Some(KeySource::At(endpoint))
}
