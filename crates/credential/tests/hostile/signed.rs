//! What our own signer signs is read, verified, and no other text is.

use portcullis_credential::jwt::{Claim, Envelope, Profile, TokenFault, TokenType};
use portcullis_credential::keys::KeySet;
use portcullis_credential::signer::{Signer, SignerFault};
use portcullis_credential::{Attribute, Claims};
use portcullis_model::UnixMillis;
use proptest::prelude::*;

use crate::forge::{PAIRS, pem};

const NOW_S: u64 = 1_800_000_000;
const NOW: UnixMillis = UnixMillis(NOW_S * 1000);

fn signer(seed: u8) -> Signer {
    Signer::generate(&mut |bytes| bytes.fill(seed)).unwrap()
}

fn keys(signer: &Signer) -> KeySet {
    let (keys, skipped) = KeySet::from_jwks(signer.jwks().into_bytes()).unwrap();
    assert!(skipped.is_empty());
    keys
}

fn profile() -> Profile {
    Profile::new("https://issuer.example", ["https://api.example"]).unwrap()
}

fn claims() -> String {
    format!(
        r#"{{"iss":"https://issuer.example","aud":["x","https://api.example"],"sub":"alice",
            "exp":{},"iat":{},"nbf":{},"jti":"t-1","client_id":"shop","scope":"write read read",
            "roles":["a","b"],"age":42,"ratio":1.5,"staff":true,"deep":{{"a/b":"x"}}}}"#,
        NOW_S + 300,
        NOW_S - 1,
        NOW_S - 1
    )
}

fn verify(token: &str, keys: &KeySet) -> Result<Claims, TokenFault> {
    Envelope::read(token)?.verify(keys, &profile(), NOW)
}

#[test]
fn a_signed_token_says_what_was_signed() {
    let signer = signer(7);
    let token = signer.sign("at+jwt", &claims()).unwrap();
    let read = verify(&token, &keys(&signer)).unwrap();
    assert_eq!(read.issuer(), "https://issuer.example");
    assert_eq!(read.subject(), "alice");
    assert_eq!(read.audience(), ["x", "https://api.example"]);
    assert_eq!(read.expires(), UnixMillis((NOW_S + 300) * 1000));
    assert_eq!(read.issued(), Some(UnixMillis((NOW_S - 1) * 1000)));
    assert_eq!(read.not_before(), read.issued());
    assert_eq!((read.id(), read.client()), (Some("t-1"), Some("shop")));
    assert_eq!(read.scopes(), ["read", "write"]);
    assert_eq!(read.confirmation(), None);
    assert!(read.attribute("/roles") == Some(Attribute::Strings(vec!["a", "b"])));
    assert!(read.attribute("/age") == Some(Attribute::Integer("42")));
    assert!(read.attribute("/staff") == Some(Attribute::Bool(true)));
    assert!(read.attribute("/deep/a~1b") == Some(Attribute::String("x")));
    for pointer in ["/ratio", "/deep", "/none", "roles", ""] {
        assert!(read.attribute(pointer).is_none(), "{pointer}");
    }
}

#[test]
fn a_token_of_another_key_is_refused() {
    let (ours, other) = (signer(7), signer(8));
    let token = other.sign("at+jwt", &claims()).unwrap();
    assert_eq!(verify(&token, &keys(&ours)).map(drop), Err(TokenFault::UnknownKey));
    assert_eq!(verify(&token, &KeySet::default()).map(drop), Err(TokenFault::UnknownKey));
}

#[test]
fn a_type_that_the_profile_does_not_name_is_refused() {
    let signer = signer(7);
    let token = signer.sign("JWT", &claims()).unwrap();
    let strict = profile().with_types(&[TokenType::AccessToken]).unwrap();
    let envelope = Envelope::read(&token).unwrap();
    assert_eq!(envelope.precheck(&profile(), NOW), Ok(()));
    assert_eq!(envelope.precheck(&strict, NOW), Err(TokenFault::Type));
}

#[test]
fn a_signer_is_the_same_after_it_was_kept() {
    let one = signer(7);
    let document = one.pkcs8().unwrap();
    let text = pem("PRIVATE KEY", document.expose_secret());
    for other in [Signer::from_pkcs8(&document).unwrap(), Signer::from_pem(&text).unwrap()] {
        assert_eq!((other.key_id(), other.jwks()), (one.key_id(), one.jwks()));
        let token = other.sign("at+jwt", &claims()).unwrap();
        assert!(verify(&token, &keys(&one)).is_ok());
    }
    assert_ne!(one.key_id(), signer(8).key_id());
    assert_eq!(format!("{one:?}"), format!("Signer {{ key_id: {:?}, .. }}", one.key_id()));
}

#[test]
fn what_is_no_key_on_p_256_does_not_sign() {
    let document = signer(7).pkcs8().unwrap();
    let good = pem("PRIVATE KEY", document.expose_secret());
    let p384 = PAIRS.p384.to_pkcs8v1().unwrap();
    let ed25519 = PAIRS.ed25519.to_pkcs8v1().unwrap();
    for (text, fault) in [
        (pem("EC PRIVATE KEY", document.expose_secret()), SignerFault::Form),
        (pem("PUBLIC KEY", document.expose_secret()), SignerFault::Form),
        (format!("{good}{good}"), SignerFault::Form),
        (String::new(), SignerFault::Form),
        (pem("PRIVATE KEY", p384.as_ref()), SignerFault::Key),
        (pem("PRIVATE KEY", ed25519.as_ref()), SignerFault::Key),
        (pem("PRIVATE KEY", &[]), SignerFault::Key),
    ] {
        assert_eq!(Signer::from_pem(&text).map(drop), Err(fault));
    }
    // Zero, and all ones, are no private keys: chance that gives nothing else is broken.
    for byte in [0, 0xFF] {
        let broken = Signer::generate(&mut |bytes| bytes.fill(byte)).map(drop);
        assert_eq!(broken, Err(SignerFault::Chance));
    }
}

#[test]
fn a_refused_token_is_not_in_the_fault() {
    let fault = TokenFault::Malformed(Claim::Expires);
    assert_eq!((fault.name(), fault.to_string().as_str()), ("exp_malformed", "exp_malformed"));
}

#[test]
fn every_single_bit_flip_of_a_valid_token_is_refused() {
    let signer = signer(7);
    let keys = keys(&signer);
    let token = signer.sign("at+jwt", &claims()).unwrap();
    assert!(verify(&token, &keys).is_ok());
    for bit in 0..token.len() * 8 {
        let mut bytes = token.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        // What is not UTF-8 is no field value.
        if let Ok(text) = String::from_utf8(bytes) {
            assert!(verify(&text, &keys).is_err(), "bit {bit}");
        }
    }
}

proptest! {
    #[test]
    fn what_is_signed_reads_back(subject in "[^\\p{Cc}\"\\\\]{1,40}", lifetime_s in 1_u64..86_400) {
        let signer = signer(9);
        let claims = format!(
            r#"{{"iss":"https://issuer.example","aud":"https://api.example","sub":"{subject}","exp":{}}}"#,
            NOW_S + lifetime_s
        );
        let read = verify(&signer.sign("JWT", &claims).unwrap(), &keys(&signer)).unwrap();
        prop_assert_eq!(read.subject(), subject);
        prop_assert_eq!(read.expires(), UnixMillis((NOW_S + lifetime_s) * 1000));
    }

    #[test]
    fn no_text_makes_the_reader_panic(token in "[A-Za-z0-9_.=-]{0,80}|\\PC{0,40}") {
        let _ = Envelope::read(&token).is_ok();
    }
}
