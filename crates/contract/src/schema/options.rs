//! How the schema library is asked to check: the options that every validator of a contract is
//! built with.

use std::sync::Arc;

use jsonschema::{PatternCache, PatternOptions, Retrieve, ValidationOptions};

use super::formats;
use super::numbers::{BOUNDS, NUMBER_FORMAT, bound, constant, number_format};
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

pub(super) type Options = ValidationOptions<'static, Arc<dyn Retrieve>, Representation>;

/// The options for schemas that need this engine.
pub(super) fn options(engine: Engine, cache: &PatternCache) -> Options {
    let mut options = jsonschema::options_for::<Representation>()
        .with_draft(jsonschema::Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .with_pattern_cache(cache.clone())
        .with_keyword("const", |_, value, _| constant(value))
        .with_keyword(NUMBER_FORMAT, |_, value, _| number_format(value));
    for name in BOUNDS {
        options = options.with_keyword(name, move |schema, value, _| bound(name, schema, value));
    }
    let options = formats::add(options);
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
