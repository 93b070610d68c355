//! Patterns: what they mean, in the dialect that schemas are written in (ECMA-262), and what
//! becomes of those that cannot be matched.

use portcullis_contract::{Contract, codes};
use portcullis_json::{Document, Limits};

use crate::reading::{contract, read};

fn document(schema: &str) -> String {
    format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "T", "version": "1"}}, "paths": {{"/a": {{"post": {{
            "requestBody": {{"content": {{"application/json": {{"schema": {schema}}}}}}}}}}}}}}}"#
    )
}

fn accepts(contract: &Contract, value: &str) -> bool {
    let document = Document::parse(value.as_bytes().to_vec(), &Limits::default()).unwrap();
    assert!(!contract.operations.is_empty(), "{:?}", contract.warnings);
    let body = contract.operations[0].body.as_ref().unwrap();
    body.media[0].schema.as_ref().unwrap().check(document.root()).is_ok()
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn with_pattern(pattern: &str) -> Contract {
    contract("api.json", &document(&format!(r#"{{"pattern": {}}}"#, quoted(pattern))))
}

/// Patterns whose meaning differs between ECMA-262 and the engines that match them here: texts
/// that match, texts that do not.
const DIALECT: &[(&str, &[&str], &[&str])] = &[
    (r"^\d$", &["7"], &["٧", "７"]),
    (r"^\D$", &["٧", "a"], &["7"]),
    (r"^\w$", &["a", "_"], &["é", "ß"]),
    (r"^\W$", &["é"], &["a"]),
    (r"^\s$", &["\u{feff}", "\u{a0}", "\u{2029}"], &["\u{85}", "\u{180e}"]),
    (r"^[\d\s]$", &["7", "\u{feff}"], &["٧"]),
    (r"^.$", &["a", "𝒜"], &["\n", "\r", "\u{2028}", "\u{2029}"]),
    (r"^a$", &["a"], &["a\n", "\na", "a\nb"]),
    (r"^\cJ$", &["\n"], &["J", "cJ"]),
    (r"^a\/b\-c$", &["a/b-c"], &["a\\/b-c"]),
    (r"^(?<year>\d{4})$", &["2024"], &["202"]),
    (r"^\u0041\x42$", &["AB"], &["u0041x42"]),
    (r"^[\u4e00-\u9fff]+$", &["例"], &["a"]),
    (r"^\p{Lu}$", &["É"], &["é"]),
    (r"^[^a]$", &["é", "\n"], &["a"]),
    (r"^[[a]$", &["[", "a"], &["b"]),
    (r"^[a&&b]$", &["a", "&", "b"], &["c"]),
    (r"^[\w-.]+$", &["a-b.c"], &["a/b"]),
    (r"^[.-\w]$", &[".", "-", "x"], &["/"]),
    (r"^\<a\>$", &["<a>"], &["a"]),
    (r"\bid\b", &["an id", "éid"], &["void"]),
    (r"^a{,2}$", &["a{,2}"], &["", "aa"]),
    (r"^a{1,2}$", &["a", "aa"], &["a{1,2}"]),
    (r"^[^]$", &["\n", "a"], &[""]),
    (r"^[]a]$", &[], &["a", "]", "]a"]),
    (r"^\ud83d\ude00$", &["😀"], &["😁"]),
    (r"^\0$", &["\0"], &["0"]),
    (r"^[\b]$", &["\u{8}"], &["b"]),
    (r"^\$\{\w+\}$", &["${name}"], &["$name"]),
    (r"^(?=.)[^\S]$", &["\u{feff}"], &["\u{85}", "a"]),
    (r"b", &["abc"], &["ac"]),
    (r"^(?!admin)\w+$", &["user"], &["admin", "administrator"]),
    (r"^(\w)\1$", &["aa"], &["ab", "éé"]),
    (r"^(?=.*\d).{2,}$", &["a1"], &["a٧"]),
];

#[test]
fn patterns_mean_what_ecma_262_says() {
    for (pattern, matching, others) in DIALECT {
        let contract = with_pattern(pattern);
        for (texts, expected) in [(matching, true), (others, false)] {
            for text in *texts {
                assert_eq!(accepts(&contract, &quoted(text)), expected, "{pattern} and {text:?}");
            }
        }
    }
}

#[test]
fn names_are_matched_as_values_are() {
    for (pattern, matching, others) in DIALECT {
        let schema = format!(
            r#"{{"patternProperties": {{{}: {{"type": "integer"}}}}, "additionalProperties": {{"type": "string"}}}}"#,
            quoted(pattern)
        );
        let patterns = contract("api.json", &document(&schema));
        let schema = format!(r#"{{"propertyNames": {{"pattern": {}}}}}"#, quoted(pattern));
        let names = contract("api.json", &document(&schema));
        for (texts, is_matching) in [(matching, true), (others, false)] {
            for text in *texts {
                let value = format!("{{{}: 1}}", quoted(text));
                assert_eq!(accepts(&patterns, &value), is_matching, "{pattern} and {text:?}");
                assert_eq!(accepts(&names, &value), is_matching, "{pattern} and {text:?}");
            }
        }
    }
}

#[test]
fn a_name_that_is_declared_is_one_that_is_checked() {
    for (pattern, matching, others) in DIALECT {
        let schema = format!(r#"{{"patternProperties": {{{}: {{}}}}}}"#, quoted(pattern));
        let contract = contract("api.json", &document(&schema));
        let schema =
            contract.operations[0].body.as_ref().unwrap().media[0].schema.as_ref().unwrap();
        let object = &contract.shapes.get(schema.shape).object;
        let backtracks = contract.warnings.iter().any(|one| one.code == &codes::SLOW_PATTERN);
        for text in *matching {
            assert_eq!(object.pattern(text).is_some(), !backtracks, "{pattern} and {text:?}");
        }
        for text in *others {
            assert!(object.pattern(text).is_none(), "{pattern} and {text:?}");
        }
    }
}

#[test]
fn what_no_engine_takes_closes_the_operation_at_its_place() {
    for pattern in
        ["(", "[z-a]", "a{2,1}", r"\k<gone>", r"\e", r"a\c1", "(((a{1000}){1000}){1000})"]
    {
        for schema in [
            format!(r#"{{"pattern": {}}}"#, quoted(pattern)),
            format!(r#"{{"propertyNames": {{"pattern": {}}}}}"#, quoted(pattern)),
            format!(r#"{{"patternProperties": {{{}: {{}}}}}}"#, quoted(pattern)),
        ] {
            let (_, result) = read("api.json", &document(&schema));
            let contract = result.unwrap();
            assert!(contract.operations.is_empty(), "{schema}");
            let closed = contract.warnings.iter().find(|one| one.code == &codes::NOT_SERVED);
            assert!(closed.is_some_and(|one| one.span.is_some()), "{schema}");
        }
    }
}

#[test]
fn a_pattern_that_runs_out_of_steps_refuses() {
    let text = quoted(&format!("{}b", "a".repeat(60)));
    assert!(!accepts(&with_pattern(r"^(a|aa)+\1x$"), &text));
    // What asks for a text that does *not* match is not met by one that nobody could decide.
    let schema = format!(r#"{{"not": {{"pattern": {}}}}}"#, quoted(r"^(a|aa)+\1x$"));
    assert!(!accepts(&contract("api.json", &document(&schema)), &text), "not");
    let schema = format!(
        r#"{{"if": {{"pattern": {}}}, "then": false, "else": true}}"#,
        quoted(r"^(a|aa)+\1x$")
    );
    assert!(!accepts(&contract("api.json", &document(&schema)), &text), "if");
}

#[test]
fn two_patterns_that_are_one_are_both_held() {
    let schema = r#"{"patternProperties": {"^\\d$": {"minimum": 3}, "^[0-9]$": {"maximum": 5}}}"#;
    let contract = contract("api.json", &document(schema));
    for (value, expected) in [(r#"{"1": 4}"#, true), (r#"{"1": 2}"#, false), (r#"{"1": 6}"#, false)]
    {
        assert_eq!(accepts(&contract, value), expected, "{value}");
    }
}

#[test]
fn a_name_that_is_not_decided_refuses() {
    let pattern = quoted(r"^(a|aa)+\1x$");
    let schema = format!(r#"{{"patternProperties": {{{pattern}: {{"type": "integer"}}}}}}"#);
    let contract = contract("api.json", &document(&schema));
    let hard = quoted(&format!("{}b", "a".repeat(60)));
    assert!(!accepts(&contract, &format!("{{{hard}: 1}}")));
    assert!(accepts(&contract, r#"{"aax": 1, "b": "c"}"#));
    assert!(!accepts(&contract, r#"{"aax": "c"}"#));
    // The next value starts with all its steps.
    assert!(!accepts(&contract, &format!("{{{hard}: 1}}")));
    assert!(accepts(&contract, r#"{"b": "c"}"#));
}

#[test]
fn texts_that_are_matched_slowly_are_counted() {
    let schema = format!(r#"{{"items": {{"pattern": {}}}}}"#, quoted("(?!x)[a-z]$"));
    let contract = contract("api.json", &document(&schema));
    let list = |count: usize| format!("[{}]", vec!["\"a\""; count].join(","));
    assert!(accepts(&contract, &list(5_000)));
    assert!(!accepts(&contract, &list(5_001)));
}

/// Patterns of known bombs (OWASP on ReDoS, and the tables of engines that were slow), each with the piece that blows it
/// up when it is repeated, and what stands behind.
const BOMBS: &[(&str, &str, &str)] = &[
    (r"^(a+)+$", "a", "!"),
    (r"^([a-zA-Z]+)*$", "a", "!"),
    (r"^(a|aa)+$", "a", "!"),
    (r"^(a|a?)+$", "a", "!"),
    (r"^(.*a){12}$", "a", "!"),
    (r"^(\w+\s?)*$", "aaaa ", "!"),
    (
        r"^([a-z0-9])(([\-.]|[_]+)?([a-z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$",
        "a",
        "!",
    ),
    (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a", "!"),
    (r"^\s*\S(.*\S)?\s*$", " ", ""),
    (r"^(?=(a+)+$)a+b$", "a", "!"),
    (r"^(?:(?=.*b)a)*$", "a", "!"),
    (r"(?=.*b)c", "a", "!"),
    (r"^(?:(?!.*b).)*x$", "a", "!"),
    (r"^(a+)\1+$", "a", "b"),
    (r"^(.*)\1(.*)\2(.*)\3$", "ab", "!"),
    (r"(?<=(?:a|b)*)c$", "a", "!"),
];

#[test]
fn bombs_of_patterns_are_refused_after_bounded_work() {
    for (pattern, piece, end) in BOMBS {
        let contract = with_pattern(pattern);
        // Not served is harmless, too.
        if contract.operations.is_empty() {
            continue;
        }
        let text = piece.repeat(100_000 / piece.len());
        assert!(!accepts(&contract, &quoted(&format!("{text}{end}"))), "{pattern}");
    }
}
