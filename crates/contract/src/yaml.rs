//! YAML into the JSON that it means, with the place of every value.
//!
//! The core schema of YAML 1.2: only `true` and `false` are booleans, so `no` and `on` stay
//! texts. Keys are texts however they look: `200:` is `"200"`.

use std::collections::HashMap;

use portcullis_json::{Document, Limits, push_quoted};
use portcullis_model::{Diagnostic, SourceId, Span};
use serde_saphyr::granit_parser::{self, Event, Options, Parser, ScalarStyle};

use crate::notes::shown;
use crate::{codes, twice};

/// Bytes that aliases may add. Documents that use them to avoid repetition need kilobytes.
const ALIASED_BYTES_MAX: usize = 16 << 20;

/// Start and end of each node of the resulting document, by its index.
pub(crate) type Places = Vec<(u32, u32)>;

/// Reads a YAML text.
pub(crate) fn read(text: &str, source: SourceId) -> Result<(Document, Places), Diagnostic> {
    let limits = Limits::GENEROUS;
    let span = Span { source, start: 0, end: 0 };
    if text.len() > limits.text_bytes_max {
        let message = "the document is larger than 96 MiB";
        return Err(Diagnostic::error(&codes::TOO_LARGE, message).at(span));
    }
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = limits.depth_max;
    options.block_nesting_limit = limits.depth_max;
    options.simple_key_max_lookahead = 64 << 10;
    let mut writer = Writer {
        parser: Parser::new_from_str_with_options(text, options),
        source,
        text,
        text_bytes: text.len(),
        json: Vec::with_capacity(text.len()),
        places: Vec::new(),
        open: Vec::new(),
        anchors: HashMap::new(),
        aliased_bytes: 0,
    };
    writer.stream()?;
    let Writer { json, places, .. } = writer;
    let document = Document::parse(json, &limits).map_err(|rejected| {
        let message = format!("the document is too large: {}", rejected.fault);
        Diagnostic::error(&codes::TOO_LARGE, message).at(span)
    })?;
    Ok((document, places))
}

struct Writer<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    source: SourceId,
    text: &'a str,
    text_bytes: usize,
    json: Vec<u8>,
    places: Places,
    open: Vec<Open>,
    /// Finished nodes that an alias may name.
    anchors: HashMap<usize, Written>,
    aliased_bytes: usize,
}

/// A mapping or list that has begun.
struct Open {
    written: Written,
    anchor: usize,
    /// The keys of a mapping, and where each stands; `None` for a list.
    keys: Option<HashMap<String, u32>>,
    /// Whether a key waits for its value.
    wants_value: bool,
    is_empty: bool,
}

/// What was written for one node: bytes of JSON, and places.
#[derive(Clone, Copy)]
struct Written {
    json: (usize, usize),
    places: (usize, usize),
}

type Step<T = ()> = Result<T, Diagnostic>;

