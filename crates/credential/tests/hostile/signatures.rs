//! Signatures of other keys, in other algorithms and other encodings.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use portcullis_credential::jwt::{Envelope, TokenFault};
use portcullis_credential::keys::KeySet;

use crate::forge::{
    HEADER, NOW, PAIRS, claims, ec_members, ed25519_members, input, jwks, profile, rsa_members,
    rsa_signature, signed, verdict, with_signature,
};

fn header(algorithm: &str, key_id: &str) -> String {
    format!(r#"{{"alg":"{algorithm}","kid":"{key_id}","typ":"at+jwt"}}"#)
}

#[test]
fn each_algorithm_verifies_under_its_own_key() {
    let random = SystemRandom::new();
    let text = input(header("ES384", "f"), claims());
    let token = with_signature(&text, PAIRS.p384.sign(&random, text.as_bytes()).unwrap());
    assert_eq!(verdict(&token), "accepted");
    for name in ["EdDSA", "Ed25519"] {
        let text = input(header(name, "d"), claims());
        let token = with_signature(&text, PAIRS.ed25519.sign(text.as_bytes()));
        assert_eq!(verdict(&token), "accepted", "{name}");
    }
    for (name, key) in [
        ("RS256", "r"),
        ("PS256", "p"),
        ("RS256", "a"),
        ("RS384", "a"),
        ("RS512", "a"),
        ("PS256", "a"),
        ("PS384", "a"),
        ("PS512", "a"),
    ] {
        let text = input(header(name, key), claims());
        assert_eq!(
            verdict(&with_signature(&text, rsa_signature(name, &text))),
            "accepted",
            "{name}"
        );
    }
}

#[test]
fn a_public_key_is_no_secret() {
    // HS256 with everything that somebody could take for the issuer's secret.
    let point = PAIRS.p256.public_key().as_ref().to_vec();
    let jwk = format!("{{{}}}", ec_members(&PAIRS.p256, "P-256")).into_bytes();
    let rsa = PAIRS.rsa.public_key().as_ref().to_vec();
    for secret in [point, jwk, rsa, jwks().into_bytes(), Vec::new(), b"secret".to_vec()] {
        for (name, hash) in [
            ("HS256", hmac::HMAC_SHA256),
            ("HS384", hmac::HMAC_SHA384),
            ("HS512", hmac::HMAC_SHA512),
        ] {
            let text = input(header(name, "e"), claims());
            let tag = hmac::sign(&hmac::Key::new(hash, &secret), text.as_bytes());
            assert_eq!(verdict(&with_signature(&text, tag)), "alg_unknown");
            // The same tag under an algorithm that is on the list.
            let text = input(header("ES256", "e"), claims());
            let tag = hmac::sign(&hmac::Key::new(hash, &secret), text.as_bytes());
            assert_eq!(verdict(&with_signature(&text, tag)), "signature");
        }
    }
}

#[test]
fn a_key_is_bound_to_its_algorithm() {
    for (name, key) in [("PS256", "r"), ("RS384", "r"), ("RS512", "r"), ("RS256", "p")] {
        let text = input(header(name, key), claims());
        let token = with_signature(&text, rsa_signature(name, &text));
        assert_eq!(verdict(&token), "key_not_for_alg", "{name} {key}");
    }
    for (name, key) in
        [("ES256", "f"), ("ES384", "e"), ("ES256", "d"), ("EdDSA", "e"), ("RS256", "e")]
    {
        assert_eq!(
            verdict(&signed(header(name, key), claims())),
            "key_not_for_alg",
            "{name} {key}"
        );
    }
    // The padding of one algorithm under the name of another.
    for (stated, used) in [("PS256", "RS256"), ("RS256", "PS256"), ("RS256", "RS512")] {
        let text = input(header(stated, "a"), claims());
        let token = with_signature(&text, rsa_signature(used, &text));
        assert_eq!(verdict(&token), "signature", "{stated} {used}");
    }
}

#[test]
fn an_ecdsa_signature_has_the_one_encoding_of_jws() {
    let text = input(HEADER, claims());
    let sign = |text: &str| {
        let signature = PAIRS.p256.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        signature.as_ref().to_vec()
    };
    let good = sign(&text);
    assert_eq!(verdict(&with_signature(&text, &good)), "accepted");
    let document = PAIRS.p256.to_pkcs8v1().unwrap();
    let der = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref()).unwrap();
    let der = der.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    // The order of the group (SEC 2 section 2.4.2).
    let order: [u8; 32] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC,
        0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ];
    let (r, s) = good.split_at(32);
    let one = [[0; 31].as_slice(), &[1]].concat();
    for (what, signature) in [
        ("DER", der.as_ref().to_vec()),
        ("r = s = 0", vec![0; 64]),
        ("r = 0", [&[0; 32], s].concat()),
        ("s = 0", [r, &[0; 32]].concat()),
        ("r = s = 1", [one.clone(), one].concat()),
        ("r = n", [&order, s].concat()),
        ("s = n", [r, &order].concat()),
        ("r = s = n", [order, order].concat()),
        ("all ones", vec![0xFF; 64]),
        ("s, r", [s, r].concat()),
        ("one byte less", good[..63].to_vec()),
        ("one byte more", [good.as_slice(), &[0]].concat()),
        ("a byte before", [&[0], good.as_slice()].concat()),
        ("padded to P-384", [&[0; 16], r, &[0; 16], s].concat()),
        ("half", r.to_vec()),
        ("one byte", vec![0]),
        ("of other claims", sign(&input(HEADER, "{}"))),
        ("of the claims alone", sign(text.split('.').nth(1).unwrap())),
        ("of the text without encoding", sign(&format!("{HEADER}.{}", claims()))),
    ] {
        assert_eq!(verdict(&with_signature(&text, signature)), "signature", "{what}");
    }
}

