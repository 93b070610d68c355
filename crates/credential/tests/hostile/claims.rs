//! Claims in other forms than the accepted one, under a valid signature.

use portcullis_credential::Confirmation;
use portcullis_credential::jwt::{Envelope, Profile, ProfileFault, TokenFault};
use portcullis_model::UnixMillis;

use crate::forge::{
    HEADER, NOW, NOW_S, base64url, claims, claims_with, keys, profile, signed, verdict, verify,
};

/// The verdict with one claim changed.
fn with(name: &str, value: &str) -> &'static str {
    verdict(&signed(HEADER, claims_with(name, Some(value))))
}

fn without(name: &str) -> &'static str {
    verdict(&signed(HEADER, claims_with(name, None)))
}

#[test]
fn a_token_without_a_claim_that_it_needs_is_refused() {
    assert_eq!(verdict(&signed(HEADER, claims())), "accepted");
    assert_eq!(without("iat"), "accepted");
    assert_eq!(without("iss"), "iss_missing");
    assert_eq!(without("aud"), "aud_missing");
    assert_eq!(without("exp"), "exp_missing");
    assert_eq!(without("sub"), "sub_missing");
    assert_eq!(verdict(&signed(HEADER, "{}")), "iss_missing");
}

#[test]
fn an_issuer_is_compared_byte_by_byte() {
    for issuer in [
        "https://issuer.example/",
        "https://ISSUER.example",
        "HTTPS://issuer.example",
        "https://issuer.example:443",
        "http://issuer.example",
        "https://issuer.example.attacker.example",
        "https://issuer.example@attacker.example",
        "https://issuer.example\\u0000",
        " https://issuer.example",
        "issuer.example",
        "",
    ] {
        assert_eq!(with("iss", &format!(r#""{issuer}""#)), "iss_other", "{issuer}");
    }
    for value in ["null", "1", r#"["https://issuer.example"]"#, "{}"] {
        assert_eq!(with("iss", value), "iss_malformed", "{value}");
    }
}

#[test]
fn an_audience_is_a_string_or_a_list_of_strings() {
    for value in [r#""api-2""#, r#"["api-2"]"#, r#"["x","https://api.example"]"#] {
        assert_eq!(with("aud", value), "accepted", "{value}");
    }
    for value in [
        "7",
        "null",
        "true",
        "{}",
        r#"{"https://api.example":1}"#,
        "[]",
        r#""""#,
        "[null]",
        "[7]",
        r#"[["https://api.example"]]"#,
        r#"["https://api.example",7]"#,
        r#"["https://api.example",null]"#,
        r#"["https://api.example",["x"]]"#,
        r#"["https://api.example",""]"#,
    ] {
        assert_eq!(with("aud", value), "aud_malformed", "{value}");
    }
    for value in [
        r#""https://api.example/""#,
        r#""https://API.example""#,
        r#""https://api.example.attacker.example""#,
        r#""https://api.example x""#,
        r#""*""#,
        r#""api""#,
        r#"["x","y"]"#,
    ] {
        assert_eq!(with("aud", value), "aud_other", "{value}");
    }
    let many = vec![r#""https://api.example""#; 33].join(",");
    assert_eq!(with("aud", &format!("[{many}]")), "aud_malformed");
}

#[test]
fn a_date_is_a_whole_number_of_seconds_in_sane_bounds() {
    let later = NOW_S + 300;
    for (name, fault) in
        [("exp", "exp_malformed"), ("nbf", "nbf_malformed"), ("iat", "iat_malformed")]
    {
        for value in [
            format!(r#""{later}""#),
            format!("{later}.0"),
            format!("{later}.5"),
            format!("-{later}"),
            "1.8e9".to_owned(),
            "18E8".to_owned(),
            "1e308".to_owned(),
            "0".to_owned(),
            "-0".to_owned(),
            "-1".to_owned(),
            "253402300800".to_owned(),
            "9223372036854775807".to_owned(),
            "18446744073709551615".to_owned(),
            "18446744073709551616".to_owned(),
            "99999999999999999999999999".to_owned(),
            // Milliseconds are no seconds.
            format!("{later}000"),
            "null".to_owned(),
            "true".to_owned(),
            "[]".to_owned(),
            format!("[{later}]"),
            "{}".to_owned(),
            r#""""#.to_owned(),
            r#""never""#.to_owned(),
            r#""2099-01-01T00:00:00Z""#.to_owned(),
        ] {
            assert_eq!(with(name, &value), fault, "{name}: {value}");
        }
    }
    for value in ["01800000300", "+1800000300", "0x6B49D200", "NaN", "Infinity", "1_800_000_300"] {
        assert_eq!(with("exp", value), "claims_json", "{value}");
    }
}

#[test]
fn a_token_lives_between_its_dates_give_or_take_the_leeway() {
    let number = |offset: i64| (i64::try_from(NOW_S).unwrap() + offset).to_string();
    for (name, offset, expected) in [
        ("exp", 1, "accepted"),
        ("exp", -29, "accepted"),
        ("exp", -30, "expired"),
        ("exp", -1_000_000, "expired"),
        ("nbf", 30, "accepted"),
        ("nbf", 31, "not_yet_valid"),
        ("iat", 30, "accepted"),
        ("iat", 31, "issued_in_future"),
        ("exp", 86_400, "accepted"),
        ("exp", 86_401, "lives_too_long"),
        ("iat", -86_101, "lives_too_long"),
    ] {
        assert_eq!(with(name, &number(offset)), expected, "{name} {offset}");
    }
    let strict = profile().with_leeway_s(0).unwrap();
    let token = signed(HEADER, claims_with("exp", Some(&number(1))));
    let envelope = Envelope::read(&token).unwrap();
    let at = |ms: u64| envelope.precheck(&strict, UnixMillis(NOW_S * 1000 + ms));
    assert_eq!((at(999), at(1000)), (Ok(()), Err(TokenFault::Expired)));
    let long = signed(HEADER, claims_with("exp", Some(&number(10_000_000))));
    let any = profile().with_lifetime_max_s(None);
    assert!(Envelope::read(&long).unwrap().verify(&keys(), &any, NOW).is_ok());
    // Dates of any size overflow nothing.
    assert_eq!(envelope.precheck(&profile(), UnixMillis(u64::MAX)), Err(TokenFault::Expired));
    assert_eq!(envelope.precheck(&profile(), UnixMillis(0)), Err(TokenFault::IssuedInFuture));
}

#[test]
fn names_are_strings_of_bounded_length_without_control_characters() {
    let long = format!(r#""{}""#, "s".repeat(513));
    for (name, fault) in [
        ("sub", "sub_malformed"),
        ("jti", "jti_malformed"),
        ("client_id", "client_malformed"),
        ("azp", "client_malformed"),
    ] {
        for value in
            [r#""""#, "null", "7", "true", "[]", "{}", r#""a\u0000""#, r#""a\r\nb""#, &long]
        {
            assert_eq!(with(name, value), fault, "{name}: {value}");
        }
        assert_eq!(with(name, r#""O'Brien, 李 <o@example>""#), "accepted", "{name}");
    }
}

#[test]
fn claims_with_two_readings_are_refused() {
    let inner = claims();
    let body = inner.strip_suffix('}').unwrap();
    for text in [
        format!(r#"{body},"sub":"admin"}}"#),
        format!(r#"{body},"\u0073ub":"admin"}}"#),
        format!(r#"{body},"aud":"x"}}"#),
        format!(r#"{body},"x":{{"a":1,"\u0061":2}}}}"#),
        format!("{inner}{inner}"),
        format!("[{inner}]"),
        format!("{body},}}"),
        body.to_owned(),
        format!("\u{FEFF}{inner}"),
        format!("{inner}\0"),
        format!("{body},\"x\":{}1{}}}", "[".repeat(10), "]".repeat(10)),
        format!("{body},\"x\":{}}}", "[".repeat(5000)),
        format!(r#"{body},"x":"\ud800"}}"#),
        format!("{body},\"x\":1e400}}"),
        "\"text\"".to_owned(),
        "null".to_owned(),
    ] {
        assert_eq!(verdict(&signed(HEADER, &text)), "claims_json", "{text}");
    }
    let utf16: Vec<u8> = inner.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(verdict(&signed(HEADER, utf16)), "claims_json");
    assert_eq!(verdict(&signed(HEADER, [inner.as_bytes(), &[0xC0, 0x80]].concat())), "claims_json");
    let nested = format!("{body},\"x\":{}1{}}}", "[".repeat(8), "]".repeat(8));
    assert_eq!(verdict(&signed(HEADER, nested)), "accepted");
}

#[test]
fn scopes_are_a_text_or_a_list_and_mean_the_same() {
    let scopes = |name: &str, value: &str| {
        verify(&signed(HEADER, claims_with(name, Some(value)))).unwrap().scopes().to_vec()
    };
    for (name, value) in [
        ("scope", r#""b a""#),
        ("scope", r#"["b","a"]"#),
        ("scp", r#"["a","b","a"]"#),
        ("scp", r#""a  b""#),
    ] {
        assert_eq!(scopes(name, value), ["a", "b"], "{name}: {value}");
    }
    assert_eq!(scopes("scope", r#""""#), Vec::<String>::new());
    for value in [
        "7",
        "null",
        "{}",
        r#"["a b"]"#,
        r#"["a",7]"#,
        r#"[""]"#,
        r#""a\tb""#,
        r#""a\nb""#,
        r#""a\"b""#,
        r#""a\\b""#,
        r#""ä""#,
    ] {
        assert_eq!(with("scope", value), "scope_malformed", "{value}");
    }
    let many: Vec<String> = (0..257).map(|n| format!("s{n}")).collect();
    assert_eq!(with("scope", &format!(r#""{}""#, many.join(" "))), "scope_malformed");
    assert_eq!(with("scope", r#""a","scp":["a"]"#), "accepted");
    assert_eq!(with("scope", r#""a","scp":["a","admin"]"#), "scope_malformed");
}

#[test]
fn a_token_that_is_bound_says_to_what() {
    let digest = base64url([5; 32]);
    let confirmation = |value: &str| {
        verify(&signed(HEADER, claims_with("cnf", Some(value))))
            .map(|read| *read.confirmation().unwrap())
    };
    let key = confirmation(&format!(r#"{{"jkt":"{digest}"}}"#));
    assert_eq!(key.unwrap(), Confirmation::Key([5; 32]));
    let certificate = confirmation(&format!(r#"{{"x5t#S256":"{digest}"}}"#));
    assert_eq!(certificate.unwrap(), Confirmation::Certificate([5; 32]));
    let short = base64url([5; 31]);
    for value in [
        "null".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        format!(r#""{digest}""#),
        format!(r#"["{digest}"]"#),
        format!(r#"{{"jkt":"{digest}","x5t#S256":"{digest}"}}"#),
        format!(r#"{{"jkt":"{digest}","other":1}}"#),
        format!(r#"{{"JKT":"{digest}"}}"#),
        format!(r#"{{"jkt":"{digest}="}}"#),
        format!(r#"{{"jkt":"{short}"}}"#),
        r#"{"jkt":""}"#.to_owned(),
        r#"{"jkt":null}"#.to_owned(),
        r#"{"jkt":7}"#.to_owned(),
        format!(r#"{{"x5t":"{digest}"}}"#),
        r#"{"jwk":{"kty":"oct"}}"#.to_owned(),
        r#"{"kid":"e"}"#.to_owned(),
    ] {
        assert_eq!(with("cnf", &value), "cnf", "{value}");
    }
}

#[test]
fn an_id_refresh_or_logout_token_is_no_access_token() {
    let plain = r#"{"alg":"ES256","kid":"e","typ":"JWT"}"#;
    for (name, value) in [
        ("at_hash", r#""x""#),
        ("c_hash", r#""x""#),
        ("s_hash", r#""x""#),
        ("events", r#"{"http://schemas.openid.net/event/backchannel-logout":{}}"#),
        ("token_use", r#""id""#),
        ("token_use", r#""refresh_token""#),
        ("typ", r#""ID""#),
        ("typ", r#""Refresh""#),
        ("typ", r#""Offline""#),
        ("typ", r#""Logout""#),
        ("type", r#""refresh""#),
        ("token_type", r#""refresh""#),
        (r"t\u0079pe", r#""r\u0065fresh""#),
    ] {
        let claims = claims_with(name, Some(value));
        assert_eq!(verdict(&signed(plain, &claims)), "not_an_access_token", "{name}: {value}");
        // `at+jwt` has said it already.
        assert_eq!(verdict(&signed(HEADER, &claims)), "accepted", "{name}: {value}");
    }
    for (name, value) in [
        ("typ", r#""Bearer""#),
        ("token_use", r#""access""#),
        ("token_type", r#""access""#),
        ("type", r#""person""#),
        ("type", "7"),
        ("nonce", r#""n""#),
    ] {
        assert_eq!(verdict(&signed(plain, claims_with(name, Some(value)))), "accepted", "{name}");
    }
}

#[test]
fn a_profile_without_issuer_audience_algorithm_or_type_does_not_exist() {
    let none: [&str; 0] = [];
    assert_eq!(Profile::new("i", none).map(drop), Err(ProfileFault::NoAudience));
    assert_eq!(Profile::new("i", ["a", ""]).map(drop), Err(ProfileFault::NoAudience));
    assert_eq!(Profile::new("", ["a"]).map(drop), Err(ProfileFault::NoIssuer));
    assert_eq!(profile().with_algorithms(&[]).map(drop), Err(ProfileFault::NoAlgorithm));
    assert_eq!(profile().with_types(&[]).map(drop), Err(ProfileFault::NoType));
    assert_eq!(profile().with_leeway_s(301).map(drop), Err(ProfileFault::Leeway));
    assert!(profile().with_leeway_s(300).is_ok());
}
