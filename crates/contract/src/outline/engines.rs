//! What a pattern does in engines that step back, and in those that look for it anywhere in a text.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind, Look, Repetition};

use crate::ecma::spelt_out;
use crate::pattern_budget::without_looks;

/// Bytes of a pattern that is looked at; of a longer one nothing is said.
const PATTERN_BYTES_MAX: usize = 4 * 1024;
/// Groups inside one another.
const NEST_MAX: u32 = 50;
/// From so many times on, a repetition is as good as endless.
const OFTEN: u32 = 20;

/// Whether an engine that steps back may take exponential time for this pattern: something is repeated that repeats
/// itself, with nothing between to tell one round from the next, and what comes behind can fail.
pub fn backtracks(pattern: &str) -> bool {
    read(pattern).is_some_and(|hir| is_ambiguous(&hir, false))
}

/// Whether a pattern holds for a whole text, and not only for something in it. True for one that is not read.
pub fn is_anchored(pattern: &str) -> bool {
    read(pattern).is_none_or(|hir| is_whole(&hir))
}

/// Whether a pattern says how long a text is at most.
pub(super) fn is_bounded(pattern: &str) -> bool {
    let looks = ["(?=", "(?!", "(?<", r"\1"];
    !looks.into_iter().any(|look| pattern.contains(look))
        && read(pattern)
            .is_some_and(|hir| is_whole(&hir) && hir.properties().maximum_len().is_some())
}

fn read(pattern: &str) -> Option<Hir> {
    if pattern.len() > PATTERN_BYTES_MAX {
        return None;
    }
    let parse = |text: &str| ParserBuilder::new().nest_limit(NEST_MAX).build().parse(text).ok();
    spelt_out(pattern)
        .and_then(|spelt| parse(&spelt))
        .or_else(|| parse(&spelt_out(&without_looks(pattern))?))
}

fn is_whole(hir: &Hir) -> bool {
    match hir.kind() {
        // Each alternative is one pattern.
        HirKind::Alternation(all) => all.iter().all(is_whole),
        HirKind::Capture(capture) => is_whole(&capture.sub),
        _ => {
            let known = hir.properties();
            known.look_set_prefix().contains(Look::Start)
                && known.look_set_suffix().contains(Look::End)
        }
    }
}

fn is_ambiguous(hir: &Hir, has_more: bool) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => is_ambiguous(&capture.sub, has_more),
        HirKind::Alternation(all) => all.iter().any(|one| is_ambiguous(one, has_more)),
        HirKind::Concat(parts) => {
            let last = parts.len().saturating_sub(1);
            let mut all = parts.iter().enumerate();
            all.any(|(place, part)| is_ambiguous(part, has_more || place < last))
        }
        HirKind::Repetition(one) => {
            let is_nested = has_more && is_endless(one) && repeats_itself(&one.sub);
            is_nested || is_ambiguous(&one.sub, has_more || is_endless(one))
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

fn is_endless(one: &Repetition) -> bool {
    one.max.is_none_or(|most| most >= OFTEN)
}

/// Whether rounds of this run into one another: an endless repetition, with nothing that must stand beside it.
fn repeats_itself(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => repeats_itself(&capture.sub),
        HirKind::Repetition(one) => is_endless(one),
        HirKind::Alternation(all) => all.iter().any(repeats_itself),
        HirKind::Concat(parts) => {
            let mut needed = parts.iter().filter(|one| one.properties().minimum_len() != Some(0));
            match (needed.next(), needed.next()) {
                (Some(only), None) => repeats_itself(only),
                (None, _) => parts.iter().any(repeats_itself),
                _ => false,
            }
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_a_repetition_steps_back() {
        for pattern in [
            "^(a+)+$",
            r"^(\w+\s?)*$",
            r"^([a-z]+,?)+@x$",
            "^(?!x)(a*)*b$",
            "^((ab)+)*$",
            "^(a{1,30}){1,30}$",
        ] {
            assert!(backtracks(pattern), "{pattern}");
        }
        for pattern in [
            "^[a-z]+$",
            "^(a+)+",
            r"^(\w+,)*\w+$",
            r"^([a-z0-9]+(-[a-z0-9]+)*)$",
            r"^\d{4}-\d{2}-\d{2}$",
            "^(a{1,3}){1,3}$",
            "(",
        ] {
            assert!(!backtracks(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_without_both_ends_holds_for_a_part() {
        for (pattern, expected) in
            [("^a$", true), ("^(a|b)$", true), ("^a$|^b$", true), ("^a|b$", false), ("a", false)]
        {
            assert_eq!(is_anchored(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_bounds_a_text_only_from_end_to_end() {
        for (pattern, expected) in [
            ("^[A-Z]{3}$", true),
            ("^(a|bc)?$", true),
            ("[A-Z]{3}", false),
            ("^[A-Z]{3}", false),
            ("^[A-Z]+$", false),
            ("^(?=a)a$", false),
            ("(", false),
        ] {
            assert_eq!(is_bounded(pattern), expected, "{pattern}");
        }
    }
}
