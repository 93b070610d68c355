//! Lines that hold one another: writing them behind a file, and reading a file that nobody vouched for.

use portcullis_model::UnixMillis;

use crate::canonical;
use crate::digest::Sha256Hex;
use crate::fault::{Fault, FaultKind};
use crate::key::{PublicKey, SigningKey};
use crate::record::{Line, Record, Seal};

/// Records of one file.
pub const RECORDS_MAX: usize = 100_000;
/// Bytes of one file.
pub const FILE_BYTES_MAX: usize = 128 << 20;

/// A file that is whole: every line follows the one above it, and the last one is a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// In the order of the file: what stands later was seen later.
    pub records: Vec<Record>,
    /// Seals, from the first to the last.
    pub seals: Vec<Seal>,
    /// The digest of the last line. Kept elsewhere, it shows later that nothing was taken off the end.
    pub head: Sha256Hex,
    lines: u64,
}

/// Reads a file that must be whole. With a key, all of it must be signed by that one; with a head, a line of that
/// digest must be in it.
///
/// # Errors
/// The first line that is not as it was written.
pub fn verify(
    text: &str,
    key: Option<&PublicKey>,
    kept: Option<Sha256Hex>,
) -> Result<Verified, Fault> {
    let fault = |line, kind| Fault { line, kind };
    if text.len() > FILE_BYTES_MAX {
        return Err(fault(1, FaultKind::TooLarge));
    }
    let mut found =
        Verified { records: Vec::new(), seals: Vec::new(), head: Sha256Hex::NOTHING, lines: 0 };
    let (mut is_sealed, mut has_kept) = (true, kept.is_none());
    for (place, line) in text.split_terminator('\n').enumerate() {
        let at = place + 1;
        let read = read(line).map_err(|kind| fault(at, kind))?;
        let previous = match &read {
            Line::Record { previous, .. } | Line::Seal(Seal { previous, .. }) => *previous,
        };
        if previous != found.head {
            return Err(fault(at, FaultKind::Unlinked));
        }
        is_sealed = matches!(read, Line::Seal(_));
        match read {
            Line::Record { seen, .. } if found.records.len() < RECORDS_MAX => {
                found.records.push(*seen);
            }
            Line::Record { .. } => return Err(fault(at, FaultKind::TooLarge)),
            Line::Seal(seal) => {
                sealed(&seal, found.lines, key).map_err(|kind| fault(at, kind))?;
                found.seals.push(seal);
            }
        }
        found.head = Sha256Hex::of(line.as_bytes());
        found.lines += 1;
        has_kept |= Some(found.head) == kept;
    }
    let last = found.lines as usize;
    if found.lines == 0 {
        return Err(fault(1, FaultKind::Empty));
    }
    // A last line without its end may be half of a longer one.
    if !is_sealed || !text.ends_with('\n') {
        return Err(fault(last, FaultKind::Unsealed));
    }
    if !has_kept {
        return Err(fault(last, FaultKind::MissingSeal));
    }
    Ok(found)
}

fn read(line: &str) -> Result<Line, FaultKind> {
    let read: Line =
        serde_json::from_str(line).map_err(|error| FaultKind::Unreadable(error.to_string()))?;
    match canonical::text(&read) {
        Ok(text) if text == line => Ok(read),
        _ => Err(FaultKind::NotCanonical),
    }
}

fn sealed(seal: &Seal, lines: u64, key: Option<&PublicKey>) -> Result<(), FaultKind> {
    if seal.lines != lines {
        return Err(FaultKind::Miscounted { said: seal.lines, found: lines });
    }
    if key.is_some_and(|key| *key != seal.key) {
        return Err(FaultKind::OtherKey(seal.key.to_string()));
    }
    let text = Seal::signed_text(seal.lines, seal.previous, seal.at);
    if seal.key.signed(&text, &seal.signature) { Ok(()) } else { Err(FaultKind::BadSignature) }
}

/// The lines of a run, to stand behind a file that was verified (or first in a new one), with a seal.
///
/// # Errors
/// If there is nothing to write, or more than a file holds.
pub fn append(
    behind: Option<&Verified>,
    records: &[Record],
    key: &SigningKey,
    now: UnixMillis,
) -> Result<String, &'static str> {
    let already = behind.map_or(0, |file| file.records.len());
    if records.is_empty() {
        return Err("there is nothing to keep");
    }
    if already + records.len() > RECORDS_MAX {
        return Err("the file is full; begin a new one");
    }
    let mut previous = behind.map_or(Sha256Hex::NOTHING, |file| file.head);
    let mut lines = behind.map_or(0, |file| file.lines);
    let mut text = String::new();
    let mut push = |line: &Line| {
        let line = canonical::text(line).map_err(|_| "a record has no canonical form")?;
        text.push_str(&line);
        text.push('\n');
        Ok::<_, &str>(Sha256Hex::of(line.as_bytes()))
    };
    for record in records {
        previous = push(&Line::Record { previous, seen: Box::new(record.clone()) })?;
        lines += 1;
    }
    let signature = key.sign(&Seal::signed_text(lines, previous, now));
    let seal = Seal { previous, lines, at: now, key: key.public(), signature };
    push(&Line::Seal(seal))?;
    Ok(text)
}

#[cfg(test)]
mod tests;
