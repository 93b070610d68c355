//! The section `forward` of `callers`: how the API is told who calls.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use portcullis_yaml::{Content, Named, Needed, Node, Notes, Read, Spanned, section};

use crate::claim::Texts;
use crate::quantity::Time;
use crate::secret::Secret;
use crate::word::CredentialWord;

section! {
    /// How the API is told who calls. What clients send under these names is removed.
    struct ForwardSection, later [], {
        /// Header fields and what stands in each: `subject`, `issuer`, `scopes`, or the name of an
        /// attribute. A caller of whom it is not known gets no such field.
        headers: Option<Named<Spanned<String>>>,
        /// A short-lived token (JWT) that says who calls, signed by the gateway: for an API that does
        /// not rely on the network alone.
        jwt: Option<CallerTokenSection>,
        /// `drop`: what the contract knows as a credential, and `Authorization`, does not go on to the
        /// API. Default: a credential that was verified goes on.
        credential: Option<Spanned<CredentialWord>>,
    }
}

section! {
    /// A token that tells the API who calls: `sub`, `caller_issuer` (who vouches for them), `iss`, `aud`,
    /// `iat`, `exp`, `jti`, and what `claims` names. Its `typ` is `caller+jwt`, its signature ES256. It is
    /// refused as a credential of a caller.
    struct CallerTokenSection, later [], {
        /// The private key that signs it, and nothing else (PEM, PKCS#8, P-256): `file:signing.pem`.
        /// The API finds the public one at `/jwks.json` on the listener `health`.
        key: Needed<Spanned<Secret>>,
        /// The API, in `aud`: a name of your choice that the API asks for. Where several APIs stand, one
        /// for each: `{ shop: shop-api, pay: pay-api }`.
        audience: Needed<Audiences>,
        /// The gateway, in `iss`. Default: `portcullis`.
        issuer: Option<Spanned<String>>,
        /// The header field that carries it. Default: `X-Caller-Token`.
        header: Option<Spanned<String>>,
        /// How long it is good for, `60s` at most. Default: `30s`.
        lifetime: Option<Spanned<Time>>,
        /// What else it says: `scopes`, and names of attributes. Default: nothing.
        claims: Option<Spanned<Texts>>,
    }
}

/// Whom tokens are for: the one API, or each of several.
#[derive(Debug)]
pub(crate) enum Audiences {
    One(Spanned<String>),
    Each(Named<Spanned<String>>),
}

impl Read for Audiences {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if matches!(node.content, Content::Mapping(_)) {
            return Read::read(node, notes).map(Self::Each);
        }
        Read::read(node, notes).map(Self::One)
    }
}

impl JsonSchema for Audiences {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Audiences")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string" },
                { "type": "object", "additionalProperties": { "type": "string" } },
            ],
            "examples": ["shop-api"],
        })
    }
}
