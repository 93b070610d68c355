//! What a header may say: little, and nothing that chooses its own key.

use portcullis_json::{Document, Value};

use crate::algorithm::Algorithm;
use crate::jwt::fault::TokenFault;
use crate::keys::is_key_id;

/// Bytes of a `typ`, at most.
const TYPE_BYTES_MAX: usize = 64;

/// The members of a header that mean something here; unknown ones mean nothing (RFC 7515
/// section 4).
pub(crate) struct Header {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<String>,
    /// `typ` in lower case, without `application/` (RFC 7515 section 4.1.9).
    pub(crate) media_type: Option<String>,
}

impl Header {
    /// The header of a token: no key in it, no way to one.
    pub(crate) fn of_token(document: &Document) -> Result<Self, TokenFault> {
        let (header, key) = Self::read(document)?;
        if key.is_some() { Err(TokenFault::EmbeddedKey) } else { Ok(header) }
    }

    /// The header of a proof (RFC 9449 section 4.2): the key is in it.
    pub(crate) fn of_proof(document: &Document) -> Result<(Self, Value<'_>), TokenFault> {
        let (header, key) = Self::read(document)?;
        Ok((header, key.ok_or(TokenFault::UnknownKey)?))
    }

    fn read(document: &Document) -> Result<(Self, Option<Value<'_>>), TokenFault> {
        let (mut algorithm, mut key_id, mut media_type, mut key) = (None, None, None, None);
        for (name, value) in document.root().members() {
            match name.as_str().unwrap_or_default() {
                "alg" => algorithm = value.as_str().and_then(Algorithm::parse),
                "kid" => key_id = Some(self::key_id(value)?),
                "typ" => media_type = Some(self::media_type(value)?),
                "jwk" => key = Some(value),
                // Said or not, none of these is understood, whatever its value.
                "crit" => return Err(TokenFault::Critical),
                "b64" => return Err(TokenFault::UnencodedPayload),
                "zip" => return Err(TokenFault::Compressed),
                "enc" => return Err(TokenFault::Encrypted),
                "jku" => return Err(TokenFault::KeySetUrl),
                "x5u" => return Err(TokenFault::CertificateUrl),
                "x5c" => return Err(TokenFault::EmbeddedCertificate),
                "cty" => return Err(TokenFault::ContentType),
                _ => {}
            }
        }
        let algorithm = algorithm.ok_or(TokenFault::Algorithm)?;
        Ok((Self { algorithm, key_id, media_type }, key))
    }
}

fn key_id(value: Value<'_>) -> Result<String, TokenFault> {
    match value.as_str() {
        Some(id) if is_key_id(id) => Ok(id.to_owned()),
        _ => Err(TokenFault::KeyId),
    }
}

/// Types are compared as media types: without regard to case, `application/` left out where no
/// other slash follows.
fn media_type(value: Value<'_>) -> Result<String, TokenFault> {
    let text = value.as_str().filter(|text| text.len() <= TYPE_BYTES_MAX && text.is_ascii());
    let lower = text.ok_or(TokenFault::Type)?.to_ascii_lowercase();
    Ok(match lower.strip_prefix("application/") {
        Some(rest) if !rest.contains('/') => rest.to_owned(),
        _ => lower,
    })
}
