//! Which story is meant, as the command line says it.

use clap::builder::PossibleValuesParser;
use portcullis_attack::story::names;

/// What stands for all of them.
pub(crate) const ALL: &str = "all";

/// What may be asked for.
pub(crate) fn story_names() -> PossibleValuesParser {
    names().chain([ALL]).collect::<Vec<_>>().into()
}
