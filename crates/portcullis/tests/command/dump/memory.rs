//! What a core of a process would hold: its memory, read by the user it belongs to.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

/// Of one mapping; what is larger was reserved and hardly used.
const MAPPING_BYTES_MAX: u64 = 1 << 30;

const PAGE: usize = 4096;

/// All that can be written to and is not empty, mapping by mapping.
pub(crate) fn of(pid: u32) -> Vec<Vec<u8>> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    maps.lines().filter_map(mapping).map(|(from, to)| read(&memory, from, to)).collect()
}

/// From and to of a mapping that is readable and writable.
fn mapping(line: &str) -> Option<(u64, u64)> {
    let (range, rest) = line.split_once(' ')?;
    let (from, to) = range.split_once('-')?;
    let (from, to) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?);
    (rest.starts_with("rw") && to - from <= MAPPING_BYTES_MAX).then_some((from, to))
}

/// Without the pages that are empty.
fn read(memory: &File, from: u64, to: u64) -> Vec<u8> {
    let mut all = Vec::new();
    let mut page = [0; PAGE];
    for at in (from..to).step_by(PAGE) {
        // A page may have gone meanwhile.
        if memory.read_exact_at(&mut page, at).is_ok() && page != [0; PAGE] {
            all.extend_from_slice(&page);
        }
    }
    all
}
