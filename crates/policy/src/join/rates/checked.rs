//! Whether an entry of `rates` can count what it says: places that requests have, attributes that somebody
//! declares, callers whom somebody verifies.

use portcullis_contract::{Contract, Operation, Place};
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Notes, shown};

use super::super::authorization::known_attribute;
use super::super::login::declared::{declare, missing};
use super::{Known, objects};
use crate::authorization::InputPlace;
use crate::callers::Callers;
use crate::codes;
use crate::file::{RateSection, WORDS, not_counted};
use crate::rates::{RateBound, RateCost, RateKey, RateLimit};

/// An entry, and the operations that it names.
pub(super) struct Checked<'a> {
    pub(super) section: &'a RateSection,
    pub(super) known: &'a Known<'a>,
    pub(super) of: Option<&'a [(usize, usize)]>,
    pub(super) limit: &'a RateLimit,
}

impl Checked<'_> {
    pub(super) fn check(&self, notes: &mut Notes) {
        for key in self.section.per.0.iter().flat_map(|keys| &keys.0) {
            match &key.value {
                RateKey::Value(place) => self.place(place, key.span, notes),
                RateKey::Attribute(name) => self.attribute(name, key.span, notes),
                RateKey::Object(name) => self.object(name, key.span, notes),
                RateKey::Role => self.attribute("role", key.span, notes),
                RateKey::Key if !self.callers().any(|callers| callers.api_keys.is_some()) => {
                    nobody("no caller shows an API key", "`api_keys`", key.span, notes);
                }
                RateKey::Caller if !self.known.counts_strangers && !self.knows_callers() => {
                    nobody(
                        "nobody verifies who calls",
                        "how callers are verified",
                        key.span,
                        notes,
                    );
                }
                _ => {}
            }
        }
        if let (RateCost::Of(place), Some(cost)) = (&self.cost(), &self.section.cost) {
            self.place(place, cost.span, notes);
        }
        if let (Some(place), Some(written)) = (&self.limit.distinct, &self.section.distinct) {
            self.place(place, written.span, notes);
        }
        if let Some(once) =
            self.section.once.as_ref().filter(|_| self.limit.bound == RateBound::Once)
            && !self.known.has_store
        {
            unkept(once.span, notes);
        }
        let names_addresses =
            self.limit.per.iter().any(|key| matches!(key, RateKey::Address | RateKey::Network));
        if let Some(word) = self.section.counts_callers.as_ref().filter(|_| !names_addresses) {
            notes.push(|| {
                let message = "`counts_callers` is about `address` and `network`";
                Diagnostic::warning(&codes::NO_EFFECT, message).at(word.span).help("remove it")
            });
        }
    }

    fn cost(&self) -> RateCost {
        self.section.cost.as_ref().map_or(RateCost::Fixed(1), |cost| cost.value.0.clone())
    }

    /// The callers of the APIs that it concerns.
    fn callers(&self) -> impl Iterator<Item = &Callers> {
        let is_meant = |api: &usize| self.of.is_none_or(|of| of.iter().any(|(one, _)| one == api));
        let all = self.known.callers.iter().enumerate();
        all.filter(move |(api, _)| is_meant(api)).map(|(_, callers)| callers)
    }

    fn knows_callers(&self) -> bool {
        let apis = self.known.contracts.iter().zip(self.known.callers);
        apis.into_iter().any(|(contract, callers)| {
            let schemes = contract.as_ref().map_or(0, |contract| contract.schemes.len());
            (0..schemes).any(|scheme| callers.verifies(scheme))
        })
    }

    /// A request that names no such object would count as one with all others that do not.
    fn object(&self, name: &str, span: Span, notes: &mut Notes) {
        let authorization = self.known.authorization;
        if !authorization.iter().any(|one| objects::resource(one, name).is_some()) {
            let resources = authorization.iter().flat_map(|one| &one.resources);
            let words = WORDS.iter().map(|(word, _)| *word);
            let near = did_you_mean(name, words.chain(resources.map(|one| &*one.name)));
            return notes.push(|| not_counted(name, span, near));
        }
        let of = self.of.unwrap_or_default();
        if of.is_empty() {
            let message = format!("no request names an object of {}", shown(name));
            return notes.push(|| {
                Diagnostic::warning(&codes::NO_EFFECT, message)
                    .at(span)
                    .label("so this counts nothing")
                    .help("`portcullis resources` shows which values are taken for ids of what")
            });
        }
        let other = of.iter().find(|one| !objects::names(authorization, **one, name));
        let operation = other
            .and_then(|(api, index)| self.known.contracts.get(*api)?.as_ref()?.operation(*index));
        if let Some(operation) = operation {
            let message = format!(
                "no request of {} names an object of {}",
                shown(&operation.name()),
                shown(name)
            );
            notes.push(|| {
                Diagnostic::error(&codes::BAD_POINTER, message).at(span).help(
                    "leave it out of `of`; `portcullis resources` shows which values are taken for ids of what",
                )
            });
        }
    }

    fn attribute(&self, name: &str, span: Span, notes: &mut Notes) {
        let unknown = self.callers().find_map(|callers| known_attribute(name, callers).err());
        if let Some((message, help)) = unknown {
            notes
                .push(|| Diagnostic::error(&codes::UNKNOWN_ATTRIBUTE, message).at(span).help(help));
        }
    }

    /// A value that is not there counts as one: an operation without the place would be one count for all.
    fn place(&self, place: &InputPlace, span: Span, notes: &mut Notes) {
        let Some(of) = self.of else {
            let message = format!("not every request has {}", shown(&place.to_string()));
            return notes.push(|| {
                Diagnostic::error(&codes::BAD_POINTER, message)
                    .at(span)
                    .help("say in `of` which operations have it")
            });
        };
        for (api, index) in of {
            let contract = self.known.contracts.get(*api).and_then(Option::as_ref);
            let Some(contract) = contract else { continue };
            let Some(operation) = contract.operation(*index) else { continue };
            if let Some((message, help)) = absent(place, operation, contract) {
                return notes
                    .push(|| Diagnostic::error(&codes::BAD_POINTER, message).at(span).help(help));
            }
        }
    }
}

