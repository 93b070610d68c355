//! The background writer: the request path only copies bytes into a buffer.
//!
//! Waking a writer for every record costs ten times what writing it does, so it is woken by the
//! first record of a batch, waits a few milliseconds, and takes all there is. What a sink does not
//! take is kept and tried again, from the byte at which it stopped.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use portcullis_model::Clock;

use crate::administered::Administered;
use crate::event;
use crate::notice::{
    CanaryRead, CertificateAttempt, CertificateState, InstanceState, KeyRevoked, Reload,
    StoreOpened,
};
use crate::queue::{Queue, Reopening};
use crate::reported::KeyReported;
use crate::sink::Sink;

/// How long a batch gathers.
const GATHER: Duration = Duration::from_millis(5);
/// How long after a failure the next attempt is made.
const AGAIN: Duration = Duration::from_millis(250);

/// Why a ledger cannot be opened.
#[derive(Debug)]
pub enum LedgerError {
    /// The file cannot be created or appended to.
    Open(io::Error),
    /// The writer's thread cannot be started.
    Thread(io::Error),
}

impl std::fmt::Display for LedgerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Open(error) => write!(f, "the ledger cannot be opened: {error}"),
            Self::Thread(error) => write!(f, "the ledger's writer cannot be started: {error}"),
        }
    }
}

impl std::error::Error for LedgerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open(error) | Self::Thread(error) => Some(error),
        }
    }
}

/// The audit log: takes records from any thread, never blocks on a disk.
pub struct Ledger {
    queue: Arc<Queue>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// How the writing goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// Why nothing can be written at present.
    pub error: Option<String>,
    /// There is no room for the record of another request.
    pub is_full: bool,
    /// Records that were lost so far.
    pub lost: u64,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ledger(..)")
    }
}

impl Ledger {
    /// A ledger in a file, appended to; created with mode 0600 if it is not there.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, LedgerError> {
        Self::start(Sink::file(path).map_err(LedgerError::Open)?, clock)
    }

    /// A ledger into anything that takes bytes.
    pub fn to(sink: Box<dyn Write + Send>, clock: Arc<dyn Clock>) -> Result<Self, LedgerError> {
        Self::start(Sink::Other(sink), clock)
    }

    fn start(sink: Sink, clock: Arc<dyn Clock>) -> Result<Self, LedgerError> {
        let queue = Arc::new(Queue::default());
        let writer = Writer { queue: queue.clone(), sink, clock, batch: Batch::default() };
        let writer = std::thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || writer.run())
            .map_err(LedgerError::Thread)?;
        Ok(Self { queue, writer: Mutex::new(Some(writer)) })
    }

    /// Adds one record, written by `write`; counts it as lost if the queue is full.
    pub(crate) fn append(&self, write: impl FnOnce(&mut Vec<u8>)) {
        thread_local! {
            static SCRATCH: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
        }
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.clear();
            write(scratch);
            self.queue.add(scratch);
        });
    }

    /// Records an attempt to put another model in force.
    pub fn reload(&self, reload: &Reload<'_>) {
        self.append(|out| reload.write(out));
    }

    /// Records that an instance of an API takes no connections, or does again.
    pub fn instance(&self, state: &InstanceState<'_>) {
        self.append(|out| state.write(out));
    }

    /// Records that somebody opened the store who may not.
    pub(crate) fn canary_read(&self, notice: &CanaryRead<'_>) {
        self.append(|out| notice.write(out));
    }

    /// Records that a store was opened.
    pub fn store_opened(&self, notice: &StoreOpened) {
        self.append(|out| notice.write(out));
    }

    /// Records what became of an attempt to obtain a certificate.
    pub fn certificate_attempt(&self, attempt: &CertificateAttempt<'_>) {
        self.append(|out| attempt.write(out));
    }

    /// Records that a key was revoked because others could read it.
    pub fn key_revoked(&self, revoked: &KeyRevoked<'_>) {
        self.append(|out| revoked.write(out));
    }

    /// Records what somebody should know of a certificate.
    pub fn certificate(&self, state: &CertificateState<'_>) {
        self.append(|out| state.write(out));
    }

    /// Records what an administrator did.
    pub fn administered(&self, act: &Administered<'_>) {
        self.append(|out| act.write(out));
    }

    /// Records that a key was reported.
    pub fn key_reported(&self, report: &KeyReported<'_>) {
        self.append(|out| report.write(out));
    }

    /// Whether there is no room for the record of another request.
    pub fn is_full(&self) -> bool {
        self.queue.is_full()
    }

    /// How the writing goes.
    pub fn health(&self) -> Health {
        let state = self.queue.lock();
        Health { error: state.error.clone(), is_full: self.is_full(), lost: state.lost }
    }

    /// How many records were lost because the queue was full, or the sink failed at the end.
    pub fn lost(&self) -> u64 {
        self.queue.lock().lost
    }

    /// Opens the file again by its name, after it was renamed. Nothing is lost: what waits is
    /// written to one of the two. If it cannot be opened, the old one stays open.
    pub fn reopen(&self) -> io::Result<()> {
        let mut state = self.queue.lock();
        state.reopening = Reopening::Wanted;
        self.queue.changed.notify_all();
        loop {
            match std::mem::take(&mut state.reopening) {
                Reopening::Done(result) => return result,
                _ if state.is_over => return Err(io::ErrorKind::NotConnected.into()),
                pending => state.reopening = pending,
            }
            state = self.queue.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until every record so far is written, or an attempt to do so has failed.
    pub fn flush(&self) {
        let mut state = self.queue.lock();
        let failures = state.failures;
        while (!state.bytes.is_empty() || state.is_writing)
            && state.failures == failures
            && !state.is_over
        {
            state = self.queue.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.close();
    }
}

impl Ledger {
    /// Writes what can be written, and ends the writer. What comes later is lost.
    pub fn close(&self) {
        self.queue.lock().is_closing = true;
        self.queue.changed.notify_all();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // A writer that panicked has nothing more to say.
            let _ = writer.join();
        }
    }
}

/// The writer's thread.
struct Writer {
    queue: Arc<Queue>,
    sink: Sink,
    clock: Arc<dyn Clock>,
    batch: Batch,
}

/// What is being written.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    done: usize,
    records: u64,
}

