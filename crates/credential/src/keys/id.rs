//! Names of keys.

use crate::text::has_control_character;

/// Bytes of a `kid`, at most.
pub const KEY_ID_BYTES_MAX: usize = 256;

/// Whether a text can be a `kid` (RFC 7515 section 4.1.4). It is compared with the ids of known
/// keys and used for nothing else: no file and no query is made of it.
pub(crate) fn is_key_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= KEY_ID_BYTES_MAX && !has_control_character(id)
}
