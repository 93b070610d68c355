//! What is SQL wherever it stands, in quotes or out of them: too much structure for prose.

use std::ops::Range;

use crate::found::Reason;
use crate::sql::expression::{Nature, called, comparison, operand};
use crate::sql::token::{Kind, Tokens};
use crate::sql::word::{ACTING, ACTING_PACKAGES, CATALOGUES, Class, SERVER_VARIABLES};

const UNION: Reason = Reason {
    name: "sql-union-select",
    text: "adds the rows of another query to those of the first",
};
const ACTING_FUNCTION: Reason = Reason {
    name: "sql-acting-function",
    text: "calls a function of a database that waits, reads files, calls out or tells its secrets",
};
const SUBQUERY: Reason =
    Reason { name: "sql-subquery", text: "asks a query of its own within brackets" };
const CATALOGUE: Reason = Reason {
    name: "sql-catalogue",
    text: "reads the tables or variables in which a database describes itself",
};
const CLAUSE: Reason = Reason { name: "sql-clause", text: "adds a clause to a query" };
const SPELLED: Reason =
    Reason { name: "sql-spelled-text", text: "spells a text out of numbers of characters" };
const CASE: Reason = Reason { name: "sql-case", text: "asks a question by a `case`" };

/// The first structure from token `from` on.
pub(super) fn find(tokens: &Tokens<'_>, from: usize) -> Option<(Reason, Range<usize>)> {
    (from..tokens.list.len()).find_map(|at| {
        let (reason, to) = begins(tokens, at, from)?;
        Some((reason, tokens.span(at, to)))
    })
}

fn begins(tokens: &Tokens<'_>, at: usize, from: usize) -> Option<(Reason, usize)> {
    let token = tokens.get(at)?;
    match token.kind {
        Kind::Variable => {
            let known = SERVER_VARIABLES.iter().any(|name| token.text.eq_ignore_ascii_case(name));
            return known.then_some((CATALOGUE, at));
        }
        Kind::Open if tokens.is(at + 1, "select") => {
            return subquery(tokens, at + 1).map(|to| (SUBQUERY, to));
        }
        Kind::Word(Class::Keyword) => {}
        // A name alone is nothing; most of prose ends here.
        Kind::Word(Class::Name)
            if matches!(tokens.kind(at + 1), Some(Kind::Open | Kind::Dot))
                || starts_with(token.text, "xp_")
                || starts_with(token.text, "sp_") => {}
        _ => return None,
    }
    if let Some(to) = union(tokens, at) {
        return Some((UNION, to));
    }
    if let Some(to) = acting(tokens, at, from) {
        return Some((ACTING_FUNCTION, to));
    }
    if let Some(to) = catalogue(tokens, at) {
        return Some((CATALOGUE, to));
    }
    if let Some(to) = clause(tokens, at) {
        return Some((CLAUSE, to));
    }
    if let Some(to) = spelled(tokens, at) {
        return Some((SPELLED, to));
    }
    case(tokens, at).map(|to| (CASE, to))
}

/// `union select 1`, `union all (select a from`, `minus select`.
fn union(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    if !tokens.is_any(at, &["union", "intersect", "except", "minus"]) {
        return None;
    }
    let mut select = at + 1;
    while tokens.is_any(select, &["all", "distinct", "distinctrow", "unique"])
        || tokens.kind(select) == Some(Kind::Open)
    {
        select += 1;
    }
    if !tokens.is(select, "select") {
        return None;
    }
    if tokens.conditional_comment || (tokens.ends(select + 1) && tokens.tail.is_some()) {
        return Some(select);
    }
    selection(tokens, select)
}

