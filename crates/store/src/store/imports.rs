//! What may be asked of keys that others issued.

use std::sync::Arc;

use portcullis_model::{KeyId, UnixMillis};
use rusqlite::Connection;

use super::Store;
use crate::error::StoreError;
use crate::keys::Reserved;
use crate::keys::facts::{Key, KeyFacts};
use crate::keys::imported::Imported;
use crate::write::Write;

/// Keys that are imported together, at most.
pub const IMPORT_MAX: usize = 1024;

impl Store {
    /// Whether a key of others was ever imported: where none was, none need be looked for.
    pub fn has_imported(&self) -> bool {
        self.0.keys.has_imported()
    }

    /// Whether a key of this id was imported, whatever became of it.
    pub fn was_imported(&self, id: &KeyId) -> bool {
        self.0.keys.was_imported(id)
    }

    /// The key of this id, if it was imported, and it and all above it hold at `now`. That the text that was shown is
    /// this key's is another question.
    pub fn imported_key(&self, id: &KeyId, now: UnixMillis) -> Option<Key> {
        self.0.keys.imported(id, now)
    }

    /// What would become of keys, with nothing changed.
    ///
    /// # Errors
    /// As [`Store::import_keys`].
    pub fn look_at_import(
        &self,
        all: &[KeyFacts],
        again: bool,
        now: UnixMillis,
    ) -> Result<Imported, StoreError> {
        checked(all)?;
        Ok(self.0.keys.look_at_import(all, again, now))
    }

    /// Keeps keys that others issued, all of them or none: each with the id and the MAC that its digest makes. They last
    /// when this returns, and open nothing before. Those that are there and the same stay as they are. `again`: those
    /// that were revoked, or are over, may come again.
    ///
    /// # Errors
    /// [`StoreError::TooMany`]: together, of keys, of those that were ever imported, or of what one says.
    /// [`StoreError::Unfit`]: one is below another, or replaces one. [`StoreError::EndedMeanwhile`]: one was revoked before
    /// it lasted.
    pub async fn import_keys(
        &self,
        all: Vec<KeyFacts>,
        again: bool,
        now: UnixMillis,
    ) -> Result<Imported, StoreError> {
        checked(&all)?;
        let (found, reserved) = self.0.keys.reserve_imported(&all, again, now)?;
        if reserved.is_empty() {
            return Ok(found);
        }
        let reserved: Arc<[Reserved]> = reserved.into();
        let (inserted, keys) = (Arc::clone(&reserved), Arc::clone(&self.0.keys));
        Write {
            now,
            revokes: |(): &()| false,
            run: move |connection: &Connection| {
                inserted.iter().try_for_each(|one| one.insert_imported(connection))
            },
            then: move |_: &Connection, _: Option<()>, outcome: Result<(), StoreError>| {
                outcome?;
                // Before they open: what was imported is known as that.
                keys.note_imported(reserved.iter().map(Reserved::id));
                let confirmed: Vec<_> = reserved.iter().map(Reserved::confirm).collect();
                confirmed.into_iter().collect::<Result<(), _>>()?;
                Ok(found)
            },
        }
        .by(&self.0.writer)
        .await
    }
}

fn checked(all: &[KeyFacts]) -> Result<(), StoreError> {
    if all.len() > IMPORT_MAX {
        return Err(StoreError::TooMany {
            what: "keys that are imported together",
            max: IMPORT_MAX,
        });
    }
    if all.iter().any(|facts| facts.parent.is_some() || facts.replaces.is_some()) {
        return Err(StoreError::Unfit("a key that is imported is below none, and replaces none"));
    }
    let mut ids: Vec<&KeyId> = all.iter().map(|facts| &facts.id).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|two| matches!(two, [one, other] if one == other)) {
        return Err(StoreError::Known);
    }
    all.iter().try_for_each(KeyFacts::check)
}
