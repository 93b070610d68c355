//! Tokens taken apart (RFC 7515), as leniently as libraries once did.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use crate::row::Row;

/// A token, taken apart.
pub(crate) struct Parts {
    pub(crate) header: Row,
    /// The header as it was written.
    pub(crate) header_text: String,
    pub(crate) payload: Vec<u8>,
    /// What is signed.
    pub(crate) input: String,
    pub(crate) signature: Vec<u8>,
}

impl Parts {
    /// The payload as JSON. Of two members with one name the last counts.
    pub(crate) fn claims(&self) -> Option<Row> {
        // FLAW(a2-jwt-duplicate-claim): whoever checked the first one checked another token.
        serde_json::from_slice(&self.payload).ok()
    }
}

/// The three parts of a token.
pub(crate) fn take_apart(token: &str) -> Option<Parts> {
    // FLAW(a2-jwt-whitespace), FLAW(a2-jwt-padding), FLAW(a2-jwt-alphabet): what mail programs and
    // other encoders do to a token is undone. So one token has many spellings.
    let plain = |b: char| !b.is_ascii_whitespace() && b != '=';
    let token: String = token.chars().filter(|b| plain(*b)).collect();
    let token = token.replace('+', "-").replace('/', "_");
    let (input, signature) = token.rsplit_once('.')?;
    let (header, payload) = input.split_once('.')?;
    let header_text = String::from_utf8(decoded(header)?).ok()?;
    Some(Parts {
        header: serde_json::from_str(&header_text).ok()?,
        header_text,
        payload: decoded(payload)?,
        input: input.to_owned(),
        signature: decoded(signature)?,
    })
}

/// Base64url, whatever its last bits are.
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    // FLAW(a2-jwt-trailing-bits): sixteen last characters mean the same.
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::URL_SAFE,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    LENIENT.decode(text).ok()
}

/// A member that holds base64url.
pub(crate) fn bytes(of: &Row, name: &str) -> Option<Vec<u8>> {
    decoded(of.get(name).and_then(Value::as_str)?)
}
