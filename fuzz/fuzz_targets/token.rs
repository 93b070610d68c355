//! Tokens from nowhere: none panics, and what is accepted as an envelope has one spelling.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_credential::jwt::{Envelope, Profile};
use portcullis_credential::keys::KeySet;
use portcullis_credential::{authorization, dpop, opaque};
use portcullis_model::UnixMillis;

static PROFILE: LazyLock<Profile> = LazyLock::new(|| Profile::new("i", ["a"]).expect("a profile"));
/// RFC 7515 appendix A.3.1.
static KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    let jwks = r#"{"keys":[{"kty":"EC","crv":"P-256",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
    KeySet::from_jwks(jwks.into()).expect("a set").0
});

fuzz_target!(|text: &str| {
    let now = UnixMillis(1_800_000_000_000);
    if let Ok(envelope) = Envelope::read(text) {
        // The parts are base64url alone, so nothing around or in a token is skipped.
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
        let _ = envelope.precheck(&PROFILE, now);
        assert!(envelope.verify(&KEYS, &PROFILE, now).is_err(), "nobody has this key");
    }
    let key = [0; 32];
    let expected = dpop::Expected {
        method: "GET",
        url: "https://api.example/",
        token: text,
        key: &key,
        nonces: &[],
        age_s: dpop::AGE_S,
        ahead_s: dpop::AHEAD_S,
    };
    assert!(dpop::verify(text, &expected, now).is_err());
    let _ = opaque::digest(text);
    let _ = authorization::basic(text);
    if let Ok(token) = authorization::bearer(text) {
        assert!(text.ends_with(token) && !token.contains([' ', ',']));
    }
});
