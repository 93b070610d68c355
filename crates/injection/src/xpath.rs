//! XPath: does the text leave a quote and ask another question, or walk a document by itself?

use std::ops::Range;
use std::sync::LazyLock;

use crate::classes::Classes;
use crate::found::{Look, Reason};
use crate::fuel::Fuel;
use crate::phrases::Phrases;

const CONDITION: Reason =
    Reason { name: "xpath-quote-then-condition", text: "closes a quote and adds a condition" };
const UNION: Reason =
    Reason { name: "xpath-union", text: "closes a condition and adds the nodes of another path" };
const AXIS: Reason = Reason { name: "xpath-axis", text: "walks a document by an axis" };
const QUESTION: Reason =
    Reason { name: "xpath-function", text: "asks for the structure of a document" };

/// In lower case.
const PHRASES: &[(&str, Reason)] = &[
    ("child::node()", AXIS),
    ("/child::", AXIS),
    ("parent::node()", AXIS),
    ("parent::*", AXIS),
    ("ancestor::", AXIS),
    ("ancestor-or-self::", AXIS),
    ("descendant::", AXIS),
    ("descendant-or-self::", AXIS),
    ("following-sibling::", AXIS),
    ("preceding-sibling::", AXIS),
    ("attribute::*", AXIS),
    ("self::node()", AXIS),
    ("count(/*", QUESTION),
    ("count(//", QUESTION),
    ("count(/child", QUESTION),
    ("string-length(name(", QUESTION),
    ("string-length(//", QUESTION),
    ("substring(name(", QUESTION),
    ("substring(//", QUESTION),
    ("name(/*", QUESTION),
    ("name(//", QUESTION),
    ("[position()=", QUESTION),
    ("document-uri(", QUESTION),
    ("unparsed-text(", QUESTION),
    ("]|//", UNION),
    ("] | //", UNION),
    ("]|/*", UNION),
    ("] | /*", UNION),
    ("'|//", UNION),
    ("' | //", UNION),
];

static FINDER: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of(PHRASES.iter().map(|(word, _)| *word)));

/// A condition is behind a quote, and compares.
const QUOTES: Classes = Classes::of_constant(b"'\"");
const COMPARISONS: Classes = Classes::of_constant(b"=<>");

/// Reads of a text: for quotes, for phrases, for conditions.
const READS: usize = 3;
/// What is read of an operand, at most.
const OPERAND_BYTES_MAX: usize = 128;
/// Words before the quote that the text closes, at most; prose has more.
const HEAD_WORDS_MAX: usize = 2;

/// Looks for XPath in `text`.
pub(crate) fn look(text: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    let could_ask = classes.have_any(QUOTES) && classes.have_any(COMPARISONS);
    if !could_ask && !FINDER.could_be_in(classes) {
        return Ok(None);
    }
    fuel.burn(text.len() * READS)?;
    let phrase = FINDER.find(text, classes).and_then(|hit| {
        let (_, reason) = PHRASES.get(hit.pattern().as_usize())?;
        Some((*reason, hit.span().range()))
    });
    Ok(phrase.or_else(|| if could_ask { condition(text) } else { None }))
}

/// `' or '1'='1`, `x' or name()='user' or 'x'='y`: at the first quote of either kind, which closes that of the
/// expression.
fn condition(text: &str) -> Option<(Reason, Range<usize>)> {
    [b'\'', b'"'].into_iter().find_map(|quote| {
        let at = memchr::memchr(quote, text.as_bytes())?;
        if text.get(..at)?.split_whitespace().take(HEAD_WORDS_MAX + 1).count() > HEAD_WORDS_MAX {
            return None;
        }
        let behind = text.get(at + 1..)?.trim_start_matches([')', ']', ' ', '\t', '\n']);
        let asked = ["or", "and"].iter().find_map(|word| {
            let start = behind.get(..word.len())?;
            start.eq_ignore_ascii_case(word).then(|| behind.get(word.len()..)).flatten()
        })?;
        let asked = asked
            .strip_prefix([' ', '\t', '\n', '(', '\'', '"', '/'])
            .map(|_| asked.trim_start())?;
        compares(asked).then_some((CONDITION, at..text.len()))
    })
}

/// A value, a call or a path, then a comparison.
fn compares(asked: &str) -> bool {
    let mut end = asked.len().min(OPERAND_BYTES_MAX);
    while !asked.is_char_boundary(end) {
        end -= 1;
    }
    let Some((left, right)) = asked.get(..end).and_then(|near| near.split_once(['=', '<', '>']))
    else {
        return false;
    };
    let left = left.trim().trim_end_matches('!').trim().trim_start_matches('(');
    let number = !left.is_empty() && left.bytes().all(|b| b.is_ascii_digit());
    let quoted = left.starts_with(['\'', '"']) && left.len() < OPERAND_BYTES_MAX / 2;
    let call = left.ends_with(')') && left.contains('(') && !left.contains(' ');
    let path = left.contains('/') || left.starts_with(['@', '.']);
    let name = !left.contains(' ') && right.trim_start().starts_with(['\'', '"']);
    number || quoted || call || path && !left.contains(' ') || name
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::look;
    use crate::classes::Classes;
    use crate::fuel::Fuel;
    use crate::tried::{found, passes};

    #[test]
    fn a_quote_that_is_closed_and_a_condition_are_found() {
        found(
            look,
            &[
                "' or '1'='1",
                "x' or name()='username' or 'x'='y", // PayloadsAllTheThings (MIT)
                "' or 1=1 or ''='",
                "\" and count(/*)=1 and \"1\"=\"1",
                "' or //user/name='admin",
            ],
        );
    }

    #[test]
    fn a_walk_through_the_document_is_found() {
        found(
            look,
            &[
                "') or count(/child::node())=1",
                "string-length(name(/*[1]))=4",
                "substring(//user[1]/password,1,1)='a'",
                "'] | //user/*['",
                "x']/parent::*/password",
            ],
        );
    }

    #[test]
    fn prose_and_code_pass() {
        passes(
            look,
            &[
                "O'Brien",
                "boys' or girls' size",
                "the '90s and '80s = the best",
                "std::parent::Node",
                "// a comment",
                "a | b",
                "count(x)",
                "don't and won't",
            ],
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_within_its_fuel(text in "(\\PC|['\"=or and()/:*\\[\\]|1 ]){0,200}") {
            let mut fuel = Fuel::new(u64::MAX);
            if let Ok(Some((_, span))) = look(&text, Classes::of(&text), &mut fuel) {
                prop_assert!(text.get(span).is_some());
            }
            let burnt = u64::MAX - fuel.left();
            prop_assert!(burnt <= (text.len() * STEPS_A_BYTE_MAX) as u64);
        }
    }

    /// What a byte may cost, at most.
    const STEPS_A_BYTE_MAX: usize = 3;

    #[test]
    fn long_texts_cost_in_proportion() {
        for piece in ["a", "'", "' or ", "/"] {
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
    fn an_empty_tank_is_no_verdict() {
        assert!(look("' or '1'='1", Classes::of("' or '1'='1"), &mut Fuel::new(3)).is_err());
    }
}
