//! What a header may say: little, and nothing that chooses its own key.

use portcullis_json::{Document, Value};

use crate::algorithm::Algorithm;
use crate::jwt::fault::TokenFault;
use crate::keys::is_key_id;

/// What `typ` says: a media type, compared without regard to case, where `application/` may be left
/// out if no other slash follows (RFC 7515 section 4.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// There is none.
    Absent,
    /// `JWT`
    Jwt,
    /// `at+jwt`
    AccessToken,
    /// `dpop+jwt`
    Proof,
    /// `caller+jwt`: what the gateway itself tells an API.
    Caller,
    /// Anything else.
    Other,
}

/// The members of a header that mean something here; unknown ones mean nothing (RFC 7515
/// section 4).
pub(crate) struct Header {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<String>,
    pub(crate) media_type: MediaType,
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
        let (mut algorithm, mut key_id, mut key) = (None, None, None);
        let mut media_type = MediaType::Absent;
        for (name, value) in document.root().members() {
            match name.as_str().unwrap_or_default() {
                "alg" => algorithm = value.as_str().and_then(Algorithm::parse),
                "kid" => key_id = Some(self::key_id(value)?),
                "typ" => media_type = self::media_type(value),
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

fn media_type(value: Value<'_>) -> MediaType {
    const PREFIX: &str = "application/";
    let text = value.as_str().unwrap_or_default();
    let rest = match text.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => text,
    };
    let known = [
        ("JWT", MediaType::Jwt),
        ("at+jwt", MediaType::AccessToken),
        ("dpop+jwt", MediaType::Proof),
        ("caller+jwt", MediaType::Caller),
    ];
    let found = known.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(rest));
    found.map_or(MediaType::Other, |(_, media_type)| media_type)
}
