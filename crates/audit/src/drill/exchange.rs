//! Whether what was exchanged or ended opens nothing any more, at once and after a start.

use std::time::Duration;

use portcullis_credential::password;
use portcullis_model::{KeyId, Tally, UnixMillis};
use portcullis_store::{Digest, KeyWhich, Store, Which};

use super::canaries::Canaries;

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Exchanged {
    /// What held that should not have, or the other way round.
    pub(crate) wrong: Vec<&'static str>,
    /// How often it was tried.
    pub(crate) tries: usize,
    pub(crate) took: Duration,
    ended: Vec<(KeyId, String)>,
}

impl Exchanged {
    fn expect(&mut self, is_so: bool, otherwise: &'static str) {
        self.tries += 1;
        if !is_so {
            self.wrong.push(otherwise);
        }
    }

    /// The same after another start.
    pub(super) fn again(&mut self, store: &Store, canaries: &Canaries, now: UnixMillis) {
        for key in std::mem::take(&mut self.ended) {
            let is_shut = !canaries.key_opens(store, &key, now);
            self.expect(is_shut, "a key that had ended opened something after a start");
        }
    }
}

/// Exchanges a key by another, uses that, revokes it; ends a session; sets another password.
pub(super) async fn walk(
    store: &Store,
    canaries: &Canaries,
    now: UnixMillis,
) -> Result<Exchanged, String> {
    let mut seen = Exchanged::default();
    let failed = |why: portcullis_store::StoreError| why.to_string();
    // What ends now is over a moment later.
    let later = UnixMillis(now.0.saturating_add(1));
    let old = canaries.keys.first().ok_or("there is no canary")?;
    let new = canaries.issue(store, Some(old.0), now).await?;
    let both = [old, &new].map(|key| canaries.key_opens(store, key, later));
    seen.expect(both == [true; 2], "before the new key was used, not both opened");
    store.used_first(new.0, now).await.map_err(failed)?;
    seen.expect(!canaries.key_opens(store, old, later), "an exchanged key still opened");
    seen.expect(canaries.key_opens(store, &new, later), "the new key did not open");
    store.revoke_keys(KeyWhich::Id(new.0), now).await.map_err(failed)?;
    seen.expect(!canaries.key_opens(store, &new, later), "a revoked key still opened");
    seen.ended = vec![old.clone(), new];

    let (id, token, _) = canaries.sessions.first().ok_or("there is no canary")?;
    let (digest, tally) = (Digest::of_token(token.as_bytes()), Tally::default());
    let is_open = store.find(&digest, now, &tally).await.map_err(failed)?.is_some();
    seen.expect(is_open, "a session did not open");
    store.end(Which::Id(*id), now).await.map_err(failed)?;
    let is_shut = store.find(&digest, now, &tally).await.map_err(failed)?.is_none();
    seen.expect(is_shut, "an ended session still opened");

    seen.expect(canaries.password_opens(store, &canaries.password)?, "a password did not open");
    let other = password::generate().ok_or("no chance to be had")?;
    canaries.set_password(store, &other, now).await?;
    let is_shut = !canaries.password_opens(store, &canaries.password)?;
    seen.expect(is_shut, "an exchanged password still opened");
    Ok(seen)
}