#[test]
fn a_signature_of_another_curve_or_key_is_refused() {
    let random = SystemRandom::new();
    let text = input(HEADER, claims());
    let p384 = PAIRS.p384.sign(&random, text.as_bytes()).unwrap();
    assert_eq!(verdict(&with_signature(&text, p384)), "signature");
    let ed25519 = PAIRS.ed25519.sign(text.as_bytes());
    assert_eq!(verdict(&with_signature(&text, ed25519)), "signature");
    assert_eq!(verdict(&with_signature(&text, rsa_signature("RS256", &text))), "signature");
    let other = EcdsaKeyPair::generate(PAIRS.p256.algorithm()).unwrap();
    let other = other.sign(&random, text.as_bytes()).unwrap();
    assert_eq!(verdict(&with_signature(&text, other)), "signature");
    let text = input(header("EdDSA", "d"), claims());
    for (what, signature) in [("zeros", vec![0; 64]), ("short", vec![1; 63]), ("long", vec![1; 65])]
    {
        assert_eq!(verdict(&with_signature(&text, signature)), "signature", "{what}");
    }
    // s + L: the second spelling of an Ed25519 signature (RFC 8032 section 5.1.7).
    let good = PAIRS.ed25519.sign(text.as_bytes());
    let order: [u8; 32] = [
        0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut malleable = good.as_ref().to_vec();
    let mut carry = 0_u16;
    for (byte, add) in malleable[32..].iter_mut().zip(order) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    assert_eq!(verdict(&with_signature(&text, good)), "accepted");
    assert_eq!(verdict(&with_signature(&text, malleable)), "signature");
}

#[test]
fn an_rsa_signature_is_as_long_as_its_modulus() {
    let text = input(header("RS256", "r"), claims());
    let good = rsa_signature("RS256", &text);
    for (what, signature) in [
        ("zeros", vec![0; 256]),
        ("one", [vec![0; 255], vec![1]].concat()),
        ("ones", vec![0xFF; 256]),
        ("short", good[1..].to_vec()),
        ("long", [vec![0], good.clone()].concat()),
        ("empty modulus", vec![1]),
    ] {
        assert_eq!(verdict(&with_signature(&text, signature)), "signature", "{what}");
    }
    assert_eq!(verdict(&with_signature(&text, good)), "accepted");
}

#[test]
fn a_token_without_key_id_is_tried_with_the_only_key_that_fits() {
    let verdict = |jwks: &str, token: &str| {
        let (keys, _) = KeySet::from_jwks(jwks.as_bytes().to_vec()).unwrap();
        Envelope::read(token).unwrap().verify(&keys, &profile(), NOW).map(drop)
    };
    let token = signed(r#"{"alg":"ES256","typ":"JWT"}"#, claims());
    let (e, d) = (ec_members(&PAIRS.p256, "P-256"), ed25519_members());
    assert_eq!(verdict(&format!(r#"{{"keys":[{{{d}}},{{{e}}}]}}"#), &token), Ok(()));
    let other = EcdsaKeyPair::generate(PAIRS.p256.algorithm()).unwrap();
    let other = ec_members(&other, "P-256");
    let two = format!(r#"{{"keys":[{{"kid":"1",{e}}},{{"kid":"2",{other}}}]}}"#);
    assert_eq!(verdict(&two, &token), Err(TokenFault::AmbiguousKey));
    let none = format!(r#"{{"keys":[{{{d}}},{{{}}}]}}"#, rsa_members());
    assert_eq!(verdict(&none, &token), Err(TokenFault::UnknownKey));
    // A key without id serves a token with any, as long as it is the only one.
    let named = signed(HEADER, claims());
    assert_eq!(verdict(&format!(r#"{{"keys":[{{{e}}}]}}"#), &named), Ok(()));
    // If it is not its signature, newer keys may have the id that the token names.
    let guess = format!(r#"{{"keys":[{{{other}}}]}}"#);
    assert_eq!(verdict(&guess, &named), Err(TokenFault::UnknownKey));
    assert_eq!(verdict(&guess, &token), Err(TokenFault::Signature));
    let wrong = format!(r#"{{"keys":[{{"kid":"x",{e}}}]}}"#);
    assert_eq!(verdict(&wrong, &named), Err(TokenFault::UnknownKey));
}
