//! Values of `callers`: names of claims, lists of words, URLs of issuers.

use std::borrow::Cow;

use portcullis_model::Diagnostic;
use portcullis_yaml::{
    Content, Node, Notes, Read, Spanned, inline_schemas, scalar, shown, wrong_kind,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::address::{self, Fault};
use crate::callers::Endpoint;
use crate::codes;

/// A claim, or a member of an answer, by JSON Pointer (RFC 6901): `/realm_access/roles`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimPointer(pub(crate) String);

/// One word, or a list of them; at least one.
#[derive(Debug, Clone)]
pub(crate) struct Texts(pub(crate) Vec<Spanned<String>>);

/// Whom the gateway asks, or who issues tokens: its text as it is compared, and where it is.
#[derive(Debug, Clone)]
pub(crate) struct CallerUrl {
    pub(crate) text: String,
    pub(crate) endpoint: Endpoint,
}

impl Read for ClaimPointer {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        const BYTES_MAX: usize = 256;
        let text = scalar(node, notes)?;
        let mut escapes = text.split('~').skip(1);
        let is_pointer = text.starts_with('/')
            && text.len() <= BYTES_MAX
            && escapes.all(|rest| rest.starts_with(['0', '1']));
        if !is_pointer {
            notes.push(|| {
                Diagnostic::error(
                    &codes::BAD_POINTER,
                    format!("{} is no JSON Pointer", shown(text)),
                )
                .at(node.span)
                .help(format!("write a slash before each name: `/{}`", text.replace('.', "/")))
            });
        }
        is_pointer.then(|| Self(text.to_owned()))
    }
}

impl Read for Texts {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        match &node.content {
            Content::List(items) if items.is_empty() => {
                wrong_kind(node, notes, "at least one word", "write one, or several: `[a, b]`");
                None
            }
            Content::List(_) => Read::read(node, notes).map(Self),
            _ => Read::read(node, notes).map(|one| Self(vec![one])),
        }
    }
}

impl JsonSchema for Texts {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Texts")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 },
            ],
        })
    }
}

impl Read for CallerUrl {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        match endpoint(text) {
            Ok(endpoint) => Some(Self { text: text.to_owned(), endpoint }),
            Err(Fault { message, help }) => {
                notes.push(|| {
                    Diagnostic::error(&codes::BAD_ADDRESS, message).at(node.span).help(help)
                });
                None
            }
        }
    }
}

impl Endpoint {
    /// A URL that somebody else names, such as the metadata of an issuer; none if it may not be asked.
    pub fn parse(url: &str) -> Option<Self> {
        endpoint(url).ok()
    }
}

/// A URL that may be asked about callers: inside TLS, or on this host. Who answers it decides who may
/// call, so nobody on the way may.
fn endpoint(text: &str) -> Result<Endpoint, Fault> {
    let behind_scheme = text.find("://").map_or(0, |at| at + "://".len());
    let rest = text.get(behind_scheme..).unwrap_or_default();
    let path_at = rest.find('/').map_or(text.len(), |at| behind_scheme + at);
    let (before, path) = text.split_at_checked(path_at).unwrap_or((text, ""));
    let instance = address::upstream(before)?.first;
    let is_visible = |byte: u8| byte.is_ascii_graphic() && !b"?#\"<>\\^`{|}".contains(&byte);
    if !path.bytes().all(is_visible) {
        return Err(Fault {
            message: format!("{} has a path that cannot be asked", shown(text)),
            help: "write it without query, fragment and spaces".to_owned(),
        });
    }
    let name = instance.host.trim_start_matches('[').trim_end_matches(']');
    let is_here = name == "localhost"
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if !instance.is_tls && !is_here {
        return Err(Fault {
            message: format!("{} is asked in the clear", shown(text)),
            help: "begin it with `https://`: whoever answers in its place is believed".to_owned(),
        });
    }
    Ok(Endpoint { instance, path: path.to_owned() })
}

inline_schemas! {
    ClaimPointer: { "type": "string", "pattern": "^/", "examples": ["/sub", "/realm_access/roles"] },
    CallerUrl: { "type": "string", "pattern": "^https?://[^?#@]+$", "examples": ["https://login.example.com"] },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_decides_about_callers_is_asked_inside_tls_or_on_this_host() {
        for text in [
            "https://login.example.com",
            "https://login.example.com/",
            "https://login.example.com:8443/realms/shop",
            "http://127.0.0.1:9000/issuer",
            "http://[::1]:9000",
            "http://localhost:9000",
        ] {
            assert!(endpoint(text).is_ok(), "{text}");
        }
        for text in [
            "http://login.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "ftp://login.example.com",
            "login.example.com",
            "https://user@login.example.com",
            "https://login.example.com/a?b",
            "https://login.example.com/a b",
            "https://",
            "",
        ] {
            assert!(endpoint(text).is_err(), "{text}");
        }
        assert_eq!(endpoint("https://a.example/b/").unwrap().path, "/b/");
    }
}
