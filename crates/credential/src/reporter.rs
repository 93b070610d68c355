//! Who says that keys leaked: the lists of GitHub's secret scanning partner programme, and their signatures.
//!
//! A list is a JSON array of objects with `token`, `type`, `url` and `source`. Its raw bytes are signed with ECDSA over
//! P-256 and SHA-256, the signature in DER and base64. The public keys are at
//! `https://api.github.com/meta/public_keys/secret_scanning`, each in PEM and by a name that the request gives
//! (<https://docs.github.com/code-security/secret-scanning/secret-scanning-partner-program>).

use std::fmt;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use portcullis_json::{Document, Limits, Value, push_quoted};

use crate::digest::sha256;
use crate::encoding::base64;
use crate::keys::p256_point;

/// Items of one list, at most.
pub const ITEMS_MAX: usize = 10_000;
/// Bytes of one list, at most.
pub const LIST_BYTES_MAX: usize = 4 << 20;
/// Bytes of one of its texts.
const TEXT_BYTES_MAX: usize = 4096;
/// Public keys that are taken of one answer.
const KEYS_MAX: usize = 32;
/// Bytes of an answer with public keys.
const KEYS_BYTES_MAX: usize = 64 << 10;
/// Characters of a key's name, and of a signature.
const NAME_MAX: usize = 128;
const SIGNATURE_MAX: usize = 256;

/// The public keys of a reporter, by name.
pub struct ReporterKeys {
    keys: Vec<(Box<str>, ParsedPublicKey)>,
    /// Of the text that they stood in.
    digest: [u8; 32],
}

/// Why a text is no list, or has no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReporterFault {
    /// Not JSON in one reading within its bounds.
    Json,
    /// Not of the form that is documented.
    Form,
    /// No key that can be used.
    NoKeys,
}

/// One find, as it is reported. Its text does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Leak {
    /// The text that was found.
    pub token: String,
    /// What the reporter calls texts of this form.
    pub kind: String,
    /// Where it was found; it may be empty.
    pub url: String,
    /// In what, in the reporter's words.
    pub source: String,
}

impl ReporterKeys {
    /// Reads them as GitHub gives them: `{ "public_keys": [{ "key_identifier", "key", "is_current" }] }`. Keys that are
    /// no longer current are taken, too: what they signed is on its way. What cannot be used is left out.
    ///
    /// # Errors
    /// [`ReporterFault`]: it is something else, or none is left.
    pub fn read(text: Vec<u8>) -> Result<Self, ReporterFault> {
        let digest = sha256(&text);
        let document = parsed(text, KEYS_BYTES_MAX)?;
        let all = document.root().get("public_keys").filter(|all| all.is_array());
        let all = all.ok_or(ReporterFault::Form)?;
        let keys = all.items().take(KEYS_MAX).filter_map(|key| {
            let name = key.get("key_identifier")?.as_str()?;
            let point = p256_point(key.get("key")?.as_str()?)?;
            let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).ok()?;
            (!name.is_empty() && name.len() <= NAME_MAX).then(|| (Box::from(name), key))
        });
        let keys: Vec<_> = keys.collect();
        if keys.is_empty() { Err(ReporterFault::NoKeys) } else { Ok(Self { keys, digest }) }
    }

    /// Whether they were read from the same text.
    pub fn is_same(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    /// Whether there is a key of this name.
    pub fn has(&self, name: &str) -> bool {
        self.keys.iter().any(|(known, _)| **known == *name)
    }

    /// Whether the key of this name signed these bytes.
    pub fn signed(&self, name: &str, signature: &str, bytes: &[u8]) -> bool {
        let Some(signature) = base64(signature).filter(|_| signature.len() <= SIGNATURE_MAX) else {
            return false;
        };
        let mut named = self.keys.iter().filter(|(known, _)| **known == *name);
        named.any(|(_, key)| key.verify_sig(bytes, &signature).is_ok())
    }
}

/// Reads a list.
///
/// # Errors
/// [`ReporterFault`]: it is none, is empty, or longer than [`ITEMS_MAX`].
pub fn leaks(list: Vec<u8>) -> Result<Vec<Leak>, ReporterFault> {
    let document = parsed(list, LIST_BYTES_MAX)?;
    let root = document.root();
    if !root.is_array() || root.is_empty() {
        return Err(ReporterFault::Form);
    }
    root.items().map(|item| leak(item).ok_or(ReporterFault::Form)).collect()
}

fn leak(item: Value<'_>) -> Option<Leak> {
    // What stands beside a find is for people: nothing odd in it may keep a key alive.
    let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let token = item.get("token")?.as_str()?.to_owned();
    Some(Leak { token, kind: text("type"), url: text("url"), source: text("source") })
}

/// What is answered: of each find whether it was genuine.
pub fn labels<'l>(judged: impl Iterator<Item = (&'l Leak, bool)>) -> Vec<u8> {
    let mut out = vec![b'['];
    for (place, (leak, is_genuine)) in judged.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"token_raw\":");
        push_quoted(&leak.token, &mut out);
        out.extend_from_slice(b",\"token_type\":");
        push_quoted(&leak.kind, &mut out);
        out.extend_from_slice(b",\"label\":");
        push_quoted(if is_genuine { "true_positive" } else { "false_positive" }, &mut out);
        out.push(b'}');
    }
    out.push(b']');
    out
}

fn parsed(text: Vec<u8>, bytes_max: usize) -> Result<Document, ReporterFault> {
    let limits = Limits {
        text_bytes_max: bytes_max,
        depth_max: 3,
        nodes_max: ITEMS_MAX * 12,
        string_bytes_max: TEXT_BYTES_MAX,
        array_items_max: ITEMS_MAX,
        object_members_max: 16,
        number_bytes_max: 32,
    };
    Document::parse(text, &limits).map_err(|_| ReporterFault::Json)
}

impl fmt::Debug for ReporterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(name, _)| name)).finish()
    }
}

impl fmt::Debug for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Leak({:?}, {:?}, ..)", self.kind, self.source)
    }
}

impl fmt::Display for ReporterFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "it is no JSON in one reading, or too large",
            Self::Form => "it has not the form of GitHub's partner programme",
            Self::NoKeys => "it has no key of ECDSA over P-256",
        })
    }
}

impl std::error::Error for ReporterFault {}

#[cfg(test)]
mod tests;
