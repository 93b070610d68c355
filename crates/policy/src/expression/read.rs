//! How conditions are written.
//!
//! ```text
//! any     = all { "or" all }
//! all     = one { "and" one }
//! one     = "not" one | "(" any ")" | "mine" | operand [ ("==" | "!=" | "in" | "under") operand ]
//! operand = text | number | "true" | "false" | "[" operand { "," operand } "]" | name
//! name    = "caller.NAME" | "resource.NAME" | "resource./POINTER" | "path.NAME" | "query.NAME" | "body./POINTER"
//! ```

use super::{Expression, How, Operand};

/// Bytes of one condition.
const BYTES_MAX: usize = 2048;
/// Brackets and `not` inside one another.
const DEPTH_MAX: usize = 32;
/// Words and signs of one condition.
const WORDS_MAX: usize = 256;

/// What is wrong with a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// In one sentence.
    pub(crate) message: String,
    /// What to write.
    pub(crate) help: String,
    /// The byte at which it is seen.
    pub(crate) at: usize,
}

/// A name in a condition, before anybody knows what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named<'t> {
    /// `caller.NAME`.
    Caller(&'t str),
    /// `resource.NAME`, or `resource./POINTER`.
    Resource(&'t str),
    /// Something of the request: `path.id`.
    Request(&'t str),
}

/// What a name means; or in a message and help, that it means nothing.
pub(crate) type Meaning<'m> = dyn FnMut(Named<'_>) -> Result<Operand, (String, String)> + 'm;

/// Reads a condition. `meant` says what a name means, or in a message and help that it means nothing.
pub(crate) fn read(text: &str, meant: &mut Meaning<'_>) -> Result<Expression, Fault> {
    if text.len() > BYTES_MAX {
        let help = "split it into several rules".to_owned();
        return Err(Fault { message: "this condition is too long".to_owned(), help, at: 0 });
    }
    let words = words(text)?;
    let mut reader = Reader { words: &words, next: 0, end: text.len(), meant };
    let expression = reader.any(0)?;
    match reader.peek() {
        None => Ok(expression),
        Some(word) => Err(word.fault("this was not expected here", "write `and`, `or`, or end it")),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    /// A word or a name.
    Word(&'t str),
    /// A text, without its quotes.
    Text(&'t str),
    /// `==`, `!=`, a bracket, a comma.
    Sign(&'t str),
}

#[derive(Debug, Clone, Copy)]
struct Word<'t> {
    token: Token<'t>,
    at: usize,
}

impl Word<'_> {
    fn fault(self, message: &str, help: &str) -> Fault {
        Fault { message: message.to_owned(), help: help.to_owned(), at: self.at }
    }
}

fn words(text: &str) -> Result<Vec<Word<'_>>, Fault> {
    const SIGNS: [&str; 7] = ["==", "!=", "(", ")", "[", "]", ","];
    let fault = |message: &str, help: &str, at| Fault {
        message: message.to_owned(),
        help: help.to_owned(),
        at,
    };
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let at = text.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Ok(words) };
        if words.len() == WORDS_MAX {
            return Err(fault("this condition is too long", "split it into several rules", at));
        }
        let token = if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            rest = rest.get(sign.len()..).unwrap_or_default();
            Token::Sign(sign)
        } else if first == '"' || first == '\'' {
            let inner = rest.get(1..).unwrap_or_default();
            let Some((inner, behind)) = inner.split_once(first) else {
                return Err(fault("this text does not end", "close it with the same quote", at));
            };
            rest = behind;
            Token::Text(inner)
        } else {
            let is_part = |one: char| {
                !one.is_whitespace()
                    && !matches!(one, '(' | ')' | '[' | ']' | ',' | '=' | '!' | '"' | '\'')
            };
            let end = rest.find(|one| !is_part(one)).unwrap_or(rest.len());
            if end == 0 {
                let help = "write `==` or `!=` to compare, `not` to deny";
                return Err(fault("this sign has no meaning here", help, at));
            }
            let (word, behind) = rest.split_at(end);
            rest = behind;
            Token::Word(word)
        };
        words.push(Word { token, at });
    }
}

