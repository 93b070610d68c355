//! What a genuine token says of its holder.

use std::fmt;

use portcullis_json::{Document, Kind};
use portcullis_model::UnixMillis;

/// What a token says, once it was verified. Made only by a verified signature
/// ([`crate::jwt::Envelope::verify`]) or by an authorization server's answer
/// ([`crate::introspection::read`]).
///
/// A caller is `issuer` and `subject` together: two issuers may give the same subject.
#[derive(Clone)]
pub struct Claims {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) audience: Vec<String>,
    pub(crate) expires: UnixMillis,
    pub(crate) issued: Option<UnixMillis>,
    pub(crate) not_before: Option<UnixMillis>,
    pub(crate) id: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) confirmation: Option<Confirmation>,
    pub(crate) document: Document,
}

/// What whoever shows the token must prove beside it (RFC 7800 `cnf`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Confirmation {
    /// The thumbprint of a key, `jkt` (RFC 9449 section 6.1): ask [`crate::dpop`].
    Key([u8; 32]),
    /// The thumbprint of a client certificate, `x5t#S256` (RFC 8705 section 3.1): ask
    /// [`crate::certificate`].
    Certificate([u8; 32]),
}

/// One claim of a kind that a policy can compare.
#[derive(Clone, PartialEq, Eq)]
pub enum Attribute<'a> {
    /// A string.
    String(&'a str),
    /// A whole number as it was written: `-?[0-9]+`.
    Integer(&'a str),
    /// `true` or `false`.
    Bool(bool),
    /// A list of strings, which may be empty.
    Strings(Vec<&'a str>),
}

impl Claims {
    /// `iss`: exactly what the profile names.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// `sub`: never empty.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// `aud`, as a list; one of them is ours. Empty only from an introspection endpoint that
    /// vouches for it.
    pub fn audience(&self) -> &[String] {
        &self.audience
    }

    /// `exp`, without leeway: nothing that follows from the token may be kept longer.
    pub const fn expires(&self) -> UnixMillis {
        self.expires
    }

    /// `iat`.
    pub const fn issued(&self) -> Option<UnixMillis> {
        self.issued
    }

    /// `nbf`.
    pub const fn not_before(&self) -> Option<UnixMillis> {
        self.not_before
    }

    /// `jti`. Revoke by this, never by a digest of the token: an ECDSA signature has a second
    /// valid spelling that anybody can compute.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// `client_id` (RFC 9068 section 2.2), or `azp` where that is missing.
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// The scopes of `scope` or `scp`, sorted, each once.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// What must be proved beside it. A token with a confirmation is no bearer token: refuse it
    /// where nothing was proved.
    pub const fn confirmation(&self) -> Option<&Confirmation> {
        self.confirmation.as_ref()
    }

    /// All claims as they were signed or answered.
    pub const fn document(&self) -> &Document {
        &self.document
    }

    /// The claim at a JSON Pointer (RFC 6901), if it is of a kind that can be compared: not
    /// `null`, an object, a number with fraction or exponent, or a list of anything but strings.
    pub fn attribute(&self, pointer: &str) -> Option<Attribute<'_>> {
        let value = self.document.root().lookup(pointer)?;
        Some(match value.kind() {
            Kind::String => Attribute::String(value.as_str()?),
            Kind::Number => {
                let lexeme = value.as_number()?;
                let digits = lexeme.strip_prefix('-').unwrap_or(lexeme);
                let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
                return is_whole.then_some(Attribute::Integer(lexeme));
            }
            Kind::True | Kind::False => Attribute::Bool(value.as_bool()?),
            Kind::Array => {
                let items: Option<Vec<&str>> =
                    value.items().map(portcullis_json::Value::as_str).collect();
                Attribute::Strings(items?)
            }
            Kind::Null | Kind::Object => return None,
        })
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Who it is about is for the audit log alone.
        f.write_str("Claims(..)")
    }
}

impl fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::String(_) => "String(..)",
            Self::Integer(_) => "Integer(..)",
            Self::Bool(_) => "Bool(..)",
            Self::Strings(_) => "Strings(..)",
        })
    }
}
