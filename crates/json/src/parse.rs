//! From bytes to a [`Document`], or to the first fault.

mod names;
mod string;

use crate::document::Document;
use crate::fault::{Fault, FaultKind, Rejected};
use crate::limits::Limits;
use crate::node::{Edits, Kind, Node};

/// Reading recurses once per level: this bounds the stack whatever the limits say.
const DEPTH_MAX: usize = 512;
/// Spans are 32 bits.
const TEXT_BYTES_MAX: usize = 1 << 30;
/// Up to this many members, names are compared pair by pair.
const PAIRWISE_MEMBERS_MAX: usize = 16;

impl Document {
    /// Reads one JSON text. On a fault the bytes are given back with it.
    pub fn parse(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Rejected> {
        let reject =
            |kind, at: usize, bytes| Err(Rejected { fault: Fault { kind, at: at as u32 }, bytes });
        if bytes.len() > limits.text_bytes_max.min(TEXT_BYTES_MAX) {
            return reject(
                FaultKind::TextTooLong,
                limits.text_bytes_max.min(TEXT_BYTES_MAX),
                bytes,
            );
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                return reject(FaultKind::NotUtf8, at, error.into_bytes());
            }
        };
        if text.starts_with('\u{FEFF}') {
            return reject(FaultKind::ByteOrderMark, 0, text.into_bytes());
        }
        let mut parser = Parser {
            bytes: text.as_bytes(),
            text: &text,
            at: 0,
            limits,
            depth: 0,
            // A leaf with its name takes some 10 to 16 bytes of text; two nodes.
            nodes: Vec::with_capacity((text.len() / 5).clamp(4, 1 << 16)),
            unescaped: String::new(),
        };
        match parser.document() {
            Ok(()) => {
                let (nodes, unescaped) = (parser.nodes, parser.unescaped);
                Ok(Self { text, nodes, unescaped, dropped: 0, edits: Edits::NONE })
            }
            Err(fault) => Err(Rejected { fault, bytes: text.into_bytes() }),
        }
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
    limits: &'a Limits,
    depth: usize,
    nodes: Vec<Node>,
    unescaped: String,
}

/// What is known of a string: nothing of anything else.
#[derive(Clone, Copy, Default)]
struct Characters {
    escaped: bool,
    name: bool,
    first: u32,
    last: u32,
}

type Parsed<T = ()> = Result<T, Fault>;

impl Parser<'_> {
    fn document(&mut self) -> Parsed {
        self.skip_space();
        self.value()?;
        self.skip_space();
        if self.at < self.bytes.len() {
            return self.fault(FaultKind::TrailingText);
        }
        Ok(())
    }