/// What a query asks for: values, calls, names and where they are from.
fn selection(tokens: &Tokens<'_>, select: usize) -> Option<usize> {
    let mut first = select + 1;
    while tokens.is_any(first, &["all", "distinct", "top"]) {
        first += 1;
    }
    if tokens.get(first).is_some_and(|token| token.text == "*") {
        let more = tokens.is_any(first + 1, &["from", "into"])
            || tokens.kind(first + 1) == Some(Kind::Comma);
        return (more || tokens.ends(first + 1)).then_some(first);
    }
    let asked = operand(tokens, first)?;
    match asked.nature {
        Nature::Constant | Nature::Call | Nature::Bracket => Some(asked.next - 1),
        Nature::Name if tokens.kind(asked.next) == Some(Kind::Comma) => {
            let second = operand(tokens, asked.next + 1)?;
            (second.nature.is_hard() || from_name(tokens, second.next)).then_some(second.next)
        }
        Nature::Name if from_name(tokens, asked.next) => Some(asked.next + 1),
        Nature::Name if tokens.is_any(first, &["case", "if"]) => case(tokens, first),
        Nature::Name | Nature::English => None,
    }
}

/// `from` and a name that is no English word.
fn from_name(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.is(at, "from")
        && operand(tokens, at + 1).is_some_and(|name| {
            name.nature != Nature::English && !plain_words_follow(tokens, name.next)
        })
}

/// Two words in a row that are neither of the grammar: prose goes on, a query does not.
fn plain_words_follow(tokens: &Tokens<'_>, at: usize) -> bool {
    let plain = |at| matches!(tokens.kind(at), Some(Kind::Word(Class::Name | Class::English)));
    plain(at) && plain(at + 1)
}

/// `(select ...`: the bracket is there already.
fn subquery(tokens: &Tokens<'_>, select: usize) -> Option<usize> {
    let to = selection(tokens, select)?;
    let value = matches!(tokens.kind(select + 1), Some(Kind::Number));
    // "(select 2 of them)"
    (!value || !plain_words_follow(tokens, to + 1)).then_some(to)
}

