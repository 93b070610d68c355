//! Keys that others issued: which texts are such keys. They have no form, so whatever may be one is looked up by what
//! its digest makes. Where none was ever imported, nobody asks.

use std::sync::Arc;
use std::time::Instant;

use portcullis_controls::caller_identity::Guessed;
use portcullis_counting::Place;
use portcullis_credential::api_key::Pepper;
use portcullis_model::{KeyId, Refusal, UnixMillis};
use portcullis_store::{Key, Store};

use crate::callers::{Attempt, Guesses};
use crate::head::cookie_pairs;
use crate::worker::Worker;

/// Texts of one field that are looked up: more of them are somebody's guesses.
const TEXTS_MAX: usize = 16;

/// What is compared where no key of this name is known.
const NOBODYS: [u8; 32] = [0; 32];

/// Where they are looked up.
pub(crate) struct ImportedKeys<'a> {
    store: &'a Store,
    pepper: Arc<Pepper>,
}

impl<'a> ImportedKeys<'a> {
    /// None where none was ever imported, or none can be compared.
    pub(crate) fn of(
        store: Option<&'a Store>,
        pepper: impl FnOnce() -> Option<Arc<Pepper>>,
    ) -> Option<Self> {
        let store = store.filter(|store| store.has_imported())?;
        Some(Self { store, pepper: pepper()? })
    }

    /// Where a worker looks them up.
    pub(crate) fn at(worker: &'a Worker) -> Option<Self> {
        Self::of(worker.shared.store.as_ref(), || worker.site().pepper().cloned())
    }

    /// The key whose text this is, if it holds.
    pub(crate) fn key(&self, text: &str, now: UnixMillis) -> Option<Key> {
        let shown = self.pepper.imported_text(text)?;
        let known = self.store.imported_key(&shown.id, now);
        let is_it = shown.is(known.as_ref().map_or(&NOBODYS, |key| &key.mac));
        known.filter(|_| is_it)
    }

    /// The ids of those that stand in the value of a header field, also of those that are over: alone, behind the name
    /// of a scheme, or in a cookie.
    pub(crate) fn all_in(&self, name: &str, value: &str) -> impl Iterator<Item = KeyId> {
        // Pairs are looked at in the one field that has them: who sends many fields costs two digests each.
        let cookies = if name.eq_ignore_ascii_case("cookie") { value } else { "" };
        let behind = value.split_once(' ').map(|(_, text)| text.trim());
        let cookies = cookie_pairs(cookies).map(|(_, value)| value.trim());
        let texts = std::iter::once(value).chain(behind).chain(cookies);
        // Fields that say something in words are no keys, and common ones do.
        let texts = texts.filter(|text| !text.is_empty() && !text.contains(' '));
        texts.take(TEXTS_MAX).filter_map(|text| self.was(text))
    }

    /// The id of the key that a text is, also if it is over.
    pub(crate) fn was(&self, text: &str) -> Option<KeyId> {
        let shown = self.pepper.imported_text(text)?;
        self.store.was_imported(&shown.id).then_some(shown.id)
    }

    /// Whether one stands there.
    pub(crate) fn is_in(&self, name: &str, value: &str) -> bool {
        self.all_in(name, value).next().is_some()
    }
}

/// Whether a text has the form of a JWT (RFC 7519 section 3): where issuers share the place, it is theirs.
pub(crate) fn is_token(text: &str) -> bool {
    text.starts_with("ey") && text.bytes().filter(|byte| *byte == b'.').count() == 2
}

/// Whether a text may be tried: there were not too many wrong ones of this place.
pub(crate) fn may_try(guesses: &Guesses, place: Option<Place>) -> Result<(), Refusal> {
    guesses.may_begin(attempt(place), Instant::now())
}

/// Counts a text that is no key.
pub(crate) fn was_wrong(worker: &Worker, place: Option<Place>) {
    drop(worker.shared.callers.guesses.begin(attempt(place), Instant::now()));
}

const fn attempt<'a>(place: Option<Place>) -> Attempt<'a> {
    Attempt { guessed: Guessed::Token, function: "key", account: None, secret: None, place }
}
