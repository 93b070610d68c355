//! Sets of keys with garbage in them: what is usable is used, the rest is told.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::signature::{EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_credential::Algorithm;
use portcullis_credential::keys::{
    JWKS_BYTES_MAX, JwksFault, KEYS_MAX, KeyFault, KeySet, PemFault, Skipped, Unusable,
};
use proptest::prelude::*;

use crate::forge::{PAIRS, base64url, ec_members, ed25519_members, pem, rsa_members};

fn read(text: impl Into<Vec<u8>>) -> Result<(KeySet, Vec<Skipped>), JwksFault> {
    KeySet::from_jwks(text.into())
}

/// Why the only key of a set is skipped; `None` if it is used.
fn why(key: &str) -> Option<Unusable> {
    let (keys, skipped) = read(format!(r#"{{"keys":[{key}]}}"#)).unwrap();
    assert_eq!(keys.keys().len() + skipped.len(), 1, "{key}");
    skipped.first().map(|skipped| skipped.why)
}

#[test]
fn a_key_that_verifies_nothing_here_is_skipped_and_told() {
    let (e, r, d) = (ec_members(&PAIRS.p256, "P-256"), rsa_members(), ed25519_members());
    for (key, expected) in [
        (format!("{{{e}}}"), None),
        (format!(r#"{{{e},"alg":"ES256","use":"sig","key_ops":["verify"],"kid":"a b/c="}}"#), None),
        (format!(r#"{{{e},"key_ops":["sign","verify"],"ext":true,"x5t":"q"}}"#), None),
        (format!(r#"{{{d},"alg":"Ed25519"}}"#), None),
        (format!(r#"{{{e},"use":"enc"}}"#), Some(Unusable::Purpose)),
        (format!(r#"{{{e},"use":null}}"#), Some(Unusable::Purpose)),
        (format!(r#"{{{e},"use":["sig"]}}"#), Some(Unusable::Purpose)),
        (format!(r#"{{{e},"key_ops":["sign"]}}"#), Some(Unusable::Purpose)),
        (format!(r#"{{{e},"key_ops":[]}}"#), Some(Unusable::Purpose)),
        (format!(r#"{{{e},"key_ops":"verify"}}"#), Some(Unusable::Purpose)),
        (format!(r#"{{{e},"alg":"ES384"}}"#), Some(Unusable::Algorithm)),
        (format!(r#"{{{e},"alg":"HS256"}}"#), Some(Unusable::Algorithm)),
        (format!(r#"{{{e},"alg":"none"}}"#), Some(Unusable::Algorithm)),
        (format!(r#"{{{e},"alg":null}}"#), Some(Unusable::Algorithm)),
        (format!(r#"{{{r},"alg":"RSA-OAEP-256"}}"#), Some(Unusable::Algorithm)),
        (format!(r#"{{{r},"alg":"ES256"}}"#), Some(Unusable::Algorithm)),
        (format!(r#"{{{e},"kid":7}}"#), Some(Unusable::KeyId)),
        (format!(r#"{{{e},"kid":""}}"#), Some(Unusable::KeyId)),
        (format!(r#"{{{e},"kid":"a\u0000"}}"#), Some(Unusable::KeyId)),
        (format!(r#"{{{e},"kid":"{}"}}"#, "k".repeat(257)), Some(Unusable::KeyId)),
        (format!(r#"{{{e},"d":"AA"}}"#), Some(Unusable::PrivateKeyPublished)),
        (format!(r#"{{{r},"d":"AA"}}"#), Some(Unusable::PrivateKeyPublished)),
        (format!(r#"{{{r},"qi":null}}"#), Some(Unusable::PrivateKeyPublished)),
        (format!(r#"{{{r},"oth":[]}}"#), Some(Unusable::PrivateKeyPublished)),
        (format!(r#"{{{e},"k":"AA"}}"#), Some(Unusable::PrivateKeyPublished)),
        (r#"{"kty":"oct","k":"c2VjcmV0","alg":"HS256"}"#.into(), Some(Unusable::Symmetric)),
        (r#"{"kty":"EC"}"#.into(), Some(Unusable::Curve)),
        (r#"{"kty":"DSA"}"#.into(), Some(Unusable::KeyType)),
        (r#"{"kty":"ec","crv":"P-256"}"#.into(), Some(Unusable::KeyType)),
        (r#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}"#.into(), Some(Unusable::KeyType)),
        (r#"{"kty":7}"#.into(), Some(Unusable::Form)),
        ("{}".into(), Some(Unusable::Form)),
        ("null".into(), Some(Unusable::Form)),
        ("[]".into(), Some(Unusable::Form)),
        (r#""key""#.into(), Some(Unusable::Form)),
    ] {
        assert_eq!(why(&key), expected, "{key}");
    }
}

#[test]
fn a_point_is_on_its_curve_and_has_its_length() {
    let point = &PAIRS.p256.public_key().as_ref()[1..];
    let (x, y) = point.split_at(32);
    let key = |curve: &str, x: &[u8], y: &[u8]| {
        let (x, y) = (base64url(x), base64url(y));
        format!(r#"{{"kty":"EC","crv":"{curve}","x":"{x}","y":"{y}"}}"#)
    };
    let mut off = y.to_vec();
    off[31] ^= 1;
    for (key, expected) in [
        (key("P-256", x, y), None),
        (key("P-256", x, &off), Some(Unusable::Point)),
        (key("P-256", y, x), Some(Unusable::Point)),
        (key("P-256", &[0; 32], &[0; 32]), Some(Unusable::Point)),
        (key("P-256", &[0xFF; 32], y), Some(Unusable::Point)),
        (key("P-256", &x[1..], y), Some(Unusable::Encoding)),
        (key("P-256", &[&[0], x].concat(), y), Some(Unusable::Encoding)),
        (key("P-256", &[], y), Some(Unusable::Encoding)),
        (key("P-384", x, y), Some(Unusable::Encoding)),
        (key("P-384", &[1; 48], &[1; 48]), Some(Unusable::Point)),
        (key("P-521", &[1; 66], &[1; 66]), Some(Unusable::Curve)),
        (key("secp256k1", x, y), Some(Unusable::Curve)),
        (key("p-256", x, y), Some(Unusable::Curve)),
        (key("Ed25519", x, y), Some(Unusable::Curve)),
        (
            key("P-256", x, y).replace(&base64url(x), &format!("{}=", base64url(x))),
            Some(Unusable::Encoding),
        ),
        (key("P-256", x, y).replace(r#""y":"#, r#""z":"#), Some(Unusable::Form)),
        (r#"{"kty":"EC","crv":"P-256","x":1,"y":2}"#.into(), Some(Unusable::Form)),
        (r#"{"kty":"OKP","crv":"X25519","x":"AA"}"#.into(), Some(Unusable::Curve)),
        (r#"{"kty":"OKP","crv":"Ed448","x":"AA"}"#.into(), Some(Unusable::Curve)),
        (r#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#.into(), Some(Unusable::Encoding)),
    ] {
        assert_eq!(why(&key), expected, "{key}");
    }
}

#[test]
fn a_point_under_which_one_signature_fits_many_messages_is_refused() {
    let p = |low: u8| {
        let mut point = [0xFF; 32];
        (point[0], point[31]) = (low, 0x7F);
        point
    };
    let mut one = [0; 32];
    one[0] = 1;
    let eighth = *b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05";
    for point in [[0; 32], one, eighth, p(0xEC), p(0xED), p(0xEE)] {
        for sign in [0, 0x80] {
            let mut point = point;
            point[31] |= sign;
            let key = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, base64url(point));
            assert_eq!(why(&key), Some(Unusable::Point), "{key}");
        }
    }
    assert_eq!(why(&format!("{{{}}}", ed25519_members())), None);
}

#[test]
fn an_rsa_key_is_neither_weak_nor_endless() {
    let key = |n: &[u8], e: &[u8]| {
        format!(r#"{{"kty":"RSA","n":"{}","e":"{}"}}"#, base64url(n), base64url(e))
    };
    let n = |bytes: usize, first: u8, last: u8| {
        let mut n = vec![0x55; bytes];
        (n[0], n[bytes - 1]) = (first, last);
        n
    };
    let (good, f4) = (n(256, 0x80, 1), &[1, 0, 1]);
    for (key, expected) in [
        (key(&good, f4), None),
        (key(&n(1024, 0xFF, 1), f4), None),
        (key(&n(256, 0x7F, 1), f4), Some(Unusable::Modulus)),
        (key(&n(128, 0x80, 1), f4), Some(Unusable::Modulus)),
        (key(&n(64, 0x80, 1), f4), Some(Unusable::Modulus)),
        (key(&n(1025, 0x01, 1), f4), Some(Unusable::Modulus)),
        (key(&n(2048, 0x80, 1), f4), Some(Unusable::Modulus)),
        (key(&n(256, 0x80, 2), f4), Some(Unusable::Modulus)),
        (key(&n(257, 0x00, 1), f4), Some(Unusable::Modulus)),
        (key(&[], f4), Some(Unusable::Modulus)),
        (key(&[0; 256], f4), Some(Unusable::Modulus)),
        (key(&good, &[1]), Some(Unusable::Exponent)),
        (key(&good, &[3]), Some(Unusable::Exponent)),
        (key(&good, &[17]), Some(Unusable::Exponent)),
        (key(&good, &[2]), Some(Unusable::Exponent)),
        (key(&good, &[1, 0, 0]), Some(Unusable::Exponent)),
        (key(&good, &[1, 0, 2]), Some(Unusable::Exponent)),
        (key(&good, &[0, 1, 0, 1]), Some(Unusable::Exponent)),
        (key(&good, &[1, 0, 0, 0, 1]), Some(Unusable::Exponent)),
        (key(&good, &good), Some(Unusable::Exponent)),
        (key(&good, &[]), Some(Unusable::Exponent)),
        (format!(r#"{{"kty":"RSA","n":"{}"}}"#, base64url(&good)), Some(Unusable::Form)),
        (r#"{"kty":"RSA","n":"AQAB+/","e":"AQAB"}"#.into(), Some(Unusable::Encoding)),
    ] {
        assert_eq!(why(&key), expected, "{key}");
    }
}

#[test]
fn one_bad_key_does_not_take_the_others_with_it() {
    let (e, r) = (ec_members(&PAIRS.p256, "P-256"), rsa_members());
    let text = format!(
        r#"{{"keys":[{{"kty":"oct","kid":"s","k":"AA"}},{{"kid":"e",{e}}},7,{{"kid":"r",{r}}}]}}"#
    );
    let (keys, skipped) = read(text).unwrap();
    let ids: Vec<_> = keys.keys().iter().map(|key| key.id()).collect();
    assert_eq!(ids, [Some("e"), Some("r")]);
    assert_eq!(
        skipped,
        [
            Skipped { index: 0, key_id: Some("s".into()), why: Unusable::Symmetric },
            Skipped { index: 2, key_id: None, why: Unusable::Form },
        ]
    );
}

#[test]
fn an_id_that_two_keys_have_belongs_to_neither() {
    let e = ec_members(&PAIRS.p256, "P-256");
    let other = EcdsaKeyPair::generate(PAIRS.p256.algorithm()).unwrap();
    let (other, r) = (ec_members(&other, "P-256"), rsa_members());
    let text = format!(
        r#"{{"keys":[{{"kid":"a",{e}}},{{"kid":"b",{e}}},{{"kid":"a",{other}}},{{"kid":"a",{r}}}]}}"#
    );
    let (keys, skipped) = read(text).unwrap();
    let told: Vec<_> = skipped.iter().map(|skipped| (skipped.index, skipped.why)).collect();
    let double = Unusable::DuplicateKeyId;
    assert_eq!(told, [(0, double), (2, double), (3, double)]);
    assert_eq!(keys.find(Algorithm::Es256, Some("a")).map(drop), Err(KeyFault::Unknown));
    assert!(keys.find(Algorithm::Es256, Some("b")).is_ok());
    // The same key twice is one key, for both algorithms that are said of it.
    let text = format!(
        r#"{{"keys":[{{"kid":"r","alg":"RS256",{r}}},{{"kid":"r","alg":"PS256",{r}}},
            {{"kid":"r","alg":"RS256",{r}}}]}}"#
    );
    let (keys, skipped) = read(text).unwrap();
    assert_eq!((keys.keys().len(), skipped.len()), (1, 0));
    let fits = |algorithm| keys.find(algorithm, Some("r")).map(drop);
    assert_eq!((fits(Algorithm::Rs256), fits(Algorithm::Ps256)), (Ok(()), Ok(())));
    assert_eq!(fits(Algorithm::Rs512), Err(KeyFault::NotForAlgorithm));
}

#[test]
fn sets_of_one_issuer_can_be_joined() {
    let set = |id: &str, members: &str| {
        read(format!(r#"{{"keys":[{{"kid":"{id}",{members}}}]}}"#)).unwrap().0
    };
    let (e, r) = (ec_members(&PAIRS.p256, "P-256"), rsa_members());
    assert_eq!(set("a", &e).and(set("b", &r)).keys().len(), 2);
    assert_eq!(set("a", &e).and(set("a", &e)).keys().len(), 1);
    assert_eq!(set("a", &e).and(set("a", &r)).keys().len(), 0);
}

#[test]
fn a_text_that_is_no_set_is_refused_with_its_bound() {
    for text in ["{}", "[]", "7", r#"{"keys":{}}"#, r#"{"keys":null}"#, r#"{"Keys":[]}"#] {
        assert_eq!(read(text).map(drop), Err(JwksFault::NoKeys), "{text}");
    }
    for text in
        ["", "<html>", r#"{"keys":[],"keys":[]}"#, "{\"keys\":[]}\0", "\u{FEFF}{\"keys\":[]}"]
    {
        assert!(matches!(read(text), Err(JwksFault::Json(_))), "{text}");
    }
    assert_eq!(read(r#"{"keys":[]}"#).unwrap().0.keys().len(), 0);
    let keys = |count: usize| format!(r#"{{"keys":[{}]}}"#, vec!["{}"; count].join(","));
    assert_eq!(read(keys(KEYS_MAX)).unwrap().1.len(), KEYS_MAX);
    assert_eq!(read(keys(KEYS_MAX + 1)).map(drop), Err(JwksFault::TooManyKeys));
    assert!(matches!(read(keys(5000)), Err(JwksFault::Json(_))));
    let long = format!(r#"{{"keys":[]{}}}"#, " ".repeat(JWKS_BYTES_MAX));
    assert_eq!(read(long).map(drop), Err(JwksFault::TooLong));
    assert_eq!(read(vec![b'['; 10 << 20]).map(drop), Err(JwksFault::TooLong));
    assert!(matches!(read(vec![b'['; JWKS_BYTES_MAX]), Err(JwksFault::Json(_))));
    assert_eq!(JwksFault::TooManyKeys.to_string(), "more than 100 keys");
    assert_eq!(JwksFault::TooLong.to_string(), "more than 1048576 bytes");
}

#[test]
fn a_pinned_key_is_read_from_pem_with_its_algorithm() {
    let p256 = PAIRS.p256.public_key().as_der().unwrap().as_ref().to_vec();
    let p384 = PAIRS.p384.public_key().as_der().unwrap().as_ref().to_vec();
    let ed25519 = PAIRS.ed25519.public_key().as_der().unwrap().as_ref().to_vec();
    let rsa = PAIRS.rsa.public_key().as_der().unwrap().as_ref().to_vec();
    let from_set = |members: &str| {
        let (keys, _) = read(format!(r#"{{"keys":[{{{members}}}]}}"#)).unwrap();
        *keys.keys()[0].thumbprint()
    };
    for (der, algorithm, members) in [
        (&p256, Algorithm::Es256, ec_members(&PAIRS.p256, "P-256")),
        (&p384, Algorithm::Es384, ec_members(&PAIRS.p384, "P-384")),
        (&ed25519, Algorithm::EdDsa, ed25519_members()),
        (&rsa, Algorithm::Rs256, rsa_members()),
        (&rsa, Algorithm::Ps512, rsa_members()),
    ] {
        let keys = KeySet::from_pem(&pem("PUBLIC KEY", der), algorithm, Some("pin")).unwrap();
        assert_eq!(*keys.keys()[0].thumbprint(), from_set(&members));
        assert!(keys.find(algorithm, Some("pin")).is_ok());
        assert_eq!(keys.find(algorithm, Some("x")).map(drop), Err(KeyFault::Unknown));
        let any = KeySet::from_pem(&pem("PUBLIC KEY", der), algorithm, None).unwrap();
        assert!(any.find(algorithm, Some("x")).is_ok() && any.find(algorithm, None).is_ok());
        for place in 0..der.len() {
            let cut = KeySet::from_pem(&pem("PUBLIC KEY", &der[..place]), algorithm, None);
            assert!(cut.is_err(), "cut at {place}");
        }
        let more = [der.as_slice(), &[0]].concat();
        assert!(KeySet::from_pem(&pem("PUBLIC KEY", &more), algorithm, None).is_err());
        for place in 0..der.len() {
            let mut other = der.clone();
            other[place] ^= 0x11;
            if let Ok(other) = KeySet::from_pem(&pem("PUBLIC KEY", &other), algorithm, None) {
                assert_ne!(*other.keys()[0].thumbprint(), from_set(&members), "byte {place}");
            }
        }
    }
}

#[test]
fn a_text_that_is_no_public_key_in_pem_is_refused() {
    let p256 = PAIRS.p256.public_key().as_der().unwrap().as_ref().to_vec();
    let good = pem("PUBLIC KEY", &p256);
    let private = PAIRS.p256.to_pkcs8v1().unwrap();
    for (text, fault) in [
        (String::new(), PemFault::Form),
        (good.replace("END", "FIN"), PemFault::Form),
        (good.replace("END PUBLIC KEY", "END PRIVATE KEY"), PemFault::Form),
        (format!("{good}{good}"), PemFault::Form),
        (format!("x{good}"), PemFault::Form),
        (good.replacen('M', "*", 1), PemFault::Form),
        (format!("{}{good}", " ".repeat(16 << 10)), PemFault::Form),
        (pem("PRIVATE KEY", private.as_ref()), PemFault::PrivateKey),
        (pem("EC PRIVATE KEY", &p256), PemFault::PrivateKey),
        (pem("ENCRYPTED PRIVATE KEY", &p256), PemFault::PrivateKey),
        (pem("CERTIFICATE", &p256), PemFault::Label),
        (pem("RSA PUBLIC KEY", PAIRS.rsa.public_key().as_ref()), PemFault::Label),
        (pem("PUBLIC KEY", PAIRS.rsa.public_key().as_ref()), PemFault::Form),
    ] {
        assert_eq!(KeySet::from_pem(&text, Algorithm::Es256, None).map(drop), Err(fault), "{text}");
    }
    let other = KeySet::from_pem(&good, Algorithm::Es384, None).map(drop);
    assert_eq!(other, Err(PemFault::Key(Unusable::Algorithm)));
    let id = KeySet::from_pem(&good, Algorithm::Es256, Some("")).map(drop);
    assert_eq!(id, Err(PemFault::Key(Unusable::KeyId)));
}

#[test]
fn nothing_may_follow_the_numbers_of_an_rsa_key() {
    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        match length {
            [0, short @ 0..=0x7F] => [&[tag, short], content].concat(),
            [0, long] => [&[tag, 0x81, long], content].concat(),
            [high, low] => [&[tag, 0x82, high, low], content].concat(),
        }
    }
    let pair = PAIRS.rsa.public_key().as_ref();
    let key = |inner: &[u8], behind: &[u8], algorithm: &[u8]| {
        let sequence = [element(0x30, inner), behind.to_vec()].concat();
        let bits = element(0x03, &[&[0], sequence.as_slice()].concat());
        let algorithm = element(0x30, algorithm);
        pem("PUBLIC KEY", &element(0x30, &[algorithm, bits].concat()))
    };
    let rsa = [&[0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1], [5, 0].as_slice()].concat();
    let (numbers, none) = (&pair[4..], [].as_slice());
    let more = [numbers, &[2, 1, 3]].concat();
    let read = |text: &str| KeySet::from_pem(text, Algorithm::Rs256, None).map(drop);
    assert_eq!(read(&key(numbers, none, &rsa)), Ok(()));
    assert_eq!(read(&key(&more, none, &rsa)), Err(PemFault::KeyType));
    assert_eq!(read(&key(numbers, &[5, 0], &rsa)), Err(PemFault::KeyType));
    // RSASSA-PSS as the type of the key: its parameters are not understood here.
    let pss = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 10];
    assert_eq!(read(&key(numbers, none, &pss)), Err(PemFault::KeyType));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..64),
        text in r#"\{"keys":\[(\{("(kty|crv|x|y|n|e|kid|alg)":"[A-Za-z0-9_-]{0,8}",?){0,4}\},?){0,3}\]\}"#,
    ) {
        let _ = read(bytes).is_ok();
        let _ = read(text.clone()).is_ok();
        let _ = KeySet::from_pem(&text, Algorithm::Es256, None).is_ok();
    }

    #[test]
    fn no_key_in_pem_makes_the_reader_panic(der in prop::collection::vec(any::<u8>(), 0..200)) {
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", STANDARD.encode(der));
        prop_assert!(KeySet::from_pem(&pem, Algorithm::Es256, None).is_err());
    }
}
