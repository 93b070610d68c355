//! Which files are there? Folders are walked, links are not followed, `.git` is left to [`crate::git`].

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::bounds::Bounds;
use crate::digest::Salt;
use crate::engine::Scanner;
use crate::finding::NotRead;
use crate::place::Place;
use crate::reader::Reader;
use crate::report::Report;

/// Files of one run.
const FILES_MAX: usize = 2_000_000;

/// Files, and what could not be listed.
#[derive(Debug, Default)]
pub struct Listed {
    /// The files, in the order of their names.
    pub files: Vec<PathBuf>,
    /// Folders that could not be read.
    pub not_read: Vec<NotRead>,
    /// How many links, pipes and sockets were left out.
    pub left_out: usize,
}

/// The files of a folder and of those in it; of a file, itself.
pub fn files(root: &Path) -> Listed {
    let mut listed = Listed::default();
    match fs::metadata(root) {
        Ok(known) if known.is_dir() => {}
        Ok(known) if known.is_file() => {
            listed.files.push(root.to_owned());
            return listed;
        }
        // To open a pipe would wait for whoever writes to it.
        Ok(_) => {
            listed.refuse(root, "it is neither a file nor a folder".to_owned());
            return listed;
        }
        Err(error) => {
            listed.refuse(root, error.to_string());
            return listed;
        }
    }
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                listed.refuse(&folder, error.to_string());
                continue;
            }
        };
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && entry.file_name() != ".git" {
                folders.push(entry.path());
            } else if kind.is_file() {
                if listed.files.len() >= FILES_MAX {
                    listed.refuse(root, format!("it has more than {FILES_MAX} files"));
                    return listed;
                }
                listed.files.push(entry.path());
            } else if !kind.is_dir() {
                listed.left_out += 1;
            }
        }
    }
    listed.files.sort();
    listed
}

impl Listed {
    fn refuse(&mut self, path: &Path, why: String) {
        self.not_read.push(NotRead { place: Place::file(&path.display().to_string()), why });
    }
}

/// Looks through files, with as many threads as are asked for.
pub fn look(
    scanner: &Scanner,
    listed: Listed,
    salt: Salt,
    bounds: &Bounds,
    threads: usize,
) -> Report {
    let here = std::env::current_dir().ok();
    let next = AtomicUsize::new(0);
    let whole = Mutex::new(Report::default());
    let work = || {
        let mut reader = Reader::new(scanner, salt, bounds.clone());
        while let Some(path) = listed.files.get(next.fetch_add(1, Ordering::Relaxed)) {
            // As it is called from here, whichever way it was named: so a baseline and git call it, too.
            let called = here.as_ref().and_then(|here| path.strip_prefix(here).ok());
            let place = Place::file(&called.unwrap_or(path).display().to_string());
            match File::open(path) {
                Ok(file) => reader.file(place, file),
                Err(error) => reader.not_read(place, error.to_string()),
            }
        }
        let report = reader.into_report();
        let mut whole = whole.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *whole = std::mem::take(&mut *whole).and(report);
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.clamp(1, listed.files.len().max(1)) {
            scope.spawn(work);
        }
        work();
    });
    let mut report = whole.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    report.not_read.extend(listed.not_read);
    report.sort();
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_file_nor_folder_is_told_and_never_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _held = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let listed = files(&socket);
        assert!(listed.files.is_empty() && listed.not_read[0].why.contains("neither"));
        assert_eq!(files(&folder.path().join("gone")).not_read.len(), 1);
        let within = files(folder.path());
        assert!(within.files.is_empty() && within.left_out == 1, "in a folder it is left out");
        assert!(files(Path::new("/dev/null")).files.is_empty());
    }
}
