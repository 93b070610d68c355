//! Proofs of possession: the example of RFC 9449, and what others would show instead.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::EcdsaKeyPair;
use portcullis_credential::dpop::{AGE_S, AHEAD_S, Expected, ProofFault, verify};
use portcullis_credential::jwt::TokenFault;
use portcullis_credential::keys::{KeySet, Unusable};
use portcullis_model::UnixMillis;
use proptest::prelude::*;

use crate::forge::{
    NOW, NOW_S, PAIRS, base64url, ec_members, ed25519_members, input, rsa_members, rsa_signature,
    signed, with_signature,
};

const TOKEN: &str = "obviously.fake.token";

fn ath(token: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    base64url(digest)
}

fn thumbprint(members: &str) -> [u8; 32] {
    let (keys, _) = KeySet::from_jwks(format!(r#"{{"keys":[{{{members}}}]}}"#).into()).unwrap();
    *keys.keys()[0].thumbprint()
}

fn own() -> String {
    ec_members(&PAIRS.p256, "P-256")
}

fn expected(key: &[u8; 32]) -> Expected<'_> {
    Expected {
        method: "POST",
        url: "https://api.example/orders",
        token: TOKEN,
        key,
        nonces: &[],
        age_s: AGE_S,
        ahead_s: AHEAD_S,
    }
}

fn header(members: &str) -> String {
    format!(r#"{{"typ":"dpop+jwt","alg":"ES256","jwk":{{{members}}}}}"#)
}

/// Claims that hold, with one added, replaced or left out.
fn claims(name: &str, value: Option<&str>) -> String {
    let (iat, ath) = (NOW_S.to_string(), format!("\"{}\"", ath(TOKEN)));
    let usual = [
        ("htm", r#""POST""#),
        ("htu", r#""https://api.example/orders""#),
        ("iat", &iat),
        ("jti", r#""p-1""#),
        ("ath", &ath),
    ];
    let kept = usual.into_iter().filter(|(known, _)| *known != name);
    let members: Vec<String> = kept
        .chain(value.map(|value| (name, value)))
        .map(|(name, value)| format!(r#""{name}":{value}"#))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn verdict(proof: &str) -> Result<(), ProofFault> {
    verify(proof, &expected(&thumbprint(&own())), NOW).map(drop)
}

fn with(name: &str, value: &str) -> Result<(), ProofFault> {
    verdict(&signed(header(&own()), claims(name, Some(value))))
}

#[test]
fn the_example_of_the_standard_holds() {
    // RFC 9449 section 7.1.
    let proof = concat!(
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6Ik",
        "VDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCR",
        "nMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JE",
        "QSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIj",
        "oiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0Z",
        "WRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNF",
        "c05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71E",
        "OptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA",
    );
    let key = thumbprint(
        r#""kty":"EC","crv":"P-256","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA""#,
    );
    assert_eq!(base64url(key), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    let expected = Expected {
        method: "GET",
        url: "https://resource.example.org/protectedresource",
        token: "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU",
        ..expected(&key)
    };
    let at = |seconds: u64| verify(proof, &expected, UnixMillis(seconds * 1000));
    let seen = at(1_562_262_618).unwrap();
    assert_eq!(seen.forget_at, UnixMillis((1_562_262_618 + AGE_S + 1) * 1000));
    assert_eq!(at(1_562_262_618 + AGE_S), Ok(seen));
    assert_eq!(at(1_562_262_618 + AGE_S + 1), Err(ProofFault::TooOld));
    assert_eq!(at(1_562_262_618 - AHEAD_S), Ok(seen));
    assert_eq!(at(1_562_262_618 - AHEAD_S - 1), Err(ProofFault::InFuture));
}

#[test]
fn a_proof_may_not_be_forgotten_while_it_holds() {
    let key = thumbprint(&own());
    let proof = signed(header(&own()), claims("", None));
    let seen = verify(&proof, &expected(&key), NOW).unwrap();
    assert!(verify(&proof, &expected(&key), UnixMillis(seen.forget_at.0 - 1)).is_ok());
    let later = verify(&proof, &expected(&key), seen.forget_at);
    assert_eq!(later, Err(ProofFault::TooOld));
}

#[test]
fn a_proof_is_about_one_request() {
    for url in [
        "https://api.example/orders",
        "HTTPS://API.example:443/orders?x=1#f",
        "https://api.example/%6Frders",
    ] {
        assert_eq!(with("htu", &format!("\"{url}\"")), Ok(()), "{url}");
    }
    for url in [
        "http://api.example/orders",
        "https://api.example/orders/",
        "https://api.example/Orders",
        "https://api.example/",
        "https://api.example",
        "https://api.example:8443/orders",
        "https://api.example.attacker.example/orders",
        "https://api.example@attacker.example/orders",
        "https://user@api.example/orders",
        "https://api.example/x/../orders",
        "https://api.example//orders",
        "https://api.example/orders%20",
        "/orders",
        "",
    ] {
        assert_eq!(with("htu", &format!("\"{url}\"")), Err(ProofFault::Url), "{url}");
    }
    for method in [r#""post""#, r#""GET""#, r#""POST ""#, r#""""#, "null", r#"["POST"]"#] {
        assert_eq!(with("htm", method), Err(ProofFault::Method), "{method}");
    }
    for digest in [ath("another.fake.token"), ath(""), String::new(), format!("{}=", ath(TOKEN))] {
        assert_eq!(with("ath", &format!("\"{digest}\"")), Err(ProofFault::OtherToken), "{digest}");
    }
    for id in [r#""""#, "null", "7", r#""a\u0000""#, &format!("\"{}\"", "j".repeat(513))] {
        assert_eq!(with("jti", id), Err(ProofFault::Id), "{id}");
    }
    for date in ["null", "-1", "1.8e9", "0", &format!("\"{NOW_S}\""), &format!("{NOW_S}.0")] {
        assert_eq!(with("iat", date), Err(ProofFault::Issued), "{date}");
    }
    for (name, fault) in [
        ("htm", ProofFault::Method),
        ("htu", ProofFault::Url),
        ("ath", ProofFault::OtherToken),
        ("iat", ProofFault::Issued),
        ("jti", ProofFault::Id),
    ] {
        let proof = signed(header(&own()), claims(name, None));
        assert_eq!(verdict(&proof), Err(fault), "{name}");
    }
}

#[test]
fn a_proof_is_no_token_and_a_token_no_proof() {
    let own = own();
    for (header, fault) in [
        (format!(r#"{{"alg":"ES256","jwk":{{{own}}}}}"#), ProofFault::Type),
        (format!(r#"{{"typ":"JWT","alg":"ES256","jwk":{{{own}}}}}"#), ProofFault::Type),
        (format!(r#"{{"typ":"at+jwt","alg":"ES256","jwk":{{{own}}}}}"#), ProofFault::Type),
        (r#"{"typ":"dpop+jwt","alg":"ES256"}"#.into(), ProofFault::Token(TokenFault::UnknownKey)),
        (
            r#"{"typ":"dpop+jwt","alg":"ES256","kid":"e"}"#.into(),
            ProofFault::Token(TokenFault::UnknownKey),
        ),
        (
            format!(r#"{{"typ":"dpop+jwt","alg":"none","jwk":{{{own}}}}}"#),
            ProofFault::Token(TokenFault::Algorithm),
        ),
        (
            format!(r#"{{"typ":"dpop+jwt","alg":"HS256","jwk":{{{own}}}}}"#),
            ProofFault::Token(TokenFault::Algorithm),
        ),
        (
            format!(
                r#"{{"typ":"dpop+jwt","alg":"ES256","jku":"https://a.example","jwk":{{{own}}}}}"#
            ),
            ProofFault::Token(TokenFault::KeySetUrl),
        ),
        (
            format!(r#"{{"typ":"dpop+jwt","alg":"ES256","crit":["jwk"],"jwk":{{{own}}}}}"#),
            ProofFault::Token(TokenFault::Critical),
        ),
        (
            format!(r#"{{"typ":"dpop+jwt","alg":"ES384","jwk":{{{own}}}}}"#),
            ProofFault::Key(Unusable::Algorithm),
        ),
        (
            format!(r#"{{"typ":"dpop+jwt","alg":"RS256","jwk":{{{own}}}}}"#),
            ProofFault::Key(Unusable::Algorithm),
        ),
        (
            format!(r#"{{"typ":"dpop+jwt","alg":"ES256","jwk":{{{own},"d":"AA"}}}}"#),
            ProofFault::Key(Unusable::PrivateKeyPublished),
        ),
        (
            r#"{"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"oct","k":"AA"}}"#.into(),
            ProofFault::Key(Unusable::Symmetric),
        ),
        (r#"{"typ":"dpop+jwt","alg":"ES256","jwk":null}"#.into(), ProofFault::Key(Unusable::Form)),
    ] {
        assert_eq!(verdict(&signed(&header, claims("", None))), Err(fault), "{header}");
    }
    assert_eq!(verdict(&signed(header(&own), claims("", None))), Ok(()));
    let typed = header(&own).replace("dpop+jwt", "application/DPoP+jwt");
    assert_eq!(verdict(&signed(typed, claims("", None))), Ok(()));
    let long = signed(header(&own), claims("x", Some(&format!("\"{}\"", "x".repeat(8 << 10)))));
    assert_eq!(verdict(&long), Err(ProofFault::Token(TokenFault::TooLong)));
}

#[test]
fn only_the_key_that_the_token_is_bound_to_proves_it() {
    let thief = EcdsaKeyPair::generate(PAIRS.p256.algorithm()).unwrap();
    let text = input(header(&ec_members(&thief, "P-256")), claims("", None));
    let signature = thief.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    assert_eq!(verdict(&with_signature(&text, signature)), Err(ProofFault::OtherKey));
    // The victim's public key, the thief's signature.
    let text = input(header(&own()), claims("", None));
    let signature = thief.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    assert_eq!(verdict(&with_signature(&text, signature)), Err(ProofFault::Signature));
    assert_eq!(verdict(&with_signature(&text, [0; 64])), Err(ProofFault::Signature));
}

#[test]
fn other_types_of_key_prove_too() {
    let (d, r) = (ed25519_members(), rsa_members());
    let text = input(header(&d).replace("ES256", "EdDSA"), claims("", None));
    let proof = with_signature(&text, PAIRS.ed25519.sign(text.as_bytes()));
    assert!(verify(&proof, &expected(&thumbprint(&d)), NOW).is_ok());
    let text = input(header(&r).replace("ES256", "PS256"), claims("", None));
    let proof = with_signature(&text, rsa_signature("PS256", &text));
    assert!(verify(&proof, &expected(&thumbprint(&r)), NOW).is_ok());
    // A larger key is refused before it costs anything.
    let mut n = vec![0x55; 513];
    (n[0], n[512]) = (1, 1);
    let large = format!(r#""kty":"RSA","e":"AQAB","n":"{}""#, base64url(n));
    let proof = signed(header(&large).replace("ES256", "RS256"), claims("", None));
    let verdict = verify(&proof, &expected(&thumbprint(&large)), NOW);
    assert_eq!(verdict, Err(ProofFault::Key(Unusable::Modulus)));
}

#[test]
fn ids_of_different_keys_are_different() {
    let (e, d) = (own(), ed25519_members());
    let one = signed(header(&e), claims("", None));
    let again = signed(header(&e), claims("", None));
    let text = input(header(&d).replace("ES256", "EdDSA"), claims("", None));
    let other = with_signature(&text, PAIRS.ed25519.sign(text.as_bytes()));
    let id = |proof: &str, key: &str| verify(proof, &expected(&thumbprint(key)), NOW).unwrap().id;
    assert_eq!(id(&one, &e), id(&again, &e));
    assert_ne!(id(&one, &e), id(&other, &d));
}

#[test]
fn a_nonce_that_is_asked_for_is_one_of_ours() {
    let key = thumbprint(&own());
    let nonces = ["old-nonce", "new-nonce"];
    let expected = Expected { nonces: &nonces, ..expected(&key) };
    let verdict = |value: Option<&str>| {
        verify(&signed(header(&own()), claims("nonce", value)), &expected, NOW).map(drop)
    };
    assert_eq!(verdict(Some(r#""new-nonce""#)), Ok(()));
    assert_eq!(verdict(Some(r#""old-nonce""#)), Ok(()));
    for value in [None, Some(r#""other""#), Some(r#""""#), Some("null"), Some(r#"["new-nonce"]"#)] {
        assert_eq!(verdict(value), Err(ProofFault::Nonce), "{value:?}");
    }
}

proptest! {
    #[test]
    fn every_single_bit_flip_of_a_proof_is_refused(place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut bytes = signed(header(&own()), claims("", None)).into_bytes();
        let place = place.index(bytes.len());
        bytes[place] ^= 1_u8 << bit;
        if let Ok(text) = String::from_utf8(bytes) {
            prop_assert!(verdict(&text).is_err());
        }
    }
}
