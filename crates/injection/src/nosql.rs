//! Document databases: operators of their queries as JSON, and the script that some run.

use std::sync::LazyLock;

use crate::classes::Classes;
use crate::found::{Look, Reason};
use crate::fuel::Fuel;
use crate::phrases::Phrases;

const OPERATOR: Reason =
    Reason { name: "nosql-operator", text: "puts an operator of a query in the place of a value" };
const SCRIPT: Reason =
    Reason { name: "nosql-script", text: "ends a value and adds script that the database runs" };
const CALL: Reason = Reason { name: "nosql-call", text: "calls a function of a database's shell" };
const LOOP: Reason = Reason { name: "nosql-busy-wait", text: "has the database wait in a loop" };

/// Without their `$`; sorted.
const OPERATORS: &[&str] = &[
    "accumulator",
    "all",
    "and",
    "comment",
    "elemmatch",
    "eq",
    "exists",
    "expr",
    "function",
    "gt",
    "gte",
    "in",
    "lookup",
    "lt",
    "lte",
    "mod",
    "ne",
    "nin",
    "nor",
    "not",
    "or",
    "regex",
    "size",
    "text",
    "type",
    "where",
];

/// In lower case.
const PHRASES: &[(&str, Kind)] = &[
    ("$", Kind::Operator),
    ("db.", Kind::Database),
    ("return", Kind::Return),
    ("this.", Kind::This),
    ("new date()", Kind::Date),
    ("sleep(", Kind::Sleep),
    ("1==1", Kind::Equal),
    ("'=='", Kind::Equal),
    ("' == '", Kind::Equal),
    ("\"==\"", Kind::Equal),
];

#[derive(Debug, Clone, Copy)]
enum Kind {
    Operator,
    Database,
    Return,
    This,
    Date,
    Sleep,
    Equal,
}

static FINDER: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of(PHRASES.iter().map(|(word, _)| *word)));

/// An operator, a call, the end of a statement, or a condition that is tied to another: nothing is found without one.
const SIGNS: Classes = Classes::of_constant(b"$(;|&");

/// Reads of a text: for phrases, and for what stands beside them.
const READS: usize = 2;
/// What is read before or behind a phrase, at most.
const NEAR_BYTES_MAX: usize = 96;
/// Steps that a phrase costs beside the reading.
const NEAR_STEPS: usize = 8;

/// Looks for operators and script in `text`.
pub(crate) fn look(text: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    if !classes.have_any(SIGNS) {
        return Ok(None);
    }
    fuel.burn(text.len() * READS)?;
    for hit in FINDER.each(text, classes) {
        fuel.burn(NEAR_STEPS)?;
        let Some((_, kind)) = PHRASES.get(hit.pattern().as_usize()) else {
            continue;
        };
        let near = Near { before: before(text, hit.start()), behind: behind(text, hit.end()) };
        if let Some(reason) = near.judge(*kind) {
            return Ok(Some((reason, hit.span().range())));
        }
    }
    Ok(None)
}

/// Looks at a name of a member: `$gt`, and `a[$gt]` as forms write it. `$type` is a name of serializers, too.
pub(crate) fn look_at_name(name: &str, fuel: &mut Fuel) -> Look {
    fuel.burn(name.len())?;
    let start = name.find("[$").map_or(0, |bracket| bracket + 1);
    let word = name.get(start..).and_then(|rest| rest.strip_prefix('$'));
    let word = word.map(|word| word.strip_suffix(']').unwrap_or(word).to_ascii_lowercase());
    let is_operator =
        word.is_some_and(|word| word != "type" && OPERATORS.binary_search(&word.as_str()).is_ok());
    Ok(is_operator.then_some((OPERATOR, start..name.len())))
}

fn before(text: &str, at: usize) -> &str {
    let mut from = at.saturating_sub(NEAR_BYTES_MAX);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.get(from..at).unwrap_or_default()
}

fn behind(text: &str, at: usize) -> &str {
    let mut to = text.len().min(at + NEAR_BYTES_MAX);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    text.get(at..to).unwrap_or_default()
}

/// What stands beside a phrase.
struct Near<'a> {
    before: &'a str,
    behind: &'a str,
}

