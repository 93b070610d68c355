//! The document as clients see the API: where it is called, what nobody may call, what does not leave, and what
//! stands in its place. `portcullis contract public` prints it; the gateway answers with it where the policy says
//! so (`published: /openapi.json`).

mod document;
mod inner;
mod masks;

use std::collections::BTreeSet;

use portcullis_contract::CanonicalPath;
use portcullis_policy::Model;
use serde_json::Value;

/// How deep values stand in one another.
const DEPTH_MAX: usize = 512;

/// The document that clients see.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicContract {
    /// OpenAPI of the version that the contract has.
    pub document: Value,
    /// What of the policy could not be written into it, each in a sentence.
    pub notes: BTreeSet<String>,
}

impl PublicContract {
    /// Of an API, of whose operations `is_open` knows by their index which anybody may call; or why there is none:
    /// the contract stands in several files.
    pub fn of(model: &Model, is_open: &dyn Fn(usize) -> bool) -> Result<Self, String> {
        let mut notes = BTreeSet::new();
        let document = document::of(model, is_open, &mut notes)?;
        Ok(Self { document, notes })
    }
}

/// The document, where clients find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Behind the base path.
    pub path: CanonicalPath,
    /// JSON, in UTF-8.
    pub document: Vec<u8>,
}

impl Published {
    /// Of an API whose policy names a path for it.
    pub(crate) fn of(model: &Model, is_open: &dyn Fn(usize) -> bool) -> Option<Self> {
        let path = CanonicalPath::parse(model.public_contract.as_deref()?).ok()?;
        // What several files would make of it, the policy's reader refuses.
        let public = PublicContract::of(model, is_open).ok()?;
        let document = serde_json::to_vec(&public.document).ok()?;
        Some(Self { path, document })
    }
}
