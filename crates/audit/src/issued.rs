//! Which keys were issued, by a copy of a store that nobody has open: the store itself is not touched.

use std::path::Path;

use portcullis_model::{KeyRules, UnixMillis};
use portcullis_store::{DATABASE, KEYS_LISTED_MAX, KeyWhich, ListedKey, Options, Store, Unlock};

use crate::scratch::Scratch;

/// Bytes of a store that is copied to be looked at; a larger one is asked through its gateway.
const COPIED_BYTES_MAX: u64 = 1 << 30;

/// What makes up a store: its database, its log, and how far it has come.
const FILES: [&str; 3] = [DATABASE, "store.db-wal", "store.epoch"];

/// The newest keys that hold, and whether there are older ones. Blocks, also for a key service.
///
/// # Errors
/// Why nobody could look, in words.
pub fn issued(
    folder: &Path,
    unlock: Unlock<'_>,
    scratch: &Path,
    now: UnixMillis,
) -> Result<(Vec<ListedKey>, bool), String> {
    let scratch = Scratch::make(scratch)?;
    let mut bytes = 0;
    for name in FILES {
        let (from, to) = (folder.join(name), scratch.path().join(name));
        bytes += std::fs::metadata(&from).map_or(0, |known| known.len());
        if bytes > COPIED_BYTES_MAX {
            return Err(format!(
                "the store has more than {COPIED_BYTES_MAX} bytes, and no gateway runs on it"
            ));
        }
        // With the mode of what it is copied from, in a folder that is ours alone.
        match std::fs::copy(&from, &to) {
            Err(why) if name == DATABASE || why.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("`{}` cannot be read: {why}", from.display()));
            }
            _ => {}
        }
    }
    let opened = Store::open(scratch.path(), unlock, &Options::default(), now);
    let (store, _) = opened.map_err(|why| format!("a copy of the store does not open: {why}"))?;
    let mut keys = store.list_keys(&KeyWhich::All, KEYS_LISTED_MAX);
    let has_more = keys.len() == KEYS_LISTED_MAX;
    keys.retain(|key| key.expires.is_none_or(|end| end > now));
    Ok((keys, has_more))
}

/// Whether rules leave a key all that its owner may. When it begins and what is known of its owner restricts nothing.
pub fn may_all(rules: &KeyRules) -> bool {
    let rest = KeyRules { attributes: Vec::new(), not_before: None, ..rules.clone() };
    rest == KeyRules::default()
}
