//! Which requests each API claims: by host and base path.

use std::collections::HashMap;
use std::sync::Arc;

use portcullis_contract::{BodyKind, CanonicalPath, Contract, MediaRange, SchemePlace};
use portcullis_model::{Code, Diagnostic, Span};
use portcullis_yaml::{Notes, shown};

use super::base_path;
use crate::codes;
use crate::file::Api;
use crate::model::NotFound;
use crate::place::PublishedWord;
use crate::word::CookieWord;

/// The hosts that an API names.
pub(super) fn hosts(api: &Api) -> Vec<String> {
    api.hosts.iter().flatten().map(|host| host.value.0.clone()).collect()
}

/// What people call an API, if there are several.
pub(super) fn name(api: Option<&Api>, hosts: &[String], base_path: &str, is_one: bool) -> Arc<str> {
    if let Some(name) = api.and_then(|api| api.name.as_ref()) {
        return name.value.0.as_str().into();
    }
    match hosts.first() {
        _ if is_one => "".into(),
        Some(host) => format!("{host}{base_path}").into(),
        None if base_path.is_empty() => "/".into(),
        None => base_path.into(),
    }
}

/// Whether every request has one API, and every name one.
pub(super) fn check(apis: &[Api], contracts: &[Option<Contract>], notes: &mut Notes) {
    apis.iter().for_each(|api| check_not_found(api, notes));
    for (api, contract) in apis.iter().zip(contracts) {
        if let Some(contract) = contract {
            check_public_contract(api, contract, notes);
            check_cookies(api, contract, notes);
        }
    }
    let mut names: HashMap<&str, Span> = HashMap::new();
    // Every host has no name here.
    let mut claimed: HashMap<(Option<&str>, String), (usize, Span)> = HashMap::new();
    for (place, (api, contract)) in apis.iter().zip(contracts).enumerate() {
        if let Some(name) = &api.name
            && let Some(first) = names.insert(&name.value.0, name.span)
        {
            notes.push(|| {
                Diagnostic::error(
                    &codes::CONFLICT,
                    format!("a second API is called {}", shown(&name.value.0)),
                )
                .at(name.span)
                .label("the same name")
                .help("give each its own")
            });
            let message = format!("the first API that is called {}", shown(&name.value.0));
            notes.push(|| here_first(&codes::CONFLICT, message, first));
        }
        if api.hosts.as_ref().is_some_and(Vec::is_empty) {
            notes.push(|| {
                Diagnostic::error(&codes::MISSING_KEY, "`hosts` names no host")
                    .at(api.span())
                    .label("of this API")
                    .help("name one, or leave `hosts` out for every host")
            });
        }
        let Some(span) = api.base_path.as_ref().map(|base| base.span).or(api.span()) else {
            continue;
        };
        let base = base_path(Some(api), contract.as_ref());
        let hosts = api.hosts.iter().flatten();
        let hosts = hosts.map(|host| (Some(host.value.0.as_str()), host.span));
        let every = api.hosts.is_none().then_some((None, span));
        for (host, span) in hosts.chain(every) {
            match claimed.insert((host, base.clone()), (place, span)) {
                Some((first, _)) if first == place => notes.push(|| {
                    let host = shown(host.unwrap_or_default());
                    Diagnostic::error(&codes::CONFLICT, format!("{host} stands twice"))
                        .at(span)
                        .label("the same host")
                        .help("remove one of them")
                }),
                Some((_, first)) => claimed_twice(host, &base, first, span, notes),
                None => {}
            }
        }
    }
}

fn claimed_twice(host: Option<&str>, base: &str, first: Span, second: Span, notes: &mut Notes) {
    let host = host.map_or_else(|| "every host".to_owned(), |host| format!("host {}", shown(host)));
    let base = match base {
        "" => "no base path".to_owned(),
        base => format!("base path {}", shown(base)),
    };
    notes.push(|| {
        Diagnostic::error(&codes::SAME_REQUESTS, format!("a second API claims {host} with {base}"))
            .at(second)
            .label("the same requests")
            .help("give one of them another `base_path`, or each its own `hosts`")
    });
    let message = format!("the first API that claims {host} with {base}");
    notes.push(|| here_first(&codes::SAME_REQUESTS, message, first));
}

/// The other place of a conflict.
fn here_first(code: &'static Code, message: String, span: Span) -> Diagnostic {
    Diagnostic::error(code, message)
        .at(span)
        .label("here first")
        .help("keep one of the two as it is")
}
/// The URL that clients know an API by: what is said, or its first host where TLS is spoken.
pub(super) fn resource(
    api: Option<&Api>,
    hosts: &[String],
    base_path: &str,
    is_tls: bool,
) -> Option<String> {
    if let Some(said) = api.and_then(|api| api.resource.as_ref()) {
        return Some(said.value.text.clone());
    }
    let host = hosts.first().filter(|_| is_tls)?;
    Some(format!("https://{host}{base_path}"))
}

