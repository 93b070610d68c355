//! ZIP archives, and packages that are one: whether all readers find the same files in them, and nothing else stands in
//! the bytes. Nothing is unpacked (APPNOTE.TXT 6.3.10).

use std::collections::HashSet;

/// The record that ends an archive, without its comment (section 4.3.16).
const END_BYTES: usize = 22;
/// The same with the longest comment: as far back as readers look for it.
const END_WITHIN: usize = END_BYTES + 0xffff;
const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const FILE: &[u8] = b"PK\x03\x04";
/// What stands before the name of an entry of the directory, and before that of a file.
const ENTRY_BYTES: usize = 46;
const FILE_BYTES: usize = 30;
/// Files of one archive; the field that counts them has 16 bits.
const FILES_MAX: usize = 0xffff;
/// In the place of a number that stands in a record of ZIP64 (section 4.4.1.4).
const ELSEWHERE: u64 = 0xffff_ffff;

/// Where the files of an archive are listed.
struct Directory {
    start: usize,
    end: usize,
    count: usize,
}

/// Whether files of a type are ZIP archives: those themselves, and packages that are one (ECMA-376 part 2, OpenDocument
/// 1.3 part 2, programs of Java and of Android, books).
pub(super) fn is_zip(main: &str, sub: &str) -> bool {
    const NAMES: [&str; 5] =
        ["java-archive", "vnd.android.package-archive", "x-zip", "x-zip-compressed", "zip"];
    const BEGINNINGS: [&str; 2] = ["vnd.openxmlformats-officedocument.", "vnd.oasis.opendocument."];
    let is_package = BEGINNINGS.iter().any(|beginning| sub.starts_with(beginning));
    // A document of OpenDocument may be one flat text of XML.
    let is_flat = sub.ends_with("-flat-xml");
    main == "application"
        && (NAMES.contains(&sub) || sub.ends_with("+zip") || is_package && !is_flat)
}

/// What is wrong with an archive, in words; `None`: every reader finds the same files in it.
pub(super) fn two_readings(bytes: &[u8]) -> Option<&'static str> {
    let Some(end) = end(bytes) else {
        return Some("has no end that all readers find, or bytes behind it");
    };
    let Some(directory) = directory(bytes, end) else {
        return Some(
            "has bytes before its beginning, or a directory that does not end where it says",
        );
    };
    files(bytes, &directory).err()
}

/// Whether the record that ends an archive stands at the end, and its comment ends with the file.
pub(super) fn ends_as_archive(bytes: &[u8]) -> bool {
    end(bytes).is_some()
}

/// Whether an archive stands anywhere in the last bytes, whatever follows it: a directory, and the record that ends it.
pub(super) fn holds_archive(bytes: &[u8]) -> bool {
    let ends = memchr::memmem::find_iter(bytes, END);
    ends_as_archive(bytes)
        || ends.take(FILES_MAX).any(|place| {
            let size = number(bytes, place + 12, 4).and_then(|size| usize::try_from(size).ok());
            let start =
                size.filter(|size| *size >= ENTRY_BYTES).and_then(|size| place.checked_sub(size));
            start.and_then(|start| bytes.get(start..)).is_some_and(|rest| rest.starts_with(ENTRY))
        })
}

/// Where the end record stands: the only one that any reader may take for it.
fn end(bytes: &[u8]) -> Option<usize> {
    let from = bytes.len().saturating_sub(END_WITHIN);
    let tail = bytes.get(from..)?;
    // Readers look backwards, and some forwards from there: a second record in the comment would be another archive.
    let place = from + memchr::memmem::rfind(tail, END)?;
    let comment = usize::try_from(number(bytes, place + 20, 2)?).ok()?;
    (place + END_BYTES + comment == bytes.len()).then_some(place)
}

