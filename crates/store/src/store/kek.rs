//! The key-encryption key of a store that is open.

use std::time::Duration;

use rusqlite::Connection;

use super::{Arc, Store, StoreError};
use crate::kek::Kek;
use crate::key_service::{self, KeyService, ServiceFault};
use crate::rekey::{Rekey, Rekeyed};
use crate::schema;
use crate::seal::Wrapper;
use crate::worker::answered_within;
use crate::write::Write;
use portcullis_model::UnixMillis;

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
        self.exchange(new, None).await
    }

    /// The same with a key of chance that `service` wraps. It lies in the store as the service gave it, and changes
    /// with the rows.
    ///
    /// # Errors
    /// [`StoreError::Service`], and those of [`Store::rekey`].
    pub async fn rekey_by(&self, service: Arc<dyn KeyService>) -> Result<Rekeyed, StoreError> {
        let name = self.0.name;
        let made = asked(service, move |service| key_service::new_key(service, name));
        let (kek, wrapped) = made.await?;
        self.exchange(&kek, Some(wrapped)).await
    }

    /// Has the service wrap the store's key anew, as after it took a new version of its own key. The key stays, and so do
    /// all rows.
    ///
    /// # Errors
    /// [`StoreError::NeedsService`]: no service wrapped it. [`StoreError::OtherKek`]: another key came meanwhile.
    pub async fn rewrap_by(
        &self,
        service: Arc<dyn KeyService>,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let read = |connection: &Connection| {
            let path = connection.path().unwrap_or_default().into();
            schema::wrapped_key(connection)?.ok_or(StoreError::NeedsService { path })
        };
        let (before, name) = (self.0.reader.ask(read).await?, self.0.name);
        let known = before.clone();
        let anew = asked(service, move |service| {
            let kek = key_service::unwrapped(service, name, &known)?;
            key_service::wrapped(service, name, &kek).map(|wrapped| (kek, wrapped))
        });
        let (kek, anew) = anew.await?;
        let sealer = Arc::clone(&self.0.sealer);
        Write {
            now,
            revokes: |(): &()| false,
            run: move |connection: &Connection| {
                let is_so = schema::wrapped_key(connection)?.as_deref() == Some(&*before);
                if !is_so || !sealer.wrapper().is(&Wrapper::new(&kek)?) {
                    return Err(StoreError::OtherKek);
                }
                schema::keep_wrapped(connection, Some(&anew))
            },
            then: |_: &Connection, _: Option<()>, outcome| outcome,
        }
        .by(&self.0.writer)
        .await
    }

    /// Whether the store lies under this key now.
    pub fn is_under(&self, kek: &Kek) -> bool {
        Wrapper::new(kek).is_ok_and(|other| self.0.sealer.wrapper().is(&other))
    }

    async fn exchange(&self, new: &Kek, wrapped: Option<Vec<u8>>) -> Result<Rekeyed, StoreError> {
        let (sealer, next) = (Arc::clone(&self.0.sealer), Wrapper::new(new)?);
        let (reply, answer) = tokio::sync::oneshot::channel();
        // Before it lies in the queue: who ends sessions behind it sees this.
        let turn = self.0.rekeys.begin();
        self.0.writer.rekey(Rekey { sealer, next, wrapped, reply, turn })?;
        answered_within(answer, REKEY_TIMEOUT).await
    }
}

/// Asks a service on a thread that may wait.
async fn asked<T: Send + 'static>(
    service: Arc<dyn KeyService>,
    question: impl FnOnce(&dyn KeyService) -> Result<T, ServiceFault> + Send + 'static,
) -> Result<T, StoreError> {
    let place = service.place().to_owned();
    let answer = tokio::task::spawn_blocking(move || question(&*service)).await;
    let answer = answer.map_err(|_| StoreError::Closed)?;
    answer.map_err(|why| StoreError::Service { place, why })
}
