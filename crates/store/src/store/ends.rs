//! The ends of sessions.

use std::sync::Arc;

use portcullis_model::UnixMillis;
use rusqlite::Connection;
use tokio::sync::watch;

use super::Store;
use crate::error::StoreError;
use crate::names::SessionId;
use crate::rows::{self, Which};
use crate::seal::Sealer;
use crate::write::Write;

impl Store {
    /// Ends sessions. One that is in memory is ended at once, others as soon as the writer comes to it,
    /// before that is written; when this returns they stay so after a restart. Says how many there
    /// were.
    ///
    /// # Errors
    /// [`StoreError::NotDurable`]: they are ended, but a restart would undo it as yet.
    /// [`StoreError::Shut`]: nothing is served any more. Any other: they are not ended.
    pub async fn end(&self, which: Which, now: UnixMillis) -> Result<usize, StoreError> {
        // Before the writer looks: a login that is under way is either seen by it or sees this.
        if let Some((owner, before)) = rows::owner(&self.0.sealer, &which, now) {
            self.0.memory.none_before(owner, before);
        }
        let early = self.end_early(&which).await;
        match self.end_by_writer(which.clone(), now).await {
            // Nobody must be served longer because the disk is slow.
            Err(why @ (StoreError::Busy | StoreError::Slow)) => {
                let sealer = Arc::clone(&self.0.sealer);
                let read = move |connection: &Connection| rows::select(connection, &sealer, &which);
                let ids = self.0.reader.ask(read).await?;
                if self.0.memory.ended_unwritten(&ids) {
                    return Err(StoreError::NotDurable(Box::new(why)));
                }
                Err(why)
            }
            // The writer deletes what was ended early before it looks for more.
            outcome => outcome.map(|count| count.max(early)),
        }
    }

    /// Ends what can be ended before the writer comes to it; says how many. Where that may take long,
    /// these are all.
    async fn end_early(&self, which: &Which) -> usize {
        if !self.0.rekeys.is_any() {
            return usize::from(self.0.memory.end_early(which));
        }
        let (sealer, which) = (Arc::clone(&self.0.sealer), which.clone());
        let read = move |connection: &Connection| rows::select(connection, &sealer, &which);
        match self.0.reader.ask(read).await {
            Ok(ids) if self.0.memory.ended_unwritten(&ids) => real(&self.0.sealer, &ids),
            // The writer finds them, or says why not.
            _ => 0,
        }
    }

    async fn end_by_writer(&self, which: Which, now: UnixMillis) -> Result<usize, StoreError> {
        let (sealer, memory) = (Arc::clone(&self.0.sealer), Arc::clone(&self.0.memory));
        let again = (Arc::clone(&sealer), which.clone(), Arc::clone(&memory));
        let canaries = Arc::clone(&self.0.canaries);
        Write {
            now,
            revokes: |made: &Ending| !made.ids.is_empty(),
            run: move |connection: &Connection| {
                let ids = rows::select(connection, &sealer, &which)?;
                let is_early = memory.ended_unwritten(&ids);
                rows::delete(connection, &ids)?;
                Ok(Ending { ids, is_early })
            },
            then: move |connection: &Connection, made: Option<Ending>, outcome| {
                let (sealer, which, memory) = again;
                match (outcome, made) {
                    (Ok(()), made) => {
                        let Ending { ids, is_early } = made.unwrap_or_default();
                        // Also what came to life in the same batch, after the early end.
                        memory.ended(&ids);
                        if is_early {
                            memory.written(&ids);
                        }
                        canaries.ended(&ids);
                        Ok(real(&sealer, &ids))
                    }
                    (Err(why), Some(Ending { is_early: true, .. })) => {
                        Err(StoreError::NotDurable(Box::new(why)))
                    }
                    // Reading may still work where writing does not.
                    (Err(why), _) => match rows::select(connection, &sealer, &which) {
                        Ok(ids) if memory.ended_unwritten(&ids) => {
                            Err(StoreError::NotDurable(Box::new(why)))
                        }
                        _ => {
                            memory.shut();
                            Err(StoreError::Shut)
                        }
                    },
                }
            },
        }
        .by(&self.0.writer)
        .await
    }

    /// Changes whenever a session was ended or a token revoked: who holds one looks again then.
    pub fn ends(&self) -> watch::Receiver<u64> {
        self.0.memory.watch()
    }
}

/// How many of these are somebody's.
fn real(sealer: &Sealer, ids: &[SessionId]) -> usize {
    ids.iter().filter(|id| !sealer.is_canary(**id)).count()
}

/// Sessions that are being ended, and whether they are so already.
#[derive(Default)]
struct Ending {
    ids: Vec<SessionId>,
    is_early: bool,
}
