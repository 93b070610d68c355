//! A model in the form that is asked for, and where it goes.

use std::path::Path;

use portcullis_threat::forms;

use super::derived::{Derived, beside};
use crate::exit::Exit;
use crate::talk;
use crate::threats_arguments::{DerivedFrom, ThreatsFormat, ThreatsOptions};

pub(super) fn text(derived: &Derived, options: &ThreatsOptions) -> String {
    let json = |value: serde_json::Value| format!("{value:#}\n");
    derived.shown(|shown| match options.format {
        ThreatsFormat::Text => forms::text(shown, options.verbose),
        ThreatsFormat::Json => json(forms::json(shown)),
        ThreatsFormat::Html => forms::html(shown),
        ThreatsFormat::Markdown => forms::markdown(shown),
        ThreatsFormat::TmBom => json(forms::tm_bom(shown)),
        ThreatsFormat::ThreatDragon => json(forms::threat_dragon(shown)),
        ThreatsFormat::Sarif => json(forms::sarif(shown)),
    })
}

/// What a model is derived from is not what it is written to.
pub(super) fn check_output(output: &Path, from: &DerivedFrom) -> Result<(), Exit> {
    let same = |other: &Path| {
        let found = output.canonicalize().ok();
        found.is_some() && found == other.canonicalize().ok()
    };
    let beside = beside(from);
    let named = [&from.config, &from.contract, &from.model, &from.evidence, &from.evidence_key];
    let all = named.into_iter().flatten().chain(&from.ledgers).chain([&beside]);
    let mut read = all.filter(|other| same(other));
    match read.next() {
        None => Ok(()),
        Some(_) => {
            talk::say(&format!(
                "`{}` is what the model is derived from, and is not overwritten",
                output.display()
            ));
            talk::say("help: name another file with --output FILE");
            Err(Exit::Unusable)
        }
    }
}

pub(super) fn write(output: &Path, text: &str) -> Result<(), Exit> {
    std::fs::write(output, text).map_err(|error| {
        talk::say(&format!("`{}` cannot be written: {error}", output.display()));
        Exit::Unusable
    })
}