/// The directory that stands right before the end record (or those of ZIP64), and counts from the first byte.
fn directory(bytes: &[u8], end: usize) -> Option<Directory> {
    let at = |place: usize, size: usize| number(bytes, end + place, size);
    let (mut count, mut size, mut start) = (at(10, 2)?, at(12, 4)?, at(16, 4)?);
    let mut behind = end;
    // One disk, which is this file.
    if at(4, 2)? != 0 || at(6, 2)? != 0 || at(8, 2)? != count {
        return None;
    }
    if count == 0xffff || size == ELSEWHERE || start == ELSEWHERE {
        let locator = end.checked_sub(20)?;
        let record = usize::try_from(number(bytes, locator + 8, 8)?).ok()?;
        let is_there = bytes.get(locator..)?.starts_with(b"PK\x06\x07")
            && bytes.get(record..)?.starts_with(b"PK\x06\x06");
        let length = usize::try_from(number(bytes, record.checked_add(4)?, 8)?).ok()?;
        if !is_there || record.checked_add(12)?.checked_add(length)? != locator {
            return None;
        }
        (count, size) = (number(bytes, record + 32, 8)?, number(bytes, record + 40, 8)?);
        start = number(bytes, record + 48, 8)?;
        behind = record;
    }
    let start = usize::try_from(start).ok()?;
    let end = start.checked_add(usize::try_from(size).ok()?)?;
    let count = usize::try_from(count).ok().filter(|count| *count <= FILES_MAX)?;
    (end == behind).then_some(Directory { start, end, count })
}

/// Every entry of the directory has its file, of the same name, and the first file is the first of the bytes.
fn files(bytes: &[u8], directory: &Directory) -> Result<(), &'static str> {
    const BROKEN: &str = "has a directory that is not what its files are";
    let mut names: HashSet<&[u8]> = HashSet::new();
    let (mut place, mut first) = (directory.start, directory.start);
    for _ in 0..directory.count {
        let rest =
            bytes.get(place..directory.end).filter(|rest| rest.starts_with(ENTRY)).ok_or(BROKEN)?;
        let length = |at: usize| number(rest, at, 2).and_then(|one| usize::try_from(one).ok());
        let (name, extra, comment) = (length(28), length(30), length(32));
        let (Some(name), Some(extra), Some(comment)) = (name, extra, comment) else {
            return Err(BROKEN);
        };
        let text = rest.get(ENTRY_BYTES..ENTRY_BYTES + name).ok_or(BROKEN)?;
        let extras = rest.get(ENTRY_BYTES + name..ENTRY_BYTES + name + extra).ok_or(BROKEN)?;
        let start = local_start(rest, extras).ok_or(BROKEN)?;
        if file_name(bytes, start) != Some(text) {
            return Err(BROKEN);
        }
        if !names.insert(text) {
            return Err("has two files of one name");
        }
        if leads_out(text) {
            return Err("has a file whose name leads out of where it is unpacked");
        }
        first = first.min(start);
        place += ENTRY_BYTES + name + extra + comment;
    }
    if place != directory.end {
        Err(BROKEN)
    } else if first != 0 {
        Err("has bytes before its beginning")
    } else {
        Ok(())
    }
}

/// Where the file of an entry begins; in ZIP64 behind the sizes that stand elsewhere, too (section 4.5.3).
fn local_start(entry: &[u8], extras: &[u8]) -> Option<usize> {
    let start = number(entry, 42, 4)?;
    if start != ELSEWHERE {
        return usize::try_from(start).ok();
    }
    let before = [number(entry, 24, 4)?, number(entry, 20, 4)?];
    let before = before.iter().filter(|size| **size == ELSEWHERE).count();
    let mut rest = extras;
    while let (Some(kind), Some(size)) = (number(rest, 0, 2), number(rest, 2, 2)) {
        if kind == 1 {
            return usize::try_from(number(rest, 4 + before * 8, 8)?).ok();
        }
        rest = rest.get(4 + usize::try_from(size).ok()?..)?;
    }
    None
}

/// The name that stands where a file begins.
fn file_name(bytes: &[u8], start: usize) -> Option<&[u8]> {
    let rest = bytes.get(start..).filter(|rest| rest.starts_with(FILE))?;
    let length = usize::try_from(number(rest, 26, 2)?).ok()?;
    rest.get(FILE_BYTES..FILE_BYTES + length)
}

/// Whether a file of this name lies elsewhere than where an archive is unpacked.
fn leads_out(name: &[u8]) -> bool {
    let is_drive = matches!(name, [letter, b':', ..] if letter.is_ascii_alphabetic());
    let mut steps = name.split(|one| b"/\\".contains(one));
    is_drive
        || name.starts_with(b"/")
        || name.starts_with(b"\\")
        || name.contains(&0)
        || steps.any(|step| step == b"..")
}

