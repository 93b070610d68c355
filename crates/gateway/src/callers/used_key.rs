//! The key that a request came with, and whether it was revoked since.

use std::sync::Arc;

use portcullis_model::{KeyId, KeyQuota, KeyRules, UnixMillis};
use portcullis_store::Store;

/// A key of ours that was good when a request came with it.
#[derive(Debug, Clone)]
pub(crate) struct UsedKey {
    pub(crate) id: KeyId,
    /// Its own, then those of the keys above it.
    pub(crate) rules: Vec<Arc<KeyRules>>,
    /// Which keys those are of, in the same order, where uses of any of them are counted; else none.
    pub(crate) counted: Vec<KeyId>,
    /// It stands in for another one, and nobody has used it before.
    pub(crate) is_first_use: bool,
    /// When it was looked at.
    pub(crate) since: UnixMillis,
}

impl UsedKey {
    /// Itself and those above it, each with its quota; none where nothing is counted.
    pub(crate) fn quotas(&self) -> Vec<(KeyId, KeyQuota)> {
        let quotas = self.rules.iter().map(|rules| rules.quota);
        self.counted.iter().copied().zip(quotas).filter(|(_, quota)| quota.is_any()).collect()
    }

    /// Whether it was revoked since: what it let in before its own end is carried through. Reads memory alone.
    pub(crate) fn is_revoked(&self, store: Option<&Store>) -> bool {
        self.is_over(store, self.since)
    }

    /// Whether it counts no longer. Reads memory alone.
    pub(crate) fn is_over(&self, store: Option<&Store>, now: UnixMillis) -> bool {
        store.is_some_and(|store| store.key(&self.id, now).is_none())
    }
}