impl Writer<'_> {
    fn stream(&mut self) -> Step {
        let mut documents = 0;
        while let Some(next) = self.parser.next_event() {
            let (event, span) = next.map_err(|error| self.scan_error(&error))?;
            let span = self.span(&span);
            match event {
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents > 1 {
                        let message = "a second YAML document begins here";
                        return Err(unreadable(span, message).help("keep one document"));
                    }
                }
                Event::Scalar(text, style, anchor, tag) => {
                    if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
                        return Err(tag_problem(span, &tag));
                    }
                    self.scalar(&text, style, anchor, span)?;
                }
                Event::SequenceStart(_, anchor, _) => self.begin(false, anchor, span)?,
                Event::MappingStart(_, anchor, _) => self.begin(true, anchor, span)?,
                Event::SequenceEnd | Event::MappingEnd => self.end(),
                Event::Alias(anchor) => self.alias(anchor, span)?,
                _ => {}
            }
        }
        if self.places.is_empty() {
            self.json.extend_from_slice(b"null");
            self.places.push((0, 0));
        }
        Ok(())
    }

    /// What stands before a value: a comma, or the check that it may stand here. `true` if it is
    /// a key.
    fn place(&mut self, span: Span) -> Step<bool> {
        let source_bytes = self.text_bytes;
        if self.json.len() > source_bytes.saturating_mul(6).saturating_add(ALIASED_BYTES_MAX) {
            let message = "the document becomes too large";
            return Err(Diagnostic::error(&codes::TOO_LARGE, message).at(span));
        }
        let Some(open) = self.open.last_mut() else {
            return Ok(false);
        };
        let is_key = open.keys.is_some() && !open.wants_value;
        if (is_key || open.keys.is_none()) && !open.is_empty {
            self.json.push(b',');
        }
        if is_key || open.keys.is_none() {
            open.is_empty = false;
        }
        if open.keys.is_some() {
            open.wants_value = is_key;
        }
        Ok(is_key)
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, span: Span) -> Step {
        if self.place(span)? {
            return self.key(text, style, span);
        }
        let start = (self.json.len(), self.places.len());
        self.places.push((span.start, span.end));
        if style == ScalarStyle::Plain {
            push_plain(text, &mut self.json);
        } else {
            push_quoted(text, &mut self.json);
        }
        self.remember(anchor, start);
        Ok(())
    }

    fn key(&mut self, text: &str, style: ScalarStyle, span: Span) -> Step {
        if style == ScalarStyle::Plain && text == "<<" {
            let message = "merge keys are not read";
            return Err(unreadable(span, message).help("write the members out"));
        }
        let keys = self.open.last_mut().and_then(|open| open.keys.as_mut());
        if let Some(first) = keys.and_then(|keys| keys.insert(text.to_owned(), span.start)) {
            let problem = unreadable(span, "this key stands twice in one mapping");
            return Err(twice::help(problem, self.text, Some(first as usize)));
        }
        self.places.push((span.start, span.end));
        push_quoted(text, &mut self.json);
        self.json.push(b':');
        Ok(())
    }

    fn begin(&mut self, is_mapping: bool, anchor: usize, span: Span) -> Step {
        if self.place(span)? {
            let message = "a mapping or list stands where a key is wanted";
            return Err(unreadable(span, message));
        }
        let start = (self.json.len(), self.places.len());
        self.json.push(if is_mapping { b'{' } else { b'[' });
        let end = span.end.max(span.start + 1);
        self.places.push((span.start, end));
        self.open.push(Open {
            written: Written { json: (start.0, start.0), places: (start.1, start.1) },
            anchor,
            keys: is_mapping.then(HashMap::new),
            wants_value: false,
            is_empty: true,
        });
        Ok(())
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        self.json.push(if open.keys.is_some() { b'}' } else { b']' });
        self.remember(open.anchor, (open.written.json.0, open.written.places.0));
    }

    fn remember(&mut self, anchor: usize, start: (usize, usize)) {
        if anchor != 0 {
            let written =
                Written { json: (start.0, self.json.len()), places: (start.1, self.places.len()) };
            self.anchors.insert(anchor, written);
        }
    }

    /// Writes again what stands at the anchor. Its places are those of the anchor.
    fn alias(&mut self, anchor: usize, span: Span) -> Step {
        let Some(written) = self.anchors.get(&anchor).copied() else {
            return Err(unreadable(span, "this alias stands inside what it names"));
        };
        self.aliased_bytes += written.json.1 - written.json.0;
        if self.aliased_bytes > ALIASED_BYTES_MAX {
            let message = "aliases make the document too large";
            return Err(Diagnostic::error(&codes::TOO_LARGE, message).at(span));
        }
        if self.place(span)? {
            return Err(unreadable(span, "an alias stands where a key is wanted"));
        }
        let start = (self.json.len(), self.places.len());
        self.json.extend_from_within(written.json.0..written.json.1);
        self.places.extend_from_within(written.places.0..written.places.1);
        self.remember(anchor, start);
        Ok(())
    }
}

impl Writer<'_> {
    fn scan_error(&self, error: &granit_parser::ScanError) -> Diagnostic {
        let at = self.at(error.marker());
        let reason = error.info();
        let reason = reason.lines().next().unwrap_or("the text ends too early");
        let span = Span { source: self.source, start: at, end: at };
        unreadable(span, &format!("this is not YAML: {reason}"))
            .help("indent with spaces, and put text with `{`, `[`, `: ` or ` #` in quotes")
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let start = self.at(&span.start);
        let end = self.at(&span.end).max(start);
        Span { source: self.source, start, end }
    }

    fn at(&self, marker: &granit_parser::Marker) -> u32 {
        marker.byte_offset().unwrap_or_default().min(self.text_bytes) as u32
    }
}

fn tag_problem(span: Span, tag: &granit_parser::Tag) -> Diagnostic {
    let message = format!("the tag {} is not read", shown(&tag.original()));
    unreadable(span, &message).help("remove it")
}

fn unreadable(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error(&codes::UNREADABLE, message).at(span)
}

/// Writes a plain scalar as what the core schema says that it is (YAML 1.2.2 section 10.3.2).
fn push_plain(text: &str, json: &mut Vec<u8>) {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => json.extend_from_slice(b"null"),
        "true" | "True" | "TRUE" => json.extend_from_slice(b"true"),
        "false" | "False" | "FALSE" => json.extend_from_slice(b"false"),
        _ => match number(text) {
            Some(lexeme) => json.extend_from_slice(lexeme.as_bytes()),
            None => push_quoted(text, json),
        },
    }
}

