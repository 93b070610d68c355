//! The digest of the contract that was decided about.

use std::borrow::Cow;

use portcullis_model::Diagnostic;
use portcullis_yaml::{Node, Notes, Read, scalar, shown};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::codes;

/// What stands before the digits, so that another digest can follow one day.
const PREFIX: &str = "sha256:";

/// A SHA-256 digest, in lower-case hexadecimal.
#[derive(Debug, Clone)]
pub(crate) struct ContractDigest(pub(crate) String);

impl Read for ContractDigest {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let digits = text.strip_prefix(PREFIX).filter(|digits| is_sha256(digits));
        if digits.is_none() {
            notes.push(|| {
                Diagnostic::error(&codes::BAD_DIGEST, format!("{} is no digest", shown(text)))
                    .at(node.span)
                    .label("this text")
                    .help(format!("write `{PREFIX}` and 64 hexadecimal digits, in lower case"))
            });
        }
        digits.map(|digits| Self(digits.to_owned()))
    }
}

fn is_sha256(digits: &str) -> bool {
    digits.len() == 64 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

impl JsonSchema for ContractDigest {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("ContractDigest")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^sha256:[0-9a-f]{64}$",
            "examples": ["sha256:9f86d081884c7d659a2feaa0c55ad015..."],
        })
    }
}
