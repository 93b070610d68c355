//! Lines and columns, for many problems in large files: counting from the start for each of
//! them would be quadratic.

use std::collections::HashMap;

use portcullis_model::{SourceId, Sources, Span};
use serde_json::Value;

use super::pointers::Pointers;
use crate::talk::clean;

/// Bytes of a line in which a column still leads somewhere.
const LINE_MAX: usize = 300;

/// Bytes between two counts of characters: an audit asks for hundreds of thousands of places in one line.
const BLOCK: usize = 256;

/// Line and column, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// An object for programs, with the place that [`Places::at`] gave: `at`, and `pointer` where there
/// is one.
pub(crate) fn located(mut object: Value, at: Option<&str>) -> Value {
    let (at, pointer) = match at {
        Some(at) => parts(at),
        None => (None, None),
    };
    if let Some(members) = object.as_object_mut() {
        members.insert("at".to_owned(), at.into());
        members.insert("pointer".to_owned(), pointer.into());
    }
    object
}

/// `file:line:column` and the pointer behind it. Names of files and members may hold anything, so
/// the first place counts where a column ends.
fn parts(at: &str) -> (Option<&str>, Option<&str>) {
    let is_column = |before: &str| {
        let mut words = before.rsplit(':');
        let is_number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        words.next().is_some_and(is_number) && words.next().is_some_and(is_number)
    };
    let splits = at.match_indices(" #").filter_map(|(place, _)| at.split_at_checked(place));
    let mut splits = splits.filter(|(before, _)| is_column(before));
    splits.next().map_or((Some(at), None), |(at, pointer)| (Some(at), Some(pointer.trim_start())))
}

/// The lines of all files that were asked for.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    sources: &'a Sources,
    files: HashMap<SourceId, Lines>,
    pointers: HashMap<SourceId, Pointers>,
}

#[derive(Debug)]
struct Lines {
    /// The first byte of every line.
    starts: Vec<usize>,
    /// How many characters begin before every block.
    characters: Vec<usize>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(sources: &'a Sources) -> Self {
        Self { sources, files: HashMap::new(), pointers: HashMap::new() }
    }

    /// The file, line and column where a span starts.
    pub(crate) fn start(&mut self, span: Span) -> (String, usize, usize) {
        let Place { line, column } = self.place(span.source, span.start as usize);
        (self.sources.name(span.source).to_owned(), line, column)
    }

    /// Where a span starts: `file:line:column`, and in a line that nobody reads its pointer.
    pub(crate) fn at(&mut self, span: Span) -> String {
        let Place { line, column } = self.place(span.source, span.start as usize);
        let pointer = self.pointer(span).map(|pointer| format!(" {pointer}"));
        let name = self.sources.name(span.source);
        format!("{name}:{line}:{column}{}", pointer.unwrap_or_default())
    }

    /// The JSON Pointer of a place that stands in a long line of a JSON text.
    pub(super) fn pointer(&mut self, span: Span) -> Option<String> {
        let sources = self.sources;
        let text = sources.text(span.source);
        let byte = span.start as usize;
        let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
        if !is_json || self.line(span.source, byte).len() <= LINE_MAX {
            return None;
        }
        let pointers = self.pointers.entry(span.source).or_insert_with(|| Pointers::of(text));
        pointers.at(text, byte).map(|pointer| clean(&pointer))
    }

    /// Where a span starts, and where it ends.
    pub(super) fn range(&mut self, span: Span) -> (Place, Place) {
        let start = self.place(span.source, span.start as usize);
        let end = self.place(span.source, span.end.max(span.start) as usize);
        (start, end)
    }

    /// The bytes of the line that holds a byte, without its end.
    pub(super) fn line(&mut self, source: SourceId, byte: usize) -> std::ops::Range<usize> {
        let text = self.sources.text(source);
        let byte = floor(text, byte);
        let lines = self.lines(source);
        let (line, start) = lines.start_of(byte);
        let end = lines.starts.get(line + 1).copied().unwrap_or(text.len());
        let written = text.get(start..end).unwrap_or_default();
        start..start + written.trim_end_matches(['\n', '\r']).len()
    }

    fn place(&mut self, source: SourceId, byte: usize) -> Place {
        let text = self.sources.text(source);
        let byte = floor(text, byte);
        let lines = self.lines(source);
        let (line, start) = lines.start_of(byte);
        let before = |byte| lines.characters_before(text, byte);
        Place { line: line + 1, column: before(byte).saturating_sub(before(start)) + 1 }
    }

    fn lines(&mut self, source: SourceId) -> &Lines {
        let text = self.sources.text(source);
        self.files.entry(source).or_insert_with(|| Lines::new(text))
    }
}

impl Lines {
    fn new(text: &str) -> Self {
        let after = |(at, _): (usize, &str)| at + 1;
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(after)).collect();
        let mut characters = vec![0];
        let mut count = 0;
        for block in text.as_bytes().chunks(BLOCK) {
            count += begun(block);
            characters.push(count);
        }
        Self { starts, characters }
    }

    /// The line that holds a byte, from 0, and the line's first byte.
    fn start_of(&self, byte: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= byte).saturating_sub(1);
        (line, self.starts.get(line).copied().unwrap_or_default())
    }

    fn characters_before(&self, text: &str, byte: usize) -> usize {
        let block = byte / BLOCK;
        let rest = text.as_bytes().get(block * BLOCK..byte).unwrap_or_default();
        self.characters.get(block).copied().unwrap_or_default() + begun(rest)
    }
}

/// How many characters begin in these bytes of UTF-8.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

/// The character boundary at or before a byte.
pub(super) fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_read_place_and_pointer_apart() {
        for (at, place, pointer) in [
            ("a.json:1:5657 #/paths/~1orders", "a.json:1:5657", Some("#/paths/~1orders")),
            ("a #b.json:1:2 #/c:1:2 #/d", "a #b.json:1:2", Some("#/c:1:2 #/d")),
            ("a.yaml:3:4", "a.yaml:3:4", None),
            ("a #b.yaml:3:4", "a #b.yaml:3:4", None),
        ] {
            assert_eq!(parts(at), (Some(place), pointer), "{at}");
        }
    }

    #[test]
    fn places_are_those_of_the_sources() {
        let mut sources = Sources::default();
        let text = format!("é: 1\r\n{}x\n\nend", "öx ".repeat(5000));
        let source = sources.add("a.yaml", text.as_str());
        let mut places = Places::new(&sources);
        for byte in [0, 1, 2, 5, 6, 7, 4095, 4096, 4097, 9000, text.len() - 1, text.len(), 999_999]
        {
            let at = byte as u32;
            let span = Span { source, start: at, end: at };
            let (line, column) = sources.line_column(span);
            let place = places.range(span).0;
            assert_eq!((place.line, place.column), (line as usize, column as usize), "{byte}");
        }
    }
}
