//! The three parts of a token: what stands there, before anybody asks what it means.

use portcullis_json::{Document, Limits};

use crate::encoding::base64url;
use crate::jwt::fault::TokenFault;

/// Characters of a token, at most: what fits into a request's head beside its other fields.
pub const TOKEN_BYTES_MAX: usize = 16 << 10;
/// Bytes of a header, at most.
pub const HEADER_BYTES_MAX: usize = 4 << 10;
/// Characters of a signature, at most: RSA with 8,192 bits takes 1,366.
const SIGNATURE_CHARACTERS_MAX: usize = 1366;

/// Headers are flat; one level inside is for members that are ignored.
const HEADER_LIMITS: Limits = Limits {
    text_bytes_max: HEADER_BYTES_MAX,
    depth_max: 4,
    nodes_max: 256,
    string_bytes_max: HEADER_BYTES_MAX,
    array_items_max: 32,
    object_members_max: 32,
    number_bytes_max: 20,
};
/// Claims nest a little (`/resource_access/orders/roles`) and list groups.
const CLAIMS_LIMITS: Limits = Limits {
    text_bytes_max: TOKEN_BYTES_MAX,
    depth_max: 10,
    nodes_max: 2_000,
    string_bytes_max: TOKEN_BYTES_MAX,
    array_items_max: 1_000,
    object_members_max: 256,
    number_bytes_max: 32,
};

/// A JWS in compact form (RFC 7515 section 3.1) whose payload is a JSON object.
pub(crate) struct Compact<'a> {
    pub(crate) header: Document,
    pub(crate) claims: Document,
    pub(crate) signature: Vec<u8>,
    /// Header and claims as they were written, with the dot between them.
    pub(crate) signed: &'a str,
}

impl<'a> Compact<'a> {
    pub(crate) fn read(token: &'a str) -> Result<Self, TokenFault> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenFault::TooLong);
        }
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenFault::Parts);
        };
        if header.is_empty() || claims.is_empty() || signature.is_empty() {
            return Err(TokenFault::Parts);
        }
        if header.len() > HEADER_BYTES_MAX.div_ceil(3) * 4 {
            return Err(TokenFault::HeaderTooLong);
        }
        if signature.len() > SIGNATURE_CHARACTERS_MAX {
            return Err(TokenFault::Signature);
        }
        // One dot between header and claims.
        let signed = token.get(..=header.len() + claims.len()).unwrap_or_default();
        Ok(Self {
            header: object(header, &HEADER_LIMITS, TokenFault::Header)?,
            claims: object(claims, &CLAIMS_LIMITS, TokenFault::Claims)?,
            signature: base64url(signature).ok_or(TokenFault::Base64)?,
            signed,
        })
    }
}

fn object(part: &str, limits: &Limits, fault: TokenFault) -> Result<Document, TokenFault> {
    let bytes = base64url(part).ok_or(TokenFault::Base64)?;
    let document = Document::parse(bytes, limits).map_err(|_| fault)?;
    if document.root().is_object() { Ok(document) } else { Err(fault) }
}
