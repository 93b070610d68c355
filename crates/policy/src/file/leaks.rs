//! The section `leaks`: where leaked API keys are reported.

use portcullis_model::Diagnostic;
use portcullis_yaml::{
    Content, Needed, Node, Notes, Read, Spanned, inline_schemas, scalar, section, shown,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::borrow::Cow;

use crate::address;
use crate::claim::CallerUrl;
use crate::codes;
use crate::quantity::Time;
use crate::secret::Secret;

section! {
    /// Where anybody who has the text of a key reports that it leaked. The gateway answers there itself.
    struct LeaksSection, later [], {
        /// The whole path: `/.well-known/leaked-keys`. What is posted there is a list in the form of GitHub's partner
        /// programme. Without a signature it has one key; whoever shows it need not say who they are.
        path: Needed<Spanned<LeaksPath>>,
        /// Whether lists are taken that GitHub signed, with any number of keys: `true`, or where its public keys are:
        /// `{ keys: file:github.json }`, or `{ keys_url, ca }`. Default: `false`.
        github: Option<Spanned<GithubWord>>,
        /// What becomes of a key that is reported, here or by `portcullis keys report`: `revoke`, or `{ expire: 24h }`
        /// for those whose owners need time. Default: `revoke`.
        on_report: Option<Spanned<OnReportWord>>,
    }
}

section! {
    /// Where the public keys of GitHub's partner programme are.
    struct GithubSection, later [], {
        /// In a place of yours, as GitHub gives them: `file:github.json`. Default: they are fetched.
        keys: Option<Spanned<Secret>>,
        /// Where they are fetched. Default: `https://api.github.com/meta/public_keys/secret_scanning`.
        keys_url: Option<Spanned<CallerUrl>>,
        /// Whom the certificate there must come from (PEM). Default: one of those whom the system trusts.
        ca: Option<Spanned<Secret>>,
    }
}

section! {
    /// How long a reported key is still good.
    struct ExpireSection, later [], {
        /// So long after the report, if it would not end before: `24h`.
        expire: Needed<Spanned<Time>>,
    }
}

/// A path at which the gateway answers itself.
#[derive(Debug, Clone)]
pub(crate) struct LeaksPath(pub(crate) String);

/// Whether signed lists are taken.
#[derive(Debug)]
pub(crate) enum GithubWord {
    No,
    Yes,
    At(Box<GithubSection>),
}

/// What becomes of a reported key.
#[derive(Debug)]
pub(crate) enum OnReportWord {
    Revoke,
    Expire(ExpireSection),
}

impl Read for LeaksPath {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        match address::own_path(text) {
            Ok(path) => Some(Self(path)),
            Err(fault) => {
                notes.push(|| {
                    Diagnostic::error(&codes::BAD_ADDRESS, fault.message)
                        .at(node.span)
                        .help(fault.help)
                });
                None
            }
        }
    }
}

impl Read for GithubWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if matches!(node.content, Content::Mapping(_)) {
            return Read::read(node, notes).map(Box::new).map(Self::At);
        }
        match scalar(node, notes)? {
            "true" => Some(Self::Yes),
            "false" => Some(Self::No),
            other => {
                unknown(
                    other,
                    "write `true`, `false`, or `{ keys: file:github.json }`",
                    node,
                    notes,
                );
                None
            }
        }
    }
}

impl Read for OnReportWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if matches!(node.content, Content::Mapping(_)) {
            return Read::read(node, notes).map(Self::Expire);
        }
        match scalar(node, notes)? {
            "revoke" => Some(Self::Revoke),
            other => {
                unknown(other, "write `revoke`, or `{ expire: 24h }`", node, notes);
                None
            }
        }
    }
}

fn unknown(word: &str, help: &str, node: &Node, notes: &mut Notes) {
    notes.push(|| {
        let message = format!("{} has no meaning here", shown(word));
        Diagnostic::error(&codes::UNKNOWN_WORD, message).at(node.span).help(help)
    });
}

inline_schemas! {
    LeaksPath: {
        "type": "string",
        "pattern": "^(/[A-Za-z0-9._~-]+)+$",
        "examples": ["/.well-known/leaked-keys"],
    },
}

impl JsonSchema for GithubWord {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("GithubWord")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let section = generator.subschema_for::<GithubSection>();
        schemars::json_schema!({ "anyOf": [{ "type": "boolean" }, section] })
    }
}

impl JsonSchema for OnReportWord {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("OnReportWord")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let section = generator.subschema_for::<ExpireSection>();
        schemars::json_schema!({ "anyOf": [{ "enum": ["revoke"] }, section] })
    }
}
