//! What is derived, and what is not.

mod properties;

use std::num::NonZeroU8;

use portcullis_json::{Document, Limits, Number};
use portcullis_model::Secret;
use regex::Regex;

use super::*;

const FOUR: NonZeroU8 = NonZeroU8::new(4).unwrap();

fn key() -> DerivationKey {
    let bytes: Vec<u8> = (0..32).collect();
    DerivationKey::new(&Secret::new(bytes)).unwrap()
}

fn hash(purpose: &str) -> Derivation {
    Derivation::KeyedHash { purpose: purpose.to_owned() }
}

/// From a JSON text.
fn of(derivation: &Derivation, json: &str, today: &str) -> Derived {
    let document = Document::parse(json.into(), &Limits::default()).unwrap();
    derive(derivation, Some(document.root()), Date::parse(today).unwrap(), Some(&key()))
}

/// From a string.
fn of_text(derivation: &Derivation, text: &str) -> Derived {
    of(derivation, &serde_json::to_string(text).unwrap(), "2026-11-26")
}

fn shown(text: &str) -> Derived {
    Derived::Value(Scalar::String(text.to_owned()))
}

const fn is(value: bool) -> Derived {
    Derived::Value(Scalar::Bool(value))
}

fn is_21(birth: &str, today: &str) -> Derived {
    of(&Derivation::AgeAtLeast(21), &format!("\"{birth}\""), today)
}

#[test]
fn somebody_is_of_age_from_the_birthday_on() {
    for (birth, today, expected) in [
        ("2005-11-26", "2026-11-25", false),
        ("2005-11-26", "2026-11-26", true),
        ("2005-11-26", "2026-11-27", true),
        ("2005-11-27", "2026-11-26", false),
        ("2005-11-25", "2026-11-26", true),
        ("2005-12-01", "2026-11-30", false),
        ("2005-01-31", "2026-02-01", true),
        ("2005-12-31", "2026-12-31", true),
        ("2006-01-01", "2026-12-31", false),
        ("1940-06-01", "2026-11-26", true),
        ("2026-11-26", "2026-11-26", false),
    ] {
        assert_eq!(is_21(birth, today), is(expected), "{birth} on {today}");
    }
    assert_eq!(of(&Derivation::AgeAtLeast(0), "\"2026-11-26\"", "2026-11-26"), is(true));
}

#[test]
fn who_was_born_on_29_february_is_a_year_older_on_1_march_of_other_years() {
    let birth = "2004-02-29";
    for (today, expected) in
        [("2025-02-27", false), ("2025-02-28", false), ("2025-03-01", true), ("2028-02-28", true)]
    {
        assert_eq!(is_21(birth, today), is(expected), "{today}");
    }
    let is_20 = |today| of(&Derivation::AgeAtLeast(20), "\"2004-02-29\"", today);
    assert_eq!(is_20("2024-02-28"), is(false));
    assert_eq!(is_20("2024-02-29"), is(true));
}

#[test]
fn the_date_of_a_date_time_counts_as_it_is_written() {
    for birth in ["2005-11-26T23:59:59-12:00", "2005-11-26T00:00:00.000+14:00"] {
        assert_eq!(is_21(birth, "2026-11-25"), is(false), "{birth}");
        assert_eq!(is_21(birth, "2026-11-26"), is(true), "{birth}");
    }
}