    const fn fault<T>(&self, kind: FaultKind) -> Parsed<T> {
        Err(Fault { kind, at: self.at as u32 })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Parsed {
        match self.peek() {
            Some(b'"') => self.string(false).map(drop),
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true", Kind::True),
            Some(b'f') => self.word(b"false", Kind::False),
            Some(b'n') => self.word(b"null", Kind::Null),
            Some(_) => self.fault(FaultKind::Syntax),
            None => self.fault(FaultKind::UnexpectedEnd),
        }
    }

    /// Adds a node that begins at `start` and ends here, and has no children yet.
    fn push(&mut self, kind: Kind, start: usize) -> Parsed<usize> {
        self.push_node(kind, Characters::default(), start)
    }

    /// The same with what is known of a string's characters.
    #[inline]
    fn push_node(&mut self, kind: Kind, characters: Characters, start: usize) -> Parsed<usize> {
        let index = self.nodes.len();
        if index >= self.limits.nodes_max {
            return self.fault(FaultKind::TooManyNodes);
        }
        self.nodes.push(Node {
            kind,
            escaped: characters.escaped,
            dropped: false,
            name: characters.name,
            start: start as u32,
            end: self.at as u32,
            next: index as u32 + 1,
            first: characters.first,
            last: characters.last,
        });
        Ok(index)
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Parsed {
        let start = self.at;
        if !self.bytes.get(start..).unwrap_or_default().starts_with(word) {
            return self.fault(FaultKind::Syntax);
        }
        self.at += word.len();
        self.push(kind, start).map(drop)
    }

    fn number(&mut self) -> Parsed {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            Some(_) => return self.fault(FaultKind::Syntax),
            None => return self.fault(FaultKind::UnexpectedEnd),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        let mut has_exponent = false;
        if let Some(b'e' | b'E') = self.peek() {
            has_exponent = true;
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        let length = self.at - start;
        if length > self.limits.number_bytes_max {
            self.at = start;
            return self.fault(FaultKind::NumberTooLong);
        }
        // 309 digits without an exponent are the first that an f64 may not hold.
        if has_exponent || length > 308 {
            let lexeme = self.text.get(start..self.at).unwrap_or_default();
            if !lexeme.parse::<f64>().is_ok_and(f64::is_finite) {
                self.at = start;
                return self.fault(FaultKind::NumberRange);
            }
        }
        self.push(Kind::Number, start).map(drop)
    }

    fn digits(&mut self) -> Parsed {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        match self.peek() {
            _ if self.at > start => Ok(()),
            Some(_) => self.fault(FaultKind::Syntax),
            None => self.fault(FaultKind::UnexpectedEnd),
        }
    }

    fn array(&mut self) -> Parsed {
        let index = self.open(Kind::Array)?;
        let mut count = 0;
        self.skip_space();
        if self.peek() != Some(b']') {
            loop {
                count += 1;
                if count > self.limits.array_items_max {
                    return self.fault(FaultKind::TooManyItems);
                }
                self.skip_space();
                self.value()?;
                if self.more(b']')? {
                    continue;
                }
                break;
            }
        }
        self.close(index, count);
        Ok(())
    }

    fn object(&mut self) -> Parsed {
        let index = self.open(Kind::Object)?;
        let mut count = 0;
        let mut marks = 0;
        self.skip_space();
        if self.peek() != Some(b'}') {
            loop {
                count += 1;
                if count > self.limits.object_members_max {
                    return self.fault(FaultKind::TooManyMembers);
                }
                self.member(index, count, &mut marks)?;
                if self.more(b'}')? {
                    continue;
                }
                break;
            }
        }
        if count > PAIRWISE_MEMBERS_MAX {
            self.refuse_duplicates(index)?;
        }
        self.close(index, count);
        Ok(())
    }

    /// `marks` are those of the names before this one: only a name whose mark is known can stand
    /// there already.
    fn member(&mut self, object: usize, count: usize, marks: &mut u64) -> Parsed {
        self.skip_space();
        match self.peek() {
            Some(b'"') => {}
            Some(_) => return self.fault(FaultKind::Syntax),
            None => return self.fault(FaultKind::UnexpectedEnd),
        }
        let name = self.nodes.len();
        let start = self.at;
        let mark = self.string(true)?;
        if count <= PAIRWISE_MEMBERS_MAX {
            if *marks & mark != 0 && self.is_known_name(object, name) {
                self.at = start;
                return self.fault(FaultKind::DuplicateName);
            }
            *marks |= mark;
        }
        self.skip_space();
        match self.peek() {
            Some(b':') => self.at += 1,
            Some(_) => return self.fault(FaultKind::Syntax),
            None => return self.fault(FaultKind::UnexpectedEnd),
        }
        self.skip_space();
        self.value()
    }

    fn open(&mut self, kind: Kind) -> Parsed<usize> {
        self.depth += 1;
        if self.depth > self.limits.depth_max.min(DEPTH_MAX) {
            return self.fault(FaultKind::TooDeep);
        }
        let start = self.at;
        self.at += 1;
        self.push(kind, start)
    }

    /// After a child: whether another follows, or the container ends here.
    fn more(&mut self, close: u8) -> Parsed<bool> {
        self.skip_space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == close => Ok(false),
            Some(_) => self.fault(FaultKind::Syntax),
            None => self.fault(FaultKind::UnexpectedEnd),
        }
    }

    fn close(&mut self, index: usize, count: usize) {
        self.at += 1;
        self.depth -= 1;
        let next = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(index) {
            node.end = self.at as u32;
            node.next = next;
            node.first = count as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> FaultKind {
        Document::parse(text.into(), &Limits::default()).map(|_| text).unwrap_err().fault.kind
    }

    #[test]
    fn what_has_two_readings_is_refused() {
        assert_eq!(fault(r#"{"role": 1, "r\u006fle": 2}"#), FaultKind::DuplicateName);
        assert_eq!(fault(r#""\ud800""#), FaultKind::BadEscape);
        assert_eq!(fault(r#""\udc00""#), FaultKind::BadEscape);
        assert_eq!(fault("1e999"), FaultKind::NumberRange);
        assert_eq!(fault("\u{FEFF}{}"), FaultKind::ByteOrderMark);
        assert_eq!(fault("07"), FaultKind::TrailingText);
        assert_eq!(fault("+7"), FaultKind::Syntax);
        assert_eq!(fault("{} {}"), FaultKind::TrailingText);
        assert_eq!(fault("[1,]"), FaultKind::Syntax);
        assert_eq!(fault("NaN"), FaultKind::Syntax);
        assert_eq!(fault("\"\t\""), FaultKind::ControlCharacter);
    }

    #[test]
    fn a_duplicate_among_many_members_is_found() {
        let members: Vec<String> =
            (0..100).map(|index| format!("\"k{index}\": {{\"k\": 1}}")).collect();
        let text = format!("{{{},\"k\\u0037\": 1}}", members.join(","));
        assert_eq!(fault(&text), FaultKind::DuplicateName);
    }

    #[test]
    fn every_limit_holds() {
        let limits = Limits {
            text_bytes_max: 100,
            depth_max: 3,
            nodes_max: 10,
            string_bytes_max: 5,
            array_items_max: 4,
            object_members_max: 2,
            number_bytes_max: 5,
        };
        let kind =
            |text: &str| Document::parse(text.into(), &limits).map_err(|no| no.fault.kind).err();
        assert_eq!(kind("[[[]]]"), None);
        assert_eq!(kind("[[[[]]]]"), Some(FaultKind::TooDeep));
        assert_eq!(kind("[1,2,3,4]"), None);
        assert_eq!(kind("[1,2,3,4,5]"), Some(FaultKind::TooManyItems));
        assert_eq!(kind(r#"{"a":1,"b":2,"c":3}"#), Some(FaultKind::TooManyMembers));
        assert_eq!(kind("\"\\u00e9aaaa\""), Some(FaultKind::StringTooLong));
        assert_eq!(kind("123456"), Some(FaultKind::NumberTooLong));
        assert_eq!(kind("[[1,2,3],[1,2,3],[1]]"), Some(FaultKind::TooManyNodes));
        assert_eq!(kind(&" ".repeat(101)), Some(FaultKind::TextTooLong));
    }

    #[test]
    fn deep_nesting_is_refused_without_a_deep_stack() {
        let limits = Limits { depth_max: usize::MAX, ..Limits::GENEROUS };
        let text = "[".repeat(1_000_000);
        let rejected = Document::parse(text.clone().into(), &limits).unwrap_err();
        assert_eq!(rejected.fault.kind, FaultKind::TooDeep);
        assert_eq!(rejected.bytes, text.as_bytes(), "nothing is lost");
    }
}
