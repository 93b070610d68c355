//! Passwords that many have had, in a file: asked, and never read into memory.
//!
//! Two forms. Lines of a SHA-1 in hex, a colon and a count, in the order of the hashes, as Have I Been Pwned gives them (40
//! GB): searched by halves. Or one password on each line: read from the first to the last.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use portcullis_model::Secret;
use sha1::{Digest as _, Sha1};

/// Hex digits of a SHA-1.
const HASH: usize = 40;
/// Bytes of a line, at most.
const LINE_BYTES_MAX: usize = 1024;
/// Bytes of a list of passwords as they are: it is read as a whole.
const LIST_BYTES_MAX: u64 = 64 << 20;
/// Times that the file is halved: more than the bits of its length.
const HALVES_MAX: usize = 64;

/// Whether a prepared password is in the file.
pub(super) fn has(path: &Path, password: &Secret) -> Result<bool, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    is_in(file, length, password)
}

fn is_in(mut file: impl Read + Seek, length: u64, password: &Secret) -> Result<bool, String> {
    let Some((first, _)) = line_at(&mut file, 0)? else {
        return Err("it is empty".to_owned());
    };
    if hash_of(&first).is_some() {
        return is_in_hashes(file, length, password);
    }
    if length > LIST_BYTES_MAX {
        return Err("it is no list of hashes, and too long for one of passwords".to_owned());
    }
    is_in_list(file, password)
}

/// By halves. Of each line that is looked at, its place among the others is looked at, too: a file that is not in
/// order would hide what is in it.
fn is_in_hashes(
    mut file: impl Read + Seek,
    length: u64,
    password: &Secret,
) -> Result<bool, String> {
    let wanted: [u8; 20] = Sha1::digest(password.expose_secret()).into();
    let wanted = wanted.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let wanted: Vec<u8> =
        wanted.filter_map(|half| b"0123456789ABCDEF".get(usize::from(half)).copied()).collect();
    // The line that is looked for, if it is there, begins in here.
    let (mut from, mut to) = (0, length);
    let (mut lowest, mut highest) = (vec![b'0'; HASH], vec![b'F'; HASH]);
    for _ in 0..HALVES_MAX {
        if from >= to {
            return Ok(false);
        }
        let middle = from + (to - from) / 2;
        let begin = begin_at(&mut file, middle, from)?;
        let Some((line, behind)) = line_at(&mut file, begin)?.filter(|_| begin < to) else {
            // No line begins behind the middle: what is left lies before it.
            to = middle;
            continue;
        };
        let hash = hash_of(&line).ok_or_else(|| format!("at byte {begin} there is no hash"))?;
        if hash < lowest || hash > highest {
            return Err(format!("at byte {begin} it is not in the order of its hashes"));
        }
        match hash.cmp(&wanted) {
            std::cmp::Ordering::Equal => return Ok(true),
            std::cmp::Ordering::Less => (from, lowest) = (behind, hash),
            std::cmp::Ordering::Greater => (to, highest) = (middle.min(begin), hash),
        }
    }
    Err("it cannot be searched".to_owned())
}

/// Where the first line begins at `middle` or behind it; `from` is the begin of one.
fn begin_at(file: &mut (impl Read + Seek), middle: u64, from: u64) -> Result<u64, String> {
    if middle <= from {
        return Ok(from);
    }
    // A line that begins right there has its end before it.
    Ok(line_at(file, middle - 1)?.map_or(u64::MAX, |(_, behind)| behind))
}

/// What stands there up to a line's end, and where the next line begins; none at the end of the file.
fn line_at(file: &mut (impl Read + Seek), at: u64) -> Result<Option<(Vec<u8>, u64)>, String> {
    let failed = |error: std::io::Error| error.to_string();
    if at == u64::MAX {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(at)).map_err(failed)?;
    let mut bytes = Vec::with_capacity(LINE_BYTES_MAX);
    file.take(LINE_BYTES_MAX as u64).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => {
            bytes.truncate(end);
            Ok(Some((bytes, at + end as u64 + 1)))
        }
        None if bytes.len() < LINE_BYTES_MAX => {
            let behind = at + bytes.len() as u64;
            Ok(Some((bytes, behind)))
        }
        None => Err(format!("at byte {at} a line is longer than {LINE_BYTES_MAX} bytes")),
    }
}

