//! What follows where a text leaves the place that it was given: behind a closed quote, or behind a number.

use std::ops::Range;

use crate::found::Reason;
use crate::sql::expression::{Nature, comparison, operand};
use crate::sql::token::{Kind, Place, Tokens};
use crate::sql::word::Class;

const CONDITION: Reason =
    Reason { name: "sql-condition", text: "leaves its place in a query and adds a condition" };
const CUT: Reason = Reason {
    name: "sql-comment-cuts",
    text: "closes a quote and cuts off the rest of the query by a comment",
};
const TIED: Reason = Reason {
    name: "sql-quote-then-expression",
    text: "closes a quote and ties a value or a call to the text",
};

/// Tokens from a last semicolon on, at most: it, and the quote of the query.
const SEMICOLON_TOKENS_MAX: usize = 2;
/// Tokens of a clause behind the quote, at most.
const APPENDED_TOKENS_MAX: usize = 3;
/// A name before the quote, at most: `admin' --`; prose has more words.
const NAME_WORDS_MAX: usize = 1;
/// Letters and digits behind a comment that only cuts off, at most: scanners add a few.
const TAIL_LETTERS_MAX: usize = 5;

/// What leaves `place`, from token `from` on.
pub(super) fn find(
    tokens: &Tokens<'_>,
    place: Place,
    from: usize,
) -> Option<(Reason, Range<usize>)> {
    let quoted = place != Place::Bare;
    let behind = closers(tokens, from);
    if quoted {
        if let Some(found) = cut(tokens, behind) {
            return Some(found);
        }
        if let Some(to) = row(tokens, from, behind).or_else(|| appended(tokens, behind)) {
            return Some((TIED, tokens.span(0, to)));
        }
        if let Some(to) = tied(tokens, behind) {
            return Some((TIED, tokens.span(0, to)));
        }
    }
    let start = if quoted { behind } else { operand(tokens, 0).map_or(0, |first| first.next) };
    let start = closers(tokens, start);
    (from..tokens.list.len()).find_map(|at| {
        if tokens.kind(at) != Some(Kind::Logic) {
            return None;
        }
        let left = if at == behind || at == start { Leaves::Here } else { Leaves::Perhaps };
        let to = condition(tokens, at, left, quoted)?;
        Some((CONDITION, tokens.span(at, to)))
    })
}

fn closers(tokens: &Tokens<'_>, from: usize) -> usize {
    let mut at = from;
    while tokens.kind(at) == Some(Kind::Close) {
        at += 1;
    }
    at
}

/// How surely the text leaves its place at this operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaves {
    /// The operator comes directly behind the quote, the number or the name, or begins the text.
    Here,
    /// Somewhere in it.
    Perhaps,
}

fn condition(tokens: &Tokens<'_>, logic: usize, left: Leaves, quoted: bool) -> Option<usize> {
    let here = left == Leaves::Here;
    let Some(found) = comparison(tokens, logic + 1) else {
        return if here { lone(tokens, logic, quoted) } else { None };
    };
    let to = found.right.next - 1;
    let last = ends(tokens, to + 1);
    let cut = last && (tokens.tail.is_some() || quoted && !tokens.ends(to + 1));
    let english = found.left.nature == Nature::English || found.right.nature == Nature::English;
    let sure = if found.by_word {
        let valued = found.right.nature.is_hard() && last;
        found.is_hard() || here && quoted && (valued || cut && !english)
    } else if found.is_hard() {
        // `==` is what programs say, and hardly a query
        here || found.equal && (quoted || found.single_sign)
    } else if found.is_same(tokens) {
        here || cut
    } else if quoted && here {
        found.is_half_hard()
    } else {
        // `or x=y`, and nothing else
        here && logic == 0 && last && found.left.nature != Nature::English
            || cut && here && found.is_half_hard()
    };
    sure.then_some(to)
}

/// A condition that is one value: `or 1`, `or true--`, `and sleep(5)`.
fn lone(tokens: &Tokens<'_>, logic: usize, quoted: bool) -> Option<usize> {
    let found = operand(tokens, logic + 1)?;
    let text = tokens.get(found.first)?;
    let done = ends(tokens, found.next)
        || matches!(tokens.kind(found.next), Some(Kind::Close | Kind::Logic));
    let cut = tokens.ends(found.next) && tokens.tail.is_some();
    let apart = quoted && found.nature == Nature::Name && called_apart(tokens, found.next);
    let short = match text.kind {
        Kind::Text { .. } => text.text.trim_matches(['\'', '"', '`', '%']).trim().len() <= 1,
        Kind::Word(Class::Value) => quoted || cut,
        _ => true,
    };
    let sure = match found.nature {
        Nature::Constant => {
            short && done && (quoted || cut || logic == 0 && text.kind != Kind::Number)
        }
        Nature::Call | Nature::Bracket => cut || quoted && done && text.kind != Kind::Open,
        Nature::Name => apart,
        Nature::English => false,
    };
    sure.then_some(found.next - 1)
}