struct Reader<'t, 'm> {
    words: &'t [Word<'t>],
    next: usize,
    end: usize,
    meant: &'m mut Meaning<'m>,
}

impl<'t> Reader<'t, '_> {
    fn peek(&self) -> Option<Word<'t>> {
        self.words.get(self.next).copied()
    }

    fn takes(&mut self, token: Token<'_>) -> bool {
        let is_it = self.peek().is_some_and(|word| word.token == token);
        self.next += usize::from(is_it);
        is_it
    }

    fn ends(&self) -> Fault {
        let message = "something is missing at the end".to_owned();
        Fault { message, help: "write a value, or `mine`".to_owned(), at: self.end }
    }

    fn any(&mut self, depth: usize) -> Result<Expression, Fault> {
        let mut parts = vec![self.all(depth)?];
        while self.takes(Token::Word("or")) {
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Expression::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Expression, Fault> {
        let mut parts = vec![self.one(depth)?];
        while self.takes(Token::Word("and")) {
            parts.push(self.one(depth)?);
        }
        Ok(one_or(parts, Expression::All))
    }

    fn one(&mut self, depth: usize) -> Result<Expression, Fault> {
        let Some(word) = self.peek() else { return Err(self.ends()) };
        if depth == DEPTH_MAX {
            return Err(word.fault("this condition is too deep", "split it into several rules"));
        }
        if self.takes(Token::Word("not")) {
            return Ok(Expression::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.takes(Token::Sign("(")) {
            let inner = self.any(depth + 1)?;
            return if self.takes(Token::Sign(")")) {
                Ok(inner)
            } else {
                Err(word.fault("this bracket is not closed", "write `)` behind what it holds"))
            };
        }
        if self.takes(Token::Word("mine")) {
            return Ok(Expression::Mine);
        }
        let left = self.operand(depth)?;
        let comparison = [How::Equal, How::Differs, How::In, How::Under].into_iter().find(|how| {
            self.takes(Token::Sign(how.symbol())) || self.takes(Token::Word(how.symbol()))
        });
        match comparison {
            Some(how) => {
                let right = self.operand(depth)?;
                Ok(Expression::Compare { left, how, right })
            }
            None if matches!(left, Operand::Text(_) | Operand::Number(_) | Operand::List(_)) => {
                Err(word.fault("a value alone is no condition", "compare it: `==`, `!=`, `in`"))
            }
            None => Ok(Expression::Is(left)),
        }
    }

    fn operand(&mut self, depth: usize) -> Result<Operand, Fault> {
        let Some(word) = self.peek() else { return Err(self.ends()) };
        self.next += 1;
        match word.token {
            Token::Text(text) => Ok(Operand::Text(text.into())),
            Token::Sign("[") if depth < DEPTH_MAX => self.list(word, depth + 1),
            Token::Sign(_) => Err(word.fault("a value is expected here", "write a name or a text")),
            Token::Word("true") => Ok(Operand::Truth(true)),
            Token::Word("false") => Ok(Operand::Truth(false)),
            Token::Word(text) if is_number(text) => Ok(Operand::Number(text.into())),
            Token::Word(text) => {
                let named = named(text).ok_or_else(|| {
                    let message = format!("`{text}` has no meaning here");
                    let help = "write `mine`, `caller.role`, `resource./status`, `path.id`, \
                                `body./amount`, or a text in quotes";
                    word.fault(&message, help)
                })?;
                (self.meant)(named).map_err(|(message, help)| word.fault(&message, &help))
            }
        }
    }

    fn list(&mut self, open: Word<'_>, depth: usize) -> Result<Operand, Fault> {
        let mut items = Vec::new();
        loop {
            items.push(self.operand(depth)?);
            if self.takes(Token::Sign("]")) {
                return Ok(Operand::List(items));
            }
            if !self.takes(Token::Sign(",")) {
                return Err(open.fault("this list is not closed", "write `]` behind its values"));
            }
        }
    }
}

fn one_or(mut parts: Vec<Expression>, of: fn(Vec<Expression>) -> Expression) -> Expression {
    match (parts.len(), parts.pop()) {
        (1, Some(one)) => one,
        (_, Some(last)) => {
            parts.push(last);
            of(parts)
        }
        (_, None) => Expression::Always,
    }
}

fn named(text: &str) -> Option<Named<'_>> {
    let (kind, rest) = text.split_once('.').filter(|(_, rest)| !rest.is_empty())?;
    match kind {
        "caller" => Some(Named::Caller(rest)),
        "resource" => Some(Named::Resource(rest)),
        "path" | "query" | "body" | "cookie" => Some(Named::Request(text)),
        _ => None,
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|one: char| one.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::callers::OfCaller;

    fn read_one(text: &str) -> Result<Expression, Fault> {
        read(text, &mut |named| match named {
            Named::Caller("id") => Ok(Operand::Caller(OfCaller::Subject)),
            Named::Caller(name) => Ok(Operand::Caller(OfCaller::Attribute(name.into()))),
            Named::Resource(name) => Ok(Operand::Resource(name.to_owned())),
            Named::Request(name) => Err((format!("no {name}"), String::new())),
        })
    }

    #[test]
    fn and_binds_closer_than_or_and_not_closest() {
        let caller = |name: &str| Expression::Is(Operand::Caller(OfCaller::Attribute(name.into())));
        let not = |one| Expression::Not(Box::new(one));
        assert_eq!(
            read_one("mine or caller.a and not caller.b").unwrap(),
            Expression::Any(vec![
                Expression::Mine,
                Expression::All(vec![caller("a"), not(caller("b"))])
            ])
        );
        assert_eq!(
            read_one("(mine or caller.a) and caller.b").unwrap(),
            Expression::All(vec![
                Expression::Any(vec![Expression::Mine, caller("a")]),
                caller("b")
            ])
        );
    }

    #[test]
    fn values_are_compared() {
        let status = Operand::Resource("/status".to_owned());
        assert_eq!(
            read_one("resource./status in [\"new\", 'paid', 3]").unwrap(),
            Expression::Compare {
                left: status,
                how: How::In,
                right: Operand::List(vec![
                    Operand::Text("new".into()),
                    Operand::Text("paid".into()),
                    Operand::Number("3".into())
                ])
            }
        );
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is() {
        for (text, at, part) in [
            ("", 0, "missing at the end"),
            ("mine and", 8, "missing at the end"),
            ("(mine", 0, "not closed"),
            ("mine mine", 5, "not expected"),
            ("resource./a = 3", 12, "no meaning"),
            ("resource./a == \"x", 15, "does not end"),
            ("\"x\"", 0, "alone"),
            ("owner == 3", 0, "`owner` has no meaning"),
            ("path.id == 3", 0, "no path.id"),
            ("resource./a in [1, 2", 15, "not closed"),
            ("&& mine", 0, "no meaning"),
        ] {
            let fault = read_one(text).unwrap_err();
            assert_eq!(fault.at, at, "{text}: {fault:?}");
            assert!(fault.message.contains(part), "{text}: {fault:?}");
        }
        let deep = format!("{}mine{}", "(".repeat(40), ")".repeat(40));
        assert!(read_one(&deep).unwrap_err().message.contains("too deep"));
        assert!(read_one(&"mine or ".repeat(300)).unwrap_err().message.contains("too long"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_condition_or_is_none(text in "[a-z.=!()\\[\\],\"' /0-9]{0,60}") {
            let _ = read_one(&text);
        }
    }
}
