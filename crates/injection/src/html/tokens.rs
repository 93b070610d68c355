//! A small tolerant tokenizer of HTML: tags and their attributes, as browsers read them and as filters leave
//! them (HTML, 13.2.5).
//!
//! Where a browser would go on reading an attribute and another tag begins, a new tag is assumed, since a page
//! may have closed the first. A quote that never closes reaches to the end of the text.

use std::ops::Range;

use crate::bytes::{at, is_space, part, rest, run};

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A tag opens. Its name.
    Element(Range<usize>),
    /// An attribute of the tag that opened last.
    Attribute {
        /// Its name.
        name: Range<usize>,
        /// Its value without quotes, empty if there is none.
        value: Range<usize>,
    },
}

/// Tags and attributes of a text, in their order.
pub(super) struct Tokens<'t> {
    bytes: &'t [u8],
    position: usize,
    in_tag: bool,
}

impl<'t> Tokens<'t> {
    pub(super) const fn of(bytes: &'t [u8]) -> Self {
        Self { bytes, position: 0, in_tag: false }
    }

    fn element(&mut self) -> Option<Token> {
        loop {
            let open = self.position + memchr::memchr(b'<', rest(self.bytes, self.position))?;
            // Closing tags have attributes that nobody runs, but old browsers did.
            let start = run(self.bytes, open + 1, |byte| matches!(byte, b'/' | 0));
            let end = run(self.bytes, start, is_name);
            self.position = end.max(open + 1);
            if at(self.bytes, start).is_ascii_alphabetic() {
                self.in_tag = true;
                return Some(Token::Element(start..end));
            }
        }
    }

    /// The next attribute, `None` where the tag ends.
    fn attribute(&mut self) -> Option<Token> {
        let start = run(self.bytes, self.position, |byte| {
            is_space(byte) || matches!(byte, b'/' | b'"' | b'\'' | b'`' | b',' | b';' | 0)
        });
        self.position = start;
        if start >= self.bytes.len() || at(self.bytes, start) == b'>' || self.opens(start) {
            self.in_tag = false;
            return None;
        }
        let mut end = start + 1;
        while end < self.bytes.len() && !ends_name(at(self.bytes, end)) && !self.opens(end) {
            end += 1;
        }
        let equals = run(self.bytes, end, is_space);
        if at(self.bytes, equals) != b'=' {
            self.position = end;
            return Some(Token::Attribute { name: start..end, value: end..end });
        }
        let value = run(self.bytes, equals + 1, is_space);
        let quote = at(self.bytes, value);
        let value = if matches!(quote, b'"' | b'\'' | b'`') {
            let inside = rest(self.bytes, value + 1);
            let length = memchr::memchr(quote, inside).unwrap_or(inside.len());
            self.position = (value + length + 2).min(self.bytes.len());
            value + 1..value + 1 + length
        } else {
            self.position = run(self.bytes, value, |byte| !is_space(byte) && byte != b'>');
            value..self.position
        };
        Some(Token::Attribute { name: start..end, value })
    }

    fn opens(&self, position: usize) -> bool {
        at(self.bytes, position) == b'<' && at(self.bytes, position + 1).is_ascii_alphabetic()
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if self.in_tag
            && let Some(attribute) = self.attribute()
        {
            return Some(attribute);
        }
        self.element()
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'.' | b'@' | 0)
}

fn ends_name(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b'=' | b'>' | b'/' | b'"' | b'\'')
}

/// Without what filters and browsers drop, in lower case, at most `max` bytes.
pub(super) fn plain(bytes: &[u8], range: Range<usize>, max: usize) -> Vec<u8> {
    part(bytes, range)
        .iter()
        .filter(|byte| **byte > b' ')
        .take(max)
        .map(u8::to_ascii_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let shown = |range: Range<usize>| text.get(range).unwrap_or_default().to_owned();
        Tokens::of(text.as_bytes())
            .map(|token| match token {
                Token::Element(name) => shown(name),
                Token::Attribute { name, value } => format!("{}={}", shown(name), shown(value)),
            })
            .collect()
    }

    #[test]
    fn tags_are_read_as_browsers_read_them() {
        assert_eq!(read("<a href = \"x>y\" b>c <i>"), ["a", "href=x>y", "b=", "i"]);
        assert_eq!(read("<svg/onload=f()//"), ["svg", "onload=f()//"]);
        assert_eq!(read("<img src='x'onerror=1>"), ["img", "src=x", "onerror=1"]);
        assert_eq!(read("a < b <3 <>"), Vec::<String>::new());
        assert_eq!(read("<b <script>x"), ["b", "script"]);
    }
}