/// Whether nothing comes `at` or later but a semicolon.
fn ends(tokens: &Tokens<'_>, at: usize) -> bool {
    let semicolon = tokens.kind(at) == Some(Kind::Semicolon);
    tokens.ends(at) || semicolon && tokens.list.len() - at <= SEMICOLON_TOKENS_MAX
}

/// Brackets behind a name and a space, and then the end: `json (id)--`.
fn called_apart(tokens: &Tokens<'_>, at: usize) -> bool {
    let behind = tokens.behind(at);
    let cut = tokens.tail.as_ref().is_some_and(|tail| !tail.hash)
        || tokens.kind(behind) == Some(Kind::Semicolon);
    tokens.kind(at) == Some(Kind::Open) && ends(tokens, behind) && cut
}

/// `admin'--`, `')/*`, `';#`.
fn cut(tokens: &Tokens<'_>, behind: usize) -> Option<(Reason, Range<usize>)> {
    let tail = tokens.tail.as_ref()?;
    let semicolon = usize::from(tokens.kind(behind) == Some(Kind::Semicolon));
    let head = tokens.get(0)?.text;
    let few = head.split_whitespace().filter(|word| word.len() > 1).count() <= NAME_WORDS_MAX;
    // A hash is too common a sign to let anything stand behind it.
    let letters_max = if tail.hash { 0 } else { TAIL_LETTERS_MAX };
    let digits = tail.hash
        && head.trim_matches(['"', '\'', '`']).bytes().all(|b| b.is_ascii_digit())
        && head.len() > 1;
    (tokens.ends(behind + semicolon) && few && !digits && tail.letters <= letters_max)
        .then_some((CUT, 0..tail.span.end))
}

/// `'), ('evil', 1)--`: another row for an insertion.
fn row(tokens: &Tokens<'_>, from: usize, behind: usize) -> Option<usize> {
    let comma = tokens.kind(behind) == Some(Kind::Comma) && behind > from;
    let open = tokens.kind(behind + 1) == Some(Kind::Open);
    let value = matches!(tokens.kind(behind + 2), Some(Kind::Text { .. } | Kind::Number));
    (comma && open && value && tokens.tail.is_some()).then_some(behind + 2)
}

/// `' returning password--`, `' collate nocase--`.
fn appended(tokens: &Tokens<'_>, behind: usize) -> Option<usize> {
    let known = ["returning", "collate", "notnull", "isnull", "limit", "desc", "asc"];
    let few = tokens.list.len() - behind.min(tokens.list.len()) <= APPENDED_TOKENS_MAX;
    let cut = tokens.tail.as_ref().is_some_and(|tail| tail.letters <= TAIL_LETTERS_MAX);
    (tokens.is_any(behind, &known) && few && cut).then_some(behind)
}

/// `'||utl_http.request(..)`, `'+(select ..)+'`, `'-'`.
fn tied(tokens: &Tokens<'_>, behind: usize) -> Option<usize> {
    let operator = tokens.get(behind)?;
    if !matches!(operator.kind, Kind::Arithmetic | Kind::Compare)
        && !matches!(operator.text, "||" | "&&")
    {
        return None;
    }
    let value = operand(tokens, behind + 1)?;
    let token = tokens.get(value.first)?;
    let back = match tokens.kind(value.next) {
        // `+'`, and the quote of the query closes it.
        Some(Kind::Arithmetic | Kind::Logic | Kind::Compare) => {
            matches!(tokens.kind(value.next + 1), Some(Kind::Text { closed: false }))
                && tokens.ends(value.next + 2)
        }
        None => tokens.tail.as_ref().is_some_and(|tail| tail.letters <= TAIL_LETTERS_MAX),
        Some(_) => false,
    };
    let head = tokens.get(0)?.text.trim();
    let same_quote = token.text.as_bytes().first() == head.as_bytes().last();
    let open = token.kind == Kind::Text { closed: false } && same_quote;
    let whole = open && tokens.ends(value.next) && token.text.trim().len() <= 2;
    let alone = head.split_whitespace().count() <= NAME_WORDS_MAX;
    let sure = match value.nature {
        Nature::Call => back,
        Nature::Bracket => back && alone,
        Nature::Constant => {
            whole && alone && operator.text != "-" && operator.text != "/"
                || whole && head.len() <= 1
                || back && alone
        }
        Nature::Name => back && alone && operator.kind == Kind::Compare,
        Nature::English => false,
    };
    sure.then_some(value.next)
}