/// What to say where no request of an operation has such a place.
fn absent(
    place: &InputPlace,
    operation: &Operation,
    contract: &Contract,
) -> Option<(String, String)> {
    match place {
        InputPlace::One(place) => {
            let missing = missing(place, operation, &contract.shapes)?;
            Some((missing.message, declare(missing.near)))
        }
        InputPlace::Header(name) => {
            let headers = || {
                let all = operation.parameters.iter().filter(|one| one.place == Place::Header);
                all.map(|one| one.name.as_str())
            };
            if headers().any(|known| known.eq_ignore_ascii_case(name)) {
                return None;
            }
            let message = format!("no request of {} has {}", shown(&operation.name()), shown(name));
            Some((message, declare(did_you_mean(name, headers()))))
        }
        InputPlace::Names(_) => None,
    }
}

/// What happened once would happen again after a restart.
fn unkept(span: Span, notes: &mut Notes) {
    notes.push(|| {
        Diagnostic::error(&codes::MISSING_KEY, "nobody says where it is kept what happened once")
            .at(span)
            .label("it must outlive a restart")
            .help(
                "add `store: { folder: sessions, key: file:store.key }`; `openssl rand -out store.key 32 && \
                 chmod 600 store.key` makes the key",
            )
    });
}

fn nobody(what: &str, say: &str, span: Span, notes: &mut Notes) {
    notes.push(|| {
        Diagnostic::warning(&codes::NO_EFFECT, format!("{what}, so this counts nothing"))
            .at(span)
            .help(format!("say {say} under `callers`, or count by `address`"))
    });
}
