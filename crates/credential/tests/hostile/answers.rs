//! Answers of introspection endpoints.

use portcullis_credential::introspection::{ANSWER_BYTES_MAX, AnswerFault, Endpoint, read};
use portcullis_credential::{Claims, Confirmation};
use portcullis_model::UnixMillis;
use proptest::prelude::*;

use crate::forge::{NOW, NOW_S, base64url, profile};

fn ask(text: impl Into<Vec<u8>>, vouches: bool) -> Result<Option<Claims>, AnswerFault> {
    let profile = profile();
    let endpoint =
        Endpoint { profile: &profile, vouches_for_audience: vouches, unstated_lifetime_s: 60 };
    read(text.into(), &endpoint, NOW)
}

fn verdict(members: &str) -> &'static str {
    match ask(format!("{{{members}}}"), false) {
        Ok(Some(_)) => "active",
        Ok(None) => "inactive",
        Err(fault) => fault.name(),
    }
}

const GOOD: &str = r#""active":true,"sub":"alice","aud":"https://api.example""#;

#[test]
fn an_active_token_says_whose_it_is() {
    let text = format!(
        r#"{{{GOOD},"iss":"https://issuer.example","exp":{},"scope":"b a","client_id":"shop",
            "username":"Alice","token_type":"Bearer","tenant":"t1"}}"#,
        NOW_S + 10
    );
    let read = ask(text, false).unwrap().unwrap();
    assert_eq!((read.issuer(), read.subject()), ("https://issuer.example", "alice"));
    assert_eq!((read.scopes().len(), read.client()), (2, Some("shop")));
    assert_eq!(read.expires(), UnixMillis((NOW_S + 10) * 1000));
    // An answer without an end holds as long as the caller says.
    let read = ask(format!("{{{GOOD}}}"), false).unwrap().unwrap();
    assert_eq!(read.expires(), UnixMillis((NOW_S + 60) * 1000));
}

#[test]
fn only_the_literal_true_is_active() {
    assert_eq!(verdict(GOOD), "active");
    assert_eq!(verdict(r#""active":false"#), "inactive");
    assert_eq!(verdict(r#""active":false,"sub":"alice","exp":"x""#), "inactive");
    for value in [r#""true""#, "1", "null", "[]", "[true]", "{}", r#""""#] {
        let text = GOOD.replace("true", value);
        assert_eq!(verdict(&text), "introspection_active", "{value}");
    }
    assert_eq!(verdict(r#""sub":"alice""#), "introspection_active");
    assert_eq!(verdict(r#""Active":true"#), "introspection_active");
    assert_eq!(verdict(&format!(r#"{GOOD},"active":false"#)), "introspection_json");
    assert_eq!(verdict(&format!(r#"{GOOD},"\u0061ctive":true"#)), "introspection_json");
    for text in ["", "[]", "true", "null", "\u{FEFF}{}", "<html>", "{\"active\":true}x"] {
        assert!(ask(text, true).is_err(), "{text}");
    }
    let long = format!("{{{GOOD},\"x\":\"{}\"}}", "x".repeat(ANSWER_BYTES_MAX));
    assert_eq!(ask(long, false).map(drop), Err(AnswerFault::TooLong));
}

#[test]
fn an_active_token_that_is_not_for_us_or_not_now_is_refused() {
    for (members, expected) in [
        (format!(r#"{GOOD},"exp":{}"#, NOW_S - 30), "expired"),
        (format!(r#"{GOOD},"exp":{}"#, NOW_S - 29), "active"),
        (format!(r#"{GOOD},"nbf":{}"#, NOW_S + 31), "not_yet_valid"),
        (format!(r#"{GOOD},"iat":{}"#, NOW_S + 31), "issued_in_future"),
        (format!(r#"{GOOD},"exp":"{NOW_S}""#), "exp_malformed"),
        (format!(r#"{GOOD},"exp":null"#), "exp_malformed"),
        (format!(r#"{GOOD},"iss":"https://issuer.example/""#), "iss_other"),
        (format!(r#"{GOOD},"iss":7"#), "iss_malformed"),
        (r#""active":true,"sub":"alice""#.into(), "aud_missing"),
        (r#""active":true,"sub":"alice","aud":"x""#.into(), "aud_other"),
        (r#""active":true,"sub":"alice","aud":[]"#.into(), "aud_malformed"),
        (r#""active":true,"aud":"api-2""#.into(), "sub_missing"),
        (r#""active":true,"aud":"api-2","sub":"""#.into(), "sub_malformed"),
        (r#""active":true,"aud":"api-2","username":"alice""#.into(), "sub_missing"),
        (format!(r#"{GOOD},"typ":"Refresh""#), "not_an_access_token"),
        (format!(r#"{GOOD},"token_use":"refresh_token""#), "not_an_access_token"),
        (format!(r#"{GOOD},"token_type":"refresh_token""#), "not_an_access_token"),
        (format!(r#"{GOOD},"token_use":"access_token""#), "active"),
        (format!(r#"{GOOD},"token_type":"access_token""#), "active"),
        (format!(r#"{GOOD},"token_type":"DPoP""#), "introspection_unbound"),
        (format!(r#"{GOOD},"token_type":"dpop","cnf":{{}}"#), "cnf"),
    ] {
        assert_eq!(verdict(&members), expected, "{members}");
    }
}

#[test]
fn an_endpoint_that_vouches_need_not_name_us_but_may_not_name_others() {
    let vouched = |members: &str| ask(format!("{{{members}}}"), true).map(|read| read.is_some());
    assert_eq!(vouched(r#""active":true,"sub":"alice""#), Ok(true));
    assert!(vouched(r#""active":true,"sub":"alice","aud":"x""#).is_err());
    assert!(vouched(r#""active":true,"sub":"alice","aud":null"#).is_err());
}

#[test]
fn a_bound_token_says_to_what() {
    let digest = base64url([3; 32]);
    let text = format!(r#"{{{GOOD},"token_type":"DPoP","cnf":{{"jkt":"{digest}"}}}}"#);
    let read = ask(text, false).unwrap().unwrap();
    assert_eq!(read.confirmation(), Some(&Confirmation::Key([3; 32])));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = ask(bytes, true).is_ok();
    }
}