/// Whether everybody may know what an API's contract declares.
pub(super) fn is_published(api: &Api) -> bool {
    api.published.as_ref().is_some_and(|word| word.value != PublishedWord::No)
}

/// Where clients find the document as they see the API.
pub(super) fn public_contract(api: &Api) -> Option<String> {
    match &api.published.as_ref()?.value {
        PublishedWord::At(path) => Some(path.clone()),
        PublishedWord::Yes | PublishedWord::No => None,
    }
}

/// Whether the document can be shown there: nothing else answers at that path, and it is one document.
fn check_public_contract(api: &Api, contract: &Contract, notes: &mut Notes) {
    let (Some(path), Some(word)) = (public_contract(api), &api.published) else { return };
    let canonical = CanonicalPath::parse(&path).ok();
    if canonical.is_some_and(|canonical| contract.methods(&canonical).is_some()) {
        notes.push(|| {
            Diagnostic::error(
                &codes::CONFLICT,
                format!("an operation of the contract answers at {}", shown(&path)),
            )
            .at(word.span)
            .label("the document cannot be there, too")
            .help("choose a path that the contract does not declare")
        });
    }
    if contract.files > 1 {
        notes.push(|| {
            let message = format!("the contract stands in {} files", contract.files);
            Diagnostic::error(&codes::NOT_ONE_DOCUMENT, message)
                .at(word.span)
                .label("clients find one document here")
                .help("bundle it into one file first, or write `published: true`")
        });
    }
}

/// Bytes of the answer for objects that do not exist.
const NOT_FOUND_BYTES_MAX: usize = 4096;

/// Cookies that scripts of pages read.
pub(super) fn readable_cookies(api: &Api) -> Vec<String> {
    let named = api.cookies.iter().flat_map(|named| &named.0);
    named.map(|(name, CookieWord::Readable)| name.text.clone()).collect()
}

/// A cookie that opens something is for no script.
fn check_cookies(api: &Api, contract: &Contract, notes: &mut Notes) {
    for (name, CookieWord::Readable) in api.cookies.iter().flat_map(|named| &named.0) {
        let is_it = |place: &SchemePlace| matches!(place, SchemePlace::Cookie(known) if *known == name.text);
        if contract.schemes.iter().any(|scheme| is_it(&scheme.place)) {
            notes.push(|| {
                let message = format!(
                    "the cookie {} is a credential, and scripts may read it",
                    shown(&name.text)
                );
                Diagnostic::error(&codes::READABLE_CREDENTIAL, message)
                    .at(name.span)
                    .label("whoever runs a script in a page has it")
                    .help("leave it out; a page that must know who is logged in asks the API")
            });
        }
    }
}

/// The answer for objects that do not exist, and for those that are not the caller's.
pub(super) fn not_found(api: &Api) -> Option<NotFound> {
    let section = api.not_found.as_ref()?;
    let kind = section.media_type.as_ref().map_or(JSON, |kind| &kind.value);
    let body = section.body.0.as_ref()?.value.clone();
    Some(NotFound { content_type: kind.to_owned(), body })
}

/// The media type of that answer, where nobody says another.
const JSON: &str = "application/json";

/// Says what is wrong with that answer: every client of the API will read it.
fn check_not_found(api: &Api, notes: &mut Notes) {
    let Some(section) = &api.not_found else { return };
    let kind = section.media_type.as_ref();
    let range = kind.map(|kind| (MediaRange::parse(&kind.value), kind.span));
    if let Some((range, span)) = &range
        && range.as_ref().is_none_or(MediaRange::has_wildcard)
    {
        notes.push(|| {
            Diagnostic::error(&codes::UNKNOWN_WORD, "this is no media type")
                .at(*span)
                .help("write one as clients read it: `application/json`")
        });
    }
    let Some(body) = section.body.0.as_ref() else { return };
    let is_json =
        range.is_none_or(|(range, _)| range.is_some_and(|range| range.kind() == BodyKind::Json));
    let fault = if body.value.len() > NOT_FOUND_BYTES_MAX {
        Some(format!("this body has more than {NOT_FOUND_BYTES_MAX} bytes"))
    } else if is_json && serde_json::from_str::<serde_json::Value>(&body.value).is_err() {
        Some("this body is no JSON, as its media type says".to_owned())
    } else {
        None
    };
    if let Some(message) = fault {
        notes.push(|| {
            Diagnostic::error(&codes::WRONG_KIND, message)
                .at(body.span)
                .help("write it as the API does: `body: '{\"error\":\"not found\"}'`")
        });
    }
}
