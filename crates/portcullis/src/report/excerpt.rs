//! One line of a file around a place, bounded, with nothing in it that a terminal would obey.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use portcullis_model::{Sources, Span};

use super::hidden::Hidden;
use super::places::{Place, Places, floor};

/// Bytes that are shown before the place. Contracts are also written as one line of 12 MB.
const BEFORE_MAX: usize = 60;
/// Bytes that are shown from the place on.
const AFTER_MAX: usize = 100;
/// Stands for what is left out.
const CUT: &str = "...";

/// One line around a place.
#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    place: Place,
    pub(super) text: String,
    /// The place, in bytes of `text`.
    pub(super) mark: Range<usize>,
}

impl Excerpt {
    /// `hidden`: what is not shown, wherever it stands in the line.
    pub(super) fn new(
        sources: &Sources,
        span: Span,
        places: &mut Places<'_>,
        hidden: &Hidden,
    ) -> Self {
        let source = sources.text(span.source);
        let start = floor(source, span.start as usize);
        let line = places.line(span.source, start);
        // A place in the end of a line is at its last column.
        let start = start.min(line.end);
        let from = floor(source, start.saturating_sub(BEFORE_MAX)).max(line.start);
        let to = floor(source, start + AFTER_MAX).min(line.end);
        let end = floor(source, span.end as usize).clamp(start, to);
        let mut text = String::new();
        if from > line.start {
            text.push_str(CUT);
        }
        let push = |text: &mut String, range| {
            push_visible(text, source, range, |at| hidden.covers(span.source, at));
        };
        push(&mut text, from..start);
        let mark_start = text.len();
        push(&mut text, start..end);
        let mark = mark_start..text.len();
        push(&mut text, end..to);
        if to < line.end {
            text.push_str(CUT);
        }
        Self { name: sources.name(span.source).to_owned(), place: places.range(span).0, text, mark }
    }
}

/// Control and direction characters become `?`: a contract may come from somebody else. What is hidden becomes `*`.
fn push_visible(
    out: &mut String,
    text: &str,
    range: Range<usize>,
    is_hidden: impl Fn(usize) -> bool,
) {
    let from = range.start;
    let text = text.get(range).unwrap_or_default();
    out.extend(text.char_indices().map(|(at, character)| match character {
        _ if is_hidden(from + at) => '*',
        '\t' => ' ',
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => '?',
        other if other.is_control() => '?',
        other => other,
    }));
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes(),
            SourceSpan::from(0..self.text.len()),
            self.place.line.saturating_sub(1),
            self.place.column.saturating_sub(1),
            1,
        )))
    }
}
