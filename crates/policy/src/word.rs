//! Values that are one word out of a few.

use std::borrow::Cow;

use portcullis_model::{ControlId, Diagnostic, did_you_mean};
use portcullis_yaml::{Content, Node, Notes, Read, Spanned, scalar, shown, word};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::codes;

/// What happens to undeclared properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum UndeclaredWord {
    /// The whole message is refused.
    Refuse,
    /// They are removed and reported.
    Drop,
}

/// `exact`: the bytes go upstream as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum BodyWord {
    /// The bytes are forwarded as they came if they have exactly one reading.
    Exact,
}

/// `stream`: the answer is not held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum AnswerWord {
    /// The answer's body streams, marked "body not inspected".
    Stream,
}

/// `websocket`: a request may turn its connection into one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum UpgradeWord {
    /// RFC 6455.
    Websocket,
}

/// What an operation that may speak GraphQL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum GraphqlWord {
    /// It speaks it, and nothing looks into it.
    Uninspected,
    /// It only looks so.
    Other,
}

/// `readable`: scripts of pages may read a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum CookieWord {
    /// Without `HttpOnly`.
    Readable,
}

/// What becomes of markup in JSON answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum MarkupWord {
    /// It is written so that no page reads it as markup.
    Escaped,
    /// The record says that it is there.
    Flagged,
}

/// A version of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(inline)]
pub(crate) enum HttpWord {
    /// HTTP/1.1, over connections that are kept.
    #[schemars(rename = "1.1")]
    One,
    /// HTTP/2.
    #[schemars(rename = "2")]
    Two,
}

/// Which requests a rate counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum CountsWord {
    /// All of them.
    Every,
    /// Those that the API answered with success.
    Success,
}

/// `absent`: a null that the contract does not allow says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum NullWord {
    /// The property is taken out before the body is checked.
    Absent,
}

/// `hide`: what counts objects does not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum TotalsWord {
    /// It is taken out for callers who may not see all of them.
    Hide,
}

/// What happens to requests whose records nobody can keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum FullWord {
    /// They are answered 503 and do not reach the API.
    Refuse,
    /// They pass; their records are lost, and counted.
    Lose,
}

/// `observe`: record, change nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum ModeWord {
    /// The control records what it would have refused or removed, and changes nothing.
    Observe,
}

/// `allow`: undeclared properties pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum AllowWord {
    /// Undeclared properties of requests pass.
    Allow,
}

/// What is guessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum GuessWord {
    /// A short code.
    Code,
    /// A password.
    Password,
}

impl Read for GuessWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("code", Self::Code), ("password", Self::Password)], None)
    }
}

/// `trusted_proxies`: those in front end TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum TerminatedWord {
    /// A trusted proxy ends TLS, and says so.
    TrustedProxies,
}

/// What becomes of a key of ours that came in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum SeenWord {
    /// The request is refused and recorded under the key's name.
    Refuse,
    /// And the key is revoked, with all below it.
    Revoke,
}

/// `any`: certificates of nobody in particular.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum CertificatesWord {
    /// Tokens may be bound to them.
    Any,
}

/// What in a certificate says whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum SubjectWord {
    /// Its SHA-256.
    Thumbprint,
    /// The one DNS name in it.
    Dns,
    /// The one URI in it.
    Uri,
}

/// `drop`: credentials of clients end here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum CredentialWord {
    /// They do not go on to the API.
    Drop,
}

impl Read for CredentialWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("drop", Self::Drop)], None)
    }
}

impl Read for SeenWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("refuse", Self::Refuse), ("revoke", Self::Revoke)], None)
    }
}

impl Read for CertificatesWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("any", Self::Any)], None)
    }
}

impl Read for SubjectWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let words = [("thumbprint", Self::Thumbprint), ("dns", Self::Dns), ("uri", Self::Uri)];
        word(node, notes, &words, None)
    }
}

impl Read for UndeclaredWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let words = [("refuse", Self::Refuse), ("drop", Self::Drop)];
        let help = match &node.content {
            Content::Scalar { text, .. } if text == "allow" => Some(
                "a relaxation needs a name and a reason: write it under `relax`, as `{ operation: ..., undeclared: allow, by: ..., reason: ... }`",
            ),
            _ => None,
        };
        word(node, notes, &words, help)
    }
}

impl Read for BodyWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("exact", Self::Exact)], None)
    }
}

impl Read for TerminatedWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("trusted_proxies", Self::TrustedProxies)], None)
    }
}

impl Read for UpgradeWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("websocket", Self::Websocket)], None)
    }
}

impl Read for GraphqlWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let words = [("uninspected", Self::Uninspected), ("other", Self::Other)];
        word(node, notes, &words, None)
    }
}

impl Read for CookieWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("readable", Self::Readable)], None)
    }
}

impl Read for MarkupWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("escaped", Self::Escaped), ("flagged", Self::Flagged)], None)
    }
}

impl Read for HttpWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("1.1", Self::One), ("2", Self::Two)], None)
    }
}

impl Read for CountsWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("every", Self::Every), ("success", Self::Success)], None)
    }
}

impl Read for NullWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("absent", Self::Absent)], None)
    }
}

impl Read for TotalsWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("hide", Self::Hide)], None)
    }
}

impl Read for FullWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("refuse", Self::Refuse), ("lose", Self::Lose)], None)
    }
}

impl Read for AnswerWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("stream", Self::Stream)], None)
    }
}

impl Read for ModeWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let help = match &node.content {
            Content::Scalar { text, .. } if text == "enforce" => {
                Some("controls enforce unless a relaxation says otherwise: remove this entry")
            }
            _ => None,
        };
        word(node, notes, &[("observe", Self::Observe)], help)
    }
}

impl Read for AllowWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let help = match &node.content {
            Content::Scalar { text, .. } if matches!(text.as_str(), "refuse" | "drop") => {
                Some("this is no relaxation: write it under `operations`")
            }
            _ => None,
        };
        word(node, notes, &[("allow", Self::Allow)], help)
    }
}

/// The name of a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ControlName(pub(crate) ControlId);

impl Read for ControlName {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let control = ControlId::from_name(text);
        if control.is_none() {
            notes.push(|| {
                let names = || ControlId::ALL.into_iter().map(ControlId::name);
                Diagnostic::error(
                    &codes::UNKNOWN_CONTROL,
                    format!("there is no control {}", shown(text)),
                )
                .at(node.span)
                .label("no such control")
                .help(match did_you_mean(text, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("these exist: `{}`", names().collect::<Vec<_>>().join("`, `")),
                })
            });
        }
        control.map(Self)
    }
}

impl JsonSchema for ControlName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("ControlName")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": ControlId::ALL.map(ControlId::name) })
    }
}

/// Operations, by name: one, several, or `"*"` for all.
#[derive(Debug, Clone)]
pub(crate) struct Names(pub(crate) Vec<Spanned<String>>);

impl Read for Names {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if let Content::List(_) = node.content {
            return Read::read(node, notes).map(Self);
        }
        Read::read(node, notes).map(|one| Self(vec![one]))
    }
}

impl JsonSchema for Names {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Names")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" } },
            ],
            "examples": ["*", ["listMedicines", "GET /orders/{id}"]],
        })
    }
}
