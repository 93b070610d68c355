//! Where the matches of a pattern begin: at the keyword that led to it, or somewhere near.

use regex_syntax::hir::literal::{ExtractKind, Extractor};

use crate::bounds::MATCH_BYTES_MAX;

/// Where matches begin.
#[derive(Debug)]
pub(crate) enum Start {
    /// At the keyword. Where each match begins with one of these, they are asked first.
    Keyword(Vec<Vec<u8>>),
    /// As many bytes before it, at most.
    Near(usize),
}

/// How far a pattern looks around a keyword that need not stand in what it matches.
const NEAR_BYTES: usize = 512;
/// Beginnings of a pattern that are told apart.
const LITERALS_MAX: usize = 4_000;
/// Beginnings that are asked one by one.
const ASKED_MAX: usize = 8;

/// Where the matches of `pattern` begin. `None` for what is no pattern.
pub(super) fn start(pattern: &str, keywords: &[String]) -> Option<Start> {
    let hir = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern)
        .ok()?;
    let length = hir.properties().maximum_len().unwrap_or(MATCH_BYTES_MAX).min(MATCH_BYTES_MAX);
    let mut extractor = Extractor::new();
    extractor
        .kind(ExtractKind::Prefix)
        .limit_class(64)
        .limit_repeat(4)
        .limit_literal_len(4)
        .limit_total(LITERALS_MAX);
    let found = extractor.extract(&hir);
    let Some(literals) = found.literals().filter(|all| !all.is_empty()) else {
        return Some(Start::Near(length.max(NEAR_BYTES)));
    };
    let is_at_keyword = literals.iter().all(|literal| {
        let text = literal.as_bytes().to_ascii_lowercase();
        let is_one = |keyword: &String| {
            keyword.as_bytes().starts_with(&text) || text.starts_with(keyword.as_bytes())
        };
        !text.is_empty() && keywords.iter().any(is_one)
    });
    if !is_at_keyword {
        return Some(Start::Near(length.max(NEAR_BYTES)));
    }
    let asked: Vec<Vec<u8>> = literals.iter().map(|literal| literal.as_bytes().to_vec()).collect();
    Some(Start::Keyword(if asked.len() <= ASKED_MAX { asked } else { Vec::new() }))
}
