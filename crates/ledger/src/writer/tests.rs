//! No record is lost that could be written, and nothing waits for a disk.

use std::sync::mpsc;

use portcullis_model::UnixMillis;

use super::*;

struct Noon;
impl Clock for Noon {
    fn now(&self) -> UnixMillis {
        UnixMillis(1_795_000_000_000)
    }
}

/// A sink that says that it was asked, and blocks until it may go on.
struct Gate {
    asked: mpsc::Sender<()>,
    go: mpsc::Receiver<()>,
    out: mpsc::Sender<Vec<u8>>,
}
impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.asked.send(());
        let _ = self.go.recv();
        let _ = self.out.send(bytes.to_vec());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn line(ledger: &Ledger, text: &str) {
    ledger.append(|out| out.extend_from_slice(format!("{text}\n").as_bytes()));
}

#[test]
fn what_does_not_fit_is_counted_and_said() {
    let (asked, is_asked) = mpsc::channel();
    let (go, wait) = mpsc::channel();
    let (out, written) = mpsc::channel();
    let ledger = Ledger::to(Box::new(Gate { asked, go: wait, out }), Arc::new(Noon)).unwrap();
    // Dropped before the ledger, whose writer waits for it, also when an assertion fails.
    let go = go;
    line(&ledger, "first");
    is_asked.recv().unwrap();
    let record = vec![b'x'; 1 << 20];
    for _ in 0..40 {
        ledger.append(|out| out.extend_from_slice(&record));
    }
    assert!(ledger.is_full());
    let lost = ledger.lost();
    assert_eq!(lost, 40 - 8, "a queue of 8 fits");
    drop(go);
    line(&ledger, "last");
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
        line(&ledger, &number.to_string());
    }
    drop(ledger);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 1000);
    assert_eq!(text.lines().last(), Some("999"));
}

#[test]
fn a_line_that_was_cut_by_a_full_disk_is_whole_in_the_next_file() {
    let mut batch = Batch { bytes: b"one\ntwo\n".to_vec(), done: 6, records: 2 };
    batch.begin_line_again();
    assert_eq!(batch.done, 4);
    batch.done = 2;
    batch.begin_line_again();
    assert_eq!(batch.done, 0);
}

/// A disk that is full after so many bytes, until it has room again.
struct Disk {
    room: Arc<Mutex<usize>>,
    written: Arc<Mutex<Vec<u8>>>,
}
impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut room = self.room.lock().unwrap();
        if *room == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let count = bytes.len().min(*room);
        *room -= count;
        self.written.lock().unwrap().extend_from_slice(&bytes[..count]);
        Ok(count)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_a_full_disk_refuses_is_written_later_to_the_byte() {
    let (room, written) = (Arc::new(Mutex::new(7)), Arc::new(Mutex::new(Vec::new())));
    let disk = Disk { room: room.clone(), written: written.clone() };
    let ledger = Ledger::to(Box::new(disk), Arc::new(Noon)).unwrap();
    line(&ledger, "first");
    line(&ledger, "second");
    ledger.flush();
    let health = ledger.health();
    assert!(health.error.is_some_and(|error| error.contains("space")), "it says why");
    assert_eq!(health.lost, 0, "nothing is lost as long as it fits");
    line(&ledger, "third");
    *room.lock().unwrap() = 1000;
    while ledger.health().error.is_some() {
        ledger.flush();
    }
    ledger.flush();
    assert_eq!(*written.lock().unwrap(), b"first\nsecond\nthird\n", "no half line, none twice");
    assert_eq!(ledger.health(), Health::default());
}

#[test]
fn what_a_disk_refuses_to_the_end_is_lost_and_the_end_does_not_wait() {
    let disk = Disk { room: Arc::default(), written: Arc::default() };
    let ledger = Ledger::to(Box::new(disk), Arc::new(Noon)).unwrap();
    line(&ledger, "a");
    ledger.flush();
    line(&ledger, "b");
    ledger.close();
    assert_eq!(ledger.lost(), 2);
    ledger.flush();
    assert!(ledger.reopen().is_err(), "nobody is there any more");
}

#[cfg(unix)]
#[test]
fn a_renamed_file_is_opened_again_and_no_record_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (path, old) = (folder.path().join("ledger.jsonl"), folder.path().join("ledger.jsonl.1"));
    let ledger = Arc::new(Ledger::open(&path, Arc::new(Noon)).unwrap());
    let writer = std::thread::spawn({
        let ledger = ledger.clone();
        move || (0..20_000).for_each(|number| line(&ledger, &number.to_string()))
    });
    let mut kept = String::new();
    for _ in 0..5 {
        std::fs::rename(&path, &old).unwrap();
        ledger.reopen().unwrap();
        // Nothing is written to the old one any more.
        kept += &std::fs::read_to_string(&old).unwrap();
    }
    writer.join().unwrap();
    drop(ledger);
    kept += &std::fs::read_to_string(&path).unwrap();
    let expected: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
    assert!(kept.lines().eq(expected), "each once, in order");
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_opened_again_stays_open() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("logs");
    std::fs::create_dir(&inner).unwrap();
    let path = inner.join("ledger.jsonl");
    let ledger = Ledger::open(&path, Arc::new(Noon)).unwrap();
    let moved = folder.path().join("moved");
    std::fs::rename(&inner, &moved).unwrap();
    assert!(ledger.reopen().is_err());
    line(&ledger, "still there");
    drop(ledger);
    assert_eq!(std::fs::read_to_string(moved.join("ledger.jsonl")).unwrap(), "still there\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_on_a_full_disk_is_told_and_recovers_where_its_name_leads_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("ledger.jsonl"), folder.path().join("other"));
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let ledger = Ledger::open(&path, Arc::new(Noon)).unwrap();
    line(&ledger, "kept");
    ledger.flush();
    assert!(ledger.health().error.is_some());
    std::fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&other, &path).unwrap();
    ledger.reopen().unwrap();
    while ledger.health().error.is_some() {
        ledger.flush();
    }
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "kept\n");
}
