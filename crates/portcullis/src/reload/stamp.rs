//! Whether files have changed: by what the file system says of them, not by what is in them.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

/// What a set of files looked like at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp(Vec<(PathBuf, Option<One>)>);

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
    pub(super) fn of(files: &[PathBuf]) -> Self {
        Self(files.iter().map(|path| (path.clone(), One::of(path))).collect())
    }
}

impl One {
    fn of(path: &PathBuf) -> Option<Self> {
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
