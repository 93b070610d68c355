//! The background writer: the request path only copies bytes into a buffer.
//!
//! Waking a writer for every record costs ten times what writing it does, so it is woken by the
//! first record of a batch, waits a few milliseconds, and takes all there is.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use portcullis_model::Clock;

use crate::event;

/// How long a batch gathers.
const GATHER: Duration = Duration::from_millis(5);
/// How many bytes may wait. A record has about 500.
const QUEUE_BYTES_MAX: usize = 8 << 20;

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
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    queue: Vec<u8>,
    records: u64,
    lost: u64,
    lost_unsaid: u64,
    is_writing: bool,
    is_closing: bool,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ledger(..)")
    }
}

impl Ledger {
    /// A ledger in a file, appended to; created with mode 0600 if it is not there.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, LedgerError> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(LedgerError::Open)?;
        Self::to(Box::new(file), clock)
    }

    /// A ledger into anything that takes bytes.
    pub fn to(sink: Box<dyn Write + Send>, clock: Arc<dyn Clock>) -> Result<Self, LedgerError> {
        let shared =
            Arc::new(Shared { state: Mutex::new(State::default()), changed: Condvar::new() });
        let writer = std::thread::Builder::new()
            .name("ledger".to_owned())
            .spawn({
                let shared = shared.clone();
                move || drain(&shared, sink, &*clock)
            })
            .map_err(LedgerError::Thread)?;
        Ok(Self { shared, writer: Mutex::new(Some(writer)) })
    }

    /// Adds one record, written by `write`; counts it as lost if the queue is full.
    pub(crate) fn append(&self, write: impl FnOnce(&mut Vec<u8>)) {
        thread_local! {
            static SCRATCH: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
        }
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.clear();
            write(scratch);
            self.shared.add(scratch);
        });
    }

    /// How many records were lost because the queue was full or the sink failed.
    pub fn lost(&self) -> u64 {
        self.shared.lock().lost
    }

    /// Waits until every record so far is written.
    pub fn flush(&self) {
        let mut state = self.shared.lock();
        while !state.queue.is_empty() || state.is_writing {
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.shared.lock().is_closing = true;
        self.shared.changed.notify_all();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // A writer that panicked has nothing more to say.
            let _ = writer.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, record: &[u8]) {
        let mut state = self.lock();
        if state.queue.len() + record.len() > QUEUE_BYTES_MAX {
            state.lost += 1;
            state.lost_unsaid += 1;
            return;
        }
        let was_empty = state.queue.is_empty();
        state.queue.extend_from_slice(record);
        state.records += 1;
        let must_wake = was_empty && !state.is_writing;
        drop(state);
        if must_wake {
            self.changed.notify_all();
        }
    }
}

/// The writer's whole life.
fn drain(shared: &Shared, mut sink: Box<dyn Write + Send>, clock: &dyn Clock) {
    let mut batch = Vec::new();
    loop {
        let mut state = shared.lock();
        while state.queue.is_empty() && !state.is_closing {
            state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.queue.is_empty() {
            return;
        }
        state.is_writing = true;
        if !state.is_closing {
            state = gather(shared, state);
        }
        std::mem::swap(&mut batch, &mut state.queue);
        let records = std::mem::take(&mut state.records);
        let lost = std::mem::take(&mut state.lost_unsaid);
        drop(state);
        if lost > 0 {
            event::write_overflow(clock.now(), lost, &mut batch);
        }
        let result = sink.write_all(&batch).and_then(|()| sink.flush());
        batch.clear();
        let mut state = shared.lock();
        if result.is_err() {
            // What was lost before and said in this batch is already in the sum.
            state.lost += records;
            state.lost_unsaid += records + lost;
        }
        state.is_writing = false;
        drop(state);
        shared.changed.notify_all();
    }
}

fn gather<'a>(
    shared: &'a Shared,
    state: std::sync::MutexGuard<'a, State>,
) -> std::sync::MutexGuard<'a, State> {
    let still_open = |state: &mut State| !state.is_closing;
    shared
        .changed
        .wait_timeout_while(state, GATHER, still_open)
        .unwrap_or_else(PoisonError::into_inner)
        .0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    use portcullis_model::UnixMillis;

    struct Noon;
    impl Clock for Noon {
        fn now(&self) -> UnixMillis {
            UnixMillis(1_795_000_000_000)
        }
    }

    /// A sink that blocks until it is told to go on.
    struct Gate {
        go: mpsc::Receiver<()>,
        out: mpsc::Sender<Vec<u8>>,
    }
    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.go.recv();
            let _ = self.out.send(bytes.to_vec());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_does_not_fit_is_counted_and_said() {
        let (go, wait) = mpsc::channel();
        let (out, written) = mpsc::channel();
        let ledger = Ledger::to(Box::new(Gate { go: wait, out }), Arc::new(Noon)).unwrap();
        let record = vec![b'x'; 1 << 20];
        for _ in 0..40 {
            ledger.append(|out| out.extend_from_slice(&record));
        }
        let lost = ledger.lost();
        assert!(lost >= 40 - 17, "at most two queues of 8 fit: {lost} lost");
        drop(go);
        ledger.append(|out| out.extend_from_slice(b"last\n"));
        ledger.flush();
        drop(ledger);
        let all: Vec<u8> = written.iter().flatten().collect();
        let said: u64 = String::from_utf8_lossy(&all)
            .split("\"records_lost\":")
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap().parse::<u64>().unwrap())
            .sum();
        assert!(said >= lost, "{said} said, {lost} lost");
        assert!(all.ends_with(b"last\n") || said > lost);
    }

    #[test]
    fn records_are_in_the_file_when_the_ledger_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        let ledger = Ledger::open(&path, Arc::new(Noon)).unwrap();
        for number in 0..1000 {
            ledger.append(|out| out.extend_from_slice(format!("{number}\n").as_bytes()));
        }
        drop(ledger);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 1000);
        assert_eq!(text.lines().last(), Some("999"));
    }

    #[test]
    fn a_full_disk_is_counted_and_never_blocks() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let ledger = Ledger::to(Box::new(Full), Arc::new(Noon)).unwrap();
        ledger.append(|out| out.push(b'x'));
        ledger.flush();
        assert_eq!(ledger.lost(), 1);
    }
}
