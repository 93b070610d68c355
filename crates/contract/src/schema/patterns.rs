//! Whether a pattern can be matched, and with which engine.

use std::collections::HashMap;

use jsonschema::{PatternCache, PatternOptions};
use serde_json::json;

use super::representation::Representation;

/// Bytes of one compiled pattern.
const PATTERN_BYTES_MAX: usize = 10 << 20;
/// Bytes that matching one pattern may keep.
const MATCHING_BYTES_MAX: usize = 2 << 20;
/// Steps back that one match may take.
const BACKTRACK_MAX: usize = 20_000;

/// How schemas match their patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// In linear time.
    Linear,
    /// With look-around and back-references, in a bounded number of steps.
    Backtracking,
}

/// The patterns of one contract.
#[derive(Debug, Default)]
pub(crate) struct Patterns<'a> {
    known: HashMap<&'a str, Option<Engine>>,
    cache: PatternCache,
}

/// Options that every validator of a contract is built with.
pub(crate) fn options(
    engine: Engine,
    cache: &PatternCache,
) -> jsonschema::ValidationOptions<'static, std::sync::Arc<dyn jsonschema::Retrieve>, Representation>
{
    let options = jsonschema::options_for::<Representation>()
        .with_draft(jsonschema::Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .with_pattern_cache(cache.clone());
    match engine {
        Engine::Linear => options.with_pattern_options(
            PatternOptions::regex()
                .size_limit(PATTERN_BYTES_MAX)
                .dfa_size_limit(MATCHING_BYTES_MAX),
        ),
        Engine::Backtracking => options.with_pattern_options(
            PatternOptions::fancy_regex()
                .backtrack_limit(BACKTRACK_MAX)
                .size_limit(PATTERN_BYTES_MAX)
                .dfa_size_limit(MATCHING_BYTES_MAX),
        ),
    }
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