/// A number of so many bytes, the lowest first.
fn number(bytes: &[u8], place: usize, size: usize) -> Option<u64> {
    let bytes = bytes.get(place..place.checked_add(size)?)?;
    Some(bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word(value: usize, size: usize) -> Vec<u8> {
        value.to_le_bytes().get(..size).unwrap().to_vec()
    }

    /// An archive of these files, none of them packed, as ordinary programs write it.
    pub(in crate::signature) fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let (mut bytes, mut directory) = (Vec::new(), Vec::new());
        for (name, text) in files {
            let start = bytes.len();
            let sizes = [word(0, 4), word(text.len(), 4), word(text.len(), 4), word(name.len(), 2)]
                .concat();
            bytes.extend([FILE, &[20, 0, 0, 0, 0, 0, 0, 0, 0, 0], &sizes, &[0, 0]].concat());
            bytes.extend([name.as_bytes(), text.as_bytes()].concat());
            directory.extend([ENTRY, &[20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0], &sizes].concat());
            directory.extend([vec![0; 12], word(start, 4), name.as_bytes().to_vec()].concat());
        }
        let (start, count) = (bytes.len(), word(files.len(), 2));
        bytes.extend(&directory);
        let sizes = [word(directory.len(), 4), word(start, 4)].concat();
        bytes.extend([END, &[0, 0, 0, 0], &count, &count, &sizes, &[0, 0]].concat());
        bytes
    }

    #[test]
    fn an_archive_with_one_reading_passes() {
        for files in
            [&[][..], &[("a.txt", "text")], &[("a/", ""), ("a/b.txt", "PK\x03\x04"), ("c", "..")]]
        {
            assert_eq!(two_readings(&archive(files)), None, "{files:?}");
        }
        let mut commented = archive(&[("a", "b")]);
        let length = commented.len();
        commented[length - 2] = 5;
        commented.extend(b"hello");
        assert_eq!(two_readings(&commented), None);
        let inner = archive(&[("inner", "text")]);
        let nested = archive(&[("a.zip", std::str::from_utf8(&inner).unwrap())]);
        assert_eq!(two_readings(&nested), None);
    }

    #[test]
    fn foreign_bytes_before_behind_and_in_the_comment_are_found() {
        let honest = archive(&[("a.txt", "text")]);
        let empty = archive(&[]);
        let two = archive(&[("b.txt", "other")]);
        let mut commented = honest.clone();
        let length = commented.len();
        commented[length - 2..].copy_from_slice(&word(two.len(), 2));
        let mut hidden = honest.clone();
        hidden[30] = b'b';
        for (what, bytes) in [
            ("behind", [&honest[..], b"<?php system($_GET[0]); ?>"].concat()),
            ("before", [b"#!/bin/sh\nexit\n", &honest[..]].concat()),
            ("two in a row", [&two[..], &honest].concat()),
            ("an archive in the comment", [&commented[..], &two].concat()),
            ("an empty one behind", [&honest[..], &empty].concat()),
            ("another name in the directory", hidden),
            ("cut", honest[..honest.len() - 1].to_vec()),
            ("no archive", b"PK\x03\x04 and more".to_vec()),
            ("nothing", Vec::new()),
        ] {
            assert!(two_readings(&bytes).is_some(), "{what}");
        }
    }

    #[test]
    fn names_that_lead_out_and_names_that_stand_twice_are_found() {
        for name in ["../a", "a/../../b", "/etc/passwd", "..\\a", "C:\\a", "a\0b", ".."] {
            assert!(two_readings(&archive(&[(name, "")])).is_some(), "{name:?}");
        }
        for name in ["a..b", "...", "a/.b", "xy:z", "a b"] {
            assert_eq!(two_readings(&archive(&[(name, "")])), None, "{name:?}");
        }
        assert!(two_readings(&archive(&[("a", "1"), ("a", "2")])).is_some());
    }

    #[test]
    fn an_archive_inside_of_other_bytes_is_found_and_its_letters_alone_are_not() {
        let inner = archive(&[("a.txt", "text")]);
        assert!(holds_archive(&[b"\x89PNG....", &inner[..]].concat()));
        assert!(holds_archive(&[b"\x89PNG....", &inner[..], b"and more"].concat()));
        assert!(!holds_archive(b"\x89PNG PK\x05\x06 and more, PK\x03\x04, PK\x01\x02"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(
            before in prop::collection::vec(any::<u8>(), 0..64),
            at in 0_usize..200,
            byte in any::<u8>(),
        ) {
            let mut bytes = archive(&[("a.txt", "text"), ("b", "")]);
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            let _ = two_readings(&bytes);
            let bytes = [before, bytes].concat();
            let _ = (two_readings(&bytes), holds_archive(&bytes));
        }
    }
}