/// The JSON spelling of a number of the core schema. Numbers that JSON does not have (`.inf`, or
/// more than 64-bit floating point holds) stay texts.
fn number(text: &str) -> Option<String> {
    /// Longer ones are texts.
    const CHARS_MAX: usize = 64;
    let first = text.bytes().next()?;
    if text.len() > CHARS_MAX || !matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.') {
        return None;
    }
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let is_digits = digits.chars().all(|digit| digit.is_digit(radix));
            let value = u64::from_str_radix(digits, radix).ok().filter(|_| is_digits)?;
            return Some(value.to_string());
        }
    }
    let (sign, unsigned) = match first {
        b'-' => ("-", text.get(1..)?),
        b'+' => ("", text.get(1..)?),
        _ => ("", text),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let mut lexeme = format!("{sign}{whole}");
    if !fraction.is_empty() {
        lexeme.push('.');
        lexeme.push_str(fraction);
    }
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !is_digits(digits) {
            return None;
        }
        lexeme.push('e');
        lexeme.push_str(exponent);
    }
    lexeme.parse::<f64>().ok().filter(|value| value.is_finite())?;
    Some(lexeme)
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_model::Sources;

    fn source() -> SourceId {
        Sources::default().add("test.yaml", "")
    }

    fn json(text: &str) -> String {
        read(text, source()).map_or_else(|why| why.message, |(document, _)| document.into_text())
    }

    #[test]
    fn yaml_means_what_its_core_schema_says() {
        assert_eq!(
            json("a: no\nb: on\nc: true\nd: ~\ne:"),
            r#"{"a":"no","b":"on","c":true,"d":null,"e":null}"#
        );
        assert_eq!(json("200: x\ntrue: y\nnull: z"), r#"{"200":"x","true":"y","null":"z"}"#);
        assert_eq!(
            json("- 007\n- +5\n- 0x1F\n- 0o17\n- .5\n- 5.\n- -0.0\n- 1e3"),
            "[7,5,31,15,0.5,5,-0.0,1e3]"
        );
        assert_eq!(
            json("- .inf\n- 1e999\n- 2026-12-31\n- 1.0.0\n- '5'\n- 0x\n- ."),
            r#"[".inf","1e999","2026-12-31","1.0.0","5","0x","."]"#
        );
        assert_eq!(json("a: |\n  b\n  \"c\"\n"), r#"{"a":"b\n\"c\"\n"}"#);
        assert_eq!(json("[]"), "[]");
        assert_eq!(json(""), "null");
    }

    #[test]
    fn an_alias_is_what_it_names() {
        assert_eq!(json("a: &x {b: [1]}\nc: *x"), r#"{"a":{"b":[1]},"c":{"b":[1]}}"#);
        assert_eq!(json("- &x 1\n- *x"), "[1,1]");
        assert_eq!(json("- &x a\n- b: *x"), r#"["a",{"b":"a"}]"#);
        assert_eq!(json("a: &x [*x]"), "this alias stands inside what it names");
    }

    #[test]
    fn an_alias_bomb_is_bounded() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let before = format!("*a{}, ", level - 1).repeat(10);
            bomb = format!("{bomb}a{level}: &a{level} [{before}]\n");
        }
        assert_eq!(json(&bomb), "aliases make the document too large");
    }

    #[test]
    fn what_has_two_readings_is_refused() {
        assert_eq!(json("a: 1\na: 2"), "this key stands twice in one mapping");
        assert_eq!(json("200: 1\n'200': 2"), "this key stands twice in one mapping");
        assert_eq!(json("a: 1\n---\nb: 2"), "a second YAML document begins here");
        assert_eq!(json("a: &x {}\nb:\n  <<: *x"), "merge keys are not read");
        assert_eq!(json("? [a]\n: b"), "a mapping or list stands where a key is wanted");
        assert!(json("a: !secret b").starts_with("the tag"));
        assert!(json("a: [1").starts_with("this is not YAML"));
        assert!(json(&"[".repeat(2_000)).starts_with("this is not YAML"));
        assert!(json(&"- ".repeat(2_000)).starts_with("this is not YAML"));
    }

    #[test]
    fn every_value_has_its_place() {
        let text = "é: [a, bc]\nd: &x {e: 1}\nf: *x\n";
        let (document, places) = read(text, source()).unwrap();
        assert_eq!(places.len(), document.node_count());
        let at = |pointer: &str| {
            let (start, end) = places[document.root().lookup(pointer).unwrap().index() as usize];
            &text[start as usize..end as usize]
        };
        assert_eq!(at("/é/1"), "bc");
        assert_eq!(at("/d/e"), "1");
        assert_eq!(at("/f/e"), "1");
    }
}
