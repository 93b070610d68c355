//! A statement of its own: behind a semicolon, or as the whole text.

use std::ops::Range;

use crate::found::Reason;
use crate::sql::expression::{Nature, called, operand};
use crate::sql::token::{Kind, Tokens};
use crate::sql::word::Class;

const STACKED: Reason = Reason {
    name: "sql-stacked-statement",
    text: "ends the query and gives the database another statement",
};
const WHOLE: Reason = Reason { name: "sql-statement", text: "is a statement of SQL" };

/// What a statement may change as a whole.
const CHANGEABLE: &[&str] =
    &["table", "database", "schema", "view", "function", "procedure", "user", "index", "login"];
/// What stands behind a label.
const JUMPED_TO: &[&str] =
    &["select", "insert", "update", "delete", "declare", "exec", "alter", "label"];
/// Words before a quote that a statement follows without a semicolon, at most.
const HEAD_WORDS_MAX: usize = 3;
/// Letters and digits behind a comment that only cuts off, at most.
const TAIL_LETTERS_MAX: usize = 5;

/// The first statement that a semicolon puts behind another, from token `from` on; or what begins at `from`,
/// if anything may.
pub(super) fn find(
    tokens: &Tokens<'_>,
    from: usize,
    broken_out: bool,
) -> Option<(Reason, Range<usize>)> {
    let mut first = from;
    while broken_out && tokens.kind(first) == Some(Kind::Close) {
        first += 1;
    }
    let few =
        tokens.get(0).is_some_and(|head| head.text.split_whitespace().count() <= HEAD_WORDS_MAX);
    if let Some(to) = begins(tokens, first).filter(|_| !broken_out || few) {
        return Some((WHOLE, tokens.span(first, to)));
    }
    (from..tokens.list.len()).find_map(|at| {
        if tokens.kind(at) != Some(Kind::Semicolon) {
            return None;
        }
        let to = begins(tokens, at + 1)
            .or_else(|| broken_out.then(|| loosely_begins(tokens, at + 1)).flatten())?;
        Some((STACKED, tokens.span(at, to)))
    })
}

fn name(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let found = operand(tokens, at)?;
    let quoted = matches!(tokens.kind(at), Some(Kind::Text { .. } | Kind::Variable));
    (found.nature == Nature::Name || found.nature == Nature::Call || quoted).then_some(found.next)
}

fn ends(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.ends(at) || tokens.kind(at) == Some(Kind::Semicolon)
}

/// A statement with as much of its grammar as prose does not have.
fn begins(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let token = tokens.get(at)?;
    let Kind::Word(_) = token.kind else {
        return None;
    };
    match token.text.to_ascii_lowercase().as_str() {
        "select" => select(tokens, at),
        "insert" => insert(tokens, at),
        "update" => update(tokens, at),
        "delete" => delete(tokens, at),
        "drop" | "truncate" | "alter" => change(tokens, at),
        "create" => create(tokens, at),
        "exec" | "execute" => execute(tokens, at),
        "declare" => (tokens.kind(at + 1) == Some(Kind::Variable)).then_some(at + 1),
        "goto" => tokens.is_any(at + 2, JUMPED_TO).then_some(at + 2),
        "backup" => (tokens.is(at + 1, "database") && tokens.is(at + 3, "to")).then_some(at + 3),
        "shutdown" => (tokens.ends(at + 1) && tokens.tail.is_some()).then_some(at),
        "copy" => {
            let file = matches!(tokens.kind(at + 3), Some(Kind::Text { .. } | Kind::Arithmetic));
            (tokens.is_any(at + 2, &["from", "to"]) && file).then_some(at + 3)
        }
        _ => None,
    }
}

fn insert(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let after = name(tokens, at + 2).filter(|_| tokens.is(at + 1, "into"))?;
    let listed = tokens.kind(after) == Some(Kind::Open)
        || tokens.is_any(after, &["values", "select", "set"]);
    (listed || called(tokens, at + 2)).then_some(after)
}

fn update(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let set = name(tokens, at + 1)?;
    let column = name(tokens, set + 1).filter(|_| tokens.is(set, "set"))?;
    (tokens.kind(column) == Some(Kind::Compare)).then_some(column)
}

