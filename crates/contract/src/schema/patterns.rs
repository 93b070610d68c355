//! Whether a pattern can be matched, and with which engine.

use std::collections::HashMap;

use jsonschema::PatternCache;
use serde_json::json;

use super::options::{Engine, options};

/// The patterns of one contract.
#[derive(Debug, Default)]
pub(crate) struct Patterns<'a> {
    known: HashMap<&'a str, Option<Engine>>,
    cache: PatternCache,
}

impl<'a> Patterns<'a> {
    /// The engine that a pattern needs; `None` if it is no pattern, or too large.
    pub(crate) fn engine(&mut self, pattern: &'a str) -> Option<Engine> {
        let Self { known, cache } = self;
        *known.entry(pattern).or_insert_with(|| {
            let schema = json!({ "pattern": pattern });
            [Engine::Linear, Engine::Backtracking]
                .into_iter()
                .find(|engine| options(*engine, cache).build(&schema).is_ok())
        })
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
            ("^(?!x).*$", Some(Engine::Backtracking)),
            (r"^(a)\1$", Some(Engine::Backtracking)),
            ("(", None),
            ("[z-a]", None),
            (r"(((a{1000}){1000}){1000})", None),
        ] {
            assert_eq!(patterns.engine(pattern), engine, "{pattern}");
        }
    }
}
