//! The password that a request came with, and whether it is another one since.

use std::sync::Arc;

use portcullis_store::Store;

/// A password of ours that was right when a request came with it.
#[derive(Debug, Clone)]
pub(crate) struct UsedPassword {
    pub(crate) user: Arc<str>,
    /// Which one of this user's: see `portcullis_store::Password`.
    pub(crate) mark: u64,
}

impl UsedPassword {
    /// Whether it was removed or exchanged since. Reads memory alone.
    pub(crate) fn is_over(&self, store: Option<&Store>) -> bool {
        store.is_some_and(|store| {
            store.password(&self.user).is_none_or(|known| known.mark != self.mark)
        })
    }
}
