//! Filters of LDAP (RFC 4515): does the text close a filter's bracket, or bring a filter of its own?

use std::ops::Range;

use crate::classes::Classes;
use crate::found::{Look, Reason};
use crate::fuel::Fuel;

const BREAKS_OUT: Reason = Reason {
    name: "ldap-filter-break-out",
    text: "closes the bracket of a filter and opens another",
};
const FILTER: Reason =
    Reason { name: "ldap-filter", text: "is a filter with operators of its own" };
const RULE: Reason =
    Reason { name: "ldap-matching-rule", text: "chooses the rule by which a filter compares" };
const CUT: Reason =
    Reason { name: "ldap-cut", text: "closes a filter and cuts off the rest by a null character" };

/// Bytes of an attribute's name, at most.
const ATTRIBUTE_BYTES_MAX: usize = 64;

/// All but the choice of a rule needs brackets.
const BRACKETS: Classes = Classes::of_constant(b"()");
const RULES: Classes = Classes::of_constant(b":=.");

/// Reads of a text: for brackets, and for what stands beside them.
const READS: usize = 2;

/// Looks for filters in `text`.
pub(crate) fn look(text: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    if !classes.have_any(BRACKETS) && !classes.have_all(RULES) {
        return Ok(None);
    }
    fuel.burn(text.len() * READS)?;
    let bytes = text.as_bytes();
    let found = memchr::memchr3_iter(b'(', b')', b':', bytes).find_map(|at| judge(text, at));
    Ok(found)
}

fn judge(text: &str, at: usize) -> Option<(Reason, Range<usize>)> {
    let bytes = text.as_bytes();
    let rest = bytes.get(at..)?;
    let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    match rest {
        // `)(cn=`, `*)(|(`
        [b')', ..] if before == Some(b')') => None,
        [b')', ..] => {
            let closed = rest.iter().take_while(|b| **b == b')').count();
            let behind = rest.get(closed..)?;
            let star = before == Some(b'*');
            match behind {
                [b'(', tail @ ..] if star || filter(tail) => {
                    let own =
                        matches!(tail, [b'|' | b'&' | b'!', ..] | [b'(', b'|' | b'&' | b'!', ..])
                            || item(tail) && (star || starts(text, at));
                    own.then(|| (BREAKS_OUT, span(text, at, closed + 2)))
                }
                [0, ..] => Some((CUT, span(text, at, closed + 1))),
                [b'\\' | b'%', b'0', b'0', ..] | [b'\\', b'x', b'0', b'0', ..] => {
                    Some((CUT, span(text, at, closed + 3)))
                }
                _ => None,
            }
        }
        // `*(|(mail=*))`, `(&(uid=admin)`
        [b'(', operator @ (b'|' | b'&' | b'!'), b'(', tail @ ..] => {
            let item = item(tail) || matches!(tail, [b'|' | b'&' | b'!', b'(', ..]);
            // `!(a=b)` is a program's, too.
            let sure = item && (*operator != b'!' || before == Some(b')'));
            sure.then(|| (FILTER, span(text, at, 3)))
        }
        // `*()|&'`
        [b'(', b')', b'|' | b'&', ..] if before == Some(b'*') => {
            Some((BREAKS_OUT, span(text, at, 3)))
        }
        [b':', ..] => matching_rule(text, at),
        _ => None,
    }
}

/// A place of `count` bytes, without half of a character.
fn span(text: &str, at: usize, count: usize) -> Range<usize> {
    let mut end = (at + count).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    at..end
}

/// What may follow an opening bracket: an operator or a comparison.
fn filter(bytes: &[u8]) -> bool {
    item(bytes) || matches!(bytes, [b'|' | b'&' | b'!', ..] | [b'(', b'|' | b'&' | b'!', ..])
}

/// `uid=`, `cn~=`: an attribute and how it is compared, without a space.
fn item(bytes: &[u8]) -> bool {
    let name = bytes.iter().take(ATTRIBUTE_BYTES_MAX);
    let name =
        name.take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b';' | b'.')).count();
    let letters = bytes.first().is_some_and(u8::is_ascii_alphanumeric);
    let behind = bytes.get(name..).unwrap_or_default();
    let compared = match behind {
        [b'=', next, ..] => *next != b'=' && *next != b' ' && *next != b'>',
        [b'~' | b'<' | b'>', b'=', ..] => true,
        _ => false,
    };
    letters && compared
}

/// Whether a bracket closes what the text never opened.
fn starts(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    before.len() <= ATTRIBUTE_BYTES_MAX && !before.contains(['(', ' '])
}

/// `userPassword:2.5.13.18:=123`
fn matching_rule(text: &str, at: usize) -> Option<(Reason, Range<usize>)> {
    let bytes = text.as_bytes();
    let rest = bytes.get(at + 1..)?;
    let number = rest
        .iter()
        .take(ATTRIBUTE_BYTES_MAX)
        .take_while(|b| b.is_ascii_digit() || **b == b'.')
        .count();
    let dots = rest.iter().take(number).filter(|b| **b == b'.').count();
    let attribute =
        at.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let assigned = matches!(rest.get(number..), Some([b':', b'=', ..]));
    (attribute && assigned && dots > 1).then(|| (RULE, span(text, at, number + 3)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::look;
    use crate::classes::Classes;
    use crate::fuel::Fuel;
    use crate::tried::{found, passes};

    #[test]
    fn a_bracket_that_is_closed_and_another_are_found() {
        found(
            look,
            &[
                "*)(uid=*))(|(uid=*",
                "*)(&",
                "admin)(cn=*",
                "admin*)((|userPassword=*)", // PayloadsAllTheThings (MIT)
                "*()|&'",
                "*))\0",
                ")(cn=))\\x00",
            ],
        );
    }

    #[test]
    fn a_filter_is_found() {
        found(
            look,
            &[
                "(&(uid=admin)(!(&(1=0)(userPassword=q))))", // gotestwaf (MIT)
                "*(|(objectclass=*))",
                "*(|(mail=*))",
                "userPassword:2.5.13.18:=123",
            ],
        );
    }

    #[test]
    fn prose_and_code_pass() {
        passes(
            look,
            &[
                "*",
                "(cn) means common name; (uid) is user id",
                "f(x)=(x+1)(x-1)",
                "(a=1)",
                "call(a)(b)",
                "((void(*)()):*)((names[]) {a,b})",
                "if (!(a == b)) {",
                "smile :) (really)",
                "12:30:=noon",
                "((a && b) || (c && d))",
            ],
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_within_its_fuel(text in "(\\PC|[()|&!*=:.\\\\0a ]){0,200}") {
            let mut fuel = Fuel::new(u64::MAX);
            if let Ok(Some((_, span))) = look(&text, Classes::of(&text), &mut fuel) {
                prop_assert!(text.get(span).is_some());
            }
            let burnt = u64::MAX - fuel.left();
            prop_assert!(burnt <= (text.len() * STEPS_A_BYTE_MAX) as u64);
        }
    }

    /// What a byte may cost, at most.
    const STEPS_A_BYTE_MAX: usize = 8;

    #[test]
    fn long_texts_cost_in_proportion() {
        for piece in ["a", ")", "(", ")(", ":1."] {
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
        assert!(look("*)(uid=*", Classes::of("*)(uid=*"), &mut Fuel::new(3)).is_err());
    }
}
