//! Texts that are no compact JWS in its one spelling.

use portcullis_credential::jwt::{Envelope, HEADER_BYTES_MAX, TOKEN_BYTES_MAX};

use crate::forge::{HEADER, base64url, claims, claims_with, signed, verdict};

#[test]
fn a_token_has_exactly_three_parts() {
    let token = signed(HEADER, claims());
    let parts: Vec<&str> = token.split('.').collect();
    let [header, body, signature] = parts[..] else { panic!("three parts") };
    assert_eq!(verdict(&token), "accepted");
    for text in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        header.to_owned(),
        format!("{header}.{body}"),
        format!("{header}.{body}."),
        format!("{header}..{signature}"),
        format!(".{body}.{signature}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        // The five parts of an encrypted token (RFC 7516 section 3.1).
        format!("{header}.{body}.{body}.{body}.{signature}"),
        format!("{header}....{signature}"),
        // JSON serialisations (RFC 7515 section 7.2).
        format!(r#"{{"protected":"{header}","payload":"{body}","signature":"{signature}"}}"#),
        format!(
            r#"{{"payload":"{body}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#
        ),
        format!("{header}%2E{body}%2E{signature}"),
    ] {
        assert_eq!(verdict(&text), "not_three_parts", "{text}");
    }
}

#[test]
fn a_part_is_base64url_in_its_canonical_spelling() {
    let token = signed(HEADER, claims());
    for text in [
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\n"),
        format!("\t{token}"),
        format!("{token}\0"),
        format!("\u{FEFF}{token}"),
        format!("{token}="),
        format!("{token}=="),
        format!("{token}%3D"),
        format!("\"{token}\""),
        format!("Bearer {token}"),
        format!("{token},{token}").replacen('.', "", 2),
        token.replacen('.', "=.", 1),
        token.replacen('.', "==.", 1),
        token.replacen('.', " .", 1),
        token.replacen('.', "\r\n.", 1),
        token.replacen("ey", "ey\n", 1),
        token.replacen("ey", "e y", 1),
        token.replacen("ey", "e+y", 1),
        token.replacen("ey", "e/y", 1),
        token.replacen("ey", "eé", 1),
    ] {
        let verdict = verdict(&text);
        assert!(["base64url", "not_three_parts"].contains(&verdict), "{verdict}: {text}");
    }
    // The last character of a signature of 64 bytes stands for two bits, not six.
    let last = token.chars().last().unwrap();
    for other in ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']) {
        if other != last {
            let changed = format!("{}{other}", &token[..token.len() - 1]);
            assert!(["base64url", "signature"].contains(&verdict(&changed)), "{other}");
        }
    }
}

#[test]
fn a_part_in_the_standard_alphabet_is_refused() {
    // Claims whose encoding has `-` and `_`.
    let token = signed(HEADER, claims_with("x", Some("\"~~~???>>>~?~?\"")));
    assert_eq!(verdict(&token), "accepted");
    let standard = token.replace('-', "+").replace('_', "/");
    assert_ne!(standard, token);
    assert_eq!(verdict(&standard), "base64url");
}

#[test]
fn a_token_is_bounded_before_it_is_decoded() {
    let room = TOKEN_BYTES_MAX - signed(HEADER, claims_with("x", Some("\"\""))).len();
    let fits = claims_with("x", Some(&format!("\"{}\"", "x".repeat(room * 3 / 4 - 2))));
    assert_eq!(verdict(&signed(HEADER, fits)), "accepted");
    let long = claims_with("x", Some(&format!("\"{}\"", "x".repeat(room))));
    assert_eq!(verdict(&signed(HEADER, long)), "token_too_long");
    let huge = claims_with("x", Some(&format!("\"{}\"", "x".repeat(64 << 10))));
    assert_eq!(verdict(&signed(HEADER, huge)), "token_too_long");
    assert_eq!(verdict(&"a.".repeat(40_000)), "token_too_long");
    assert_eq!(verdict(&".".repeat(TOKEN_BYTES_MAX)), "not_three_parts");
    let header = format!(r#"{{"alg":"ES256","kid":"e","typ":"JWT","x":"{}"}}"#, "x".repeat(4000));
    assert_eq!(verdict(&signed(&header, claims())), "accepted");
    let header = format!(r#"{{"alg":"ES256","x":"{}"}}"#, "x".repeat(HEADER_BYTES_MAX));
    assert_eq!(verdict(&signed(header, claims())), "header_too_long");
    let wide: Vec<String> = (0..1500).map(|n| format!("{}", n % 10)).collect();
    let wide = claims_with("x", Some(&format!("[{}]", wide.join(","))));
    assert_eq!(verdict(&signed(HEADER, wide)), "claims_json");
    let signature = base64url([1; 1025]);
    let token = format!("{}.{}.{signature}", base64url(HEADER), base64url(claims()));
    assert_eq!(verdict(&token), "signature");
}

#[test]
fn nothing_of_a_token_is_printed() {
    let token = signed(HEADER, claims());
    let envelope = Envelope::read(&token).unwrap();
    assert_eq!(format!("{envelope:?}"), "Envelope(..)");
    let read = crate::forge::verify(&token).unwrap();
    assert_eq!(format!("{read:?} {:?}", read.attribute("/sub")), "Claims(..) Some(String(..))");
}
