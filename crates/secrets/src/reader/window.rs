//! Looks through a stream a window at a time; what two windows have in common is longer than any secret.

use std::io::{self, Read};

use crate::bounds::MATCH_BYTES_MAX;
use crate::disguise::Bare;
use crate::matched::line;
use crate::place::Position;
use crate::reader::form::Form;
use crate::reader::piece::Raw;
use crate::reader::strings::{printable, wide};
use crate::reader::{Inside, Reader};

/// How far the windows before this one came.
#[derive(Default)]
struct Passed {
    bytes: u64,
    lines: u64,
    /// Of the line that goes on in this window.
    columns: u64,
}

/// In a line, beside a secret that may stay; a reason follows.
const ALLOW: &[u8] = b"portcullis:allow-secret";
/// Characters of a reason.
const REASON_MIN: usize = 3;

impl Reader<'_> {
    pub(super) fn windows(
        &mut self,
        inside: &Inside,
        form: Form,
        source: &mut dyn Read,
    ) -> io::Result<()> {
        let size = self.bounds.window_bytes.max(2 * MATCH_BYTES_MAX);
        let mut passed = Passed::default();
        let mut window: Vec<u8> = Vec::new();
        loop {
            let wanted = (size - window.len()) as u64;
            let read = source.take(wanted).read_to_end(&mut window);
            // What came before a fault is looked at, too.
            let count = *read.as_ref().unwrap_or(&0) as u64;
            let is_last = count < wanted;
            let kept = if is_last { 0 } else { MATCH_BYTES_MAX };
            let done = window.len() - kept;
            self.look(inside, form, &window, done, &passed);
            let gone = window.get(..done).unwrap_or_default();
            passed.bytes += done as u64;
            self.report.bytes += done as u64;
            passed.lines += memchr::memchr_iter(b'\n', gone).count() as u64;
            passed.columns = match memchr::memrchr(b'\n', gone) {
                Some(at) => (done - at - 1) as u64,
                None => passed.columns + done as u64,
            };
            window.drain(..done);
            read?;
            if is_last {
                return Ok(());
            }
        }
    }

    /// Looks for what begins in the first `done` bytes.
    fn look(&mut self, inside: &Inside, form: Form, window: &[u8], done: usize, passed: &Passed) {
        let mut found = Vec::new();
        if form == Form::Binary {
            self.piece(inside, &printable(window), &mut found);
            let (bytes, places) = wide(window);
            if !bytes.is_empty() {
                let text = Bare { coding: "utf-16", bytes, places };
                self.bare(inside, &text, &mut found);
            }
        } else {
            self.piece(inside, window, &mut found);
        }
        found.retain(|raw| raw.at < done);
        found.sort_by_key(|raw| raw.at);
        let (mut line_now, mut from) = (passed.lines + 1, 0);
        let mut column_base = passed.columns;
        for raw in found {
            let before = window.get(from..raw.at).unwrap_or_default();
            line_now += memchr::memchr_iter(b'\n', before).count() as u64;
            if let Some(end) = memchr::memrchr(b'\n', before) {
                (from, column_base) = (from + end + 1, 0);
            }
            let position = if form == Form::Binary {
                Position::Byte(passed.bytes + raw.at as u64)
            } else {
                Position::Line(line_now, column_base + (raw.at - from) as u64 + 1)
            };
            self.tell(inside, window, raw, position);
        }
    }

    fn tell(&mut self, inside: &Inside, window: &[u8], raw: Raw, position: Position) {
        if is_allowed(line(window, raw.at)) {
            self.report.allowed += 1;
        } else if let Some(rule) = self.scanner.rule(raw.rule) {
            self.report.found(raw.finding(rule, inside.place.clone(), position));
        }
    }
}

/// Whether a line says that what is in it may stay, and why.
fn is_allowed(line: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(line, ALLOW) else { return false };
    let reason = line.get(at + ALLOW.len()..).unwrap_or_default();
    reason.iter().filter(|byte| byte.is_ascii_alphanumeric()).count() >= REASON_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_allows_says_why() {
        assert!(is_allowed(b"key = 1 # portcullis:allow-secret a key of the sandbox"));
        assert!(!is_allowed(b"key = 1 # portcullis:allow-secret"));
        assert!(!is_allowed(b"key = 1 # portcullis:allow-secret */ -->"));
        assert!(!is_allowed(b"key = 1"));
    }
}
