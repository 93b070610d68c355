//! The API's own word about who calls, and which operations change it.

use std::sync::Arc;
use std::time::Duration;

use portcullis_contract::{Contract, Operation, Place, SchemePlace, Security};
use portcullis_model::{Diagnostic, Method, Span, did_you_mean};
use portcullis_yaml::{Notes, Spanned, shown};

use super::names::Names;
use crate::callers::{Callers, OfCaller, Whoami};
use crate::claim::Texts;
use crate::codes;
use crate::file::{CallersSection, WhoamiSection};

/// An answer is kept for this long, at most: a role that was taken away holds on.
const CACHE_MAX: Duration = Duration::from_mins(5);
/// Unless something else is said.
const CACHE: Duration = Duration::from_secs(5);
/// Operations that change roles, and before which the API is asked anew.
const OPERATIONS_MAX: usize = 256;

/// Adds both to the callers of each API.
pub(super) fn join(
    section: Option<&CallersSection>,
    contracts: &[Option<Contract>],
    names: &Names,
    callers: &mut [Callers],
    notes: &mut Notes,
) {
    let Some(section) = section else { return };
    for asked in section.whoami.iter().flat_map(|several| &several.0) {
        let Some(name) = asked.operation.0.as_ref() else { continue };
        let Some((api, index)) = names.find(&name.value, name.span, notes) else { continue };
        let contract = contracts.get(api).and_then(Option::as_ref);
        let (Some(contract), Some(callers)) = (contract, callers.get_mut(api)) else { continue };
        if callers.whoami.is_some() {
            notes.push(|| {
                Diagnostic::error(&codes::CONFLICT, "this API is asked twice who calls")
                    .at(name.span)
                    .help("keep one operation")
            });
        }
        let mut one = One { contract, notes };
        one.check(name, index);
        one.refuses(name, index, asked);
        callers.whoami = one.whoami(asked, index, callers);
        let fresh = fresh(asked, api, names, notes);
        callers.whoami.iter_mut().for_each(|whoami| whoami.fresh.clone_from(&fresh));
    }
    let has_rule = |callers: &Callers| callers.attributes.iter().any(|rule| rule.whoami.is_some());
    let nobody_asks = callers.iter().all(|callers| callers.whoami.is_none());
    if nobody_asks && callers.iter().any(has_rule) {
        let rules = section.attributes.iter().flat_map(|named| &named.0);
        let at = rules.clone().find(|(_, one)| one.whoami.is_some()).map(|(key, _)| key.span);
        notes.push(|| {
            Diagnostic::error(&codes::MISSING_KEY, "no operation tells who calls")
                .at(at)
                .help("add `whoami: { operation: getProfile, subject: /email }` to `callers`")
        });
    }
    let changing = section.changes_roles.as_deref().unwrap_or_default();
    few(changing, notes);
    for name in changing {
        let Some((api, index)) = names.find(&name.value, name.span, notes) else { continue };
        let Some(callers) = callers.get_mut(api) else { continue };
        if callers.whoami.is_none() {
            notes.push(|| {
                Diagnostic::warning(&codes::NO_EFFECT, "its API is not asked who calls")
                    .at(name.span)
                    .help("remove it, or add `whoami` for this API")
            });
        }
        callers.changes_roles.push(index);
    }
}

/// The operations before which the API is asked anew; they are of the API that is asked.
fn fresh(asked: &WhoamiSection, api: usize, names: &Names, notes: &mut Notes) -> Vec<usize> {
    let said = asked.fresh.as_deref().unwrap_or_default();
    few(said, notes);
    let mut fresh = Vec::new();
    for name in said {
        match names.find(&name.value, name.span, notes) {
            Some((other, index)) if other == api => fresh.push(index),
            Some(_) => notes.push(|| {
                Diagnostic::error(&codes::BAD_CALLER, "this is an operation of another API")
                    .at(name.span)
                    .help("name it under the `whoami` of its own API")
            }),
            None => {}
        }
    }
    fresh
}

fn few(said: &[Spanned<String>], notes: &mut Notes) {
    if let Some(further) = said.get(OPERATIONS_MAX) {
        let message = format!("there are more than {OPERATIONS_MAX}");
        notes.push(|| {
            Diagnostic::error(&codes::BAD_CALLER, message).at(further.span).help("name fewer")
        });
    }
}

struct One<'a> {
    contract: &'a Contract,
    notes: &'a mut Notes,
}

