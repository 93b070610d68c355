//! `portcullis threats init`: a first file of what people say. Nothing is ever overwritten.

use std::fs::OpenOptions;
use std::io::Write as _;

use portcullis_threat::begun;

use super::derived::{Derived, beside};
use crate::exit::Exit;
use crate::report::many;
use crate::talk;
use crate::threats_arguments::ThreatsInitOptions;

pub(super) fn init(options: &ThreatsInitOptions) -> Result<Exit, Exit> {
    let out = options.out.clone().unwrap_or_else(|| beside(&options.derived));
    if out.symlink_metadata().is_ok() {
        talk::say(&format!("`{}` is there already, and is not overwritten", out.display()));
        talk::say("help: name another file with --out FILE");
        return Err(Exit::Unusable);
    }
    let derived = Derived::of(&options.derived)?;
    let text = begun(&derived.model.system.scope.title, &derived.questions, derived.at);
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&out)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        talk::say(&format!("`{}` cannot be written: {error}", out.display()));
        Exit::Unusable
    })?;
    let count = many(derived.questions.len(), "question");
    talk::say(&format!("wrote `{}`: {count}, each with what is assumed", out.display()));
    talk::say("next: take the `# ` away from what is so, and correct it");
    Ok(Exit::Success)
}