#[test]
fn no_age_is_guessed() {
    for (birth, why) in [
        ("2026-11-27", Unread::InFuture),
        ("9999-12-31", Unread::InFuture),
        ("2005-02-29", Unread::NotADate),
        ("0000-00-00", Unread::NotADate),
        ("26.11.1990", Unread::NotADate),
        ("", Unread::NotADate),
        ("0001-01-01", Unread::TooLongAgo),
        ("1900-01-01", Unread::TooLongAgo),
        ("1900-11-26", Unread::TooLongAgo),
    ] {
        assert_eq!(is_21(birth, "2026-11-26"), Derived::Nothing(why), "{birth}");
    }
    assert_eq!(is_21("1900-11-27", "2026-11-26"), is(true), "125 years");
    for (json, why) in [
        ("null", Unread::Absent),
        ("631152000", Unread::WrongType),
        ("true", Unread::WrongType),
        (r#"{"year":1990}"#, Unread::WrongType),
    ] {
        let derived = of(&Derivation::AgeAtLeast(21), json, "2026-11-26");
        assert_eq!(derived, Derived::Nothing(why), "{json}");
    }
}

#[test]
fn nothing_but_presence_and_constants_comes_of_what_is_not_there() {
    let today = Date::parse("2026-11-26").unwrap();
    for (derivation, expected) in [
        (Derivation::AgeAtLeast(0), Derived::Nothing(Unread::Absent)),
        (Derivation::LastCharacters(FOUR), Derived::Nothing(Unread::Absent)),
        (Derivation::MaskedEmail, Derived::Nothing(Unread::Absent)),
        (Derivation::YearOnly, Derived::Nothing(Unread::Absent)),
        (hash("support"), Derived::Nothing(Unread::Absent)),
        (Derivation::Presence, is(false)),
        (Derivation::Constant(Scalar::Null), Derived::Value(Scalar::Null)),
    ] {
        assert_eq!(derive(&derivation, None, today, Some(&key())), expected, "{derivation:?}");
        assert_eq!(of(&derivation, "null", "2026-11-26"), expected, "{derivation:?}");
    }
}

#[test]
fn the_last_four_are_shown_of_eight_or_more_and_separators_do_not_count() {
    let last_four = Derivation::LastCharacters(FOUR);
    for (text, expected) in [
        ("4242 4242 4242 1234", "1234"),
        ("+49 (171) 12-34-56", "3456"),
        ("DE89 3704 0044 0532 0130 00", "3000"),
        ("12345678", "5678"),
        ("1-2-3-4-5-6-7-8---", "5678"),
        ("é12345678é", "5678"),
    ] {
        assert_eq!(of_text(&last_four, text), shown(expected), "{text}");
    }
    for text in ["1234567", "1234-567", "----------", "", "日本語日本語日本語", "1234567é"]
    {
        assert_eq!(of_text(&last_four, text), Derived::Nothing(Unread::TooShort), "{text}");
    }
    assert_eq!(of(&last_four, "4242424242421234", "2026-11-26"), shown("1234"));
    for json in ["-42424242", "4242424242.0", "4e20", "true", "[12345678]"] {
        let derived = of(&last_four, json, "2026-11-26");
        assert_eq!(derived, Derived::Nothing(Unread::WrongType), "{json}");
    }
}

#[test]
fn an_address_shows_its_first_character_and_its_domain() {
    for (address, expected) in [
        ("alice@example.com", "a***@example.com"),
        ("al@example.com", "a***@example.com"),
        ("a@example.com", "***@example.com"),
        ("Alice.B+tag@mail.example.co.uk", "A***@mail.example.co.uk"),
        ("*b@example.com", "****@example.com"),
        ("élise@bücher.example", "é***@bücher.example"),
    ] {
        assert_eq!(of_text(&Derivation::MaskedEmail, address), shown(expected), "{address}");
    }
}

#[test]
fn what_is_not_one_address_is_not_shown_at_all() {
    let long = format!("a@{}.example", "x".repeat(ADDRESS_BYTES_MAX));
    for text in [
        "",
        "alice",
        "@example.com",
        "alice@",
        "a@b@example.com",
        "\"a@b\"@example.com",
        "Alice <alice@example.com>",
        "alice@example.com, bob",
        "alice@example.com\n",
        "call me @ 555.1234",
        "alice@localhost",
        "hunter2@Secret",
        "alice@.com",
        "alice@example..com",
        "alice@-example.com",
        "alice@[192.0.2.1]",
        "al ice@example.com",
        long.as_str(),
    ] {
        let derived = of_text(&Derivation::MaskedEmail, text);
        assert_eq!(derived, Derived::Nothing(Unread::NotAnAddress), "{text}");
    }
}

#[test]
fn a_year_is_all_that_a_date_shows() {
    assert_eq!(of_text(&Derivation::YearOnly, "1985-04-12"), shown("1985"));
    assert_eq!(of_text(&Derivation::YearOnly, "2031-12-31T23:59:59Z"), shown("2031"));
    let derived = of_text(&Derivation::YearOnly, "1985");
    assert_eq!(derived, Derived::Nothing(Unread::NotADate));
}

#[test]
fn presence_says_whether_there_is_anything() {
    for json in ["\"\"", "[]", "{}", "null"] {
        assert_eq!(of(&Derivation::Presence, json, "2026-11-26"), is(false), "{json}");
    }
    for json in ["\" \"", "[null]", r#"{"a":null}"#, "0", "false"] {
        assert_eq!(of(&Derivation::Presence, json, "2026-11-26"), is(true), "{json}");
    }
}

#[test]
fn a_hash_is_the_same_for_one_value_and_purpose_and_key_only() {
    // Computed by another implementation.
    assert_eq!(of_text(&hash("support"), "A-1"), shown("IO1gLIUdfMxpdgPeJELdtw"));
    assert_ne!(of_text(&hash("supporU"), "A-1"), of_text(&hash("support"), "A-1"));
    // The border between purpose and value is part of what is hashed.
    assert_ne!(of_text(&hash("a"), "b"), of_text(&hash("a\"b"), ""));
    let today = "2026-11-26";
    assert_ne!(of(&hash("p"), "1", today), of(&hash("p"), "\"1\"", today));
    assert_eq!(of(&hash("p"), r#""\u0041""#, today), of(&hash("p"), "\"A\"", today));
    let other = DerivationKey::new(&Secret::new([7; 32])).unwrap();
    let document = Document::parse("\"A-1\"".into(), &Limits::default()).unwrap();
    let day = Date::parse(today).unwrap();
    let by_other = derive(&hash("support"), Some(document.root()), day, Some(&other));
    assert_ne!(by_other, of_text(&hash("support"), "A-1"));
    for json in ["true", "[]", "{}"] {
        assert_eq!(of(&hash("p"), json, today), Derived::Nothing(Unread::WrongType), "{json}");
    }
}

#[test]
fn a_short_key_is_none_and_no_key_is_printed() {
    assert!(DerivationKey::new(&Secret::new([1; KEY_BYTES_MIN - 1])).is_none());
    let key = DerivationKey::new(&Secret::new([1; KEY_BYTES_MIN])).unwrap();
    assert_eq!(format!("{key:?}"), "DerivationKey(..)");
}

#[test]
fn what_was_edited_is_read_as_it_is_now() {
    let mut document = Document::parse(br#"{"a":{"b":1}}"#.to_vec(), &Limits::default()).unwrap();
    let today = Date::parse("2026-11-26").unwrap();
    let inner = document.root().lookup("/a/b").unwrap().index();
    document.drop_value(inner);
    let derived = derive(&Derivation::Presence, document.root().get("a"), today, Some(&key()));
    assert_eq!(derived, is(false));
}

#[test]
fn every_value_is_as_its_schema_says() {
    let schema = |derivation: &Derivation| -> serde_json::Value {
        serde_json::from_str(&schema(derivation)).unwrap()
    };
    assert_eq!(schema(&Derivation::AgeAtLeast(21)), serde_json::json!({ "type": "boolean" }));
    assert_eq!(schema(&Derivation::Presence), serde_json::json!({ "type": "boolean" }));
    let longest = format!("{}@{}", "a".repeat(100), "example.com");
    for (derivation, source) in [
        (Derivation::LastCharacters(FOUR), "4242 4242 4242 1234"),
        (Derivation::MaskedEmail, "alice@example.com"),
        (Derivation::MaskedEmail, "*@example.com"),
        (Derivation::MaskedEmail, "**@example.com"),
        (Derivation::MaskedEmail, longest.as_str()),
        (Derivation::YearOnly, "0985-04-12"),
        (hash("p"), "x"),
    ] {
        let schema = schema(&derivation);
        assert_eq!(schema["type"], "string");
        let Derived::Value(Scalar::String(text)) = of_text(&derivation, source) else {
            panic!("{derivation:?} gives a string")
        };
        let pattern = Regex::new(schema["pattern"].as_str().unwrap()).unwrap();
        assert!(pattern.is_match(&text), "{text}");
        assert!(!pattern.is_match(source), "what stood there is not so: {source}");
        assert!(text.chars().count() as u64 <= schema["maxLength"].as_u64().unwrap());
    }
    let masked = schema(&Derivation::MaskedEmail);
    let masked = Regex::new(masked["pattern"].as_str().unwrap()).unwrap();
    assert!(!masked.is_match("al***@example.com"), "two characters");
    for (scalar, json) in [
        (Scalar::String("a \"b\"".to_owned()), serde_json::json!({ "const": "a \"b\"" })),
        (Scalar::Number(Number::from(7)), serde_json::json!({ "const": 7 })),
        (Scalar::Bool(false), serde_json::json!({ "const": false })),
        (Scalar::Null, serde_json::json!({ "const": null })),
    ] {
        assert_eq!(schema(&Derivation::Constant(scalar)), json);
    }
}
