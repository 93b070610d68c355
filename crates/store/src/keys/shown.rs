//! All that is known of one key: itself, those above it, how many are below, and what replaced it.

use portcullis_model::KeyId;

use crate::keys::facts::ShownKey;
use crate::keys::select::{below, listed};
use crate::keys::table::Table;

/// Slots that are looked at for what replaced a key, under one lock.
const LOOKED: u32 = 8192;

/// A key as it is now; what replaced it is not looked for yet.
pub(crate) fn shown(table: &Table, id: &KeyId) -> Option<ShownKey> {
    let number = table.issued(id)?;
    let above = table.upwards(number).skip(1).filter_map(|slot| listed(table, &slot.id));
    Some(ShownKey {
        key: listed(table, id)?,
        above: above.collect(),
        below: below(table, number).len(),
        replaced_by: Vec::new(),
    })
}

/// Looks in some slots, from `from` on, for keys that replace this one. Says where to go on.
pub(crate) fn replacing(
    table: &Table,
    id: &KeyId,
    from: u32,
    found: &mut Vec<KeyId>,
) -> Option<u32> {
    let end = from.saturating_add(LOOKED).min(table.slots());
    for number in from..end {
        if table.is_issued(number)
            && let Some(slot) = table.get(number)
            && table.replaces(number).is_some_and(|of| of == *id)
        {
            found.push(slot.id);
        }
    }
    (end < table.slots() && table.has_replacing()).then_some(end)
}
