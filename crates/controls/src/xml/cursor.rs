//! A place in a text, and what stands at it.

use super::characters::{continues_name, is_char, is_space, starts_name};
use super::{Fault, FaultKind};

/// Digits of a character reference: more are no character.
const DIGITS_MAX: usize = 8;

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) rest: &'a str,
    length: usize,
}

/// A name with its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name<'a> {
    /// As it is written.
    pub(super) whole: &'a str,
    /// Empty if there is none.
    pub(super) prefix: &'a str,
    pub(super) local: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { rest: text, length: text.len() }
    }

    pub(super) const fn at(&self) -> usize {
        self.length - self.rest.len()
    }

    pub(super) const fn fault(&self, kind: FaultKind) -> Fault {
        Fault { kind, at: self.at() }
    }

    pub(super) const fn syntax(&self, what: &'static str) -> Fault {
        self.fault(FaultKind::Syntax(what))
    }

    /// Goes on behind `text`, if it stands here.
    pub(super) fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    pub(super) fn expect(&mut self, text: &str, what: &'static str) -> Result<(), Fault> {
        if self.take(text) { Ok(()) } else { Err(self.syntax(what)) }
    }

    /// The text before `end`; the cursor goes behind it.
    pub(super) fn until(&mut self, end: &str, what: &'static str) -> Result<&'a str, Fault> {
        let (before, behind) = self.rest.split_once(end).ok_or_else(|| self.syntax(what))?;
        self.rest = behind;
        Ok(before)
    }

    /// Skips white space; whether there was any.
    pub(super) fn space(&mut self) -> bool {
        let behind = self.rest.trim_start_matches(is_space);
        let is_some = behind.len() < self.rest.len();
        self.rest = behind;
        is_some
    }

    /// `local` or `prefix:local`.
    pub(super) fn name(&mut self) -> Result<Name<'a>, Fault> {
        let start = *self;
        let prefix = self.part().ok_or_else(|| start.syntax("a name is missing"))?;
        if !self.take(":") {
            return Ok(Name { whole: prefix, prefix: "", local: prefix });
        }
        let local = self.part().ok_or_else(|| start.syntax("a name with a colon out of place"))?;
        if self.rest.starts_with(':') {
            return Err(start.syntax("a name with two colons"));
        }
        let length = start.rest.len() - self.rest.len();
        Ok(Name { whole: start.rest.get(..length).unwrap_or_default(), prefix, local })
    }

    fn part(&mut self) -> Option<&'a str> {
        let is_plain =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let bytes = self.rest.as_bytes();
        let length = bytes.iter().position(|byte| !is_plain(byte)).unwrap_or(bytes.len());
        let (first, behind) = (bytes.first()?, bytes.get(length));
        if (first.is_ascii_alphabetic() || *first == b'_') && behind.is_none_or(u8::is_ascii) {
            let (part, behind) = self.rest.split_at_checked(length)?;
            self.rest = behind;
            return Some(part);
        }
        let first = self.rest.chars().next().filter(|first| starts_name(*first))?;
        let more = self.rest.get(first.len_utf8()..).unwrap_or_default();
        let behind = more.trim_start_matches(continues_name);
        let length = self.rest.len() - behind.len();
        let part = self.rest.get(..length);
        self.rest = behind;
        part
    }

    /// The character that a reference stands for; the cursor is on its `&`.
    pub(super) fn reference(&mut self) -> Result<char, Fault> {
        const KNOWN: [(&str, char); 5] =
            [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"'), ("apos", '\'')];
        let start = *self;
        self.take("&");
        if !self.take("#") {
            let name = self.name().map_err(|_| start.syntax("`&` without a reference"))?;
            self.expect(";", "a reference without `;`")?;
            let known = KNOWN.iter().find(|(known, _)| *known == name.whole);
            return known
                .map(|(_, character)| *character)
                .ok_or_else(|| start.fault(FaultKind::Entity));
        }
        let radix = if self.take("x") { 16 } else { 10 };
        let digits = self.until(";", "a reference without `;`")?;
        let is_number = (1..=DIGITS_MAX).contains(&digits.len())
            && digits.chars().all(|digit| digit.is_digit(radix));
        let number = is_number.then(|| u32::from_str_radix(digits, radix).ok()).flatten();
        number
            .and_then(char::from_u32)
            .filter(|character| is_char(*character))
            .ok_or_else(|| start.syntax("a reference to no character"))
    }
}