impl Batch {
    /// A line whose beginning is in another file is written whole.
    fn begin_line_again(&mut self) {
        let written = self.bytes.get(..self.done).unwrap_or_default();
        self.done = written.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    }
}

/// What the writer does next.
enum Task {
    Write,
    Reopen,
    End,
}

impl Writer {
    fn run(mut self) {
        loop {
            match self.next() {
                Task::Write => self.attempt(),
                Task::Reopen => {
                    let result = self.sink.reopen();
                    if result.is_ok() {
                        self.batch.begin_line_again();
                    }
                    self.queue.lock().reopening = Reopening::Done(result);
                }
                Task::End => {
                    self.queue.lock().is_over = true;
                    self.queue.changed.notify_all();
                    return;
                }
            }
            self.queue.changed.notify_all();
        }
    }

    /// Waits for something to do.
    fn next(&mut self) -> Task {
        let mut state = self.queue.lock();
        let is_kept = !self.batch.bytes.is_empty();
        loop {
            if matches!(state.reopening, Reopening::Wanted) {
                return Task::Reopen;
            }
            if is_kept && state.is_closing {
                // One more attempt was made since: it is over.
                state.lost += self.batch.records + state.records;
                return Task::End;
            }
            if is_kept {
                let wait = self.queue.changed.wait_timeout_while(state, AGAIN, |state| {
                    !state.is_closing && !matches!(state.reopening, Reopening::Wanted)
                });
                let (again, _) = wait.unwrap_or_else(PoisonError::into_inner);
                if matches!(again.reopening, Reopening::Wanted) {
                    return Task::Reopen;
                }
                return Task::Write;
            }
            if !state.bytes.is_empty() {
                break;
            }
            if state.is_closing {
                return Task::End;
            }
            state = self.queue.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if !state.is_closing {
            let gathered = self.queue.changed.wait_timeout_while(state, GATHER, |s| !s.is_closing);
            state = gathered.unwrap_or_else(PoisonError::into_inner).0;
        }
        let (records, lost) = self.queue.take(&mut state, &mut self.batch.bytes);
        drop(state);
        self.batch.records = records;
        if lost > 0 {
            event::write_overflow(self.clock.now(), lost, &mut self.batch.bytes);
        }
        Task::Write
    }

    fn attempt(&mut self) {
        let result = self.sink.write_on(&self.batch.bytes, &mut self.batch.done);
        let mut state = self.queue.lock();
        if let Err(error) = result {
            state.error = Some(error.to_string());
            state.failures += 1;
            return;
        }
        state.error = None;
        state.is_writing = false;
        self.batch.bytes.clear();
        self.batch.done = 0;
    }
}

#[cfg(test)]
mod tests;