impl One<'_> {
    fn bad(&mut self, span: Option<Span>, message: String, help: &str) {
        self.notes.push(|| Diagnostic::error(&codes::BAD_CALLER, message).at(span).help(help));
    }

    /// It must be possible to ask it, and harmless.
    fn check(&mut self, name: &Spanned<String>, index: usize) {
        let Some(operation) = self.contract.operation(index) else { return };
        let needs =
            |one: &&portcullis_contract::Parameter| one.required || one.place == Place::Path;
        if operation.method != Method::Get || operation.parameters.iter().any(|one| needs(&one)) {
            let message = format!("{} cannot be asked who calls", shown(&operation.name()));
            self.bad(Some(name.span), message, "name a GET without required parameters");
        }
    }

    /// It should refuse who is nobody, where it alone says whose a credential is.
    fn refuses(&mut self, name: &Spanned<String>, index: usize, asked: &WhoamiSection) {
        let Some(operation) = self.contract.operation(index) else { return };
        if asked.schemes.is_none() || matches!(operation.security, Security::Required { .. }) {
            return;
        }
        let message = format!("{} answers anybody, by the document", shown(&operation.name()));
        self.notes.push(|| {
            Diagnostic::warning(&codes::OPEN_WHOAMI, message).at(name.span).help(
                "name an operation that refuses a wrong credential; whoever this one does not name is nobody",
            )
        });
    }

    fn whoami(
        &mut self,
        section: &WhoamiSection,
        operation: usize,
        callers: &Callers,
    ) -> Option<Whoami> {
        let subject = section.subject.0.as_ref()?.value.0.clone();
        let cache =
            section.cache.as_ref().map_or(CACHE, |time| Duration::from_millis(time.value.0));
        if cache > CACHE_MAX {
            let at = section.cache.as_ref().map(|time| time.span);
            let message = format!("more than {} s cannot be meant", CACHE_MAX.as_secs());
            self.bad(at, message, "write less");
        }
        Some(Whoami {
            operation,
            name: Arc::from(self.contract.operation(operation).map(Operation::name)?),
            subject,
            same_as: self.same_as(section.same_as.as_ref(), callers),
            schemes: self.schemes(section.schemes.as_ref(), callers),
            cache: cache.min(CACHE_MAX),
            fresh: Vec::new(),
        })
    }

    fn same_as(&mut self, said: Option<&Spanned<String>>, callers: &Callers) -> OfCaller {
        let Some(said) = said.filter(|said| said.value != "subject") else {
            return OfCaller::Subject;
        };
        let known = callers.attributes.iter().find(|rule| *rule.name == *said.value);
        if let Some(rule) = known {
            return OfCaller::Attribute(rule.name.clone());
        }
        let message = format!("there is no attribute {}", shown(&said.value));
        self.bad(Some(said.span), message, "name one of `attributes`, or `subject`");
        OfCaller::Subject
    }

    fn schemes(&mut self, named: Option<&Spanned<Texts>>, callers: &Callers) -> Vec<usize> {
        let mut found = Vec::new();
        for name in named.into_iter().flat_map(|named| &named.value.0) {
            let mut schemes = self.contract.schemes.iter().enumerate();
            let at = Some(name.span);
            match schemes.find(|(_, scheme)| scheme.name == name.value) {
                Some((index, _)) if callers.verifies(index) => {
                    let message = format!("{} is verified already", shown(&name.value));
                    self.bad(at, message, "remove it here");
                }
                Some((_, scheme))
                    if matches!(
                        scheme.place,
                        SchemePlace::MutualTls | SchemePlace::NotUnderstood | SchemePlace::Query(_)
                    ) =>
                {
                    let message = format!("{} cannot be shown to the API", shown(&name.value));
                    self.bad(at, message, "name a scheme of a header or a cookie");
                }
                Some((index, _)) => found.push(index),
                None => {
                    let words = self.contract.schemes.iter().map(|scheme| scheme.name.as_str());
                    let message = format!("the contract has no scheme {}", shown(&name.value));
                    let help = match did_you_mean(&name.value, words) {
                        Some(near) => format!("did you mean {}?", shown(near)),
                        None => "write a name from `components.securitySchemes`".to_owned(),
                    };
                    self.notes.push(|| {
                        Diagnostic::error(&codes::UNKNOWN_SCHEME, message).at(at).help(help)
                    });
                }
            }
        }
        found
    }
}
