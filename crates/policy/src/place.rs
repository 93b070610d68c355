//! Addresses as values of the policy file: parsed where they are read, so that nothing behind
//! this file holds one that is wrong.

use std::net::SocketAddr;

use portcullis_model::{Code, Diagnostic};

use crate::address::{self, Fault};
use crate::codes;
use crate::model::{Origin, Upstream};
use crate::notes::Notes;
use crate::section::{Read, inline_schemas, scalar};
use crate::yaml::{Content, Node};

/// Where the gateway listens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListenAddress(pub(crate) SocketAddr);

/// Where the API is.
#[derive(Debug, Clone)]
pub(crate) struct ApiUrl(pub(crate) Upstream);

/// What stands before every path; may be empty.
#[derive(Debug, Clone)]
pub(crate) struct BasePath(pub(crate) String);

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

impl Read for BasePath {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if matches!(&node.content, Content::Scalar { text, .. } if text.is_empty()) {
            return Some(Self(String::new()));
        }
        let text = scalar(node, notes)?;
        parsed(node, notes, &codes::BAD_ADDRESS, address::base_path(text)).map(Self)
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
    ApiUrl: { "type": "string", "pattern": "^http://[^/?#@]+(/[^?#]*)?$", "examples": ["http://127.0.0.1:3000"] },
    BasePath: { "type": "string", "pattern": "^(/[A-Za-z0-9._~-]+)*$", "examples": ["/api", ""] },
    WebOrigin: { "type": "string", "pattern": "^https?://[^/?#@*]+$", "examples": ["https://shop.example.com"] },
}
