//! The two threads that speak to the database: one writes, in batches, and one reads.

use std::sync::Arc;
use std::sync::mpsc::{
    Receiver, RecvError, RecvTimeoutError, SyncSender, TrySendError, sync_channel,
};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portcullis_model::{Tally, UnixMillis};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::epoch::{Epoch, EpochFile};
use crate::error::StoreError;
use crate::held::{self, Held};
use crate::keys::{self, ApiKeys};
use crate::memory::Memory;
use crate::names::SessionId;
use crate::once::{self, Marks, OnceMark};
use crate::passwords::{self, Passwords};
use crate::rekey::{self, Rekey, Rekeyed};
use crate::rows;
use crate::schema;
use crate::seal::{Sealer, Wrapper};
use crate::sweep::{self, Log};

/// What waits for the writer, and for the reader, at most.
const QUEUE_MAX: usize = 1024;

/// Jobs that are made to last together, at most.
const BATCH_MAX: usize = 256;

/// How long anybody waits for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// When what could not be deleted is tried again, and what the register learned is written, if nothing
/// else is written before.
const AGAIN: Duration = Duration::from_secs(1);

/// What could not be deleted before, with each batch, at most.
const UNWRITTEN_BATCH: usize = 1000;

/// Something to write. `run` is inside a transaction with others; `finish` comes after it, when it
/// lasts or has failed, and is the only one that may change memory.
pub(crate) trait Job: Send {
    fn run(&mut self, connection: &Connection) -> Result<(), StoreError>;
    fn finish(self: Box<Self>, connection: &Connection, outcome: Result<(), StoreError>);
    /// Whether an older copy of the store, without what `run` did, would be dangerous.
    fn revokes(&self) -> bool;
    fn now(&self) -> UnixMillis;
}

/// What the writer is asked for.
enum Work {
    /// Done together with others.
    Job(Box<dyn Job>),
    /// Done alone: what else was written in its transaction would lie under another key.
    Rekey(Rekey),
}

/// Hands jobs to the writer.
pub(crate) struct Writer(Worker<Work>);

type Question = Box<dyn FnOnce(&Connection) + Send>;

/// Hands questions to the reader.
pub(crate) struct Reader(Worker<Question>);

struct Worker<T> {
    queue: Option<SyncSender<T>>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Worker<T> {
    fn start(
        name: &str,
        work: impl FnOnce(Receiver<T>) + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (queue, jobs) = sync_channel(QUEUE_MAX);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || work(jobs))
            .map_err(|error| StoreError::Io(error.to_string()))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    fn send(&self, job: T) -> Result<(), StoreError> {
        self.queue.as_ref().ok_or(StoreError::Closed)?.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Closed,
        })
    }
}

impl<T> Drop for Worker<T> {
    /// What waits is done first.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Reader {
    pub(crate) fn start(connection: Connection) -> Result<Self, StoreError> {
        let work = move |questions: Receiver<Question>| {
            for question in questions {
                question(&connection);
            }
        };
        Worker::start("store-reader", work).map(Self)
    }

    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.0.send(Box::new(move |connection| {
            // Who left has a record already, and it would not say what is opened now.
            if !reply.is_closed() {
                let _ = reply.send(question(connection));
            }
        }))?;
        answered(answer).await
    }
}

impl Writer {
    pub(crate) fn start(
        connection: Connection,
        told: Told,
        (file, epoch): (EpochFile, Epoch),
    ) -> Result<Self, StoreError> {
        let work = move |work: Receiver<Work>| {
            let (log, learned) = (Log::default(), Instant::now());
            let mut desk = Desk { connection, told, file, epoch, log, learned };
            while let Ok(first) = desk.next(&work) {
                let (jobs, rekey) = batch_of(first.into_iter().chain(work.try_iter()));
                // Facts lie in batches of their own: where there is no room for them, nobody else's
                // work must fail with them.
                let is_idle = jobs.is_empty();
                if !is_idle {
                    desk.batch(jobs);
                }
                if is_idle || desk.told.held.has_much() || desk.learned.elapsed() >= AGAIN {
                    desk.batch(Vec::new());
                }
                if let Some(rekey) = rekey {
                    desk.rekey(rekey);
                }
            }
            // What could not be written before has a last chance.
            while desk.batch(Vec::new()) && desk.has_unwritten() {}
            desk.settle_uses();
        };
        Worker::start("store-writer", work).map(Self)
    }

