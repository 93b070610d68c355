//! Addresses as values of the policy file: parsed where they are read, so that nothing behind
//! this file holds one that is wrong.

use std::net::SocketAddr;

use portcullis_model::{Code, Diagnostic};
use portcullis_yaml::{Content, Node, Notes, Read, Spanned, inline_schemas, scalar};

use crate::address::{self, Fault};
use crate::codes;
use crate::model::Origin;
use crate::network::Network;
use crate::upstream::Upstream;

/// Where the gateway listens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListenAddress(pub(crate) SocketAddr);

/// Where one instance of an API is: an upstream of that one.
#[derive(Debug, Clone)]
pub(crate) struct ApiUrl(pub(crate) Upstream);

/// Where the instances of one API are: one URL, or a list of them.
#[derive(Debug, Clone)]
pub(crate) struct ApiUrls(pub(crate) Vec<Spanned<ApiUrl>>);

/// What people call an API.
#[derive(Debug, Clone)]
pub(crate) struct ApiName(pub(crate) String);

/// A host name under which clients call.
#[derive(Debug, Clone)]
pub(crate) struct HostName(pub(crate) String);

/// Addresses of trusted proxies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProxyNetwork(pub(crate) Network);

/// What stands before every path; may be empty.
#[derive(Debug, Clone)]
pub(crate) struct BasePath(pub(crate) String);

/// Who may know what the contract declares: `true`, `false`, or everybody, at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublishedWord {
    /// Callers alone.
    No,
    /// Everybody.
    Yes,
    /// Everybody, who find the document at this path behind the base path.
    At(String),
}

/// A web origin.
#[derive(Debug, Clone)]
pub(crate) struct WebOrigin(pub(crate) Origin);

impl Read for ListenAddress {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        parsed(node, notes, &codes::BAD_ADDRESS, address::listen(text)).map(Self)
    }
}

impl Read for ApiUrl {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        parsed(node, notes, &codes::BAD_ADDRESS, address::upstream(text)).map(Self)
    }
}

impl Read for ApiUrls {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if let Content::List(items) = &node.content {
            if items.is_empty() {
                notes.push(|| {
                    Diagnostic::error(&codes::MISSING_KEY, "`upstream` names no instance")
                        .at(node.span)
                        .help("write at least one URL: `http://127.0.0.1:3000`")
                });
                return None;
            }
            return Read::read(node, notes).map(Self);
        }
        Read::read(node, notes).map(|one| Self(vec![one]))
    }
}

impl Read for ApiName {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        parsed(node, notes, &codes::BAD_NAME, address::api_name(text)).map(Self)
    }
}

impl Read for HostName {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        parsed(node, notes, &codes::BAD_ADDRESS, address::host(text)).map(Self)
    }
}

impl Read for ProxyNetwork {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        parsed(node, notes, &codes::BAD_ADDRESS, address::proxies(text)).map(Self)
    }
}

impl Read for BasePath {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if matches!(&node.content, Content::Scalar { text, .. } if text.is_empty()) {
            return Some(Self(String::new()));
        }
        let text = scalar(node, notes)?;
        parsed(node, notes, &codes::BAD_ADDRESS, address::base_path(text)).map(Self)
    }
}

impl Read for PublishedWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        match scalar(node, notes)? {
            "true" => Some(Self::Yes),
            "false" => Some(Self::No),
            path => {
                parsed(node, notes, &codes::BAD_ADDRESS, address::public_path(path)).map(Self::At)
            }
        }
    }
}

impl Read for WebOrigin {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        parsed(node, notes, &codes::BAD_ORIGIN, address::origin(text)).map(Self)
    }
}

fn parsed<T>(
    node: &Node,
    notes: &mut Notes,
    code: &'static Code,
    result: Result<T, Fault>,
) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(fault) => {
            notes.push(|| Diagnostic::error(code, fault.message).at(node.span).help(fault.help));
            None
        }
    }
}

inline_schemas! {
    ListenAddress: { "type": "string", "examples": ["127.0.0.1:8080", "[::1]:8080"] },
    ApiUrls: {
        "anyOf": [
            { "type": "string", "pattern": "^https?://[^/?#@]+(/[^?#]*)?$" },
            {
                "type": "array",
                "items": { "type": "string", "pattern": "^https?://[^/?#@]+(/[^?#]*)?$" },
                "minItems": 1,
            },
        ],
        "examples": ["http://127.0.0.1:3000", ["http://10.0.0.1:3000", "http://10.0.0.2:3000"]],
    },
    ApiName: { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9-]{0,63}$", "examples": ["shop"] },
    HostName: { "type": "string", "pattern": "^[^/*@ ]+$", "examples": ["api.example.com"] },
    ProxyNetwork: { "type": "string", "examples": ["10.0.0.0/8", "127.0.0.1"] },
    BasePath: { "type": "string", "pattern": "^(/[A-Za-z0-9._~-]+)*$", "examples": ["/api", ""] },
    PublishedWord: {
        "anyOf": [{ "type": "boolean" }, { "type": "string", "pattern": "^(/[A-Za-z0-9._~-]+)+$" }],
        "examples": ["/openapi.json", true],
    },
    WebOrigin: { "type": "string", "pattern": "^https?://[^/?#@*]+$", "examples": ["https://shop.example.com"] },
}
