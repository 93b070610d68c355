//! The ledger of one try, kept in memory for who reads it afterwards.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

/// Bytes that are kept; a try writes a few hundred for each request.
const BYTES_MAX: usize = 4 << 20;

/// What a ledger wrote. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    /// Its records, in order.
    pub(crate) fn records(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = bytes.split(|byte| *byte == b'\n');
        lines.filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }
}

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() + bytes.len() <= BYTES_MAX {
            kept.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn records_come_back_in_their_order_and_half_a_line_is_none() {
        let kept = Kept::default();
        kept.clone().write_all(b"{\"a\":1}\n{\"a\":2}\n{\"a\"").unwrap();
        let records = kept.records();
        assert_eq!(records, [serde_json::json!({ "a": 1 }), serde_json::json!({ "a": 2 })]);
    }

    #[test]
    fn a_ledger_without_end_is_cut() {
        let mut kept = Kept::default();
        for _ in 0..5 {
            kept.write_all(&vec![b' '; 1 << 20]).unwrap();
        }
        assert_eq!(kept.0.lock().unwrap().len(), BYTES_MAX);
    }
}
