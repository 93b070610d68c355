//! A model in the form that is asked for, and where it goes.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use portcullis_threat::forms::{self, TextOptions};

use super::derived::Derived;
use crate::exit::Exit;
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
    let Ok(meant) = output.canonicalize() else { return Ok(()) };
    let named = [&from.evidence, &from.evidence_key].into_iter().flatten().chain(&from.ledgers);
    let all = named.map(PathBuf::as_path).chain(derived.files());
    if all.filter_map(|other| other.canonicalize().ok()).all(|other| other != meant) {
        return Ok(());
    }
    let shown = output.display();
    talk::say(&format!("`{shown}` is what the model is derived from, and is not overwritten"));
    talk::say("help: name another file with --output FILE");
    Err(Exit::Unusable)
}

/// Bytes of a file that is there in which a model is told from something else.
const TOLD_IN: u64 = 1 << 20;

/// Whether a file that would be overwritten is a model that was written before: a key is none.
fn is_model(output: &Path) -> std::io::Result<bool> {
    let mut begun = Vec::new();
    std::fs::File::open(output)?.take(TOLD_IN).read_to_end(&mut begun)?;
    let begun = String::from_utf8_lossy(&begun).to_ascii_lowercase();
    Ok(begun.trim().is_empty() || begun.contains("threat"))
}

/// Writes a model to a file: a new one, or one in which a model stands.
pub(super) fn write(output: &Path, text: &str) -> Result<(), Exit> {
    let is_other = match std::fs::metadata(output) {
        Ok(found) if found.is_file() => !is_model(output).unwrap_or(false),
        _ => false,
    };
    if is_other {
        talk::say(&format!("`{}` is no threat model, and is not overwritten", output.display()));
        talk::say("help: name another file with --output FILE, or move that one away");
        return Err(Exit::Unusable);
    }
    std::fs::write(output, text).map_err(|error| {
        talk::say(&format!("`{}` cannot be written: {error}", output.display()));
        Exit::Unusable
    })
}
