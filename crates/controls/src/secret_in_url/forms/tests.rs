//! What is a credential by its form, and what honest clients write.

use proptest::prelude::*;

use super::*;

/// A text of these many characters, none of which a maker gave out.
fn of(alphabet: Alphabet, length: usize) -> String {
    let pattern = match alphabet {
        Alphabet::Hex => "0123456789abcdef",
        Alphabet::Capitals => "0123456789ABCDEF",
        Alphabet::Alphanumeric | Alphabet::Url | Alphabet::Dotted => "0aB1cD2eF3gH4",
    };
    pattern.chars().cycle().take(length).collect()
}

fn jwt(header: &str, rest: &str) -> String {
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header))
}

#[test]
fn every_published_form_is_known_at_its_bounds_and_not_beyond() {
    for (beginning, alphabet, lengths, form) in KNOWN {
        let made = |length| format!("{beginning}{}", of(*alphabet, length));
        for length in [*lengths.start(), *lengths.end()] {
            assert_eq!(credential_form(&made(length)), Some(*form), "{beginning} {length}");
        }
        for length in [lengths.start() - 1, lengths.end() + 1] {
            assert_eq!(credential_form(&made(length)), None, "{beginning} {length}");
        }
        let other = format!("{beginning}{}~", of(*alphabet, lengths.start() - 1));
        assert_eq!(credential_form(&other), None, "{beginning}");
        assert!(beginning.len() + lengths.start() >= FORM_BYTES_MIN, "{beginning}");
    }
}

#[test]
fn tokens_and_keys_are_known_wherever_they_stand_in_a_value() {
    let token = format!("ghp_{}", of(Alphabet::Alphanumeric, 36));
    for text in [
        format!("Bearer {token}"),
        format!("{{\"key\":\"{token}\"}}"),
        format!("https://api.example/x?t={token}&y=1"),
        format!("use {token}."),
    ] {
        assert_eq!(credential_form(&text), Some("a GitHub token"), "{text}");
    }
    for (text, form) in [
        (jwt("{\"alg\":\"ES256\"}", "eyJzdWIiOiJhIn0.c2ln"), "a JSON Web Token"),
        (jwt("{\"typ\":\"JWT\",\"alg\":\"none\"}", "eyJzdWIiOiJhIn0."), "a JSON Web Token"),
        (jwt("{ \"alg\":\"dir\",\"enc\":\"A256GCM\"}", ".aXY.Y2lwaGVy.dGFn"), "a JSON Web Token"),
        ("-----BEGIN PRIVATE KEY-----\nMC4".to_owned(), PRIVATE_KEY),
        ("x -----BEGIN OPENSSH PRIVATE KEY-----".to_owned(), PRIVATE_KEY),
        ("bearer mF_9.B5f-4.1JqM0aaaa".to_owned(), "a bearer token"),
        ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".to_owned(), "a password"),
    ] {
        assert_eq!(credential_form(&text), Some(form), "{text}");
    }
}

#[test]
fn a_key_of_our_own_is_known_whatever_its_brand() {
    let key = "acme_test_0000000000000042_obviouslyFakeObviouslyFakeObviouslyFake12303kqHof";
    assert_eq!(credential_form(key), Some("an API key of a gateway"));
    assert_eq!(credential_form(&key.replacen("Fake", "fake", 1)), None, "its checksum is wrong");
}

/// What honest clients write into queries and paths.
#[test]
fn honest_values_have_no_form_of_a_credential() {
    for text in [
        "",
        "123e4567-e89b-12d3-a456-426614174000",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "d41d8cd98f00b204e9800998ecf8427e",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "2026-11-26T14:10:55.123+01:00",
        "https://shop.example/orders/1297?page=2&sort=name",
        "alice.liddell-of-the-looking-glass@pharmacy.example",
        "How do I rotate a token that begins with ghp_ or AKIA?",
        "sk_live_ is how live keys begin; sk_test_ is for tests",
        "the bearer of good news should be paid in bearer bonds",
        "Bearer bonds and basic income",
        "basic hygiene: wash your hands",
        "Basic instincts of the market",
        "SG.Singapore.Orchard-Road.Shopping-Centre-Level-Two",
        "xoxo-gossip-girl",
        "AKIALAND-TRAVEL-GUIDE",
        "AIzawa-Shouta",
        "eyJ.not.a-token-at-all-because-its-head-is-short",
        "eyeballs.eyelashes.eyebrows-and-other-eye-words",
        "www.example.com.a-rather-long-name-of-a-host.example",
        "npm_config_registry_and_other_settings_of_npm",
        "pypi-package-index-mirror-of-the-university-of-somewhere-in-the-north",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN reading here, PRIVATE KEY later",
        "next_page_token=eyJwYWdlIjoyfQ",
        "eyJwYWdlIjoyLCJzb3J0IjoibmFtZSJ9",
        "eyJwYWdlIjoyfQ.eyJzb3J0IjoibmFtZSJ9.cursor",
        "bearer 2nd-floor-room-4b",
        "token_count",
        "日本語のとても長い検索文字列です",
        "%E0%A4%A",
    ] {
        assert_eq!(credential_form(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = credential_form(&text);
    }

    #[test]
    fn prose_has_no_form_of_a_credential(text in "([a-zA-Z]{1,14}[ ,.'?-]{1,2}){1,12}") {
        prop_assert_eq!(credential_form(&text), None);
    }

    #[test]
    fn ids_digests_and_slugs_have_none(
        text in "[0-9a-f]{20,64}|[0-9]{20,40}|([a-z0-9]{1,9}-){3,9}[a-z0-9]{1,9}|[0-9A-Z]{26}",
    ) {
        // Prefixes of makers end in `_`, `.` or capital letters: chance does not write those.
        prop_assume!(!text.starts_with("AKIA") && !text.starts_with("ASIA"));
        prop_assume!(!text.starts_with("xox") && !text.starts_with("gl") && !text.starts_with("sk-"));
        prop_assert_eq!(credential_form(&text), None);
    }

    #[test]
    fn a_token_is_found_between_any_others(
        before in "([a-z]{0,9} ){0,4}",
        token in "ghp_[A-Za-z0-9]{36}",
        behind in "( [a-z]{0,9}){0,4}",
    ) {
        let text = format!("{before}{token}{behind}");
        prop_assert_eq!(credential_form(&text), Some("a GitHub token"));
    }
}
