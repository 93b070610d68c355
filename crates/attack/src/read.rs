//! Texts into attacks and journeys, strictly.

use serde::de::DeserializeOwned;
use serde_saphyr::{Location, MergeKeyPolicy, Options};

use crate::check::{self, Against};
use crate::form::{Attack, Journey};
use crate::problem::{BadFile, Problem};

/// Bytes of one file.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// Problems of one file that are told.
const TOLD_MAX: usize = 20;

/// Reads an attack.
pub fn attack(name: &str, text: &str, against: Against) -> Result<Attack, BadFile> {
    read(name, text, |file| check::attack(file, against))
}

/// Reads a journey.
pub fn journey(name: &str, text: &str, against: Against) -> Result<Journey, BadFile> {
    read(name, text, |file| check::journey(file, against))
}

fn read<T: DeserializeOwned>(
    name: &str,
    text: &str,
    check: impl Fn(&T) -> Vec<Problem>,
) -> Result<T, BadFile> {
    let bad = |problems| BadFile { name: name.to_owned(), problems };
    if text.len() > TEXT_BYTES_MAX {
        let message = format!("the file has {} bytes, more than {TEXT_BYTES_MAX}", text.len());
        return Err(bad(vec![Problem::of_file(message)]));
    }
    let file: T = serde_saphyr::from_str_with_options(text, options())
        .map_err(|error| bad(vec![problem(&error)]))?;
    let mut problems = check(&file);
    // A twin repeats what it takes over from its attack.
    problems.dedup();
    problems.truncate(TOLD_MAX);
    if problems.is_empty() { Ok(file) } else { Err(bad(problems)) }
}

/// One text has one reading: no merge keys, no `yes` for `true`, no octal numbers.
fn options() -> Options {
    let mut options = Options::default();
    options.merge_keys = MergeKeyPolicy::Error;
    options.strict_booleans = true;
    options.leading_zero_numbers_as_strings = true;
    options.reject_unsupported_tags = true;
    options.with_snippet = false;
    options
}

fn problem(error: &serde_saphyr::Error) -> Problem {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or("the file cannot be read");
    let location = error.location().unwrap_or(Location::UNKNOWN);
    Problem::at(location, first.to_owned())
}