    pub(crate) fn send(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        self.0.send(Work::Job(job))
    }

    pub(crate) fn rekey(&self, rekey: Rekey) -> Result<(), StoreError> {
        self.0.send(Work::Rekey(rekey))
    }
}

/// What is made to last together, and what comes alone after it.
fn batch_of(work: impl Iterator<Item = Work>) -> (Vec<Box<dyn Job>>, Option<Rekey>) {
    let mut jobs = Vec::new();
    for one in work.take(BATCH_MAX) {
        match one {
            Work::Job(job) => jobs.push(job),
            Work::Rekey(rekey) => return (jobs, Some(rekey)),
        }
    }
    (jobs, None)
}

/// Waits for an answer, but not for ever.
pub(crate) async fn answered<T>(
    answer: oneshot::Receiver<Result<T, StoreError>>,
) -> Result<T, StoreError> {
    answered_within(answer, ANSWER_TIMEOUT).await
}

pub(crate) async fn answered_within<T>(
    answer: oneshot::Receiver<Result<T, StoreError>>,
    time: Duration,
) -> Result<T, StoreError> {
    match tokio::time::timeout(time, answer).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(StoreError::Closed),
        Err(_) => Err(StoreError::Slow),
    }
}

/// Who is told what lasts, and has what must still be written.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) memory: Arc<Memory>,
    pub(crate) held: Arc<Held>,
    pub(crate) keys: Arc<ApiKeys>,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) once: Arc<Marks>,
}

/// What a batch writes beside its jobs.
struct TakenUp {
    unwritten: Vec<SessionId>,
    held: held::Batch,
    keys: keys::Batch,
    /// Whose passwords go.
    users: Vec<Arc<str>>,
    /// What did not happen after all.
    once: Vec<OnceMark>,
}

impl TakenUp {
    /// Whether an older copy of the store would have what this ends.
    fn revokes(&self) -> bool {
        !self.unwritten.is_empty()
            || !self.users.is_empty()
            || self.held.revokes()
            || self.keys.revokes()
    }
}

/// The writer at work.
struct Desk {
    connection: Connection,
    told: Told,
    file: EpochFile,
    epoch: Epoch,
    log: Log,
    /// When facts were written last.
    learned: Instant,
}

