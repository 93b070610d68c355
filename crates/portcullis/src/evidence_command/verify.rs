//! `portcullis evidence verify`: is a file as it was written?

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use portcullis_evidence::{FILE_BYTES_MAX, Kind, Passage, Verified, verify as verified};
use serde_json::json;

use crate::arguments::{BelievedFile, EvidenceVerifyOptions, Format};
use crate::exit::Exit;
use crate::talk;

pub(crate) fn verify(options: &EvidenceVerifyOptions) -> Exit {
    let found = match believed(&options.believed) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let counts = counts(&found);
    let last = found.seals.last();
    let sealed = last.map(|seal| seal.at.rfc3339());
    let key = last.map(|seal| seal.key.to_string());
    match options.format {
        Format::Json => talk::print(&format!(
            "{:#}\n",
            json!({
                "verified": true,
                "key_given": options.believed.key.is_some(),
                "records": found.records.len(),
                "seals": found.seals.len(),
                "sealed": sealed,
                "key": key,
                "head": found.head,
                "states": counts,
            })
        )),
        Format::Text => {
            let states: Vec<String> =
                counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
            talk::print(&format!(
                "{} records under {} seals, as they were written; the last of each: {}\nsealed {} by {}\nhead {}\n",
                found.records.len(),
                found.seals.len(),
                states.join(", "),
                sealed.unwrap_or_default(),
                key.unwrap_or_default(),
                found.head
            ));
            if options.believed.key.is_none() {
                talk::say(
                    "note: consistent in itself; nobody said whose key that is. Give it with --key",
                );
            }
        }
    }
    Exit::Success
}

/// A file, if it can be believed; what is wrong with it is said.
pub(crate) fn believed(file: &BelievedFile) -> Result<Verified, Exit> {
    let unusable = |why: String| {
        talk::say(&why);
        Exit::Unusable
    };
    let key = file.read_key().map_err(unusable)?;
    let text = read(&file.file).map_err(unusable)?;
    verified(&text, key.as_ref(), file.head).map_err(|fault| {
        talk::say(&format!("`{}`: {fault}", file.file.display()));
        Exit::Failure
    })
}

/// A file of evidence as it lies there.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("`{}`: {error}", path.display());
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // One byte more than may be there, so that it shows.
    file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    // What is no UTF-8 is no evidence, and its line is said.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// How many attacks and journeys are in which state, by the last record of each.
fn counts(found: &Verified) -> BTreeMap<&'static str, usize> {
    let last: BTreeMap<&str, &Kind> =
        found.records.iter().map(|record| (record.id.as_str(), &record.kind)).collect();
    let mut counts = BTreeMap::new();
    for kind in last.into_values() {
        let word = match kind {
            Kind::Attack { state, .. } => state.name(),
            Kind::Journey { direct: Passage::Ok, through: Passage::Ok } => "journeys ok",
            Kind::Journey { .. } => "journeys broken",
        };
        *counts.entry(word).or_default() += 1;
    }
    counts
}
