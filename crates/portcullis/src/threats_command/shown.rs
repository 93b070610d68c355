//! A model in the form that is asked for, and where it goes.

use std::path::{Path, PathBuf};

use portcullis_threat::forms::{self, TextOptions};

use super::derived::Derived;
use crate::exit::Exit;
use crate::output::THREAT_MODEL;
use crate::talk;
use crate::threats_arguments::{DerivedFrom, ThreatsFormat, ThreatsOptions};

pub(super) fn text(derived: &Derived, options: &ThreatsOptions) -> String {
    let json = |value: serde_json::Value| forms::lined(&value);
    derived.shown(|shown| match options.format {
        ThreatsFormat::Text => {
            let has_colour = options.output.is_none() && talk::is_coloured(true);
            forms::text(shown, TextOptions { has_colour, is_verbose: options.verbose })
        }
        ThreatsFormat::Json => json(forms::json(shown)),
        ThreatsFormat::Html => forms::html(shown),
        ThreatsFormat::Markdown => forms::markdown(shown),
        ThreatsFormat::TmBom => json(forms::tm_bom(shown)),
        ThreatsFormat::ThreatDragon => json(forms::threat_dragon(shown)),
        ThreatsFormat::Sarif => json(forms::sarif(shown, env!("CARGO_PKG_VERSION"))),
    })
}

/// What a model is derived from is not what it is written to.
pub(super) fn check_output(
    output: &Path,
    derived: &Derived,
    from: &DerivedFrom,
) -> Result<(), Exit> {
    let named = [&from.evidence, &from.evidence_key].into_iter().flatten().chain(&from.ledgers);
    THREAT_MODEL.check(output, named.map(PathBuf::as_path).chain(derived.files()))
}
