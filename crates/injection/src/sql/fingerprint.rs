//! libinjection's opinion, where its known errors are excluded.

use libinjectionrs::{SqliFlags, SqliState};

use crate::sql::expression::called;
use crate::sql::token::{Kind, Place, Tokens};
use crate::sql::word::Class;

// Its flags, whose numbers it keeps to itself.
const UNQUOTED: u32 = 1;
const SINGLE: u32 = 2;
const DOUBLE: u32 = 4;
const ANSI: u32 = 8;
const MYSQL: u32 = 16;

/// Signs and words of a text that is asked about, at most: it looks each up among ten thousand words, and what it goes by
/// are the first five that are left.
const TOKENS_MAX: usize = 1024;
/// English words among the tokens, at most.
const ENGLISH_MAX: usize = 1;
/// Words within quotes, at most: longer texts are quotations.
const TEXT_WORDS_MAX: usize = 6;
/// Words before the quote that the text closes, at most.
const HEAD_WORDS_MAX: usize = 1;
/// Shifts of bits, at most: programs have more.
const SHIFTS_MAX: usize = 2;
/// Names in a row, at most: a query puts something between them.
const NAMES_IN_A_ROW_MAX: usize = 2;

/// Whether libinjection takes `text` for SQL in this place and nothing in it looks like prose or program.
pub(super) fn agrees(text: &str, tokens: &Tokens<'_>, place: Place) -> bool {
    let flags = match place {
        Place::Bare => &[UNQUOTED | ANSI, UNQUOTED | MYSQL][..],
        Place::Within(b'\'') => &[SINGLE | ANSI, SINGLE | MYSQL],
        Place::Within(b'"') => &[DOUBLE | MYSQL],
        Place::Within(_) => return false,
    };
    // Lines that end in semicolons are a program.
    let program = memchr::memmem::find(text.as_bytes(), b";\n").is_some();
    !program
        && is_short(text, tokens)
        && could_be_query(tokens, place)
        && flags
            .iter()
            .take(if has_dialect(text) { flags.len() } else { 1 })
            .any(|flags| SqliState::new(text.as_bytes(), SqliFlags::new(*flags)).is_sqli())
}

/// Whether anything in it is a comment to one database and none to another: the flags of a place differ in nothing else.
fn has_dialect(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr(b'#', bytes).is_some() || memchr::memmem::find(bytes, b"--").is_some()
}

/// A run of signs is one token here, and many there.
fn is_short(text: &str, tokens: &Tokens<'_>) -> bool {
    let is_sign = |byte: &u8| byte.is_ascii_punctuation();
    tokens.list.len() <= TOKENS_MAX
        && (text.len() <= TOKENS_MAX
            || text.bytes().filter(is_sign).take(TOKENS_MAX + 1).count() <= TOKENS_MAX)
}

fn could_be_query(tokens: &Tokens<'_>, place: Place) -> bool {
    let mut english = 0;
    let mut row = 0;
    let mut shifts = 0;
    let mut signs = false;
    // A comment behind nothing but a name is a glob, or the end of a code: `src/*`, `1611-IioXX--`.
    let mut firm = tokens.conditional_comment || place != Place::Bare && tokens.tail.is_some();
    for (at, token) in tokens.list.iter().enumerate() {
        let name = matches!(token.kind, Kind::Word(Class::English | Class::Name));
        row = if name { row + 1 } else { 0 };
        signs |= !matches!(token.kind, Kind::Word(_)) || token.after_comment;
        match token.kind {
            Kind::Word(Class::English) => english += 1,
            Kind::Other if token.text != "\\" => return false,
            // `println!(`
            Kind::Arithmetic
                if token.text == "!" && tokens.kind(at + 1) == Some(Kind::Open) && at > 0 =>
            {
                return false;
            }
            // "80% wool"
            Kind::Arithmetic
                if token.text == "%" && matches!(tokens.kind(at + 1), Some(Kind::Word(_))) =>
            {
                return false;
            }
            Kind::Text { .. } if words(token.text) > TEXT_WORDS_MAX => return false,
            Kind::Text { .. }
                if place != Place::Bare
                    && at == 0
                    && (words(token.text) > HEAD_WORDS_MAX || token.text.contains("= ")) =>
            {
                return false;
            }
            // "2 or 4", "3 > 2 and 1 < 2": numbers and these words alone are prose, too.
            Kind::Logic => firm |= !token.text.starts_with(|c: char| c.is_ascii_alphabetic()),
            // "text (in brackets)"
            Kind::Open => {
                firm |= at.checked_sub(1).is_none_or(|at| {
                    called(tokens, at) || !matches!(tokens.kind(at), Some(Kind::Word(_)))
                });
            }
            Kind::Number | Kind::Close | Kind::Comma | Kind::Word(Class::Name) => {}
            Kind::Compare if matches!(token.text, "<<" | ">>") => shifts += 1,
            Kind::Compare => firm |= token.text.contains('='),
            Kind::Arithmetic | Kind::Word(Class::Compare) if place == Place::Bare => {}
            _ => firm = true,
        }
        if row > NAMES_IN_A_ROW_MAX || english > ENGLISH_MAX || shifts > SHIFTS_MAX {
            return false;
        }
    }
    (firm || place == Place::Bare && is_cut_number(tokens))
        && signs
        && (place != Place::Bare || tokens.tail.is_some() || !is_lone_call(tokens))
}

/// `417652--`: nobody writes it, and `2019--2020` has more behind it.
fn is_cut_number(tokens: &Tokens<'_>) -> bool {
    let mut kinds = tokens.list.iter().map(|token| token.kind);
    tokens.tail.as_ref().is_some_and(|tail| !tail.hash && tail.letters == 0)
        && kinds.all(|kind| matches!(kind, Kind::Number | Kind::Arithmetic))
}

/// `count(items)`, `rand(+5);`, and nothing else: any program and much of prose has it.
fn is_lone_call(tokens: &Tokens<'_>) -> bool {
    let behind = tokens.behind(1);
    let semicolon = usize::from(tokens.kind(behind) == Some(Kind::Semicolon));
    let simple = tokens
        .list
        .iter()
        .skip(2)
        .all(|token| !matches!(token.kind, Kind::Open | Kind::Text { .. } | Kind::Variable));
    matches!(tokens.kind(0), Some(Kind::Word(_)))
        && tokens.kind(1) == Some(Kind::Open)
        && tokens.ends(behind + semicolon)
        && simple
}

fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.len() > 1).count()
}
