//! Whether a pattern can be matched, and with which engine.

use std::collections::HashMap;

use jsonschema::PatternCache;
use serde_json::json;

use super::options::{Engine, PATTERN_BYTES_MAX, options};
use super::slow;
use crate::ecma::{WORD_END, spelt_out};
use crate::pattern_budget::{CHECKED_BYTES_MAX, PatternBudget, Uncompiled, without_looks};

/// The patterns of one contract.
#[derive(Debug)]
pub(crate) struct Patterns<'a> {
    known: HashMap<&'a str, Option<(Engine, String)>>,
    cache: PatternCache,
    budget: PatternBudget,
}

impl Default for Patterns<'_> {
    fn default() -> Self {
        let budget = PatternBudget::new(CHECKED_BYTES_MAX);
        Self { known: HashMap::new(), cache: PatternCache::default(), budget }
    }
}

impl<'a> Patterns<'a> {
    /// The engine that a pattern needs, and its spelling for it; `None` if it is no pattern, or
    /// too large, by itself or beside the others.
    pub(crate) fn engine(&mut self, pattern: &'a str) -> Option<(Engine, &str)> {
        let Self { known, cache, budget } = self;
        let found = known.entry(pattern).or_insert_with(|| {
            let spelt = spelt_out(pattern)?;
            match budget.take(&spelt, PATTERN_BYTES_MAX) {
                Err(Uncompiled::TooLarge) => return None,
                Err(Uncompiled::Unread) => {}
                Ok(()) => {
                    let schema = json!({ "pattern": spelt });
                    if options(Engine::Linear, cache).build(&schema).is_ok() {
                        return Some((Engine::Linear, spelt));
                    }
                }
            }
            // This engine knows words of Unicode only.
            let spelt = spelt.replace(WORD_END, r"\b");
            match budget.take(&without_looks(&spelt), PATTERN_BYTES_MAX) {
                Err(Uncompiled::TooLarge) => return None,
                Err(Uncompiled::Unread) => budget.take_whole(PATTERN_BYTES_MAX)?,
                Ok(()) => {}
            }
            slow::compile(&spelt).map(|_| (Engine::Backtracking, spelt))
        });
        found.as_ref().map(|(engine, spelt)| (*engine, spelt.as_str()))
    }

    pub(crate) const fn cache(&self) -> &PatternCache {
        &self.cache
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pattern_gets_the_engine_that_it_needs() {
        let mut patterns = Patterns::default();
        for (pattern, engine) in [
            ("^[a-z]+$", Some(Engine::Linear)),
            (r"^\d{3}-\p{L}\/$", Some(Engine::Linear)),
            (r"\bname\b", Some(Engine::Linear)),
            ("^(?!x).*$", Some(Engine::Backtracking)),
            (r"^(a)\1\b$", Some(Engine::Backtracking)),
            ("(", None),
            ("[z-a]", None),
            (r"(((a{1000}){1000}){1000})", None),
        ] {
            assert_eq!(patterns.engine(pattern).map(|(engine, _)| engine), engine, "{pattern}");
        }
    }
}
