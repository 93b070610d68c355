//! Patterns that no linear engine takes, matched in bounded work: what cannot be decided within
//! it refuses the whole value.
//!
//! A keyword that only said "no match" when it ran out of steps would let a value through under
//! `not` or `if`. So it leaves a mark, which decides in the end.

use std::cell::Cell;

use fancy_regex::{Regex, RegexBuilder};
use jsonschema::json::{Node, Object};
use jsonschema::{Keyword, ValidationError};
use serde_json::Value as Data;

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

/// A pattern, compiled for this engine.
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern)
        .backtrack_limit(BACKTRACK_MAX)
        .delegate_size_limit(PATTERN_BYTES_MAX)
        .delegate_dfa_size_limit(MATCHING_BYTES_MAX)
        .build()
        .ok()
}

fn is_match(pattern: &Regex, text: &str) -> bool {
    let Some(left) = LEFT.get() else {
        return false;
    };
    let result = left.checked_sub(1).zip(pattern.is_match(text).ok());
    LEFT.set(result.map(|(left, _)| left));
    result.is_some_and(|(_, is_match)| is_match)
}

/// Texts must match.
struct Pattern(Regex);

/// The keyword [`SLOW_PATTERN`].
pub(super) fn pattern<'a>(value: &Data) -> Result<Made, ValidationError<'a>> {
    match value.as_str().and_then(compile) {
        Some(regex) => Ok(Box::new(Pattern(regex))),
        None => Err(ValidationError::custom("this is no pattern")),
    }
}

impl<'i> Keyword<'i, Representation> for Pattern {
    fn validate(&self, instance: Item<'i>) -> Result<(), ValidationError<'i>> {
        let is_valid = Keyword::<Representation>::is_valid(self, instance);
        verdict(is_valid, || of_pattern(self.0.as_str()))
    }

    fn is_valid(&self, instance: Item<'i>) -> bool {
        instance.as_string().is_none_or(|text| is_match(&self.0, &text))
    }
}

/// Names must be decided: the library, which matches them, takes an undecided one as no match.
struct Names(Vec<Regex>);

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
}
