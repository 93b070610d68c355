//! Jobs made of two closures: what is done in the database, and what follows in memory.

use portcullis_model::UnixMillis;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::StoreError;
use crate::worker::{Job, Writer, answered};

/// What is written. `then` gets what `run` made, if it got so far, and whether it lasts.
pub(crate) struct Write<M, R, F> {
    pub(crate) now: UnixMillis,
    /// Whether an older copy of the store, without this, would be dangerous.
    pub(crate) revokes: fn(&M) -> bool,
    pub(crate) run: R,
    pub(crate) then: F,
}

impl<M, R, F> Write<M, R, F> {
    /// Hands it over, and nobody waits.
    pub(crate) fn unwaited<T>(self, writer: &Writer) -> Result<(), StoreError>
    where
        R: FnOnce(&Connection) -> Result<M, StoreError> + Send + 'static,
        F: FnOnce(&Connection, Option<M>, Result<(), StoreError>) -> Result<T, StoreError>
            + Send
            + 'static,
        M: Send + 'static,
        T: Send + 'static,
    {
        self.send(writer).map(drop)
    }

    /// Hands it over and waits until it lasts. Whoever stops waiting stops nothing.
    pub(crate) async fn by<T>(self, writer: &Writer) -> Result<T, StoreError>
    where
        R: FnOnce(&Connection) -> Result<M, StoreError> + Send + 'static,
        F: FnOnce(&Connection, Option<M>, Result<(), StoreError>) -> Result<T, StoreError>
            + Send
            + 'static,
        M: Send + 'static,
        T: Send + 'static,
    {
        answered(self.send(writer)?).await
    }

    fn send<T>(
        self,
        writer: &Writer,
    ) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError>
    where
        R: FnOnce(&Connection) -> Result<M, StoreError> + Send + 'static,
        F: FnOnce(&Connection, Option<M>, Result<(), StoreError>) -> Result<T, StoreError>
            + Send
            + 'static,
        M: Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        writer.send(Box::new(Waiting {
            now: self.now,
            revokes: self.revokes,
            run: Some(self.run),
            then: self.then,
            made: None,
            reply,
        }))?;
        Ok(answer)
    }
}

struct Waiting<R, F, M, T> {
    now: UnixMillis,
    revokes: fn(&M) -> bool,
    run: Option<R>,
    then: F,
    made: Option<M>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<R, F, M, T> Job for Waiting<R, F, M, T>
where
    R: FnOnce(&Connection) -> Result<M, StoreError> + Send,
    F: FnOnce(&Connection, Option<M>, Result<(), StoreError>) -> Result<T, StoreError> + Send,
    M: Send,
    T: Send,
{
    fn run(&mut self, connection: &Connection) -> Result<(), StoreError> {
        if let Some(run) = self.run.take() {
            self.made = Some(run(connection)?);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, connection: &Connection, outcome: Result<(), StoreError>) {
        let answer = (self.then)(connection, self.made, outcome);
        let _ = self.reply.send(answer);
    }

    fn revokes(&self) -> bool {
        self.made.as_ref().is_some_and(self.revokes)
    }

    fn now(&self) -> UnixMillis {
        self.now
    }
}
