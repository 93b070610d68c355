//! SQL: does the text leave the place that a query gives to it, or bring SQL of its own?
//!
//! A text ends in a query outside of quotes or within one of three kinds. For each that it can leave, it is cut
//! into tokens as a database would, and what follows is judged by its grammar: words alone are prose.

mod break_out;
mod expression;
mod fingerprint;
mod statement;
mod structure;
mod token;
mod word;

use crate::bytes::{at, stands};
use crate::classes::Classes;
use crate::found::{Look, Reason};
use crate::fuel::Fuel;
use crate::sql::token::{Place, Tokens};

const FINGERPRINT: Reason = Reason {
    name: "sql-fingerprint",
    text: "has the order of tokens of known injections into SQL",
};

const PLACES: [Place; 4] =
    [Place::Bare, Place::Within(b'\''), Place::Within(b'"'), Place::Within(b'`')];

/// Reads of a text per place: one to cut it, one by each of the judges, two by libinjection.
const READS: usize = 5;

/// Looks for SQL in `text`.
pub(crate) fn look(text: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    fuel.burn(text.len())?;
    if could_hold(text, classes) { look_inside(text, classes, fuel) } else { Ok(None) }
}

fn look_inside(text: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    for place in PLACES {
        if let Place::Within(quote) = place
            && !classes.have(quote)
        {
            continue;
        }
        fuel.burn(text.len() * READS)?;
        let tokens = Tokens::cut(text, place);
        let quoted = place != Place::Bare;
        let from = usize::from(quoted);
        let found = structure::find(&tokens, from)
            .or_else(|| break_out::find(&tokens, place, from))
            .or_else(|| statement::find(&tokens, from, quoted));
        if found.is_some() {
            return Ok(found);
        }
        if fingerprint::agrees(text, &tokens, place) {
            return Ok(Some((FINGERPRINT, 0..text.len())));
        }
    }
    Ok(None)
}

/// Words that are enough, with anything beside them that parts words.
const WORDS: [(&[u8], Classes); 3] = [word(b"union"), word(b"select"), word(b"xp_")];

/// A word, and what it is made of.
const fn word(word: &'static [u8]) -> (&'static [u8], Classes) {
    (word, Classes::of_constant(word))
}

/// Signs of SQL.
const SIGNS: Classes = Classes::of_constant(b"'\"`()\\=<>;#*|&@");
/// What parts words. Some lexers take a dollar for a space.
const GAPS: Classes = Classes::GAP.and(Classes::of_constant(b"$"));

/// Whether it has what nothing here is found without: a sign of SQL, a word that begins or joins queries, or a number or a
/// minus beside something that parts words. An address or a code has none of these.
fn could_hold(text: &str, classes: Classes) -> bool {
    let has_number = classes.have_digit() || classes.have(b'-');
    let mut words = WORDS.iter().filter(|(_, needs)| classes.have_all(*needs));
    classes.have_any(SIGNS)
        || has_number
            && (classes.have_any(GAPS)
                || classes.have(b'-') && memchr::memmem::find(text.as_bytes(), b"--").is_some()
                || classes.have(b':') && has_parameter(text)
                || has_glued_word(text))
        || words.any(|(word, _)| has_word(text.as_bytes(), word))
}

/// `exec:a`: a colon that begins the name of a parameter. Addresses have slashes there, times digits before it.
fn has_parameter(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b':', bytes).any(|colon| {
        !at(bytes, colon.wrapping_sub(1)).is_ascii_digit() && at(bytes, colon + 1) != b'/'
    })
}

/// `1or-1`: old lexers take a word that a number begins for a number and a word.
fn has_glued_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(2).enumerate().any(|(place, pair)| {
        let [b'0'..=b'9' | b'.', letter] = pair else { return false };
        let behind: &[&[u8]] = match letter.to_ascii_lowercase() {
            b'a' => &[b"and"],
            b'd' => &[b"div"],
            b'h' => &[b"having"],
            b'i' => &[b"in", b"is"],
            b'l' => &[b"like", b"limit"],
            b'o' => &[b"or"], // and `order`
            b'x' => &[b"xor"],
            _ => return false,
        };
        behind.iter().any(|word| stands(bytes, place + 1, word))
    })
}

