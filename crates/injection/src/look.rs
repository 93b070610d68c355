//! The question itself: a text, as it is and behind its layers, asked of every language of its sinks.

use std::collections::{HashSet, VecDeque};
use std::rc::Rc;

use crate::LAYERS_MAX;
use crate::classes::Classes;
use crate::found::{Found, Look, Verdict};
use crate::fuel::{Fuel, OutOfFuel};
use crate::language::{Language, Sinks};
use crate::{html, layers, ldap, line, nosql, path, prototype, shell, sql, template, xml, xpath};

/// All that is decoded of one text may have this many times its bytes, and then some. A text that can be
/// read in more ways is not judged.
const DECODED_TIMES_MAX: usize = 12;
/// The "some".
const DECODED_BYTES_FREE: usize = 4096;

/// What a variant of a text costs besides its bytes.
const VARIANT_STEPS: usize = 16;

/// Looks at a text.
pub fn look(text: &str, sinks: Sinks, fuel: &mut Fuel) -> Verdict {
    judge(text, false, sinks, fuel)
}

/// Looks at a name of a member, a parameter, a field.
pub fn look_at_name(name: &str, sinks: Sinks, fuel: &mut Fuel) -> Verdict {
    judge(name, true, sinks, fuel)
}

fn judge(text: &str, is_name: bool, sinks: Sinks, fuel: &mut Fuel) -> Verdict {
    match search(text, is_name, sinks, fuel) {
        Ok(None) => Verdict::Harmless,
        Ok(Some(found)) => Verdict::Hostile(found),
        Err(OutOfFuel) => Verdict::Unknown,
    }
}

/// A text behind some layers, still to be looked at.
struct Variant {
    text: Rc<str>,
    layers: Vec<&'static str>,
    is_name: bool,
}

/// Breadth first, so that what is found is found behind as few layers as possible.
fn search(
    text: &str,
    is_name: bool,
    sinks: Sinks,
    fuel: &mut Fuel,
) -> Result<Option<Found>, OutOfFuel> {
    let mut classes = Classes::of(text);
    if let Some(found) = ask_each((text, classes), is_name, &[], sinks, fuel)? {
        return Ok(Some(found));
    }
    let mut left = text.len().saturating_mul(DECODED_TIMES_MAX).saturating_add(DECODED_BYTES_FREE);
    let mut seen: HashSet<Rc<str>> = HashSet::new();
    let mut queue = VecDeque::new();
    // The text itself is not copied: most hide nothing.
    let mut current: Option<Variant> = None;
    loop {
        let (behind, layers, is_name) = match &current {
            None => (text, &[][..], is_name),
            Some(variant) => (&*variant.text, variant.layers.as_slice(), variant.is_name),
        };
        if layers.len() < LAYERS_MAX {
            for undone in layers::undone(behind, classes, fuel)? {
                left = left.checked_sub(undone.text.len()).ok_or(OutOfFuel)?;
                if undone.text == text || seen.contains(undone.text.as_str()) {
                    continue;
                }
                let text: Rc<str> = undone.text.into();
                seen.insert(Rc::clone(&text));
                let layers = layers.iter().copied().chain([undone.layer]).collect();
                let is_name = undone.is_name || (is_name && !undone.is_part);
                queue.push_back(Variant { text, layers, is_name });
            }
        }
        let Some(variant) = queue.pop_front() else { return Ok(None) };
        classes = Classes::of(&variant.text);
        let text = (&*variant.text, classes);
        if let Some(found) = ask_each(text, variant.is_name, &variant.layers, sinks, fuel)? {
            return Ok(Some(found));
        }
        current = Some(variant);
    }
}