fn acting(tokens: &Tokens<'_>, at: usize, from: usize) -> Option<usize> {
    let token = tokens.get(at)?;
    let before = at.checked_sub(1).and_then(|at| tokens.kind(at));
    let is_one_of = |names: &[&str]| names.iter().any(|name| token.text.eq_ignore_ascii_case(name));
    if called(tokens, at) && is_one_of(ACTING) && before != Some(Kind::Dot) {
        return Some(at + 1);
    }
    if is_one_of(ACTING_PACKAGES) && tokens.kind(at + 1) == Some(Kind::Dot) {
        return Some(at + 2);
    }
    if starts_with(token.text, "xp_") && token.text.len() > 6
        || starts_with(token.text, "sp_oacreate")
    {
        return tokens.is_any(at.saturating_sub(1), &["exec", "execute"]).then_some(at).or_else(
            || {
                (before == Some(Kind::Dot)
                    || matches!(tokens.kind(at + 1), Some(Kind::Text { .. } | Kind::Variable)))
                .then_some(at)
            },
        );
    }
    // Many languages sleep: only where SQL would have a value.
    let value = match before {
        None => tokens.tail.is_some() || tokens.kind(tokens.behind(at + 1)) == Some(Kind::Compare),
        Some(Kind::Logic | Kind::Arithmetic | Kind::Comma | Kind::Compare) => true,
        Some(Kind::Open) => at >= 2 && (tokens.is_any(at - 2, &["if", "select"]) || at - 1 == from),
        _ => tokens.is_any(at.saturating_sub(1), &["select", "by", "then", "not"]),
    };
    let sleeps = token.is("sleep")
        && called(tokens, at)
        && matches!(tokens.kind(at + 2), Some(Kind::Number));
    (sleeps && value).then_some(at + 2)
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// `from information_schema.tables`.
fn catalogue(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    if !tokens.is_any(at, &["from", "join", "into"]) {
        return None;
    }
    let mut name = at + 1;
    while tokens.kind(name) == Some(Kind::Open) {
        name += 1;
    }
    let table = tokens.get(name)?;
    let known =
        CATALOGUES.iter().any(|name| table.text.trim_matches('`').eq_ignore_ascii_case(name));
    let whole =
        !table.text.eq_ignore_ascii_case("mysql") || tokens.kind(name + 1) == Some(Kind::Dot);
    (known && whole).then_some(name)
}

fn clause(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let token = tokens.get(at)?;
    if token.is("order") || token.is("group") {
        return ordered(tokens, at);
    }
    if token.is("having") || token.is("where") {
        let found = comparison(tokens, at + 1)?;
        return (found.is_hard() && !found.by_word).then_some(found.right.next - 1);
    }
    if token.is("limit") {
        let comma = tokens.kind(at + 2) == Some(Kind::Comma) || tokens.is(at + 2, "offset");
        let numbers =
            tokens.kind(at + 1) == Some(Kind::Number) && tokens.kind(at + 3) == Some(Kind::Number);
        return (comma && numbers && ends_or_cut(tokens, at + 4)).then_some(at + 3);
    }
    if token.is("into") && tokens.is_any(at + 1, &["outfile", "dumpfile"]) {
        return matches!(
            tokens.kind(at + 2),
            Some(Kind::Text { .. } | Kind::Variable | Kind::Number)
        )
        .then_some(at + 2);
    }
    if token.is("infile") {
        return matches!(tokens.kind(at + 1), Some(Kind::Text { .. })).then_some(at + 1);
    }
    if token.is("waitfor") && tokens.is_any(at + 1, &["delay", "time"]) {
        return matches!(tokens.kind(at + 2), Some(Kind::Text { .. } | Kind::Variable))
            .then_some(at + 2);
    }
    None
}

/// `order by 3--`, `group by name having 1=1`.
fn ordered(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    if !tokens.is(at + 1, "by") {
        return None;
    }
    let key = operand(tokens, at + 2)?;
    let number = tokens.kind(at + 2) == Some(Kind::Number)
        || key.nature == Nature::Bracket
        || key.nature == Nature::Call;
    let goes_on = ends_or_cut(tokens, key.next)
        || matches!(tokens.kind(key.next), Some(Kind::Comma | Kind::Close | Kind::Semicolon))
        || tokens.is_any(key.next, &["asc", "desc", "limit", "having", "union"]);
    if number && goes_on
        || tokens.is(key.next, "having")
        || key.nature == Nature::Name && cut(tokens, key.next)
    {
        return Some(key.next);
    }
    None
}

fn cut(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.ends(at) && tokens.tail.is_some()
}

fn ends_or_cut(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.ends(at) || tokens.get(at).is_some_and(|token| token.after_comment)
}

/// `char(60)+char(47)`, `chr(113)||chr(122)`, `concat(0x3a, ..`.
fn spelled(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    if !called(tokens, at) || tokens.kind(at + 2) != Some(Kind::Number) {
        return None;
    }
    let hex = tokens.get(at + 2).is_some_and(|number| starts_with(number.text, "0x"));
    if tokens.is_any(at, &["char", "nchar", "chr"]) {
        let next = tokens.behind(at + 1);
        let tied = matches!(tokens.kind(next), Some(Kind::Arithmetic | Kind::Logic))
            && called(tokens, next + 1);
        return (tied || hex).then_some(next);
    }
    let many = matches!(tokens.kind(at + 3), Some(Kind::Comma));
    (tokens.is_any(at, &["concat", "unhex"]) && hex && many).then_some(at + 3)
}

/// `case when 1=1 then`, `case 1 when`, `if(1=1, ..`, `iif(`.
fn case(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    if tokens.is(at, "case") {
        let when = if tokens.is(at + 1, "when") { at + 1 } else { operand(tokens, at + 1)?.next };
        if !tokens.is(when, "when") {
            return None;
        }
        let mut asked = operand(tokens, when + 1)?;
        if let Some(compared) = comparison(tokens, when + 1) {
            asked.nature = if compared.is_hard() { Nature::Constant } else { asked.nature };
            asked.next = compared.right.next;
        }
        let then = (asked.next..asked.next + 3).any(|at| tokens.is(at, "then"));
        return (asked.nature.is_hard() && then).then_some(asked.next);
    }
    if tokens.is_any(at, &["if", "iif", "elt"]) && called(tokens, at) {
        let asked = comparison(tokens, at + 2)?;
        let values = tokens.kind(asked.right.next) == Some(Kind::Comma)
            || tokens.kind(asked.right.next) == Some(Kind::Close)
                && tokens.kind(asked.right.next + 1) == Some(Kind::Comma);
        return (asked.is_hard() && values).then_some(asked.right.next);
    }
    None
}
