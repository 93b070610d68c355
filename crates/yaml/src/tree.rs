//! A text into a tree that keeps spans: YAML with one reading only.
//!
//! Anchors, aliases, tags, directives, several documents and repeated keys are errors: each of
//! them lets one text say two things, and none is needed in a file of sixty lines. Scalars keep
//! their spelling, so that `2027-01-31`, `512B/s` and `no` mean what the section makes of them.

use std::borrow::Cow;
use std::collections::HashMap;

use portcullis_model::{Diagnostic, SourceId, Span};
use serde_saphyr::granit_parser::{self, Event, Options, Parser, ScalarStyle};

use crate::notes::{Notes, shown};

/// Lists and mappings inside one another. The deepest section has four.
const DEPTH_MAX: usize = 32;

/// A value, and the place to point at when it is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub content: Content,
    /// Scalars: the scalar. Mappings and lists: what they begin with, because a label under a
    /// whole section hides the place.
    pub span: Span,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// `~`, `null`, or nothing at all.
    Nothing,
    /// A scalar as it was written, escapes resolved.
    Scalar {
        /// What is written.
        text: String,
        /// Whether in quotes.
        quoted: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in order, without repeated keys.
    Mapping(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The word.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Content {
    /// The kind, for messages.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Scalar { .. } => "a single value",
            Self::List(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }
}

/// Reads a text. `None` if there is no tree; then `notes` says why.
pub fn read(source: SourceId, text: &str, notes: &mut Notes) -> Option<Node> {
    let codes = notes.codes();
    let (length, most) = (text.len(), codes.text_bytes_max);
    if length > most {
        let span = Span { source, start: 0, end: 0 };
        notes.push(|| {
            let message = format!("{} has {length} bytes, more than {most}", codes.file);
            Diagnostic::error(codes.too_large, message).at(span).help(codes.too_large_help)
        });
        return None;
    }
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.disallow_directives = true;
    options.flow_nesting_limit = DEPTH_MAX;
    options.block_nesting_limit = DEPTH_MAX;
    let mut reader =
        Reader { parser: Parser::new_from_str_with_options(text, options), text, source, notes };
    reader.stream()
}

struct Reader<'a, 'n> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    text: &'a str,
    source: SourceId,
    notes: &'n mut Notes,
}

/// The text cannot be read further; the reason is noted.
struct Stop;

type Next<'a> = (Event<'a>, Span);

impl<'a> Reader<'a, '_> {
    fn stream(&mut self) -> Option<Node> {
        let mut root = None;
        loop {
            match self.next().ok()? {
                (Event::StreamEnd, _) => break,
                (Event::StreamStart | Event::DocumentEnd, _) => {}
                (Event::DocumentStart(..), span) => {
                    if root.is_some() {
                        self.not_yaml(span, "a second document begins here", "keep one document");
                        return None;
                    }
                    let first = self.next().ok()?;
                    root = Some(self.node(first, 0).ok()?);
                }
                (_, span) => {
                    self.not_yaml(span, "something stands outside the document", "remove it");
                    return None;
                }
            }
        }
        Some(root.unwrap_or(Node {
            content: Content::Nothing,
            span: Span { source: self.source, start: 0, end: 0 },
        }))
    }

    fn next(&mut self) -> Result<Next<'a>, Stop> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, self.span(&span))),
            Some(Err(error)) => {
                let at = self.at(error.marker());
                let span = Span { source: self.source, start: at, end: at };
                let info = error.info();
                let reason = info.lines().next().unwrap_or("the text cannot be read");
                let message = format!("this is not YAML: {reason}");
                let code = self.notes.codes().not_yaml;
                self.notes.push(|| {
                    Diagnostic::error(code, message).at(span).help(
                        "indent with spaces, and put text with `{`, `[`, `: ` or ` #` in quotes",
                    )
                });
                Err(Stop)
            }
            None => Err(Stop),
        }
    }

    fn node(&mut self, (event, span): Next<'a>, depth: usize) -> Result<Node, Stop> {
        if depth > DEPTH_MAX {
            self.not_yaml(span, "lists and mappings stand too deep in one another", "nest less");
            return Err(Stop);
        }
        self.properties(&event, span);
        match event {
            Event::Scalar(text, style, ..) => Ok(scalar(text, style, span)),
            Event::SequenceStart(..) => self.list(span, depth),
            Event::MappingStart(..) => self.mapping(span, depth),
            Event::Alias(_) => {
                self.not_yaml(span, "an alias stands here", "write the value out");
                Ok(Node { content: Content::Nothing, span })
            }
            _ => {
                self.not_yaml(span, "a value is missing here", "write one");
                Err(Stop)
            }
        }
    }

    fn list(&mut self, start: Span, depth: usize) -> Result<Node, Stop> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => break,
                next => items.push(self.node(next, depth + 1)?),
            }
        }
        let span = items.first().map_or(start, |first: &Node| first.span);
        Ok(Node { content: Content::List(items), span })
    }

    fn mapping(&mut self, start: Span, depth: usize) -> Result<Node, Stop> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut known: HashMap<String, u32> = HashMap::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => break,
                next => self.node(next, depth + 1)?,
            };
            let next = self.next()?;
            let value = self.node(next, depth + 1)?;
            let Content::Scalar { text, .. } = key.content else {
                let span = key.span;
                self.not_yaml(span, "a key is not a single word", "write `key: value`");
                continue;
            };
            if let Some(first) = known.get(&text) {
                let code = self.notes.codes().duplicate_key;
                self.notes.push(|| {
                    let line = line_of(self.text, *first);
                    Diagnostic::error(code, format!("{} stands here a second time", shown(&text)))
                        .at(key.span)
                        .label("again")
                        .help(format!("the first one is in line {line}: keep one of them"))
                });
                continue;
            }
            known.insert(text.clone(), key.span.start);
            entries.push((Key { text, span: key.span }, value));
        }
        let span = entries.first().map_or(start, |(key, _)| key.span);
        Ok(Node { content: Content::Mapping(entries), span })
    }

    /// Anchors and tags.
    fn properties(&mut self, event: &Event<'a>, span: Span) {
        let (anchor, tag) = match event {
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(_, anchor, tag)
            | Event::MappingStart(_, anchor, tag) => (*anchor, tag),
            _ => return,
        };
        if anchor != 0 {
            self.not_yaml(span, "this value has an anchor", "remove the `&name` before it");
        }
        if tag.is_some() {
            self.not_yaml(span, "this value has a tag", "remove the `!name` before it");
        }
    }

    fn not_yaml(&mut self, span: Span, message: &str, help: &str) {
        let code = self.notes.codes().not_yaml;
        self.notes.push(|| Diagnostic::error(code, message).at(span).help(help));
    }
}

impl Reader<'_, '_> {
    fn span(&self, span: &granit_parser::Span) -> Span {
        let start = self.at(&span.start);
        Span { source: self.source, start, end: self.at(&span.end).max(start) }
    }

    fn at(&self, marker: &granit_parser::Marker) -> u32 {
        let byte = marker.byte_offset().unwrap_or_default();
        byte.min(self.text.len()) as u32
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle, span: Span) -> Node {
    let quoted = style != ScalarStyle::Plain;
    let content = if !quoted && matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL") {
        Content::Nothing
    } else {
        Content::Scalar { text: text.into_owned(), quoted }
    };
    Node { content, span }
}

fn line_of(text: &str, byte: u32) -> usize {
    let before = text.get(..byte as usize).unwrap_or_default();
    before.matches('\n').count() + 1
}
