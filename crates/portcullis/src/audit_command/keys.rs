//! Keys that were issued: how many may all, and whether one that lies in the open is live.

use std::path::Path;

use portcullis_admin::{AskFault, KeyRequest, Request, ask, rules_of};
use portcullis_audit::{KnownKeys, issued, may_all};
use portcullis_controls::Plan;
use portcullis_model::UnixMillis;
use portcullis_policy::StorePlace;
use portcullis_store::{DATABASE, KEYS_LISTED_MAX, KeyWhich, ListedKey, Unlock};
use serde_json::Value;

use crate::audit_secrets::asked;
use crate::keys::known;
use crate::{store_key, talk};

/// What the gateway says of its keys; where none runs, what stands in a copy of its store.
pub(super) fn known_keys(plans: &[Plan], scratch: &Path, now: UnixMillis) -> KnownKeys {
    let models = || plans.iter().map(|plan| &plan.model);
    if models().all(|model| model.callers.api_keys.is_none()) {
        return KnownKeys::NotIssued;
    }
    let Some(place) = models().find_map(|model| model.store.as_ref()) else {
        return KnownKeys::Unknown("the policy has no `store`".to_owned());
    };
    let request = KeyRequest::List { which: KeyWhich::All, max: KEYS_LISTED_MAX as u64 };
    let known = match ask(&place.folder, &Request::Keys(request)) {
        Ok(answer) => told(&answer, now),
        Err(AskFault::Nobody) if place.folder.join(DATABASE).exists() => {
            copied(place, scratch, now)
        }
        Err(AskFault::Nobody) => Ok((0, Vec::new(), false)),
        Err(fault) => Err(fault.to_string()),
    };
    match known {
        Ok((count, unrestricted, has_more)) => KnownKeys::Known { count, unrestricted, has_more },
        Err(why) => KnownKeys::Unknown(why),
    }
}

/// How many keys, the names of those that may all, and whether there are older ones.
type Known = (usize, Vec<String>, bool);

fn told(answer: &Value, now: UnixMillis) -> Result<Known, String> {
    if let Some(problem) = answer.get("problem").and_then(Value::as_str) {
        return Err(talk::clean(problem));
    }
    let text = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
    let now = now.rfc3339();
    let (mut count, mut names) = (0, Vec::new());
    for key in answer.get("keys").and_then(Value::as_array).into_iter().flatten() {
        if text(key, "expires").is_some_and(|end| end <= now) {
            continue;
        }
        count += 1;
        let rules = rules_of(key).map_err(|misread| misread.to_string())?;
        // One below another is judged by that one, too.
        if may_all(&rules) && text(key, "parent").is_none() {
            names.extend(text(key, "id"));
        }
    }
    let has_more = answer.get("has_more").and_then(Value::as_bool) == Some(true);
    Ok((count, names, has_more))
}

fn copied(place: &StorePlace, scratch: &Path, now: UnixMillis) -> Result<Known, String> {
    let kek = place.key.as_ref().map(store_key::kek).transpose()?;
    let service = store_key::service(place)?;
    let unlock = Unlock::new(kek.as_ref(), service.as_deref());
    let (keys, has_more) = issued(&place.folder, unlock, scratch, now)?;
    let is_open = |key: &&ListedKey| may_all(&key.rules) && key.parent.is_none();
    let names = keys.iter().filter(is_open).map(|key| key.id.to_string()).collect();
    Ok((keys.len(), names, has_more))
}

/// What the gateway says of a key, by its public name; none where none runs. What was found is not sent.
pub(super) fn liveness(plans: &[Plan], key: &str) -> Option<String> {
    let place = plans.iter().find_map(|plan| plan.model.store.as_ref())?;
    let request = Request::Keys(KeyRequest::Show { id: known::id(key).ok()? });
    match ask(&place.folder, &request) {
        Ok(answer) => Some(talk::clean(&asked::words(&answer))),
        Err(AskFault::Nobody) => {
            Some("no gateway runs that could say whether it is live".to_owned())
        }
        Err(fault) => Some(fault.to_string()),
    }
}
