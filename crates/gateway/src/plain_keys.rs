//! API keys of ours that come in the clear: which of them are genuine, and the end of those.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use portcullis_credential::api_key::{self, Pepper};
use portcullis_credential::authorization;
use portcullis_ledger::KeyRevoked;
use portcullis_model::{KeyId, RequestId, UnixMillis};
use portcullis_policy::ApiKeys;
use portcullis_store::{KeyWhich, Store};
use tokio::time::timeout;

use crate::head::RequestHead;
use crate::imported_keys::ImportedKeys;
use crate::worker::Shared;

/// Texts of one head that are looked up: more of them are somebody's guesses.
const KEYS_MAX: usize = 8;

/// How long an answer waits until a revocation lasts.
const LASTING: Duration = Duration::from_secs(2);

/// What is compared where no key of this name is known.
const NOBODYS: [u8; 32] = [0; 32];

/// What of a head is a key of ours.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How many texts have the form of one.
    pub(crate) count: usize,
    /// The names of those that are good: their MAC is right and they hold. A name alone proves nothing, else
    /// anybody could revoke whatever they know the name of.
    pub(crate) genuine: Vec<KeyId>,
}

/// The keys in a head: in its target, in any field, in user or password of Basic. Those that others issued, where they are
/// the value of a field.
pub(crate) fn seen(
    head: &RequestHead,
    rule: &ApiKeys,
    pepper: Option<&Arc<Pepper>>,
    store: Option<&Store>,
    now: UnixMillis,
) -> Seen {
    let mut seen = Seen::default();
    let values = head.fields.iter().map(|(_, value)| value);
    let target = unescaped(head.target());
    for value in std::iter::once(&*target).chain(values) {
        each(value, &rule.brand, &mut |key| {
            seen.count += 1;
            if seen.count > KEYS_MAX || key.environment != &*rule.environment {
                return;
            }
            let (Some(pepper), Some(store)) = (pepper, store) else { return };
            let known = store.key(&key.id, now);
            let mac = known.as_ref().map_or(&NOBODYS, |known| &known.mac);
            let is_it = pepper.matches(key.text, mac);
            if known.is_some() && is_it && !seen.genuine.contains(&key.id) {
                seen.genuine.push(key.id);
            }
        });
    }
    let Some(imported) = ImportedKeys::of(store, || pepper.cloned()) else { return seen };
    for id in head.fields.iter().flat_map(|(name, value)| imported.all_in(name, value)) {
        seen.count += 1;
        let is_good = store.is_some_and(|store| store.imported_key(&id, now).is_some());
        if seen.count <= KEYS_MAX && is_good && !seen.genuine.contains(&id) {
            seen.genuine.push(id);
        }
    }
    seen
}

/// A target without the escapes of what a key is made of (RFC 3986 section 2.1).
fn unescaped(target: &str) -> Cow<'_, str> {
    if !target.contains('%') {
        return Cow::Borrowed(target);
    }
    let mut out = String::with_capacity(target.len());
    let mut rest = target;
    while let Some((before, behind)) = rest.split_once('%') {
        out.push_str(before);
        let code = behind.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = behind;
        out.push('%');
        if let Some(code) = code.filter(u8::is_ascii_graphic) {
            out.pop();
            out.push(char::from(code));
            rest = behind.get(2..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn each(value: &str, brand: &str, take: &mut impl FnMut(api_key::ApiKey<'_>)) {
    api_key::all_in(value, brand).for_each(&mut *take);
    if let Ok(basic) = authorization::basic(value) {
        api_key::all_in(&basic.user, brand).for_each(&mut *take);
        let password = std::str::from_utf8(basic.password.expose_secret()).unwrap_or_default();
        api_key::all_in(password, brand).for_each(take);
    }
}

/// Waits until a revocation lasts, two seconds at most: it is in force before that. It goes on beside the request,
/// because a client that leaves saves no key.
pub(crate) async fn until_it_lasts(revocation: impl Future<Output = ()> + 'static) {
    let _ = timeout(LASTING, tokio::task::spawn_local(revocation)).await;
}

/// Revokes keys, and records each. They open nothing any more when this was asked first, and it lasts when it
/// returns.
pub(crate) async fn revoke(shared: Arc<Shared>, keys: Vec<KeyId>, request_id: RequestId) {
    let Some(store) = &shared.store else { return };
    for key in keys {
        let time = shared.clock.now();
        let revoked = store.revoke_keys(KeyWhich::Id(key), time).await;
        let problem = revoked.as_ref().err().map(ToString::to_string);
        shared.ledger.key_revoked(&KeyRevoked {
            time,
            key,
            reason: "seen_in_plain",
            request_id,
            count: revoked.ok().map(|count| count as u64),
            problem: problem.as_deref(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_what_a_key_is_made_of_are_undone_and_all_else_stays() {
        for (target, expected) in [
            ("/me?k=pp%5Flive%5fa", "/me?k=pp_live_a"),
            ("/me", "/me"),
            ("/%zz%4", "/%zz%4"),
            ("/%00%c3%a9%25", "/%00%c3%a9%"),
            ("/%+1", "/%+1"),
        ] {
            assert_eq!(unescaped(target), expected);
        }
    }
}