/// The hash at the begin of a line, in capital letters.
fn hash_of(line: &[u8]) -> Option<Vec<u8>> {
    let (hash, rest) = line.split_at_checked(HASH)?;
    let is_behind = matches!(rest.trim_ascii_end(), [] | [b':', ..]);
    (is_behind && hash.iter().all(u8::is_ascii_hexdigit)).then(|| hash.to_ascii_uppercase())
}

fn is_in_list(mut file: impl Read + Seek, password: &Secret) -> Result<bool, String> {
    file.rewind().map_err(|error| error.to_string())?;
    let wanted = String::from_utf8_lossy(password.expose_secret()).to_lowercase();
    for line in BufReader::new(file.take(LIST_BYTES_MAX)).split(b'\n') {
        let line = line.map_err(|error| error.to_string())?;
        // Whoever tries a list tries its words in either case.
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if String::from_utf8_lossy(line).to_lowercase() == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn ask(text: &[u8], password: &str) -> Result<bool, String> {
        is_in(Cursor::new(text), text.len() as u64, &Secret::new(password.as_bytes()))
    }

    fn hashes(passwords: &[String], end: &str) -> Vec<u8> {
        let mut lines: Vec<String> = passwords
            .iter()
            .enumerate()
            .map(|(count, password)| {
                let hash = Sha1::digest(password.as_bytes());
                let digits: Vec<String> = hash.iter().map(|byte| format!("{byte:02X}")).collect();
                format!("{}:{}{end}", digits.concat(), count * count)
            })
            .collect();
        lines.sort();
        lines.concat().into_bytes()
    }

    #[test]
    fn every_hash_of_a_file_is_found_and_no_other() {
        for count in [1, 2, 3, 10, 257] {
            let passwords: Vec<String> = (0..count).map(|number| format!("p{number}")).collect();
            for end in ["\n", "\r\n"] {
                let file = hashes(&passwords, end);
                for password in &passwords {
                    assert_eq!(ask(&file, password), Ok(true), "{password} of {count}");
                }
                for number in 0..300 {
                    assert_eq!(ask(&file, &format!("q{number}")), Ok(false), "of {count}");
                }
                // Without an end behind the last line, and in small letters.
                let cut = file.strip_suffix(end.as_bytes()).unwrap().to_ascii_lowercase();
                assert!(passwords.iter().all(|password| ask(&cut, password) == Ok(true)));
            }
        }
    }

    #[test]
    fn a_list_of_passwords_is_read_in_either_case() {
        let list = b"letmein\r\nCorrect Horse\nlast";
        assert_eq!(ask(list, "LetMeIn"), Ok(true));
        assert_eq!((ask(list, "correct horse"), ask(list, "last")), (Ok(true), Ok(true)));
        assert_eq!(ask(list, "correct"), Ok(false));
    }

    #[test]
    fn a_file_that_cannot_be_asked_says_so() {
        assert!(ask(b"", "x").is_err());
        let passwords: Vec<String> = (0..100).map(|number| format!("p{number}")).collect();
        let file = hashes(&passwords, "\n");
        // From the last to the first.
        let mut lines: Vec<&[u8]> = file.split_inclusive(|byte| *byte == b'\n').collect();
        lines.reverse();
        let backwards = lines.concat();
        let told = passwords.iter().filter(|one| ask(&backwards, one).is_err()).count();
        assert!(told > 90, "{told}");
        // Something else in the middle.
        let mut broken = file.clone();
        let half = broken.len() / 2;
        broken[half - 200..half + 200].fill(b'x');
        assert!(passwords.iter().any(|one| ask(&broken, one).is_err()));
        let mut long = file;
        long.extend(vec![b'A'; 2000]);
        assert!(passwords.iter().any(|one| ask(&long, one).is_err()), "a line without an end");
    }
}
