//! How a gateway stamps what it sends, to know it again: its names in `CDN-Loop` (RFC 8586).

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// What such a name begins with, before 16 hexadecimal digits.
pub(crate) const BRAND: &str = "portcullis-";
pub(crate) const NAME_BYTES: usize = BRAND.len() + 16;

/// What a gateway stamps requests with: others learn nothing by them, and cannot tell which belong together.
pub(crate) struct Stamp(pub(crate) [u8; 8]);

impl Stamp {
    /// The name under which it stands before one API. A request may come through a gateway on its way to one API, and
    /// again where that one asks another: only who comes back to the same one goes round.
    pub(crate) fn before(&self, api: &str) -> String {
        let mut hasher = DefaultHasher::new();
        (self.0, api).hash(&mut hasher);
        format!("{BRAND}{:016x}", hasher.finish())
    }
}
