//! `targets`: where the URLs of an operation may point. Places, and a word or hosts for each.

use portcullis_model::{Diagnostic, did_you_mean};
use portcullis_yaml::{Content, Named, Node, Notes, Read, Spanned, inline_schemas, scalar, shown};

use crate::address::{self, Fault};
use crate::codes;
use crate::targets::{TargetHost, TargetName, TargetRule};

/// Hosts of one place.
const HOSTS_MAX: usize = 256;
/// The words beside hosts.
const WORDS: [&str; 3] = ["public", "own", "any"];

/// Places, and where what stands there may point.
#[derive(Debug)]
pub(crate) struct TargetsSection(pub(crate) Named<Spanned<TargetRule>>);

impl Read for TargetsSection {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        Read::read(node, notes).map(Self)
    }
}

impl Read for TargetRule {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let form = WordOrHosts {
            words: &WORDS,
            hosts_max: HOSTS_MAX,
            instead: "`own` stands for a path of this API",
        };
        let items = match form.read(node, notes)? {
            Said::Hosts(items) => items,
            Said::Word("public") => return Some(Self::Public),
            Said::Word("own") => return Some(Self::Own),
            Said::Word(_) => return Some(Self::Any),
        };
        let hosts = items.iter().filter_map(|item| host(item, notes)).collect::<Vec<_>>();
        (hosts.len() == items.len()).then_some(Self::Hosts(hosts))
    }
}

/// A key that takes one of a few words, or a list of hosts.
pub(super) struct WordOrHosts {
    pub(super) words: &'static [&'static str],
    pub(super) hosts_max: usize,
    /// What to write instead of no host.
    pub(super) instead: &'static str,
}

/// What it says.
pub(super) enum Said<'n> {
    /// One of its words.
    Word(&'static str),
    /// At least one item, each still to be read.
    Hosts(&'n [Node]),
}

impl WordOrHosts {
    pub(super) fn read<'n>(&self, node: &'n Node, notes: &mut Notes) -> Option<Said<'n>> {
        let Content::List(items) = &node.content else {
            let text = scalar(node, notes)?;
            let word = self.words.iter().find(|word| **word == text);
            if word.is_none() {
                notes.push(|| self.unknown(text).at(node.span));
            }
            return word.copied().map(Said::Word);
        };
        if items.is_empty() || items.len() > self.hosts_max {
            let (max, instead) = (self.hosts_max, self.instead);
            notes.push(|| {
                Diagnostic::error(&codes::WRONG_KIND, "this list of hosts is empty, or too long")
                    .at(node.span)
                    .help(format!("name from one to {max} hosts; {instead}"))
            });
            return None;
        }
        Some(Said::Hosts(items))
    }

    fn unknown(&self, text: &str) -> Diagnostic {
        let problem =
            Diagnostic::error(&codes::UNKNOWN_WORD, format!("{} has no meaning here", shown(text)));
        match did_you_mean(text, self.words.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None if text.contains('.') => {
                problem.help(format!("hosts stand in a list: `[{text}]`"))
            }
            None => {
                let words = self.words.iter().map(|word| format!("`{word}`, "));
                problem.help(format!("write {}or a list of hosts", words.collect::<String>()))
            }
        }
    }
}

pub(super) fn host(node: &Node, notes: &mut Notes) -> Option<TargetHost> {
    let text = scalar(node, notes)?;
    match read(text) {
        Ok(host) => Some(host),
        Err(Fault { message, help }) => {
            notes.push(|| Diagnostic::error(&codes::BAD_ADDRESS, message).at(node.span).help(help));
            None
        }
    }
}

/// `images.example.com`, `*.cdn.example.com`, `https://hooks.example.com:8443`, `10.0.0.7:9000`.
fn read(text: &str) -> Result<TargetHost, Fault> {
    let wrong = |help: &str| Fault {
        message: format!("{} is no host that a URL may point at", shown(text)),
        help: help.to_owned(),
    };
    if WORDS.contains(&text) {
        return Err(wrong("such a word stands alone, without a list"));
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme @ ("http" | "https" | "ws" | "wss"), rest)) => (Some(scheme), rest),
        Some(_) => {
            return Err(wrong("begin an origin with `http://`, `https://`, `ws://` or `wss://`"));
        }
        None => (None, text),
    };
    if rest.contains(['/', '?', '#', '@']) {
        return Err(wrong(
            "write the host alone, or scheme, host and port: paths are not compared",
        ));
    }
    let (below, rest) = match rest.strip_prefix("*.") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    if rest.contains('*') {
        return Err(wrong("a `*.` may stand once, at the beginning"));
    }
    let (host, port) = address::authority_parts(rest.strip_suffix('.').unwrap_or(rest))
        .ok_or_else(|| wrong("write `images.example.com`; other alphabets in their `xn--` form"))?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let name = match (bare.parse(), below) {
        (Ok(address), false) => TargetName::Address(address),
        (Ok(_), true) => return Err(wrong("nothing is below an address")),
        (Err(_), true) if !host.contains('.') => {
            return Err(wrong(
                "name more than one label behind `*.`: it would be half of the world",
            ));
        }
        (Err(_), true) => TargetName::Below(host.to_ascii_lowercase()),
        (Err(_), false) => TargetName::Exact(host.to_ascii_lowercase()),
    };
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    if !matches!(name, TargetName::Address(_)) && host.rsplit('.').next().is_some_and(is_number) {
        return Err(wrong("write an address as four numbers"));
    }
    Ok(TargetHost { scheme: scheme.map(str::to_owned), name, port })
}

inline_schemas! {
    TargetsSection: {
        "type": "object",
        "additionalProperties": { "anyOf": [
            { "enum": ["public", "own", "any"] },
            { "type": "array", "items": { "type": "string" }, "minItems": 1, "maxItems": 256 },
        ] },
        "examples": [{ "body./url": ["images.example.com", "*.cdn.example.com"], "query.next": "own" }],
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_written_as_it_is_read() {
        for text in [
            "images.example.com",
            "*.cdn.example.com",
            "https://hooks.example.com:8443",
            "10.0.0.7:9000",
            "http://[::1]:80",
            "localhost",
        ] {
            assert_eq!(read(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_could_be_meant_in_two_ways_is_no_host() {
        for text in [
            "https://a.example/path",
            "https://joe@a.example",
            "*",
            "*.com",
            "*.10.0.0.1",
            "a.*.example",
            "ftp://a.example",
            "a b",
            "ü.example",
            "2130706433",
            "any",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
