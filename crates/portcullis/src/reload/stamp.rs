//! Whether files have changed: by what the file system says of them, not by what is in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Files that are looked at from time to time.
#[derive(Debug)]
pub(super) struct Watched {
    files: Vec<PathBuf>,
    /// What they looked like when they were read last.
    settled: Stamp,
    /// What they looked like at the last look, if that was different.
    candidate: Option<Stamp>,
}

impl Watched {
    /// Files that were read just now.
    pub(super) fn new(files: Vec<PathBuf>) -> Self {
        Self { settled: Stamp::of(&files), files, candidate: None }
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(PathBuf::as_path)
    }

    /// Whether they are to be read: they have changed, and look as they did at the last look. What
    /// is half written is left alone.
    pub(super) fn is_due(&mut self) -> bool {
        let now = Stamp::of(&self.files);
        let is_due = now != self.settled && self.candidate.as_ref() == Some(&now);
        self.candidate = (now != self.settled).then_some(now);
        is_due
    }

    /// Reads them, and watches those that were read. What changes meanwhile is read again.
    pub(super) fn read<T>(&mut self, read: impl FnOnce(&[PathBuf]) -> (T, Vec<PathBuf>)) -> T {
        let before = Stamp::of(&self.files);
        let (result, files) = read(&self.files);
        let is_same = Stamp::of(&self.files) == before;
        self.settled = if is_same { Stamp::of(&files) } else { before };
        self.files = files;
        self.candidate = None;
        result
    }
}

/// What a set of files looked like at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp(Vec<(PathBuf, Option<One>)>);

/// One file, links followed. A link that is swapped leads to another file; one that is renamed into
/// place is another one; one that is written in place has another time.
#[derive(Debug, Clone, PartialEq, Eq)]
struct One {
    bytes: u64,
    modified: Option<SystemTime>,
    /// Device, inode, and the time of its last change of any kind.
    identity: (u64, u64, i64, i64),
}

impl Stamp {
    fn of(files: &[PathBuf]) -> Self {
        Self(files.iter().map(|path| (path.clone(), One::of(path))).collect())
    }
}

impl One {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt as _;
            (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
        };
        #[cfg(not(unix))]
        let identity = (0, 0, 0, 0);
        Some(Self { bytes: metadata.len(), modified: metadata.modified().ok(), identity })
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_when_it_has_come_to_rest() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "whole").unwrap();
        let mut watched = Watched::new(vec![file.clone()]);
        assert!(!watched.is_due());
        for text in ["h", "ha", "hal", "half"] {
            fs::write(&file, text).unwrap();
            assert!(!watched.is_due(), "{text}");
        }
        assert!(watched.is_due());
        let read = |files: &[PathBuf]| (fs::read_to_string(&files[0]).unwrap(), files.to_vec());
        assert_eq!(watched.read(read), "half");
        assert!(!watched.is_due() && !watched.is_due(), "read once");
        // Written while it is read: then it is read again.
        watched.read(|files| {
            fs::write(&file, "later").unwrap();
            ((), files.to_vec())
        });
        assert!(!watched.is_due());
        assert!(watched.is_due());
    }

    #[test]
    fn every_way_to_change_a_file_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("file"), folder.path().join("other"));
        let link = folder.path().join("link");
        fs::write(&file, "one").unwrap();
        fs::write(&other, "two").unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        let files = [file.clone(), link.clone()];
        let mut seen = vec![Stamp::of(&files)];
        assert_eq!(Stamp::of(&files), seen[0], "nothing has happened");
        let mut is_new = |what: &str| {
            let stamp = Stamp::of(&files);
            assert!(!seen.contains(&stamp), "{what}");
            seen.push(stamp);
        };
        fs::write(&file, "longer").unwrap();
        is_new("written in place");
        fs::write(folder.path().join("new"), "longer").unwrap();
        fs::rename(folder.path().join("new"), &file).unwrap();
        is_new("renamed into place");
        let swapped = folder.path().join("swapped");
        std::os::unix::fs::symlink("other", &swapped).unwrap();
        fs::rename(&swapped, &link).unwrap();
        is_new("a link swapped");
        fs::remove_file(&file).unwrap();
        is_new("removed");
    }
}
