//! Patterns that no linear engine takes, matched in bounded work: what cannot be decided within
//! it refuses the whole value.
//!
//! Most of them only look ahead from the beginning (`^(?!\s*$).+`): those are several patterns that hold at once, each
//! matched in linear time (`leading.rs`). What looks around elsewhere, or refers back, may look at the whole text from
//! each of its characters, so it is asked of short texts only.
//!
//! A keyword that only said "no match" when it ran out of steps would let a value through under
//! `not` or `if`. So it leaves a mark, which decides in the end.

use std::cell::Cell;

use fancy_regex::{Regex, RegexBuilder};
use jsonschema::json::{Node, Object};
use jsonschema::{Keyword, ValidationError};
use serde_json::Value as Data;

use super::leading::{self, Leading};
use super::numbers::{Made, verdict};
use super::representation::{Item, Representation};
use super::wanted::of_pattern;

/// In the place of `pattern`, where that needs this engine.
pub(super) const SLOW_PATTERN: &str = "x-portcullis-pattern";
/// Beside `patternProperties`: the patterns that need this engine.
pub(super) const SLOW_NAMES: &str = "x-portcullis-names";

/// Bytes of one compiled pattern.
const PATTERN_BYTES_MAX: usize = 10 << 20;
/// Bytes that matching one pattern may keep.
const MATCHING_BYTES_MAX: usize = 2 << 20;
/// Steps back that one match may take.
pub(super) const BACKTRACK_MAX: usize = 20_000;
/// Bytes of a text that is matched with steps back.
const TEXT_BYTES_MAX: usize = 2 << 10;
/// Texts of one value that are matched so.
const MATCHES_MAX: u32 = 5_000;

thread_local! {
    /// How many matches the value that this thread checks has left; `None`: one was not decided.
    static LEFT: Cell<Option<u32>> = const { Cell::new(Some(MATCHES_MAX)) };
}

/// Checks a value; what could not be decided is not valid.
pub(super) fn decided(check: impl FnOnce() -> bool) -> bool {
    LEFT.set(Some(MATCHES_MAX));
    let is_valid = check();
    is_valid && LEFT.get().is_some()
}

/// A pattern, compiled.
pub(super) enum Compiled {
    /// In linear time.
    Leading(Leading),
    /// With steps back.
    Backtracking(Regex),
}

/// A pattern, compiled for the engine that it needs.
pub(super) fn compile(pattern: &str) -> Option<Compiled> {
    match leading::compile(pattern) {
        Some(leading) => Some(Compiled::Leading(leading)),
        None => backtracking(pattern).map(Compiled::Backtracking),
    }
}

/// Whether it is matched in linear time after all.
pub(super) fn is_linear(pattern: &str) -> bool {
    leading::compile(pattern).is_some()
}

fn backtracking(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern)
        .backtrack_limit(BACKTRACK_MAX)
        .delegate_size_limit(PATTERN_BYTES_MAX)
        .delegate_dfa_size_limit(MATCHING_BYTES_MAX)
        .build()
        .ok()
}

fn is_match(pattern: &Compiled, text: &str) -> bool {
    let pattern = match pattern {
        Compiled::Leading(leading) => return leading.is_match(text),
        Compiled::Backtracking(regex) => regex,
    };
    let Some(left) = LEFT.get() else {
        return false;
    };
    let is_short = text.len() <= TEXT_BYTES_MAX;
    let matched = if is_short { pattern.is_match(text).ok() } else { None };
    let result = left.checked_sub(1).zip(matched);
    LEFT.set(result.map(|(left, _)| left));
    result.is_some_and(|(_, is_match)| is_match)
}

/// Texts must match.
struct Pattern(Compiled, Box<str>);

/// The keyword [`SLOW_PATTERN`].
pub(super) fn pattern<'a>(value: &Data) -> Result<Made, ValidationError<'a>> {
    match value.as_str().and_then(|text| Some((compile(text)?, text))) {
        Some((compiled, text)) => Ok(Box::new(Pattern(compiled, text.into()))),
        None => Err(ValidationError::custom("this is no pattern")),
    }
}

impl<'i> Keyword<'i, Representation> for Pattern {
    fn validate(&self, instance: Item<'i>) -> Result<(), ValidationError<'i>> {
        let is_valid = Keyword::<Representation>::is_valid(self, instance);
        verdict(is_valid, || of_pattern(&self.1))
    }

    fn is_valid(&self, instance: Item<'i>) -> bool {
        instance.as_string().is_none_or(|text| is_match(&self.0, &text))
    }
}

/// Names must be decided: the library, which matches them, takes an undecided one as no match.
struct Names(Vec<Compiled>);

/// The keyword [`SLOW_NAMES`].
pub(super) fn names<'a>(value: &Data) -> Result<Made, ValidationError<'a>> {
    let patterns = value.as_array().into_iter().flatten().filter_map(Data::as_str);
    match patterns.map(compile).collect() {
        Some(all) => Ok(Box::new(Names(all))),
        None => Err(ValidationError::custom("this is no pattern")),
    }
}

impl<'i> Keyword<'i, Representation> for Names {
    fn validate(&self, instance: Item<'i>) -> Result<(), ValidationError<'i>> {
        let is_valid = Keyword::<Representation>::is_valid(self, instance);
        verdict(is_valid, || "a name that is matched in bounded work".to_owned())
    }

    fn is_valid(&self, instance: Item<'i>) -> bool {
        for (name, _) in instance.as_object().into_iter().flat_map(|object| object.members()) {
            for pattern in &self.0 {
                is_match(pattern, name);
            }
        }
        LEFT.get().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_match_that_is_not_decided_decides_the_value_and_no_other() {
        let (hard, easy) = (compile(r"^(a|aa)+\1x$").unwrap(), compile("^(?!b)").unwrap());
        let long = "a".repeat(60);
        assert!(!decided(|| !is_match(&hard, &long)));
        assert!(!decided(|| is_match(&hard, &long) || is_match(&easy, "a")));
        assert!(decided(|| is_match(&easy, "a")));
    }

    #[test]
    fn what_steps_back_is_asked_of_short_texts_only_and_what_looks_ahead_first_of_all() {
        let inner = compile(r"^(?:(?=.*b)a)*$").unwrap();
        assert!(matches!(inner, Compiled::Backtracking(_)));
        assert!(decided(|| !is_match(&inner, &"a".repeat(TEXT_BYTES_MAX))));
        assert!(!decided(|| !is_match(&inner, &"a".repeat(TEXT_BYTES_MAX + 1))));
        let leading = compile(r"^(?!\s*$).+$").unwrap();
        assert!(matches!(leading, Compiled::Leading(_)));
        assert!(decided(|| is_match(&leading, &"a".repeat(100_000))));
        assert!(decided(|| !is_match(&leading, &" ".repeat(100_000))));
    }
}
