//! The key-encryption key of a store that is open.

use std::time::Duration;

use super::{Arc, Kek, Store, StoreError, Wrapper};
use crate::rekey::{Rekey, Rekeyed};
use crate::worker::answered_within;

/// How long a new key is waited for: a sync of as many bytes as the sessions have.
const REKEY_TIMEOUT: Duration = Duration::from_mins(10);

impl Store {
    /// Gives the store another key-encryption key, while it is used. All rows lie under `new` when this
    /// returns, and no kill leaves some under the one and some under the other. Others who write wait until
    /// all is written, and who reads the database waits for the last sync.
    ///
    /// # Errors
    /// [`StoreError::SameKek`]: it is the key in use. [`StoreError::Slow`]: it may yet happen. Any other:
    /// nothing was changed.
    pub async fn rekey(&self, new: &Kek) -> Result<Rekeyed, StoreError> {
        let (sealer, next) = (Arc::clone(&self.0.sealer), Wrapper::new(new)?);
        let (reply, answer) = tokio::sync::oneshot::channel();
        // Before it lies in the queue: who ends sessions behind it sees this.
        let turn = self.0.rekeys.begin();
        self.0.writer.rekey(Rekey { sealer, next, reply, turn })?;
        answered_within(answer, REKEY_TIMEOUT).await
    }

    /// Whether the store lies under this key now.
    pub fn is_under(&self, kek: &Kek) -> bool {
        Wrapper::new(kek).is_ok_and(|other| self.0.sealer.wrapper().is(&other))
    }
}
