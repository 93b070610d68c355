//! Files that hold others: no archive, map, string or encoding panics, and none comes out longer than it may.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_secrets::{Bounds, Place, Reader, Rules, Salt, Scanner};

/// Bytes that may come out of an input, with each of its nestings.
const BYTES_MAX: u64 = 4 << 20;

static SCANNER: LazyLock<Scanner> =
    LazyLock::new(|| Rules::built_in().and_then(Scanner::new).expect("the rules that are built in"));

fuzz_target!(|input: (u8, &[u8])| {
    let (kind, bytes) = input;
    let name = ["a", "a.map", "a.js", "a.asar", "a.gz"][usize::from(kind) % 5];
    let bounds = Bounds { inflated_bytes_free: BYTES_MAX, held_bytes_max: BYTES_MAX, entries_max: 1_000, ..Bounds::default() };
    let mut reader = Reader::new(&SCANNER, Salt::new().expect("chance"), bounds);
    reader.bytes(Place::file(name), bytes);
    let report = reader.into_report();
    let free = BYTES_MAX.max(100 * bytes.len() as u64);
    assert!(report.bytes <= free + bytes.len() as u64 + (64 << 10));
});
