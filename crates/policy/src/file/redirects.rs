//! `redirects`: where an operation may lead its clients. A word, or hosts and the schemes of programs.

use portcullis_model::Diagnostic;
use portcullis_yaml::{Node, Notes, Read, inline_schemas, scalar, shown};

use super::targets::{Said, WordOrHosts, host};
use crate::codes;
use crate::redirects::Redirects;

/// Hosts and programs of one operation.
const REDIRECTS_MAX: usize = 64;
/// The words beside them.
const WORDS: [&str; 2] = ["own", "public"];
/// Schemes that open no program of the client's: hosts are named by their hosts, and the others run or read what
/// they are given.
const NO_PROGRAMS: [&str; 8] =
    ["blob", "data", "file", "http", "https", "javascript", "vbscript", "view-source"];

/// Where redirects may lead.
#[derive(Debug)]
pub(crate) struct RedirectsSection(pub(crate) Redirects);

impl Read for RedirectsSection {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let form = WordOrHosts {
            words: &WORDS,
            hosts_max: REDIRECTS_MAX,
            instead: "`redirects: own` leads nowhere else",
        };
        let items = match form.read(node, notes)? {
            Said::Hosts(items) => items,
            Said::Word("own") => return Some(Self(Redirects::Own)),
            Said::Word(_) => return Some(Self(Redirects::Public)),
        };
        let (mut hosts, mut programs) = (Vec::new(), Vec::new());
        for item in items {
            match scalar(item, notes)?.strip_suffix(':') {
                Some(scheme) => programs.push(program(scheme, item, notes)?),
                None => hosts.push(host(item, notes)?),
            }
        }
        Some(Self(Redirects::Listed { hosts, programs }))
    }
}

/// The scheme of a program's links (RFC 3986 section 3.1, RFC 8252 section 7.1).
fn program(scheme: &str, node: &Node, notes: &mut Notes) -> Option<String> {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let begins = scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let scheme = scheme.to_ascii_lowercase();
    if begins && scheme.bytes().all(is_inner) && !NO_PROGRAMS.contains(&&*scheme) {
        return Some(scheme);
    }
    notes.push(|| {
        let message = format!("{} opens no program of a client", shown(&format!("{scheme}:")));
        Diagnostic::error(&codes::BAD_ADDRESS, message)
            .at(node.span)
            .help("write the scheme of an app's links, `com.example.app:`, or a host")
    });
    None
}

inline_schemas! {
    RedirectsSection: {
        "anyOf": [
            { "enum": ["own", "public"] },
            { "type": "array", "items": { "type": "string" }, "minItems": 1, "maxItems": 64 },
        ],
        "examples": [["login.example.com", "*.cdn.example.com", "com.example.app:"], "own"],
    },
}
