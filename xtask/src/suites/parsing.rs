//! JSON texts that must be accepted, must be refused, or are up to the reader.

use std::path::Path;

use portcullis_json::{Document, Limits};

use super::{Suite, files, stem};

/// Texts that must be accepted by the suite and have two readings.
const AMBIGUOUS: [&str; 2] = ["y_object_duplicated_key", "y_object_duplicated_key_and_value"];

/// Runs the suite: `y_` must be accepted, `n_` refused, `i_` is ours to choose. Texts are read as
/// long and deep as contracts are; how much of them a request may hold is the policy's to say.
pub(super) fn run(folder: &Path) -> Result<Suite, String> {
    let mut suite = Suite::new("JSON texts", "nst/JSONTestSuite 1ef36fa (MIT)");
    for file in files(&folder.join("test_parsing"))? {
        let bytes = std::fs::read(&file).map_err(|error| error.to_string())?;
        let name = stem(&file);
        let verdict = Document::parse(bytes, &Limits::GENEROUS).map(drop);
        if AMBIGUOUS.contains(&name.as_str()) {
            let reason = "one name twice in an object has two readings (RFC 8259 section 4), so it \
                          is refused on purpose";
            if verdict.is_err() {
                suite.leave_out(reason, 1, name);
            } else {
                suite.failed.push(name);
            }
            continue;
        }
        let is_right = match name.get(..2) {
            Some("y_") => verdict.is_ok(),
            Some("n_") => verdict.is_err(),
            _ => {
                let choice = match verdict {
                    Ok(()) => "accepted".to_owned(),
                    Err(rejected) => format!("refused: {}", rejected.fault),
                };
                suite.chosen.push((name.clone(), choice));
                true
            }
        };
        if is_right {
            suite.passed += 1;
        } else {
            suite.failed.push(name);
        }
    }
    for file in files(&folder.join("test_transform"))? {
        let bytes = std::fs::read(&file).map_err(|error| error.to_string())?;
        let choice = transformed(bytes);
        suite.chosen.push((stem(&file), choice?));
        suite.passed += 1;
    }
    Ok(suite)
}

/// What an API behind the gateway would read of a text that readers transform: it must be refused,
/// or be the same value spelt the same way each time.
fn transformed(bytes: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let document = match Document::parse(bytes, &Limits::GENEROUS) {
        Ok(document) => document,
        Err(rejected) => return Ok(format!("refused: {}", rejected.fault)),
    };
    let mut once = Vec::new();
    document.write(&mut once);
    let mut twice = Vec::new();
    Document::parse(once.clone(), &Limits::GENEROUS)
        .map_err(|rejected| format!("{text}: what is written is refused: {}", rejected.fault))?
        .write(&mut twice);
    if once != twice {
        return Err(format!("{text}: two spellings"));
    }
    Ok(format!("passed on as `{}`", String::from_utf8_lossy(&once).escape_debug()))
}
