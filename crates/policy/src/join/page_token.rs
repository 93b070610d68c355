//! `page_token`: names that stand for nothing else, and a cookie that it is bound to.

use std::path::Path;

use portcullis_contract::{Contract, Place, SchemePlace};
use portcullis_model::{Diagnostic, Span};
use portcullis_yaml::{Notes, shown};

use super::callers::is_header;
use super::operations::Decisions;
use crate::codes;
use crate::file::{PageTokenSection, PolicyFile};
use crate::page_token::PageToken;

/// The name of the field if nobody says.
const HEADER: &str = "x-csrf-token";
/// The name of the cookie if nobody says.
const COOKIE: &str = "csrf";

/// What `page_token` says of each API: of those that take no cookie, nothing.
pub(super) fn join(
    file: Option<&PolicyFile>,
    contracts: &[Option<Contract>],
    folder: &Path,
    decisions: &mut [Decisions],
    notes: &mut Notes,
) {
    let Some(section) = file.and_then(|file| file.page_token.as_ref()) else { return };
    let rule = read(section, folder, notes);
    let mut is_used = false;
    for (contract, decisions) in contracts.iter().zip(decisions) {
        let Some(contract) = contract.as_ref().filter(|contract| takes_cookie(contract)) else {
            continue;
        };
        is_used = true;
        if let Some(rule) = &rule {
            check(contract, rule, section, notes);
            decisions.page_token = Some(rule.clone());
        }
    }
    if !is_used && contracts.iter().all(Option::is_some) {
        let message = "no contract takes a cookie as a credential, so no token is bound to one";
        notes.push(|| {
            Diagnostic::warning(&codes::NO_EFFECT, message)
                .at(key_span(section))
                .help("remove `page_token`, or declare the cookie: `type: apiKey, in: cookie`")
        });
    }
}

fn read(section: &PageTokenSection, folder: &Path, notes: &mut Notes) -> Option<PageToken> {
    let key = section.key.0.as_ref()?;
    let header = section.header.as_ref().map_or(HEADER, |name| &name.value).to_ascii_lowercase();
    let cookie = section.cookie.as_ref().map_or(COOKIE, |name| &name.value);
    if !is_header(&header) {
        let span = section.header.as_ref().map(|name| name.span);
        let help = "write a name that stands for nothing else: `X-CSRF-Token`";
        conflict(format!("{} cannot carry it", shown(&header)), help, span, notes);
    }
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if cookie.is_empty() || !cookie.bytes().all(is_inner) {
        let span = section.cookie.as_ref().map(|name| name.span);
        let help = "write a name of letters and digits: `csrf`";
        conflict(format!("{} is no name of a cookie", shown(cookie)), help, span, notes);
    }
    Some(PageToken {
        header: header.into(),
        cookie: cookie.into(),
        key: key.value.source(folder),
        key_span: Some(key.span),
    })
}

/// Names that the contract gives a meaning reach the API.
fn check(contract: &Contract, rule: &PageToken, section: &PageTokenSection, notes: &mut Notes) {
    let parameters = contract.operations.iter().flat_map(|operation| &operation.parameters);
    let declared = parameters.map(|one| (one.place, one.name.as_str()));
    let of_schemes = contract.schemes.iter().filter_map(|scheme| match &scheme.place {
        SchemePlace::Header(name) => Some((Place::Header, name.as_str())),
        SchemePlace::Cookie(name) => Some((Place::Cookie, name.as_str())),
        _ => None,
    });
    let sent: Vec<(Place, &str)> = declared.chain(of_schemes).collect();
    let help = "choose a name that the contract does not have: the API never sees the token";
    let is_field = |(place, name): &(Place, &str)| {
        *place == Place::Header && name.eq_ignore_ascii_case(&rule.header)
    };
    if sent.iter().any(is_field) {
        let span = section.header.as_ref().map_or(key_span(section), |name| Some(name.span));
        let message = format!("clients send {} to the API", shown(&rule.header));
        conflict(message, help, span, notes);
    }
    if sent.contains(&(Place::Cookie, &*rule.cookie)) {
        let span = section.cookie.as_ref().map_or(key_span(section), |name| Some(name.span));
        let message = format!("clients send the cookie {} to the API", shown(&rule.cookie));
        conflict(message, help, span, notes);
    }
}

fn takes_cookie(contract: &Contract) -> bool {
    contract.schemes.iter().any(|scheme| matches!(scheme.place, SchemePlace::Cookie(_)))
}

fn key_span(section: &PageTokenSection) -> Option<Span> {
    section.key.0.as_ref().map(|key| key.span)
}

fn conflict(message: String, help: &str, span: Option<Span>, notes: &mut Notes) {
    notes.push(|| Diagnostic::error(&codes::CONFLICT, message).at(span).help(help));
}