impl Near<'_> {
    fn judge(&self, kind: Kind) -> Option<Reason> {
        match kind {
            Kind::Operator => self.is_operator().then_some(OPERATOR),
            Kind::Database => self.is_database().then_some(CALL),
            Kind::Return => (self.breaks_out() && self.returns()).then_some(SCRIPT),
            Kind::This => (self.is_tied()
                && self.behind.starts_with(|c: char| c.is_ascii_alphabetic()))
            .then_some(SCRIPT),
            Kind::Date => (self.behind.to_ascii_lowercase().contains("while(")
                && self.behind.contains("do{"))
            .then_some(LOOP)
            .or_else(|| {
                (self.behind.starts_with("; do{") || self.behind.starts_with(";do{"))
                    .then_some(LOOP)
            }),
            Kind::Sleep => {
                let number = self.behind.starts_with(|c: char| c.is_ascii_digit());
                (number && self.before.trim_end().ends_with("';")).then_some(SCRIPT)
            }
            Kind::Equal => {
                let before = self.before.trim_end();
                let tied = before.ends_with("||")
                    || before.ends_with("&&")
                    || before.trim_end_matches(['1', '\'']).trim_end().ends_with("||");
                tied.then_some(SCRIPT)
            }
        }
    }

    /// `{"$gt":`, `, $where:`, `[$ne]=`.
    fn is_operator(&self) -> bool {
        let word = self.behind.bytes().take_while(u8::is_ascii_alphabetic).count();
        let name = self.behind.get(..word).unwrap_or_default().to_ascii_lowercase();
        if OPERATORS.binary_search(&name.as_str()).is_err() {
            return false;
        }
        let rest = self.behind.get(word..).unwrap_or_default();
        let before = self.before.trim_end();
        if before.ends_with('[') {
            return rest.starts_with("]=") || rest == "]" || rest.starts_with("][");
        }
        let quote = before.ends_with(['\'', '"']);
        let unquoted = if quote {
            before.get(..before.len() - 1).unwrap_or_default().trim_end()
        } else {
            before
        };
        let rest = if quote { rest.strip_prefix(['\'', '"']).unwrap_or_default() } else { rest };
        let key = unquoted.is_empty() || unquoted.ends_with(['{', ',']);
        let value = rest.trim_start().strip_prefix(':').map(str::trim_start).unwrap_or_default();
        // `$type` is a name of serializers, too: there a text follows.
        let text = name != "type" && value.starts_with(['\'', '"']);
        let valued = text
            || value.starts_with(['{', '[', '-', '/'])
            || value.starts_with(|c: char| c.is_ascii_digit());
        key && (valued
            || ["true", "false", "null", "function", "this"]
                .iter()
                .any(|word| value.starts_with(word)))
    }

    /// `db.orders.insert(`
    fn is_database(&self) -> bool {
        let calls = [
            "insert",
            "find",
            "drop",
            "remove",
            "update",
            "delete",
            "aggregate",
            "mapreduce",
            "eval",
            "save",
            "count",
        ];
        let begins = self.before.is_empty()
            || self.before.trim_end().ends_with([';', '\'', '"', '=', '{', '(', '}']);
        let Some((path, _)) = self.behind.split_once('(') else {
            return false;
        };
        let Some((collection, call)) = path.rsplit_once('.') else {
            return false;
        };
        let name = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
        };
        let call = call.to_ascii_lowercase();
        begins && name(collection) && calls.iter().any(|known| call.starts_with(known))
    }

    /// A quote or a number, and the end of a statement.
    fn breaks_out(&self) -> bool {
        let Some(before) = self.before.trim_end().strip_suffix(';') else {
            return false;
        };
        let before = before.trim_end();
        before.ends_with(['\'', '"', ')'])
            || !before.is_empty() && before.bytes().all(|b| b.is_ascii_digit())
    }

    fn returns(&self) -> bool {
        let value = self.behind.trim_start_matches([' ', '(']);
        ["true", "1", "'", "\"", "this", "!"].iter().any(|start| value.starts_with(start))
    }

    /// `' && this.`
    fn is_tied(&self) -> bool {
        let before = self.before.trim_end();
        let Some(before) = before.strip_suffix("&&").or_else(|| before.strip_suffix("||")) else {
            return false;
        };
        before.trim_end().ends_with(['\'', '"'])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{OPERATORS, look};
    use crate::classes::Classes;
    use crate::fuel::Fuel;
    use crate::tried::{found, passes};

    #[test]
    fn operators_are_found() {
        found(
            look,
            &[
                "{\"$gt\": \"\"}",
                "{$ne: 1}",
                "[$ne]=1",
                "true, $where: '99 == 88'", // gotestwaf (MIT)
                "', $or: [ {}, { 'order':'order",
                "{\"user\": {\"$regex\": \"^a\"}}",
            ],
        );
    }

    #[test]
    fn script_is_found() {
        found(
            look,
            &[
                "db.injection.insert({success:1});", // gotestwaf (MIT)
                ";var date = new Date(); do{curDate = new Date();}while(curDate-date",
                "' && this.password.match(/.*/)//",
                "';return 'a'=='a' && ''=='",
                "0;return true",
                "' || '1'=='1",
                "';sleep(5000);",
            ],
        );
    }

    #[test]
    fn prose_and_code_pass() {
        passes(
            look,
            &[
                "The $where clause",
                "costs $5, $in: all",
                "$in the box",
                "db.example.com (primary)",
                "the db. It works",
                "{\"$ref\": \"#/definitions/a\"}",
                "{\"price\": \"$10\"}",
                "return true;",
                "a == b",
            ],
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_within_its_fuel(text in "(\\PC|[$'\"{}:;,\\[\\]=&|. agtnewhr1]){0,200}") {
            let mut fuel = Fuel::new(u64::MAX);
            if let Ok(Some((_, span))) = look(&text, Classes::of(&text), &mut fuel) {
                prop_assert!(text.get(span).is_some());
            }
            let burnt = u64::MAX - fuel.left();
            prop_assert!(burnt <= (text.len() * STEPS_A_BYTE_MAX) as u64);
        }
    }

    /// What a byte may cost, at most.
    const STEPS_A_BYTE_MAX: usize = 12;

    #[test]
    fn long_texts_cost_in_proportion() {
        for piece in ["a", "$", "db.", "this.", "1==1"] {
            let cost = |times: usize| {
                let text = piece.repeat(times);
                let mut fuel = Fuel::new(u64::MAX);
                look(&text, Classes::of(&text), &mut fuel).expect("fuel");
                u64::MAX - fuel.left()
            };
            assert!(cost(10_000) <= 11 * cost(1_000), "{piece}");
        }
    }

    #[test]
    fn operators_are_sorted() {
        assert!(OPERATORS.is_sorted());
    }

    #[test]
    fn an_empty_tank_is_no_verdict() {
        assert!(look("{$ne: 1}", Classes::of("{$ne: 1}"), &mut Fuel::new(3)).is_err());
    }
}
