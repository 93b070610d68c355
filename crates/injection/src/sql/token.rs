//! Cuts a text into the tokens of SQL, of no dialect in particular, and never fails.

use std::ops::Range;

use crate::bytes::run;
use crate::sql::word::{Class, class};

/// Where the text is put into a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Outside of quotes, like a number.
    Bare,
    /// Within a pair of this quote.
    Within(u8),
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    /// Text in quotes, or a name in quotes.
    Text {
        closed: bool,
    },
    Word(Class),
    /// `@a`, `@@version`, `:name`, `$1`.
    Variable,
    /// `=`, `<`, `>=`, `!=`.
    Compare,
    /// `and`, `or`, `xor`, `&&`, `||`.
    Logic,
    /// `+`, `-`, `*`, `/`, `%`, `^`, `&`, `|`, `~`, `!`.
    Arithmetic,
    Open,
    Close,
    Comma,
    Semicolon,
    Dot,
    Other,
}

/// A token, and what lies before it.
#[derive(Debug, Clone)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
    pub(super) text: &'a str,
    /// A comment lies between it and the one before.
    pub(super) after_comment: bool,
}

impl Token<'_> {
    /// Whether it is this word, in any case.
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Word(_) | Kind::Logic) && self.text.eq_ignore_ascii_case(word)
    }
}

/// A comment that nothing follows: it cuts off what the query says after the text.
#[derive(Debug, Clone)]
pub(super) struct Tail {
    pub(super) span: Range<usize>,
    /// Bytes of letters and digits in it.
    pub(super) letters: usize,
    /// `#`, which is a comment in MySQL alone, and a common sign elsewhere.
    pub(super) hash: bool,
}

/// Bytes of a token and the space before it, about.
const TOKEN_BYTES: usize = 5;

/// The tokens of a text.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    pub(super) list: Vec<Token<'a>>,
    pub(super) tail: Option<Tail>,
    /// For each token that opens a bracket, the one that closes it.
    partner: Vec<usize>,
    /// A comment that MySQL reads as code (`/*!50000 select */`).
    pub(super) conditional_comment: bool,
}

impl<'a> Tokens<'a> {
    /// Cuts `text`. Costs a step a byte.
    pub(super) fn cut(text: &'a str, place: Place) -> Self {
        let mut cutter = Cutter {
            text,
            at: 0,
            list: Vec::with_capacity(text.len() / TOKEN_BYTES),
            tail: None,
            conditional_comment: false,
            after_comment: false,
        };
        if let Place::Within(quote) = place {
            cutter.head(quote);
        }
        while cutter.step() {}
        let partner = partners(&cutter.list);
        Self {
            list: cutter.list,
            tail: cutter.tail,
            partner,
            conditional_comment: cutter.conditional_comment,
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<&Token<'a>> {
        self.list.get(at)
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.get(at).map(|token| token.kind)
    }

    pub(super) fn is(&self, at: usize, word: &str) -> bool {
        self.get(at).is_some_and(|token| token.is(word))
    }

    pub(super) fn is_any(&self, at: usize, words: &[&str]) -> bool {
        self.get(at).is_some_and(|token| words.iter().any(|word| token.is(word)))
    }

    /// Behind the bracket that closes what opens `at`; the end if none does.
    pub(super) fn behind(&self, at: usize) -> usize {
        self.partner.get(at).copied().unwrap_or(at) + 1
    }

    /// Whether nothing comes `at` or later.
    pub(super) fn ends(&self, at: usize) -> bool {
        at >= self.list.len()
    }

    /// From the first byte of one token to the last of another, as far as they are there.
    pub(super) fn span(&self, from: usize, to: usize) -> Range<usize> {
        let last = self.list.len().saturating_sub(1);
        let start = self.get(from.min(last)).map_or(0, |t| t.span.start);
        let end = self.get(to.min(last)).map_or(start, |t| t.span.end);
        start..end.max(start)
    }
}

/// For each token the place where its bracket closes: itself if it opens none, the last if none closes it.
fn partners(list: &[Token<'_>]) -> Vec<usize> {
    let mut partner: Vec<usize> = (0..list.len()).collect();
    let mut open = Vec::new();
    for (at, token) in list.iter().enumerate() {
        match token.kind {
            Kind::Open => open.push(at),
            Kind::Close => {
                if let Some(slot) = open.pop().and_then(|from: usize| partner.get_mut(from)) {
                    *slot = at;
                }
            }
            _ => {}
        }
    }
    for from in open {
        if let Some(slot) = partner.get_mut(from) {
            *slot = list.len().saturating_sub(1);
        }
    }
    partner
}

struct Cutter<'a> {
    text: &'a str,
    at: usize,
    list: Vec<Token<'a>>,
    tail: Option<Tail>,
    conditional_comment: bool,
    after_comment: bool,
}

impl Cutter<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        let bytes = self.text.as_bytes();
        bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &[u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: Kind, bytes: usize) {
        let span = self.at..(self.at + bytes).min(self.text.len());
        let text = self.text.get(span.clone()).unwrap_or_default();
        self.at = span.end;
        self.tail = None;
        self.list.push(Token { kind, span, text, after_comment: self.after_comment });
        self.after_comment = false;
    }

    /// What comes before the first quote, which closes the text of the query. A backslash does not keep it
    /// from that, as in some dialects and behind some escaping; a doubled one does.
    fn head(&mut self, quote: u8) {
        let bytes = self.text.as_bytes();
        let mut end = 0;
        while let Some(found) = bytes.get(end..).and_then(|rest| memchr::memchr(quote, rest)) {
            end += found + 1;
            if bytes.get(end) != Some(&quote) || end == 1 {
                return self.push(Kind::Text { closed: true }, end);
            }
            end += 1;
        }
        self.push(Kind::Text { closed: false }, self.text.len());
    }

