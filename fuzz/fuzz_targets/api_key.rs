//! API keys from nowhere: none panics, and what is accepted has one spelling.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_credential::api_key;
use portcullis_model::key::{is_brand, is_environment};

fuzz_target!(|text: &str| {
    let Ok(key) = api_key::parse(text) else { return };
    assert_eq!(key.text, text);
    assert!(text.len() <= api_key::LENGTH_MAX && api_key::looks_like(text, key.brand));
    assert!(text.starts_with(&format!("{}_{}_{}_", key.brand, key.environment, key.id)));
    assert!(is_brand(key.brand) && is_environment(key.environment));
    // The checksum notices one other character, wherever it is.
    for place in 0..text.len() {
        let by = if text.as_bytes().get(place) == Some(&b'a') { "b" } else { "a" };
        let (before, behind) = (text.get(..place), text.get(place + 1..));
        let other = format!("{}{by}{}", before.unwrap_or(""), behind.unwrap_or(""));
        assert!(api_key::parse(&other).is_err());
    }
});