fn delete(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let after = name(tokens, at + 2).filter(|_| tokens.is(at + 1, "from"))?;
    let cut = tokens.ends(after) && tokens.tail.is_some();
    let whole = cut || tokens.kind(after) == Some(Kind::Semicolon);
    let column = tokens.is(after, "where").then(|| operand(tokens, after + 1)).flatten();
    let compared = column.is_some_and(|column| {
        let operator = tokens.kind(column.next);
        matches!(operator, Some(Kind::Compare | Kind::Word(Class::Compare)))
    });
    (whole || compared).then_some(after)
}

fn change(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    if !tokens.is_any(at + 1, CHANGEABLE) {
        return None;
    }
    let skip = if tokens.is(at + 2, "if") { 4 } else { 2 };
    let after = name(tokens, at + skip)?;
    let goes_on = tokens.is_any(after, &["cascade", "set", "add", "identified", "drop"]);
    (ends(tokens, after) || goes_on).then_some(after)
}

fn execute(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let after = name(tokens, at + 1)?;
    let called = tokens.get(at + 1)?;
    let procedure = called.text.contains('_') || called.kind == Kind::Variable;
    let argument = matches!(tokens.kind(after), Some(Kind::Text { .. } | Kind::Variable));
    let dotted = tokens.kind(at + 2) == Some(Kind::Dot);
    (argument || dotted || procedure && ends(tokens, after)).then_some(after)
}

fn select(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let mut first = at + 1;
    while tokens.is_any(first, &["all", "distinct", "top"]) {
        first += 1;
    }
    if tokens.get(first).is_some_and(|token| token.text == "*") {
        return tokens.is(first + 1, "from").then_some(first + 1);
    }
    let asked = operand(tokens, first)?;
    let value = tokens.kind(first) == Some(Kind::Variable)
        && tokens.get(first).is_some_and(|t| t.text.starts_with('@'));
    match asked.nature {
        Nature::Call if !tokens.is(first, "count") => Some(asked.next),
        _ if value => Some(first),
        Nature::Name | Nature::Constant | Nature::Call if tokens.is(asked.next, "from") => {
            let table = name(tokens, asked.next + 1)?;
            let more = tokens.is(table, "where").then(|| operand(tokens, table + 1)).flatten();
            let compared = more.is_some_and(|c| matches!(tokens.kind(c.next), Some(Kind::Compare)));
            (compared || tokens.ends(table) && tokens.tail.is_some()).then_some(table)
        }
        Nature::Name if tokens.kind(asked.next) == Some(Kind::Semicolon) => {
            tokens.get(first).is_some_and(|t| t.text.contains('_')).then_some(asked.next)
        }
        Nature::Constant if tokens.kind(asked.next) == Some(Kind::Comma) => Some(asked.next),
        Nature::Constant if tokens.kind(first) == Some(Kind::Word(Class::Value)) => {
            (tokens.kind(asked.next) == Some(Kind::Semicolon)).then_some(asked.next)
        }
        _ => None,
    }
}

fn create(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    if tokens.is(at + 1, "table") {
        let after = name(tokens, at + 2)?;
        return (tokens.kind(after) == Some(Kind::Open) || called(tokens, at + 2)).then_some(after);
    }
    let identified =
        tokens.is(at + 1, "user") && (at + 2..at + 5).any(|at| tokens.is(at, "identified"));
    identified.then_some(at + 4)
}

/// Behind a closed quote and a semicolon less is needed.
fn loosely_begins(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let verbs = [
        "select", "drop", "insert", "update", "delete", "exec", "execute", "declare", "create",
        "alter", "if", "begin", "waitfor", "shutdown", "call", "truncate", "grant",
    ];
    let prose = matches!(tokens.kind(at + 1), Some(Kind::Word(Class::English | Class::Name)))
        && matches!(tokens.kind(at + 2), Some(Kind::Word(Class::English | Class::Name)));
    let cut = tokens.tail.as_ref().is_some_and(|tail| tail.letters <= TAIL_LETTERS_MAX);
    (tokens.is_any(at, &verbs) && !prose && cut).then_some(at)
}
