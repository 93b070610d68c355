//! Encrypts a text to a public RSA key (JWE, RFC 7516): anybody can.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;

/// How it is encrypted, and that a token is inside.
const HEADER: &str = r#"{"alg":"RSA-OAEP-256","enc":"A256GCM","cty":"JWT","kid":"issuer-enc"}"#;

/// The text, encrypted to the key (DER), in five parts; none if the key or chance fails.
pub(crate) fn encrypted(text: &str, key: &[u8]) -> Option<String> {
    let (mut secret, mut nonce) = ([0; 32], [0; NONCE_LEN]);
    rand::fill(&mut secret).ok()?;
    rand::fill(&mut nonce).ok()?;
    let key = OaepPublicEncryptingKey::new(PublicEncryptingKey::from_der(key).ok()?).ok()?;
    let mut room = vec![0; key.ciphertext_size()];
    let wrapped = key.encrypt(&OAEP_SHA256_MGF1SHA256, &secret, &mut room, None).ok()?;
    let header = BASE64URL.encode(HEADER);
    let mut body = text.as_bytes().to_vec();
    let seal = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &secret).ok()?);
    let tag = seal
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(header.as_bytes()),
            &mut body,
        )
        .ok()?;
    let parts = [&*wrapped, &nonce, &body, tag.as_ref()].map(|part| BASE64URL.encode(part));
    Some(format!("{header}.{}", parts.join(".")))
}
