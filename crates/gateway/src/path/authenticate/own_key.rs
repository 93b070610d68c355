//! API keys that are issued here: read, found in the store, and compared.

use std::sync::Arc;

use portcullis_contract::SchemePlace;
use portcullis_controls::caller_identity::{KeyUse, key_fault, key_holder};
use portcullis_credential::api_key;
use portcullis_credential::authorization::{self, Fault, Scheme};
use portcullis_model::Identity;
use portcullis_policy::{ApiKeys, Callers};
use portcullis_store::Key;

use super::super::own_keys;
use super::bound;
use super::judged::{Asked, Judged};
use super::shown::Shown;
use crate::callers::UsedKey;
use crate::imported_keys::{ImportedKeys, is_token, may_try, was_wrong};
use crate::worker::Worker;

/// What a credential is, at a place where a key may stand.
pub(super) enum OfKey {
    /// A key of ours that is good, and whose it is.
    Good(Arc<Identity>, UsedKey),
    /// Ours and not good, or nothing that this place takes.
    Judged(Judged),
    /// Something that another line of the policy may know.
    Other,
    /// The same, and a wrong key if none does.
    OtherOrWrong,
}

/// What is compared where no key of this name is known: who tries names learns nothing from the time it takes.
const NOBODYS: [u8; 32] = [0; 32];

/// Judges what stands at a place: of `Authorization` the whole value.
pub(super) fn judge(value: &str, place: &SchemePlace, asked: Asked<'_>) -> OfKey {
    let callers = &asked.plan.model.callers;
    let Some(rule) = &callers.api_keys else { return OfKey::Other };
    if !callers.takes_keys(asked.scheme) {
        // Nobody else is asked whose it is: neither an issuer nor the API learns it.
        return if own_keys::stands_in(value, rule) {
            OfKey::Judged(Judged::Not("key_of_other_scheme"))
        } else {
            OfKey::Other
        };
    }
    let is_shared = callers.verifies_beside_keys(asked.scheme);
    let is_dpop = matches!(place, SchemePlace::Authorization(_))
        && authorization::scheme(value) == Some(Scheme::DPoP);
    let text = match place {
        SchemePlace::Authorization(_) => match credential(value, is_dpop) {
            Ok(text) => text,
            Err(_) if is_shared && !own_keys::stands_in(value, rule) => return OfKey::Other,
            Err(fault) => return OfKey::Judged(Judged::Not(fault.name())),
        },
        _ => value,
    };
    if !is_of(rule, text) && !own_keys::stands_in(value, rule) {
        match imported(text, is_dpop, is_shared, rule, asked) {
            Some(of_key) => return of_key,
            None if is_shared => return OfKey::Other,
            None => {}
        }
    }
    match found(text, is_dpop, rule, asked) {
        Ok((identity, used)) => OfKey::Good(identity, used),
        Err(judged) => OfKey::Judged(judged),
    }
}

/// Whether a key of ours, or one that was imported, stands at a place, good or not.
pub(super) fn stands(there: Shown<'_>, callers: &Callers, worker: &Worker) -> bool {
    let (Some(rule), Shown::One(value)) = (&callers.api_keys, there) else { return false };
    let bare = value.split_once(' ').map_or(value, |(_, credential)| credential.trim());
    is_of(rule, value)
        || is_of(rule, bare)
        || own_keys::stands_in(value, rule)
        || ImportedKeys::at(worker)
            .is_some_and(|imported| imported.was(value).or_else(|| imported.was(bare)).is_some())
}

/// A text without our form: a key that others issued, or a guess at one. None where there are none such, or it is
/// somebody else's.
fn imported(
    text: &str,
    is_dpop: bool,
    is_shared: bool,
    rule: &ApiKeys,
    asked: Asked<'_>,
) -> Option<OfKey> {
    let keys = ImportedKeys::at(asked.worker).filter(|_| !(is_shared && is_token(text)))?;
    if let Err(refusal) = may_try(&asked.worker.shared.callers.guesses, asked.place) {
        return (!is_shared).then_some(OfKey::Judged(Judged::TooMany(refusal)));
    }
    let Some(key) = keys.key(text, asked.now) else {
        if is_shared {
            return Some(OfKey::OtherOrWrong);
        }
        was_wrong(asked.worker, asked.place);
        return Some(OfKey::Judged(Judged::Not("key_unknown")));
    };
    Some(match usable(key, text, is_dpop, rule, asked) {
        Ok((identity, used)) => OfKey::Good(identity, used),
        Err(judged) => OfKey::Judged(judged),
    })
}

/// Whether a text is meant as a key of this brand.
fn is_of(rule: &ApiKeys, text: &str) -> bool {
    api_key::looks_like(text, &rule.brand)
}

/// What stands behind the scheme. A key that must be proved may come as what it then is (RFC 9449 section 7.1).
fn credential(value: &str, is_dpop: bool) -> Result<&str, Fault> {
    if is_dpop { authorization::dpop(value) } else { authorization::bearer(value) }
}

fn found(
    text: &str,
    is_dpop: bool,
    rule: &ApiKeys,
    asked: Asked<'_>,
) -> Result<(Arc<Identity>, UsedKey), Judged> {
    let not = |why| Err(Judged::Not(why));
    let Ok(shown) = api_key::parse(text) else { return not("key_malformed") };
    if shown.brand != &*rule.brand || shown.environment != &*rule.environment {
        return not("key_of_other_environment");
    }
    let Some(store) = &asked.worker.shared.store else { return not("no_store") };
    let site = asked.worker.site();
    let Some(pepper) = site.pepper() else { return not("no_pepper") };
    let known = store.key(&shown.id, asked.now);
    let mac = known.as_ref().map_or(&NOBODYS, |key| &key.mac);
    let is_it = pepper.matches(text, mac);
    let Some(key) = known.filter(|_| is_it) else { return not("key_unknown") };
    usable(key, text, is_dpop, rule, asked)
}

/// Whether a key that was found is good here and now, and whose it is.
fn usable(
    key: Key,
    text: &str,
    is_dpop: bool,
    rule: &ApiKeys,
    asked: Asked<'_>,
) -> Result<(Arc<Identity>, UsedKey), Judged> {
    let mut origins = asked.head.fields.all("origin");
    let used = KeyUse {
        api: &asked.plan.model.name,
        address: asked.address,
        origin: origins.next().filter(|_| origins.next().is_none()),
        now: asked.now,
    };
    if let Some(why) = key_fault(&key.rules, used) {
        return Err(Judged::Not(why));
    }
    if let Some(judged) = bound::unproved_key(&key.rules, is_dpop, text, asked) {
        return Err(judged);
    }
    let identity = key_holder(&key.rules, &key.owner, &rule.issuer, asked.scheme_name());
    let Key { id, rules, counted, is_first_use, .. } = key;
    Ok((Arc::new(identity), UsedKey { id, rules, counted, is_first_use, since: asked.now }))
}
