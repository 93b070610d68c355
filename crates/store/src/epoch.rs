//! How far the store had come, beside the database: what tells an older copy of it.
//!
//! The file is locked as long as the store is open, and so keeps other processes out. Two slots,
//! written in turn: a write that was cut short leaves the other one.

use std::fs::{File, TryLockError};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use crate::error::StoreError;
use crate::folder::{EPOCH, Folder};

/// A slot lies at the start of a sector.
const SLOT_DISTANCE: u64 = 4096;

/// Form, store, epoch, and the first 8 bytes of the SHA-256 of these.
const SLOT_LEN: usize = 8 + 16 + 8 + 8;

const FORM: [u8; 8] = *b"pcepoch1";

/// Which store, and how far it had come. It grows with whatever must not be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// Random, made with the database.
    pub(crate) store: [u8; 16],
    /// 0 until the database is there.
    pub(crate) number: u64,
}

/// The file, locked.
#[derive(Debug)]
pub(crate) struct EpochFile {
    file: File,
    path: PathBuf,
    next_slot: u64,
}

impl EpochFile {
    /// Locks it, and reads it; nothing where it is new.
    pub(crate) fn open(folder: &Folder) -> Result<(Self, Option<Epoch>), StoreError> {
        let path = folder.epoch();
        let file = folder.file(EPOCH)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse { path }),
            Err(TryLockError::Error(error)) => return Err(StoreError::Io(error.to_string())),
        }
        let length = file.metadata().map_err(|error| StoreError::Io(error.to_string()))?.len();
        let slots = [0, 1].map(|slot| read(&file, slot));
        let (latest, next_slot) = match slots {
            [Some(one), Some(other)] if one.number >= other.number => (Some(one), 1),
            [_, Some(other)] => (Some(other), 0),
            [Some(one), None] => (Some(one), 1),
            [None, None] if length == 0 => (None, 0),
            [None, None] => {
                let what = "neither of its two entries is whole".to_owned();
                return Err(StoreError::Damaged { path, what });
            }
        };
        Ok((Self { file, path, next_slot }, latest))
    }

    /// Returns when it lasts.
    pub(crate) fn write(&mut self, epoch: Epoch) -> Result<(), StoreError> {
        let written = self
            .file
            .write_all_at(&slot(epoch), self.next_slot * SLOT_DISTANCE)
            .and_then(|()| self.file.sync_data());
        written.map_err(|error| {
            StoreError::Io(format!("`{}` cannot be written: {error}", self.path.display()))
        })?;
        self.next_slot = 1 - self.next_slot;
        Ok(())
    }
}

fn slot(Epoch { store, number }: Epoch) -> [u8; SLOT_LEN] {
    let mut slot = [0; SLOT_LEN];
    let parts = FORM.iter().chain(&store).copied().chain(number.to_le_bytes());
    slot.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
    if let Some((facts, check)) = slot.split_last_chunk_mut::<8>() {
        *check = check_of(facts);
    }
    slot
}

fn read(file: &File, index: u64) -> Option<Epoch> {
    let mut slot = [0; SLOT_LEN];
    file.read_exact_at(&mut slot, index * SLOT_DISTANCE).ok()?;
    let (facts, check) = slot.split_last_chunk::<8>()?;
    let (form, rest) = facts.split_first_chunk::<8>()?;
    let (store, number) = rest.split_first_chunk::<16>()?;
    let is_whole = *form == FORM && check_of(facts) == *check;
    is_whole.then_some(Epoch { store: *store, number: u64::from_le_bytes(number.try_into().ok()?) })
}

fn check_of(facts: &[u8]) -> [u8; 8] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, facts);
    digest.as_ref().first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Folder) -> (EpochFile, Option<Epoch>) {
        EpochFile::open(folder).unwrap()
    }

    #[test]
    fn the_last_write_is_read_and_a_cut_one_leaves_the_one_before() {
        let base = tempfile::tempdir().unwrap();
        let folder = Folder::open(&base.path().join("store")).unwrap();
        let (mut file, first) = open(&folder);
        assert_eq!(first, None);
        let epoch = |number| Epoch { store: [7; 16], number };
        for number in 0..5 {
            file.write(epoch(number)).unwrap();
        }
        drop(file);
        let (file, last) = open(&folder);
        assert_eq!(last, Some(epoch(4)));
        // The write of 5 is cut short.
        file.file.write_all_at(b"pcep", file.next_slot * SLOT_DISTANCE).unwrap();
        file.file.write_all_at(&[0xff], file.next_slot * SLOT_DISTANCE + 30).unwrap();
        drop(file);
        let (mut file, last) = open(&folder);
        assert_eq!(last, Some(epoch(4)));
        file.write(epoch(6)).unwrap();
        drop(file);
        assert_eq!(open(&folder).1, Some(epoch(6)));
    }

    #[test]
    fn a_file_of_nothing_whole_is_damaged_and_one_in_use_says_so() {
        let base = tempfile::tempdir().unwrap();
        let folder = Folder::open(&base.path().join("store")).unwrap();
        let (file, _) = open(&folder);
        assert!(matches!(EpochFile::open(&folder), Err(StoreError::InUse { .. })));
        drop(file);
        folder.file(EPOCH).unwrap().write_all_at(b"something", 0).unwrap();
        assert!(matches!(EpochFile::open(&folder), Err(StoreError::Damaged { .. })));
    }
}