/// Whether these small letters stand there, in any case.
fn has_word(bytes: &[u8], word: &[u8]) -> bool {
    let first = word.first().copied().unwrap_or_default();
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), bytes).any(|at| stands(bytes, at, word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{could_hold, look, look_inside};
    use crate::classes::Classes;
    use crate::fuel::Fuel;
    use crate::tried::{found, name, passes};

    #[test]
    fn a_quote_that_is_closed_and_a_condition_are_found() {
        found(
            look,
            &[
                "' or '1'='1",
                "admin') or ('1'='1'--",
                "x\" or \"a\"=\"a",
                "1 or 1=1",
                "123) AND 12=12 AND JSON_DEPTH('{}') != 2521", // gotestwaf (MIT)
                "-1134')  OR JSON_EXTRACT('{''aKER'': 9648}', '$.aKER') = 9648*7799 AND ('QlYa' LIKE 'QlYa\"",
                " or true--",
                "x' and email is null--",
                "' && 1=1#",
                "it\\' or 1=1-- -",
                "x' or username like totpSecret escape 'x';", // OWASP Core Rule Set (Apache-2.0)
            ],
        );
    }

    #[test]
    fn another_query_is_found() {
        found(
            look,
            &[
                "1 UNION SELECT name, password FROM users",
                "1e1 union select users from password", // gotestwaf (MIT)
                "-1945 /*!UNiOn*/ /*!seLEct*/ 1,2,3",
                "1'/**/union/**/all/**/select/**/null,@@version#",
                "(select(0)from(select(sleep(15)))v)/*'+(select(0)from(select(sleep(15)))v)+'*/",
                "(select group_concat(table_name) from information_schema.columns)",
                "\u{a0}UNION\u{a0}SELECT\u{a0}1",
            ],
        );
    }

    #[test]
    fn another_statement_is_found() {
        found(
            look,
            &[
                "1; DROP TABLE users--",
                "'; exec master..xp_cmdshell 'ping 10.10.1.2'--",
                "3;DECLARE @c varchar(255);SELECT @c='ping '",
                "');waitfor delay '0:0:5'--",
                "x'; update users set role='admin' where name='me",
            ],
        );
    }

    #[test]
    fn time_files_and_errors_are_found() {
        found(
            look,
            &[
                "' or sleep(5)#",
                "1 and 0=benchmark(3000000,MD5(1))",
                "1||pg_sleep(5)--",
                "' union select load_file('/etc/passwd')--",
                "1 into outfile '/var/www/a.php'",
                "' and extractvalue(1,concat(0x5c,version()))--",
                "'||utl_http.request('http://192.168.1.1/')||'",
                "8 order by 1--",
                "' group by name having 1=1--",
            ],
        );
    }

    #[test]
    fn a_comment_that_cuts_is_found() {
        found(look, &["admin'--", "admin' #", "admin'/*", "') -- wXyW"]);
    }

    #[test]
    fn names_and_measures_pass() {
        passes(
            look,
            &[
                "O'Brien",
                "rock 'n' roll",
                "d'Artagnan; and then",
                "he's 6' tall and 5' wide",
                "size 10'-12' and 4\" x 6\"",
                "the boys' -- and girls' -- room",
                "the '90s and '80s",
                "the boys' and girls like to escape 'school'",
                "1950' AND 60'S WOMEN'S COATS", // libinjection (BSD-3-Clause)
                "\"SWEATER DRESS\" AND \"CHRISTMAS\"",
            ],
        );
    }

    #[test]
    fn prose_passes() {
        passes(
            look,
            &[
                "select the best option from the menu or drop us a line",
                "1 = 1 is true",
                "union was a great select", // gotestwaf (MIT)
                "O'connors UNION selected a few friends", // libinjection (BSD-3-Clause)
                "please update the table and set the date",
                "Delete from my list where possible",
                "order by 5pm, and get it by 6",
                "2 OR 4 METAL BUTTONS",
                "80% acrylic and 20% wool",
                "some text (in brackets).",
                "\"It is late,\" he said -- and left.",
                "3 > 2 and 1 < 2",
            ],
        );
    }

    #[test]
    fn code_and_addresses_pass() {
        passes(
            look,
            &[
                "src/*",
                "@@ -1,4 +1,4 @@ fn main()",
                "if (a && b(x) == 1) { return; }",
                "https://example.com/?id=5&sort=asc&order=by",
                "time.sleep(5)",
                "1611-IioXXIG1ti8rspL2vbXFy--",
            ],
        );
    }

    #[test]
    fn deep_and_long_texts_are_no_deeper_than_the_stack() {
        for piece in ["(", "goto a ", "or(", "case when ", "a.", "not ", "select("] {
            name(look, &piece.repeat(100_000));
        }
    }

    /// Of what SQL is made, without the signs that are enough to be looked at.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(vec![
                "select",
                "from",
                "where",
                "or",
                "and",
                "not",
                "like",
                "in",
                "is",
                "null",
                "order",
                "by",
                "having",
                "limit",
                "drop",
                "table",
                "exec",
                "sleep",
                "waitfor",
                "delay",
                "into",
                "case",
                "when",
                "1",
                "0x1f",
                "1e1",
                "2.5",
                "a",
                "b.c",
                "-",
                ".",
                "/",
                "\\",
                "+",
                "%",
                "!",
                "~",
                "^",
                "{",
                "}",
                "[",
                "]",
                ",",
                ":",
                "?",
                "$",
                "_",
                "\\N",
                " ",
                "xp_cmdshell",
                "end",
                "then",
                "div",
                "xor",
            ])
            .prop_map(str::to_owned),
            "[a-z0-9]{1,6}",
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn what_is_not_looked_into_holds_nothing(text in pieces()) {
            let has_number = text.bytes().any(|byte| byte.is_ascii_digit() || byte == b'-');
            if has_number && !could_hold(&text, Classes::of(&text)) {
                let inside = look_inside(&text, Classes::ALL, &mut Fuel::new(u64::MAX));
                prop_assert!(matches!(inside, Ok(None)), "{text}");
            }
        }

        #[test]
        fn any_text_is_read_within_its_fuel(text in "(\\PC|[-'\"`()=<>;#*/|&@ ,.a1]){0,200}") {
            let mut fuel = Fuel::new(u64::MAX);
            if let Ok(Some((_, span))) = look(&text, Classes::of(&text), &mut fuel) {
                prop_assert!(text.get(span).is_some());
            }
            let burnt = u64::MAX - fuel.left();
            prop_assert!(burnt <= (text.len() * STEPS_A_BYTE_MAX) as u64);
        }
    }

    /// What a byte may cost, at most.
    const STEPS_A_BYTE_MAX: usize = 24;

    #[test]
    fn long_texts_cost_in_proportion() {
        for piece in ["a", "'", "\"'`", "or 1=1x ", "(", "or(", "--\n", "1+", "not ", "a.a("] {
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
        assert!(look("' or 1=1--", Classes::of("' or 1=1--"), &mut Fuel::new(3)).is_err());
    }
}
