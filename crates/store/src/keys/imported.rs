//! Keys that others issued, and were imported: which those are, also when they are over.
//!
//! Such a key is one like any other: in memory, in its row, in what ends it. Beside it lies that its id was
//! imported, for good: without it no text is looked for under that id, and what was revoked does not come back with
//! the next import of the same file.

use portcullis_model::{KeyId, UnixMillis};
use rusqlite::Connection;

use crate::error::StoreError;
use crate::keys::facts::KeyFacts;
use crate::keys::table::{Pending, Table};
use crate::seal::Sealer;

pub(crate) const TABLE: &str = "
CREATE TABLE imported_key (
  id BLOB PRIMARY KEY,
  check_value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
";

/// What became of keys that were handed over together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// So many came, or would come.
    pub added: usize,
    /// So many are there already, and the same.
    pub known: usize,
    /// These cannot come; then none came.
    pub refused: Vec<(KeyId, ImportRefused)>,
    /// For so many more there was room before.
    pub room: usize,
}

/// Why a key cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportRefused {
    /// It is there, and somebody else's.
    OtherOwner(String),
    /// It was imported before, and revoked, or over since.
    Ended,
    /// Another key has its name.
    Known,
}

/// How a key stands to what is there.
enum Standing {
    New,
    /// It is over, and still has its place.
    Over(u32),
    There,
    Refused(ImportRefused),
}

impl Table {
    /// Whether a key of this id was imported, whatever became of it.
    pub(crate) fn was_imported(&self, id: &KeyId) -> bool {
        self.imported.contains(id)
    }

    /// Notes that they were.
    pub(crate) fn note_imported(&mut self, ids: impl IntoIterator<Item = KeyId>) {
        self.imported.extend(ids);
    }

    /// What would become of keys. `again`: what is over may come again.
    pub(crate) fn look_at_import(
        &self,
        all: &[KeyFacts],
        again: bool,
        now: UnixMillis,
    ) -> Imported {
        let mut found = Imported { room: self.import_room(), ..Imported::default() };
        for facts in all {
            match self.standing(facts, again, now) {
                Standing::New | Standing::Over(_) => found.added += 1,
                Standing::There => found.known += 1,
                Standing::Refused(why) => found.refused.push((facts.id, why)),
            }
        }
        found
    }

    /// Makes room for those that are new, which open nothing before they are confirmed; nothing where any is refused.
    /// `gone` gets those that were over.
    pub(crate) fn reserve_imported(
        &mut self,
        all: &[KeyFacts],
        again: bool,
        now: UnixMillis,
        gone: &mut Vec<KeyId>,
    ) -> Result<(Imported, Vec<(KeyId, Pending)>), StoreError> {
        let found = self.look_at_import(all, again, now);
        if !found.refused.is_empty() {
            return Ok((found, Vec::new()));
        }
        if found.added > found.room {
            let max = self.keys_max();
            return Err(StoreError::TooMany { what: "keys, or keys that were imported", max });
        }
        let mut reserved = Vec::with_capacity(found.added);
        for facts in all {
            match self.standing(facts, again, now) {
                Standing::There | Standing::Refused(_) => continue,
                Standing::Over(number) => self.remove(number, gone),
                Standing::New => {}
            }
            reserved.push((facts.id, self.reserve(facts, now)?));
        }
        Ok((found, reserved))
    }

    fn import_room(&self) -> usize {
        let max = self.keys_max();
        max.saturating_sub(self.len()).min(max.saturating_sub(self.imported.len()))
    }

    fn standing(&self, facts: &KeyFacts, again: bool, now: UnixMillis) -> Standing {
        let was = self.was_imported(&facts.id);
        let Some(number) = self.find(&facts.id) else {
            let is_over = was && !again;
            return if is_over { Standing::Refused(ImportRefused::Ended) } else { Standing::New };
        };
        let is_it = self.get(number).is_some_and(|slot| slot.mac == facts.mac);
        if !is_it || !was || !self.is_issued(number) {
            return Standing::Refused(ImportRefused::Known);
        }
        if self.is_over(number, now) {
            return if again {
                Standing::Over(number)
            } else {
                Standing::Refused(ImportRefused::Ended)
            };
        }
        match self.owner(number).and_then(|owner| self.owners.get(owner)) {
            Some(owner) if **owner == *facts.owner => Standing::There,
            owner => {
                let owner = owner.map(ToString::to_string).unwrap_or_default();
                Standing::Refused(ImportRefused::OtherOwner(owner))
            }
        }
    }
}

/// Writes that a key was imported. It stays when the key goes.
pub(crate) fn note(connection: &Connection, sealer: &Sealer, id: &KeyId) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO imported_key VALUES (?1, ?2)";
    connection.prepare_cached(sql)?.execute((id.as_bytes(), check(sealer, id)))?;
    Ok(())
}

/// All that were. Fails at the first row that is not as we wrote it.
pub(crate) fn read(
    connection: &Connection,
    sealer: &Sealer,
    mut each: impl FnMut(KeyId) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT id, check_value FROM imported_key")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = row.get::<_, [u8; 12]>(0).ok().and_then(|id| KeyId::from_bytes(id).ok());
        let id = id.ok_or_else(|| StoreError::Io("an id is no id".to_owned()))?;
        let known: Option<[u8; 32]> = row.get(1).ok();
        if known != Some(check(sealer, &id)) {
            return Err(StoreError::Io(format!("`{id}` is not as it was written")));
        }
        each(id)?;
    }
    Ok(())
}

/// Nobody makes one without the key.
fn check(sealer: &Sealer, id: &KeyId) -> [u8; 32] {
    sealer.digest("imported_key", &[id.as_bytes()])
}