    fn step(&mut self) -> bool {
        let Some(first) = self.rest().first().copied() else {
            return false;
        };
        match first {
            0..=b' ' => self.at += 1,
            b'-' if self.byte(1) == b'-' => self.line_comment(false),
            b'#' => self.line_comment(true),
            b'/' if self.byte(1) == b'*' => self.block_comment(),
            b'*' if self.byte(1) == b'/' && self.conditional_comment => self.at += 2,
            b'\'' | b'"' | b'`' => self.quoted(first),
            b'0'..=b'9' => self.number(),
            b'.' if self.byte(1).is_ascii_digit() => self.number(),
            b'.' => self.push(Kind::Dot, 1),
            b'@' | b':' | b'$' => self.variable(),
            b'(' => self.push(Kind::Open, 1),
            b')' => self.push(Kind::Close, 1),
            b',' => self.push(Kind::Comma, 1),
            b';' => self.push(Kind::Semicolon, 1),
            b'&' | b'|' if self.byte(1) == first => self.push(Kind::Logic, 2),
            b'=' | b'<' | b'>' => self.compare(),
            b'!' if self.byte(1) == b'=' => self.compare(),
            b'+' | b'-' | b'*' | b'/' | b'%' | b'^' | b'&' | b'|' | b'~' | b'!' => {
                self.push(Kind::Arithmetic, 1);
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => self.word_or_space(),
            _ => self.push(Kind::Other, 1),
        }
        true
    }

    fn compare(&mut self) {
        let bytes = self.rest().iter();
        let count = bytes.take_while(|b| matches!(b, b'=' | b'<' | b'>' | b'!')).count();
        self.push(Kind::Compare, count);
    }

    fn line_comment(&mut self, hash: bool) {
        let rest = self.rest();
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        self.comment(end, hash);
    }

    fn block_comment(&mut self) {
        if self.byte(2) == b'!' {
            let digits = self.rest().iter().skip(3);
            self.at += 3 + digits.take_while(|b| b.is_ascii_digit()).count();
            self.conditional_comment = true;
            self.after_comment = true;
            return;
        }
        let rest = self.rest();
        let end = memchr::memmem::find(rest.get(2..).unwrap_or_default(), b"*/");
        self.comment(end.map_or(rest.len(), |end| end + 4), false);
    }

    fn comment(&mut self, bytes: usize, hash: bool) {
        let span = self.at..self.at + bytes;
        let inside = self.rest().iter().take(bytes);
        let letters = inside.filter(|b| b.is_ascii_alphanumeric() || **b >= 0x80).count();
        self.at = span.end;
        self.after_comment = true;
        // A comment behind a comment only makes the first longer.
        let (start, before) =
            self.tail.take().map_or((span.start, 0), |tail| (tail.span.start, tail.letters));
        let letters = before + letters;
        self.tail = Some(Tail { span: start..span.end, letters, hash });
    }

    fn quoted(&mut self, quote: u8) {
        let rest = self.rest();
        let mut end = 1;
        let mut closed = false;
        while let Some(byte) = rest.get(end) {
            end += 1;
            if *byte == b'\\' {
                end += 1;
            } else if *byte == quote {
                if rest.get(end) != Some(&quote) {
                    closed = true;
                    break;
                }
                end += 1;
            }
        }
        // A backslash may have stepped into the middle of a character.
        let mut end = end.min(rest.len());
        while !self.text.is_char_boundary(self.at + end) {
            end += 1;
        }
        self.push(Kind::Text { closed }, end);
    }

    fn number(&mut self) {
        let rest = self.rest();
        let hex = matches!(rest, [b'0', b'x' | b'X', next, ..] if next.is_ascii_hexdigit());
        let count = if hex {
            2 + rest.iter().skip(2).take_while(|b| b.is_ascii_hexdigit()).count()
        } else {
            rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count()
        };
        let exponent = match rest.get(count..) {
            Some([b'e' | b'E', next, ..]) if next.is_ascii_digit() && !hex => {
                1 + rest.iter().skip(count + 1).take_while(|b| b.is_ascii_digit()).count()
            }
            _ => 0,
        };
        self.push(Kind::Number, count + exponent);
    }

    fn variable(&mut self) {
        let rest = self.rest();
        let signs = rest.iter().take_while(|b| matches!(b, b'@' | b':' | b'$')).count();
        let name = rest.iter().skip(signs).take_while(|b| word_byte(**b)).count();
        if name == 0 && rest.first() != Some(&b'@') {
            return self.push(Kind::Other, signs);
        }
        self.push(Kind::Variable, signs + name);
    }

    fn word_or_space(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let count = word_bytes(rest);
        if count == 0 {
            // A space of other alphabets, or what stands for a byte that was no text: some databases skip it.
            self.at += rest.chars().next().map_or(1, char::len_utf8);
            return;
        }
        let text = self.text.get(self.at..self.at + count).unwrap_or_default();
        let kind = match class(text) {
            Class::Logic => Kind::Logic,
            class => Kind::Word(class),
        };
        self.push(kind, count);
    }
}

/// Bytes of the word that begins a text.
fn word_bytes(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut count = 0;
    loop {
        count = run(bytes, count, |byte| byte.is_ascii() && word_byte(byte));
        let next = text.get(count..).and_then(|rest| rest.chars().next());
        match next.filter(|next| !next.is_ascii()) {
            Some(one) if !one.is_whitespace() && one != char::REPLACEMENT_CHARACTER => {
                count += one.len_utf8();
            }
            _ => return count,
        }
    }
}

const fn word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..)
}
