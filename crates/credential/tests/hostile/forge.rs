//! Keys of the tests, and tokens that are genuine but for what a test changes.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use portcullis_credential::Claims;
use portcullis_credential::jwt::{Envelope, Profile, TokenFault};
use portcullis_credential::keys::KeySet;
use portcullis_model::UnixMillis;

pub(crate) const NOW_S: u64 = 1_800_000_000;
pub(crate) const NOW: UnixMillis = UnixMillis(NOW_S * 1000);
/// A header that is accepted.
pub(crate) const HEADER: &str = r#"{"alg":"ES256","kid":"e","typ":"at+jwt"}"#;

/// One key of each type. Their ids: `e`, `f`, `d`, `r` (RS256 only), `p` (PS256 only).
pub(crate) struct Pairs {
    pub(crate) p256: EcdsaKeyPair,
    pub(crate) p384: EcdsaKeyPair,
    pub(crate) ed25519: Ed25519KeyPair,
    pub(crate) rsa: RsaKeyPair,
}

pub(crate) static PAIRS: LazyLock<Pairs> = LazyLock::new(|| Pairs {
    p256: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
    p384: EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap(),
    ed25519: Ed25519KeyPair::generate().unwrap(),
    rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
});

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A block of PEM.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let lines: Vec<String> = STANDARD
        .encode(der)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// The public members of a key on P-256 or P-384.
pub(crate) fn ec_members(pair: &EcdsaKeyPair, curve: &str) -> String {
    let point = &pair.public_key().as_ref()[1..];
    let (x, y) = point.split_at(point.len() / 2);
    format!(r#""kty":"EC","crv":"{curve}","x":"{}","y":"{}""#, base64url(x), base64url(y))
}

pub(crate) fn ed25519_members() -> String {
    format!(r#""kty":"OKP","crv":"Ed25519","x":"{}""#, base64url(PAIRS.ed25519.public_key()))
}

pub(crate) fn rsa_members() -> String {
    // RSAPublicKey of 2,048 bits: heads of nine bytes, the modulus, the exponent.
    let der = PAIRS.rsa.public_key().as_ref();
    format!(r#""kty":"RSA","e":"AQAB","n":"{}""#, base64url(&der[9..265]))
}

pub(crate) fn jwks() -> String {
    let (e, f) = (ec_members(&PAIRS.p256, "P-256"), ec_members(&PAIRS.p384, "P-384"));
    let (d, r) = (ed25519_members(), rsa_members());
    format!(
        r#"{{"keys":[{{"kid":"e",{e}}},{{"kid":"f",{f}}},{{"kid":"d",{d}}},
            {{"kid":"r","alg":"RS256",{r}}},{{"kid":"p","alg":"PS256",{r}}},{{"kid":"a",{r}}}]}}"#
    )
}

pub(crate) fn keys() -> KeySet {
    let (keys, skipped) = KeySet::from_jwks(jwks().into_bytes()).unwrap();
    assert_eq!(skipped, []);
    keys
}

pub(crate) fn profile() -> Profile {
    Profile::new("https://issuer.example", ["https://api.example", "api-2"]).unwrap()
}

/// Claims that are accepted, with one claim added, replaced (`name`, JSON) or left out (`None`).
pub(crate) fn claims_with(name: &str, value: Option<&str>) -> String {
    let (exp, iat) = ((NOW_S + 300).to_string(), NOW_S.to_string());
    let usual = [
        ("iss", r#""https://issuer.example""#),
        ("aud", r#""https://api.example""#),
        ("sub", r#""alice""#),
        ("exp", exp.as_str()),
        ("iat", iat.as_str()),
    ];
    let kept = usual.iter().filter(|(known, _)| *known != name).copied();
    let members: Vec<String> = kept
        .chain(value.map(|value| (name, value)))
        .map(|(name, value)| format!(r#""{name}":{value}"#))
        .collect();
    format!("{{{}}}", members.join(","))
}

pub(crate) fn claims() -> String {
    claims_with("", None)
}

/// Header and claims, encoded, with the dot between them.
pub(crate) fn input(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
    format!("{}.{}", base64url(header), base64url(claims))
}

/// A token with this signature.
pub(crate) fn with_signature(input: &str, signature: impl AsRef<[u8]>) -> String {
    format!("{input}.{}", base64url(signature))
}

/// Signs with the key on P-256, whatever the header says.
pub(crate) fn signed(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
    let input = input(header, claims);
    let signature = PAIRS.p256.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
    with_signature(&input, signature)
}

/// Signs with the RSA key.
pub(crate) fn rsa_signature(algorithm: &str, input: &str) -> Vec<u8> {
    let padding: &'static dyn RsaEncoding = match algorithm {
        "RS256" => &RSA_PKCS1_SHA256,
        "RS384" => &RSA_PKCS1_SHA384,
        "RS512" => &RSA_PKCS1_SHA512,
        "PS256" => &RSA_PSS_SHA256,
        "PS384" => &RSA_PSS_SHA384,
        _ => &RSA_PSS_SHA512,
    };
    let mut signature = vec![0; PAIRS.rsa.public_modulus_len()];
    let random = SystemRandom::new();
    PAIRS.rsa.sign(padding, &random, input.as_bytes(), &mut signature).unwrap();
    signature
}

pub(crate) fn verify(token: &str) -> Result<Claims, TokenFault> {
    Envelope::read(token)?.verify(&keys(), &profile(), NOW)
}

/// Why a token is refused, or `accepted`.
pub(crate) fn verdict(token: &str) -> &'static str {
    verify(token).map_or_else(TokenFault::name, |_| "accepted")
}
