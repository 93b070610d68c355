//! Kong's declarative file, as `kong config db_export` and `deck gateway dump` write it: keys of the key-auth plugin stand
//! with their consumer, or by themselves with the consumer's name.

use std::collections::HashMap;

use portcullis_contract::as_json;
use portcullis_json::{Document, Limits, Value};
use portcullis_model::{Sources, UnixMillis};

use super::found::Reading;

const CREDENTIALS: &str = "keyauth_credentials";

/// Reads a file, YAML or JSON.
pub(super) fn read(text: String, reading: &mut Reading<'_>) {
    let mut sources = Sources::default();
    let source = sources.add("", text);
    let json = match as_json(&sources, source) {
        Ok(json) => json,
        Err(problem) => {
            // Its message may quote the file.
            let at = problem.span.map(|span| sources.line_column(span));
            let place =
                at.map_or_else(|| "the file".to_owned(), |(line, _)| format!("line {line}"));
            reading.wrong(&place, format!("it has no single reading ({})", problem.code.name));
            return;
        }
    };
    drop(sources);
    match Document::parse(json.into_bytes(), &Limits::GENEROUS) {
        Ok(document) => all(document.root(), reading),
        Err(_) => reading.wrong("the file", "it is too large to be read"),
    }
}

fn all(root: Value<'_>, reading: &mut Reading<'_>) {
    let (consumers, credentials) = (root.get("consumers"), root.get(CREDENTIALS));
    if consumers.is_none() && credentials.is_none() {
        reading.wrong("the file", "it has neither `consumers` nor `keyauth_credentials`");
    }
    // What consumers are called by, and their own name.
    let mut known: HashMap<&str, &str> = HashMap::new();
    for (place, consumer) in items(consumers, "consumers", reading) {
        let text = |name: &str| consumer.get(name).and_then(Value::as_str);
        let owner = text("username").or_else(|| text("custom_id")).unwrap_or_default();
        for name in [text("id"), text("username"), text("custom_id")].into_iter().flatten() {
            known.entry(name).or_insert(owner);
        }
        let path = format!("{place}.{CREDENTIALS}");
        let own = items(consumer.get(CREDENTIALS), &path, reading);
        if owner.is_empty() && !own.is_empty() {
            reading.wrong(&place, "this consumer has neither `username` nor `custom_id`");
            continue;
        }
        own.iter().for_each(|(place, value)| credential(place, *value, owner, reading));
    }
    for (place, value) in items(credentials, CREDENTIALS, reading) {
        let consumer = value.get("consumer");
        let inside = |name: &str| consumer.and_then(|one| one.get(name)).and_then(Value::as_str);
        let named = consumer.and_then(Value::as_str);
        let named = named.or_else(|| inside("id")).or_else(|| inside("username"));
        match named.and_then(|name| known.get(name)) {
            Some(owner) if !owner.is_empty() => credential(&place, value, owner, reading),
            _ if named.is_none() => reading.wrong(&place, "it names no consumer"),
            _ => reading.wrong(&place, "its consumer is not in the file, or has no name"),
        }
    }
}

/// The items of a list, each with its path; none where it is missing.
fn items<'v>(
    list: Option<Value<'v>>,
    path: &str,
    reading: &mut Reading<'_>,
) -> Vec<(String, Value<'v>)> {
    let Some(list) = list.filter(|list| !list.is_null()) else { return Vec::new() };
    if !list.is_array() {
        reading.wrong(path, "this is no list");
        return Vec::new();
    }
    list.items().enumerate().map(|(index, item)| (format!("{path}[{index}]"), item)).collect()
}

