//! The lines of a ledger, one at a time, however long it is.

use std::io::{self, BufRead};

/// Bytes of a line that are read: records are a hundred times shorter.
pub(crate) const LINE_BYTES_MAX: usize = 1 << 20;

/// The next line without its end, its first bytes if it is too long; false at the end.
pub(crate) fn next_line(ledger: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    let mut is_any = false;
    loop {
        let piece = ledger.fill_buf()?;
        if piece.is_empty() {
            return Ok(is_any);
        }
        is_any = true;
        let end = piece.iter().position(|byte| *byte == b'\n');
        let count = end.unwrap_or(piece.len());
        let room = LINE_BYTES_MAX.saturating_sub(line.len()).min(count);
        line.extend_from_slice(piece.get(..room).unwrap_or_default());
        ledger.consume(end.map_or(count, |end| end + 1));
        if end.is_some() {
            return Ok(true);
        }
    }
}