impl Desk {
    /// The next job; nothing, if there is something else to write by now; an error at the end.
    fn next(&self, work: &Receiver<Work>) -> Result<Option<Work>, RecvError> {
        loop {
            let wait = if self.told.held.has_much() { Duration::ZERO } else { AGAIN };
            match work.recv_timeout(wait) {
                Ok(one) => return Ok(Some(one)),
                Err(RecvTimeoutError::Disconnected) => return Err(RecvError),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.has_unwritten() || !self.told.memory.some_unwritten(1).is_empty() {
                return Ok(None);
            }
        }
    }

    /// All rows under another key-encryption key, or none.
    fn rekey(&mut self, Rekey { sealer, next, wrapped, reply, turn }: Rekey) {
        let outcome = self.exchange(&sealer, next, wrapped.as_deref());
        if outcome.is_err() && !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        drop(turn);
        // Whoever does not wait any more finds the key exchanged.
        let _ = reply.send(outcome);
    }

    fn exchange(
        &mut self,
        sealer: &Sealer,
        next: Wrapper,
        wrapped: Option<&[u8]>,
    ) -> Result<Rekeyed, StoreError> {
        if sealer.wrapper().is(&next) {
            return Err(StoreError::SameKek);
        }
        let epoch = Epoch { number: self.epoch.number + 1, ..self.epoch };
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let tally = Tally::default();
        let rekeyed = rekey::run(&self.connection, (sealer, &next), epoch, &tally)?;
        // In the same transaction: a kill leaves no rows whose key nobody keeps.
        schema::keep_wrapped(&self.connection, wrapped)?;
        sealer.exchange(next, || self.connection.execute_batch("COMMIT"))?;
        // It lasts. An older copy would take the old key, and the log has rows under it.
        self.epoch = epoch;
        let left = self.file.write(epoch).and_then(|()| self.log.empty(&self.connection)).err();
        Ok(Rekeyed { left, opened: tally.count(), ..rekeyed })
    }

    /// What was written ahead of uses of keys is given back. Where it cannot be, it counts as used.
    fn settle_uses(&mut self) {
        let keys = Arc::clone(&self.told.keys);
        let settled = self.connection.transaction().map_err(StoreError::from);
        let _ = settled.and_then(|all| {
            keys.uses.settle(&all)?;
            Ok(all.commit()?)
        });
    }

    fn has_unwritten(&self) -> bool {
        let Told { held, keys, passwords, once, .. } = &self.told;
        held.has_unwritten()
            || keys.has_unwritten()
            || passwords.has_unwritten()
            || once.has_unwritten()
    }

    /// One transaction for all. A job that fails is undone alone; if the whole fails, all have. Says
    /// whether it lasts.
    fn batch(&mut self, mut jobs: Vec<Box<dyn Job>>) -> bool {
        let now = jobs.iter().map(|job| job.now()).max().unwrap_or_default();
        let (told, is_idle) = (self.told.clone(), jobs.is_empty());
        let taken = TakenUp {
            unwritten: told.memory.some_unwritten(UNWRITTEN_BATCH),
            held: told.held.take(is_idle),
            keys: told.keys.take(is_idle, now),
            users: told.passwords.take(),
            once: told.once.gone(),
        };
        if is_idle {
            self.learned = Instant::now();
        }
        let mut outcomes = Vec::with_capacity(jobs.len());
        let whole = self.transaction(&mut jobs, &mut outcomes, &taken, now);
        if whole.is_err() && !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        if whole.is_ok() && !taken.unwritten.is_empty() {
            told.memory.written(&taken.unwritten);
        }
        told.held.settle(&taken.held, whole.is_ok());
        told.keys.settle(taken.keys, whole.is_ok());
        told.passwords.settle(&taken.users, whole.is_ok());
        told.once.settle(&taken.once, whole.is_ok());
        outcomes.resize(jobs.len(), Ok(()));
        for (job, outcome) in jobs.into_iter().zip(outcomes) {
            job.finish(&self.connection, whole.clone().and(outcome));
        }
        self.log.checkpoint(&self.connection);
        whole.is_ok()
    }

    fn transaction(
        &mut self,
        jobs: &mut [Box<dyn Job>],
        outcomes: &mut Vec<Result<(), StoreError>>,
        taken: &TakenUp,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let connection = &self.connection;
        connection.execute_batch("BEGIN IMMEDIATE")?;
        rows::delete(connection, &taken.unwritten)?;
        taken.held.write(connection, &self.told.held.keys)?;
        self.told.keys.write_batch(connection, &taken.keys)?;
        passwords::rows::delete(connection, &taken.users)?;
        once::rows::delete(connection, &taken.once)?;
        for job in jobs.iter_mut() {
            connection.execute_batch("SAVEPOINT job")?;
            let outcome = job.run(connection);
            if let Err(error) = &outcome {
                // A full disk undoes everything by itself.
                if connection.is_autocommit() {
                    return Err(error.clone());
                }
                connection.execute_batch("ROLLBACK TO job")?;
            }
            connection.execute_batch("RELEASE job")?;
            outcomes.push(outcome);
        }
        sweep::expired(connection, now, sweep::FEW)?;
        let revokes = taken.revokes() || jobs.iter().any(|job| job.revokes());
        let next = Epoch { number: self.epoch.number + 1, ..self.epoch };
        if revokes {
            let sql = "UPDATE meta SET epoch = ?1";
            connection.prepare_cached(sql)?.execute([rows::signed(next.number)])?;
        }
        connection.execute_batch("COMMIT")?;
        if revokes {
            // The database first: a kill in between must not look like an older copy.
            self.epoch = next;
            self.file.write(next)?;
        }
        Ok(())
    }
}