fn credential(place: &str, value: Value<'_>, owner: &str, reading: &mut Reading<'_>) {
    let place = format!("{place}.key");
    let number = |name: &str| {
        let number = value.get(name).and_then(Value::as_number);
        number.and_then(|number| number.parse::<u64>().ok())
    };
    // Seconds, since it was made; of one that does not say when, since the file is read.
    let until = number("ttl").map(|ttl| {
        let since_ms =
            number("created_at").map_or_else(|| reading.now().0, |at| at.saturating_mul(1000));
        UnixMillis(since_ms.saturating_add(ttl.saturating_mul(1000)))
    });
    match value.get("key") {
        None => reading.wrong(&place, "there is none"),
        Some(key) => match key.as_str() {
            Some(text) => reading.text(&place, text, owner, until),
            None => reading.wrong(&place, "this is no text: put it into quotes"),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};

    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    type All = (Vec<(String, [u8; 32], String, Option<UnixMillis>)>, Vec<(String, String)>);

    fn all(text: &str) -> All {
        let mut reading = Reading::new("shop", None, NOW);
        read(text.to_owned(), &mut reading);
        let (found, faults) = reading.end();
        let found = found.into_iter().map(|one| (one.place, one.digest, one.owner, one.expires));
        let faults = faults.into_iter().map(|fault| (fault.place, fault.what));
        (found.collect(), faults.collect())
    }

    const YAML: &str = r#"
_format_version: "3.0"
_transform: false
services: [{ name: orders, url: "http://orders.internal" }]
consumers:
- username: acme
  id: 5a1c1d3e-0000-4000-8000-000000000001
  keyauth_credentials:
  - key: obviously-fake-key-of-acme
    tags: [old]
  - { key: obviously-fake-second-of-acme, ttl: 60 }
- custom_id: "4711"
  id: 5a1c1d3e-0000-4000-8000-000000000002
- username: nobody
keyauth_credentials:
- key: obviously-fake-key-of-4711
  consumer: 5a1c1d3e-0000-4000-8000-000000000002
- key: obviously-fake-third-of-acme
  consumer: acme
- { key: obviously-fake-fourth-of-acme, consumer: { id: 5a1c1d3e-0000-4000-8000-000000000001 } }
"#;

    #[test]
    fn keys_stand_with_their_consumers_or_name_them() {
        let (found, faults) = all(YAML);
        assert!(faults.is_empty(), "{faults:?}");
        let one = |place: &str, text: &str, owner: &str, until: Option<u64>| {
            let digest = Sha256::digest(text.as_bytes()).into();
            let until = until.map(|ms| UnixMillis(NOW.0 + ms));
            (place.to_owned(), digest, owner.to_owned(), until)
        };
        let first = "consumers[0].keyauth_credentials";
        let expected = [
            one(&format!("{first}[0].key"), "obviously-fake-key-of-acme", "acme", None),
            one(&format!("{first}[1].key"), "obviously-fake-second-of-acme", "acme", Some(60_000)),
            one("keyauth_credentials[0].key", "obviously-fake-key-of-4711", "4711", None),
            one("keyauth_credentials[1].key", "obviously-fake-third-of-acme", "acme", None),
            one("keyauth_credentials[2].key", "obviously-fake-fourth-of-acme", "acme", None),
        ];
        assert_eq!(found, expected);
        let json = r#"{"_format_version":"3.0","consumers":[{"username":"acme","keyauth_credentials":[{"key":"obviously-fake-key-of-acme"}]}]}"#;
        assert_eq!(all(json).0, expected[..1]);
    }

    #[test]
    fn what_is_wrong_is_told_by_its_place_and_without_any_text_of_a_key() {
        for (text, place, told) in [
            ("a: [obviously-fake-secret", "line 1", "no single reading"),
            ("a: 1\nb: obviously-fake-secret\nb: 2", "line 3", "no single reading"),
            ("services: []", "the file", "neither"),
            ("consumers: { a: 1 }", "consumers", "no list"),
            (
                "consumers: [{ username: a, keyauth_credentials: [{ key: 12345678901234567890 }] }]",
                "consumers[0].keyauth_credentials[0].key",
                "quotes",
            ),
            (
                "consumers: [{ username: a, keyauth_credentials: [{ id: x }] }]",
                "consumers[0].keyauth_credentials[0].key",
                "none",
            ),
            (
                "consumers: [{ username: a, keyauth_credentials: [{ key: obviously-fake }] }]",
                "consumers[0].keyauth_credentials[0].key",
                "guessed",
            ),
            (
                "consumers: [{ id: x, keyauth_credentials: [{ key: obviously-fake-key-of-others }] }]",
                "consumers[0]",
                "neither",
            ),
            (
                "keyauth_credentials: [{ key: obviously-fake-key-of-others }]",
                "keyauth_credentials[0]",
                "no consumer",
            ),
            (
                "keyauth_credentials: [{ key: obviously-fake-key-of-others, consumer: a }]",
                "keyauth_credentials[0]",
                "not in the file",
            ),
            (
                "consumers: [{ username: a, keyauth_credentials: [{ key: obviously-fake-key-of-others, created_at: 1, ttl: 1 }] }]",
                "consumers[0].keyauth_credentials[0].key",
                "over",
            ),
        ] {
            let (found, faults) = all(text);
            assert_eq!((found.len(), faults.len()), (0, 1), "{text}: {faults:?}");
            let (at, what) = &faults[0];
            assert!(at == place && what.contains(told), "{text}: {at}: {what}");
            assert!(!what.contains("obviously"), "{what}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            all(&text);
        }
    }
}
