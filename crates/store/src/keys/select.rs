//! Which keys are meant: for revoking them and for listing them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use portcullis_model::KeyId;

use crate::keys::facts::{KeyWhich, ListedKey};
use crate::keys::slot::Time;
use crate::keys::table::Table;

/// Keys that are listed at a time.
pub const KEYS_LISTED_MAX: usize = 1000;

/// Slots that are looked at, and keys that are taken out, under one lock: others wait for some 0.1
/// ms. All below one key go with it, however many there are.
const LOOKED: u32 = 8192;
const REMOVED: usize = 64;

/// What is looked for in slots one by one.
#[derive(Clone, Copy)]
enum Mark {
    Owner(u32),
    IssuedBefore(Time),
    Any,
}

impl Mark {
    /// Nothing where nobody can have it, or where it need not be looked for.
    fn new(table: &Table, which: &KeyWhich) -> Option<Self> {
        match which {
            KeyWhich::Id(_) | KeyWhich::Parent(_) => None,
            KeyWhich::Owner(owner) => table.owners.find(owner.as_str()).map(Self::Owner),
            KeyWhich::IssuedBefore(time) => Some(Self::IssuedBefore(Time::new(*time))),
            KeyWhich::All => Some(Self::Any),
        }
    }

    fn is_on(self, table: &Table, number: u32) -> bool {
        match self {
            Self::Owner(owner) => table.owner(number) == Some(owner),
            Self::IssuedBefore(time) => table.get(number).is_some_and(|slot| slot.created < time),
            Self::Any => table.owner(number).is_some(),
        }
    }
}

/// Keys that are meant without looking through all.
fn named(table: &Table, which: &KeyWhich) -> Vec<u32> {
    match which {
        KeyWhich::Id(id) => table.find(id).into_iter().collect(),
        KeyWhich::Parent(id) => table.find(id).map_or_else(Vec::new, |number| below(table, number)),
        KeyWhich::Owner(_) | KeyWhich::IssuedBefore(_) | KeyWhich::All => Vec::new(),
    }
}

/// All below a key.
pub(crate) fn below(table: &Table, number: u32) -> Vec<u32> {
    let (mut all, mut next) = (table.children(number).to_vec(), 0);
    while let Some(number) = all.get(next).copied() {
        all.extend_from_slice(table.children(number));
        next += 1;
    }
    all
}

/// Takes out some of the keys that are meant, in slots from `from` on, and all below them. Says where
/// to go on.
pub(crate) fn remove_some(
    table: &mut Table,
    which: &KeyWhich,
    from: u32,
    gone: &mut Vec<KeyId>,
) -> Option<u32> {
    if from == 0 {
        named(table, which).into_iter().for_each(|number| table.remove(number, gone));
    }
    let mark = Mark::new(table, which)?;
    for number in from..table.slots() {
        if number - from >= LOOKED || gone.len() >= REMOVED {
            return Some(number);
        }
        if mark.is_on(table, number) {
            table.remove(number, gone);
        }
    }
    None
}

/// The newest keys that were seen so far, as many as are asked for.
pub(crate) struct Newest {
    keys: BinaryHeap<Reverse<(Time, KeyId)>>,
    max: usize,
}

impl Newest {
    pub(crate) fn new(max: usize) -> Self {
        Self { keys: BinaryHeap::new(), max: max.min(KEYS_LISTED_MAX) }
    }

    /// Looks at some of the keys that are meant, in slots from `from` on. Says where to go on.
    pub(crate) fn look(&mut self, table: &Table, which: &KeyWhich, from: u32) -> Option<u32> {
        if from == 0 {
            named(table, which).into_iter().for_each(|number| self.see(table, number));
        }
        let (mark, end) = (Mark::new(table, which)?, from.saturating_add(LOOKED));
        for number in (from..table.slots().min(end)).filter(|number| mark.is_on(table, *number)) {
            self.see(table, number);
        }
        (end < table.slots()).then_some(end)
    }

    fn see(&mut self, table: &Table, number: u32) {
        let Some(slot) = table.get(number).filter(|_| table.is_issued(number)) else { return };
        self.keys.push(Reverse((slot.created, slot.id)));
        if self.keys.len() > self.max {
            self.keys.pop();
        }
    }

    /// The newest first.
    pub(crate) fn listed(self, table: &Table) -> Vec<ListedKey> {
        let newest = self.keys.into_sorted_vec().into_iter();
        newest.filter_map(|Reverse((_, id))| listed(table, &id)).collect()
    }
}

pub(crate) fn listed(table: &Table, id: &KeyId) -> Option<ListedKey> {
    let row = table.row(id)?;
    Some(ListedKey {
        id: row.id,
        owner: row.owner.into(),
        label: row.label.into(),
        parent: row.parent,
        created: row.created,
        expires: row.expires,
        last_used: row.last_used,
        rules: row.rules,
        replaces: row.replaces,
        is_imported: table.was_imported(id),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use portcullis_model::{KeyRules, UnixMillis};

    use super::*;
    use crate::keys::rows::Row;

    /// More slots than are looked at together, every third key bob's.
    const KEYS: u32 = LOOKED * 2 + 10;

    fn id(number: u32) -> KeyId {
        KeyId::parse(&format!("{number:016}")).unwrap()
    }

    fn table() -> Table {
        let mut table = Table::new(KEYS as usize);
        for number in 0..KEYS {
            let row = Row {
                id: id(number),
                mac: [0; 32],
                owner: if number.is_multiple_of(3) { "bob" } else { "alice" }.into(),
                label: "".into(),
                parent: None,
                created: UnixMillis(u64::from(number)),
                expires: None,
                rules: Arc::new(KeyRules::default()),
                replaces: None,
                is_used: false,
                last_used: None,
            };
            table.add(row).unwrap();
        }
        table
    }

    /// Some at a time: how many went, and how many at once at most.
    fn removed(table: &mut Table, which: &KeyWhich) -> (usize, usize) {
        let (mut from, mut count, mut most) = (Some(0), 0, 0);
        while let Some(next) = from {
            let mut gone = Vec::new();
            from = remove_some(table, which, next, &mut gone);
            (count, most) = (count + gone.len(), most.max(gone.len()));
        }
        (count, most)
    }

    #[test]
    fn all_that_are_meant_are_found_although_only_some_are_looked_at_together() {
        let mut table = table();
        let bob = KeyWhich::Owner("bob".to_owned());
        let early = KeyWhich::IssuedBefore(UnixMillis(u64::from(LOOKED) + 5));
        let list = |table: &Table, which: &KeyWhich| {
            let (mut newest, mut from) = (Newest::new(3), Some(0));
            while let Some(next) = from {
                from = newest.look(table, which, next);
            }
            newest.listed(table).into_iter().map(|key| key.id).collect::<Vec<_>>()
        };
        assert_eq!(list(&table, &KeyWhich::All), [KEYS - 1, KEYS - 2, KEYS - 3].map(id));
        assert_eq!(list(&table, &early), [LOOKED + 4, LOOKED + 3, LOOKED + 2].map(id));
        assert_eq!(removed(&mut table, &bob), (KEYS.div_ceil(3) as usize, REMOVED));
        assert_eq!(list(&table, &bob), []);
        let (count, most) = removed(&mut table, &early);
        assert_eq!((count as u32, most), ((LOOKED + 5) * 2 / 3, REMOVED));
        let rest = table.len();
        assert_eq!(removed(&mut table, &KeyWhich::All), (rest, REMOVED));
        assert_eq!(table.len(), 0);
    }
}
