//! Lists of leaked keys, signed as GitHub signs them.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;

fn pair() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap()
}

fn sign(pair: &EcdsaKeyPair, bytes: &[u8]) -> String {
    STANDARD.encode(pair.sign(&SystemRandom::new(), bytes).unwrap().as_ref())
}

/// As GitHub gives them.
fn published(keys: &[(&str, &EcdsaKeyPair)]) -> Vec<u8> {
    let keys = keys.iter().map(|(name, pair)| {
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let body = STANDARD.encode(der.as_ref());
        let (first, rest) = body.split_at(64);
        let pem =
            format!("-----BEGIN PUBLIC KEY-----\\n{first}\\n{rest}\\n-----END PUBLIC KEY-----\\n");
        format!(r#"{{"key_identifier":"{name}","key":"{pem}","is_current":true}}"#)
    });
    format!(r#"{{"public_keys":[{}]}}"#, keys.collect::<Vec<_>>().join(",")).into_bytes()
}

const LIST: &[u8] = br#"[{"token":"t","type":"k","url":"u","source":"commit"}]"#;

#[test]
fn what_the_named_key_signed_is_believed_and_nothing_else() {
    let (one, other) = (pair(), pair());
    let keys = ReporterKeys::read(published(&[("one", &one), ("other", &other)])).unwrap();
    let signature = sign(&one, LIST);
    assert!(keys.signed("one", &signature, LIST));
    assert!(!keys.signed("other", &signature, LIST), "another key's signature");
    assert!(!keys.signed("none", &signature, LIST) && !keys.has("none"));
    assert!(!keys.signed("one", &signature, &LIST[1..]), "other bytes");
    let forged = sign(&pair(), LIST);
    let long = signature.repeat(4);
    for signature in ["", "AAAA", "not base64", &forged, &long, &format!("{signature} ")] {
        assert!(!keys.signed("one", signature, LIST), "{signature}");
    }
}

#[test]
fn an_answer_without_a_usable_key_is_refused() {
    let pem = "-----BEGIN PUBLIC KEY-----\\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\\n-----END PUBLIC KEY-----";
    let ed25519 = format!(r#"{{"public_keys":[{{"key_identifier":"a","key":"{pem}"}}]}}"#);
    for text in ["", "[]", "{}", r#"{"public_keys":{}}"#, r#"{"public_keys":[]}"#, &ed25519] {
        assert!(ReporterKeys::read(text.as_bytes().to_vec()).is_err(), "{text}");
    }
}

#[test]
fn a_list_has_one_form() {
    let all = leaks(LIST.to_vec()).unwrap();
    assert_eq!((all[0].token.as_str(), all[0].source.as_str()), ("t", "commit"));
    assert_eq!(leaks(br#"[{"token":"t"}]"#.to_vec()).unwrap()[0].url, "");
    let odd = leaks(br#"[{"token":"t","url":1,"source":null}]"#.to_vec()).unwrap();
    assert_eq!((odd[0].url.as_str(), odd[0].source.as_str()), ("", ""), "what is for people alone");
    let many = |count: usize| format!("[{}]", vec![r#"{"token":"t"}"#; count].join(","));
    assert_eq!(leaks(many(ITEMS_MAX).into_bytes()).map(|all| all.len()), Ok(ITEMS_MAX));
    let long = format!(r#"[{{"token":"{}"}}]"#, "x".repeat(TEXT_BYTES_MAX + 1));
    for text in [
        "",
        "{}",
        "[]",
        "[1]",
        "[{}]",
        r#"[{"token":1}]"#,
        &long,
        r#"[{"token":"t","token":"u"}]"#,
        &many(ITEMS_MAX + 1),
    ] {
        assert!(leaks(text.as_bytes().to_vec()).is_err(), "{}", text.get(..20).unwrap_or(text));
    }
}

#[test]
fn an_answer_says_what_was_asked_and_no_debug_does() {
    let all = leaks(br#"[{"token":"a\"b","type":"k"},{"token":"c"}]"#.to_vec()).unwrap();
    let answer = labels(all.iter().zip([true, false]));
    let expected = concat!(
        r#"[{"token_raw":"a\"b","token_type":"k","label":"true_positive"},"#,
        r#"{"token_raw":"c","token_type":"","label":"false_positive"}]"#,
    );
    assert_eq!(std::str::from_utf8(&answer), Ok(expected));
    assert!(!format!("{:?}", all[0]).contains("a\\\"b"));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = leaks(bytes.clone());
        let _ = ReporterKeys::read(bytes);
    }
}
