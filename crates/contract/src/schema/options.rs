//! How the schema library is asked to check: the options that every validator of a contract is
//! built with.

use std::sync::Arc;

use jsonschema::{PatternCache, PatternOptions, Retrieve, ValidationOptions};

use super::choices::choices;
use super::formats;
use super::numbers::{BOUNDS, NUMBER_FORMAT, bound, constant, number_format};
use super::representation::Representation;
use super::slow::{self, BACKTRACK_MAX, SLOW_NAMES, SLOW_PATTERN};

/// Bytes of one compiled pattern.
pub(super) const PATTERN_BYTES_MAX: usize = 10 << 20;
/// Bytes that matching one pattern may keep.
const MATCHING_BYTES_MAX: usize = 2 << 20;

/// How schemas match their patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// In linear time.
    Linear,
    /// With look-around and back-references, in a bounded number of steps. Schemas need it as a
    /// whole only where names are matched so.
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
        .with_keyword("enum", |_, value, _| choices(value))
        .with_keyword("const", |_, value, _| Ok(constant(value)))
        .with_keyword(NUMBER_FORMAT, |_, value, _| number_format(value))
        .with_keyword(SLOW_PATTERN, |_, value, _| slow::pattern(value))
        .with_keyword(SLOW_NAMES, |_, value, _| slow::names(value));
    for name in BOUNDS {
        options =
            options.with_keyword(name, move |schema, value, _| Ok(bound(name, schema, value)));
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
