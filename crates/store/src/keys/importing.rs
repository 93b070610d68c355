//! What is asked of keys that others issued, under the lock of all keys.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use portcullis_model::{KeyId, UnixMillis};
use rusqlite::Connection;

use super::{ApiKeys, Reserved};
use crate::error::StoreError;
use crate::keys::facts::{Key, KeyFacts};
use crate::keys::imported::{self, Imported};
use crate::keys::rows;

impl ApiKeys {
    pub(crate) fn has_imported(&self) -> bool {
        self.has_imported.load(Ordering::Acquire)
    }

    pub(crate) fn was_imported(&self, id: &KeyId) -> bool {
        self.has_imported() && self.read().table.was_imported(id)
    }

    /// A key that was imported, and holds at `now`.
    pub(crate) fn imported(&self, id: &KeyId, now: UnixMillis) -> Option<Key> {
        if !self.has_imported() {
            return None;
        }
        let all = self.read();
        all.table.key(id, now).filter(|_| all.table.was_imported(id))
    }

    pub(crate) fn look_at_import(
        &self,
        keys: &[KeyFacts],
        again: bool,
        now: UnixMillis,
    ) -> Imported {
        self.read().table.look_at_import(keys, again, now)
    }

    /// Makes keys that open nothing before they last; none where any of them is refused.
    pub(crate) fn reserve_imported(
        self: &Arc<Self>,
        keys: &[KeyFacts],
        again: bool,
        now: UnixMillis,
    ) -> Result<(Imported, Vec<Reserved>), StoreError> {
        let (mut all, mut gone) = (self.write(), Vec::new());
        let reserved = all.table.reserve_imported(keys, again, now, &mut gone);
        all.unwritten.gone(gone, false);
        drop(all);
        let (found, reserved) = reserved?;
        let own = |(id, pending)| Reserved { keys: Arc::clone(self), id, pending };
        Ok((found, reserved.into_iter().map(own).collect()))
    }

    pub(crate) fn note_imported(&self, ids: impl IntoIterator<Item = KeyId>) {
        self.write().table.note_imported(ids);
        self.has_imported.store(true, Ordering::Release);
    }
}

impl Reserved {
    pub(crate) const fn id(&self) -> KeyId {
        self.id
    }

    /// The same for one that others issued. A row of one that is over may still be there.
    pub(crate) fn insert_imported(&self, connection: &Connection) -> Result<(), StoreError> {
        let all = self.keys.read();
        let row = all.table.row(&self.id).filter(|_| self.is_pending(&all));
        drop(all);
        let sealer = &self.keys.sealer;
        rows::replace(connection, sealer, &row.ok_or(StoreError::EndedMeanwhile)?)?;
        imported::note(connection, sealer, &self.id)
    }
}