fn ask_each(
    (text, classes): (&str, Classes),
    is_name: bool,
    layers: &[&'static str],
    sinks: Sinks,
    fuel: &mut Fuel,
) -> Result<Option<Found>, OutOfFuel> {
    fuel.burn(text.len() + VARIANT_STEPS)?;
    for language in Language::ALL {
        if !sinks.has(language) || !classes.concern(language) {
            continue;
        }
        let answer = match language {
            Language::Prototype if is_name => prototype::look_at_name(text, classes, fuel)?,
            Language::NoSql if is_name => nosql::look_at_name(text, fuel)?,
            _ => ask(language, text, classes, fuel)?,
        };
        if let Some((reason, span)) = answer {
            return Ok(Some(Found { language, reason, layers: layers.to_vec(), span }));
        }
    }
    Ok(None)
}

/// One language, one text, and which kinds of bytes the text has: most lack what a language cannot do without, and
/// need not be read.
fn ask(language: Language, text: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    match language {
        Language::Path => path::look(text, classes, fuel),
        Language::Template => template::look(text, classes, fuel),
        Language::Html => html::look(text, classes, fuel),
        Language::Line => line::look(text, classes, fuel),
        Language::Prototype => prototype::look(text, classes, fuel),
        Language::Xml => xml::look(text, classes, fuel),
        Language::Sql => sql::look(text, classes, fuel),
        Language::NoSql => nosql::look(text, classes, fuel),
        Language::Shell => shell::look(text, classes, fuel),
        Language::Ldap => ldap::look(text, classes, fuel),
        Language::Xpath => xpath::look(text, classes, fuel),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLENTY: u64 = 1 << 32;
    /// Steps a byte may cost with all its layers, and what any text may cost.
    const STEPS_PER_BYTE: u64 = 600;
    const STEPS_FREE: u64 = 400_000;

    fn found(text: &str) -> Option<Found> {
        match look(text, Sinks::ALL, &mut Fuel::new(PLENTY)) {
            Verdict::Hostile(found) => Some(found),
            Verdict::Harmless => None,
            Verdict::Unknown => panic!("there was plenty: {text}"),
        }
    }

    fn burnt(text: &str) -> u64 {
        let mut fuel = Fuel::new(PLENTY);
        let _ = look(text, Sinks::ALL, &mut fuel);
        PLENTY - fuel.left()
    }

    #[test]
    fn what_is_found_behind_layers_says_which() {
        for (text, language, layers) in [
            ("<script>", Language::Html, &[][..]),
            ("%3Cscript%3E", Language::Html, &["percent"]),
            ("%253Cscript%253E", Language::Html, &["percent", "percent"]),
            ("&lt;script&gt;", Language::Html, &["entity"]),
            (r"\u003cscript\u003e", Language::Html, &["escape"]),
            ("PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg", Language::Html, &["base64"]),
            ("＜script＞", Language::Html, &["width"]),
            ("+ADw-script+AD4-", Language::Html, &["utf-7"]),
            (r#"{"name": "../../x"}"#, Language::Path, &["json"]),
            ("https://a.example/?next=..%2f..%2f", Language::Path, &["percent", "form"]),
            ("%c0%ae%c0%ae/%c0%ae%c0%ae/", Language::Path, &["percent-overlong"]),
            ("a%0d%0aSet-Cookie:b=c", Language::Line, &["percent"]),
            ("o<x>nfocus=alert(1)", Language::Html, &["split-by-tags"]),
            ("x%27+UNION+SELECT+a+FROM+b", Language::Sql, &["percent-form"]),
            ("1e1+union+select+users+from+password", Language::Sql, &["plus"]),
        ] {
            let found = found(text).unwrap_or_else(|| panic!("nothing in {text}"));
            assert_eq!((found.language, found.layers.as_slice()), (language, layers), "{text}");
        }
    }

    #[test]
    fn few_kinds_of_bytes_are_enough_to_be_asked_about() {
        for (text, language) in [
            ("onerror=alert;throw 1", Language::Html),
            ("0x2e0x2e0x2fetc0x2fpasswd", Language::Path),
            ("class.module.classLoader.x", Language::Template),
            ("!!python/object:x", Language::Template),
            ("__proto__.x", Language::Prototype),
            ("constructor.prototype.x", Language::Prototype),
            ("嘍Set-cookie:a", Language::Line),
        ] {
            assert_eq!(found(text).map(|found| found.language), Some(language), "{text}");
        }
    }

    #[test]
    fn a_fourth_layer_is_not_undone() {
        let mut text = "<script>".to_owned();
        for _ in 0..LAYERS_MAX {
            text = text.replace('%', "%25").replace('<', "%3C");
            assert!(found(&text).is_some(), "{text}");
        }
        assert_eq!(found(&text.replace('%', "%25")), None);
    }

    #[test]
    fn values_of_people_and_programs_are_harmless() {
        for text in [
            "",
            "Bob",
            "O'Brien & Sons, 5 > 3 <3",
            "bob+news@example.com",
            "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "2026-11-26T20:00:00Z",
            "https://example.com/a/b?c=d%20e&f=https%3A%2F%2Fexample.org%2F",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
            r#"{"name": "Bob", "tags": ["a", "b"], "url": "https://example.com/?a=b"}"#,
            "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUA",
            "100% sure, 50% off",
            "Fish+%26+chips+%28large%29",
            "it%27s+a+1%2B1+or+2+for+1+deal",
            "fish+and+chips+or+2+for+1",
            "+49+30+901820",
            "semver:1.2.3+build.5+sha.8f3a2c",
            "Vec<String> is a list; Map<K, V> maps",
            "if (a < b && c > d) { return x; }",
            "日本語のテキスト、「引用」。",
            "constructor",
            "C:\\Users\\bob\\new folder\\table.txt",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn a_sink_that_is_not_asked_finds_nothing() {
        let sinks = Sinks::ALL.without(Language::Html);
        assert_eq!(
            look("<script>alert(1)</script>", sinks, &mut Fuel::new(PLENTY)),
            Verdict::Harmless
        );
    }

    #[test]
    fn a_name_is_judged_as_a_name_also_behind_layers() {
        for name in [
            "__proto__",
            "%5f_proto__",
            "constructor.prototype",
            "$where",
            "%24ne",
            "a[$gt]",
            "$IN",
        ] {
            let verdict = look_at_name(name, Sinks::ALL, &mut Fuel::new(PLENTY));
            assert!(matches!(verdict, Verdict::Hostile(_)), "{name}");
        }
        for name in ["$type", "$ref", "$schema", "price$", "where", "a[gt]"] {
            let verdict = look_at_name(name, Sinks::ALL, &mut Fuel::new(PLENTY));
            assert_eq!(verdict, Verdict::Harmless, "{name}");
        }
        let inside = found(r#"{"__proto__": {"a": 1}}"#).map(|found| found.language);
        assert_eq!(inside, Some(Language::Prototype));
        assert_eq!(
            look("the __proto__ name", Sinks::ALL, &mut Fuel::new(PLENTY)),
            Verdict::Harmless
        );
    }

    #[test]
    fn without_fuel_nobody_knows() {
        let text = "<script>alert(1)</script>";
        for steps in 0..text.len() as u64 {
            assert_eq!(look(text, Sinks::ALL, &mut Fuel::new(steps)), Verdict::Unknown);
        }
    }

    #[test]
    fn padding_costs_in_proportion_and_hides_nothing() {
        for pad in [
            "A",
            "{{{",
            "${ {{",
            "<style",
            "%",
            "<a ",
            "<",
            "{{",
            "${",
            "\"",
            "=",
            "on=",
            "&",
            "\\",
            "../",
            "[[",
            "<![CDATA[",
            "a=b&",
            "' ;",
            "\n",
            "%25",
        ] {
            let padded = |bytes: usize| {
                format!("{}<script>alert(1)</script>", pad.repeat(bytes / pad.len()))
            };
            let (small, large) = (burnt(&padded(8 * 1024)), burnt(&padded(128 * 1024)));
            assert!(large <= small * 17, "{pad}: {small} and then {large}");
            let pad = pad.repeat(64 * 1024 / pad.len());
            assert!(burnt(&pad) <= STEPS_PER_BYTE * pad.len() as u64 + STEPS_FREE);
        }
        let padded = format!("{};<script>alert(1);</script>", "A".repeat(128 * 1024));
        assert!(found(&padded).is_some());
    }

    /// Pieces of which attacks are made, and some of which they are not.
    const PIECES: &[&str] = &[
        "<",
        ">",
        "script",
        "/",
        "..",
        "%2e",
        "%25",
        "%c0%ae",
        "&lt;",
        "&#x3c",
        "\\u003c",
        "\\x",
        "{{",
        "}}",
        "7*7",
        "${",
        "}",
        "\"",
        "'",
        "=",
        "onload",
        "javascript:",
        " ",
        "\r\n",
        "Set-Cookie:",
        "[",
        "]",
        "__proto__",
        "<!DOCTYPE",
        "<![CDATA[",
        "+ADw-",
        "PHNjcmlwdD4",
        "＜",
        "é",
        "嘍",
        "?",
        "&",
        "a",
        "1",
        "{\"",
        "\":",
        "alert",
        "(",
        ")",
        ";",
        "\0",
        "%u",
        "0x2e",
        "style=",
        "document",
        "cookie",
        ".constructor",
        "prototype",
        "].",
        "source+/",
        "`",
        ",",
        "db.a.find",
        "this.a",
        "return true",
        "sleep",
        "'==",
        "||",
        "&&",
        "|//",
        "::",
        "*",
        "cn=",
        ":=",
        "2.5.1",
        "union",
        "select",
        "xp_",
        " or ",
        "--",
        "etcpass",
        "wd",
        "file",
        ":",
        "{%",
        "set",
        "%}",
        "@",
        "!!java",
        "whoami",
        "cat /etc/hosts",
        "=alert",
        "$",
        "gt",
        "{\"$gt\": 1}",
        "(&(uid=a)(b=*))",
        "' or name()='a",
        "'; return true; '",
    ];

    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(PIECES).prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_text_panics_and_every_span_is_of_the_text(text in pieces()) {
            for language in Language::ALL {
                let asked = |classes| ask(language, &text, classes, &mut Fuel::new(PLENTY));
                let answer = asked(Classes::of(&text)).expect("there is plenty");
                // Whoever is told that all could be there skips nothing.
                prop_assert_eq!(&answer, &asked(Classes::ALL).expect("there is plenty"));
                if let Some((_, span)) = answer {
                    prop_assert!(text.get(span).is_some());
                }
            }
            let verdict = look(&text, Sinks::ALL, &mut Fuel::new(PLENTY));
            let _ = look_at_name(&text, Sinks::ALL, &mut Fuel::new(PLENTY));
            if let Verdict::Hostile(found) = verdict {
                prop_assert!(found.layers.len() <= LAYERS_MAX);
                if found.layers.is_empty() {
                    prop_assert!(text.get(found.span).is_some());
                }
            }
        }

        #[test]
        fn no_text_costs_more_than_in_proportion(text in pieces()) {
            prop_assert!(burnt(&text) <= STEPS_PER_BYTE * text.len() as u64 + STEPS_FREE);
        }
    }
}
