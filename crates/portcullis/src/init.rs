//! `portcullis init`: a first policy file, with what the document says and what its owner must
//! decide. Nothing is ever overwritten.

mod document;
mod fetch;
mod guess;
mod indent;
mod yaml;

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use portcullis_contract::Security;
use portcullis_policy::{Model, Policy};

use crate::arguments::InitOptions;
use crate::exit::Exit;
use crate::report::many;
use crate::{load, talk};

pub(crate) fn init(options: &InitOptions) -> Exit {
    match begin(options) {
        Ok(()) => Exit::Success,
        Err(exit) => exit,
    }
}

fn begin(options: &InitOptions) -> Result<(), Exit> {
    let out = &options.out;
    // Before anything is fetched or written.
    if out.symlink_metadata().is_ok() {
        talk::say(&format!("`{}` is there already, and is not overwritten", out.display()));
        talk::say("help: name another file with --out FILE");
        return Err(Exit::Unusable);
    }
    let document = document::take(&options.contract, out)?;
    let model = load::explained_policy(None, Some(&document.path), Some(&options.upstream), None);
    let model = model.and_then(Policy::only).map_err(|failure| load::refuse(&failure))?;
    let name = document.name_from(out)?;
    let text = yaml::write(&model, &name, &options.upstream, &document);
    write_new(out, text.as_bytes())?;
    confirm(out, &model)
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Exit> {
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(bytes)
    };
    write().map_err(|error| {
        talk::say(&format!("`{}` cannot be written: {error}", path.display()));
        Exit::Unusable
    })
}

/// Reads what was written as `run` will, and says what is left to do.
fn confirm(out: &Path, model: &Model) -> Result<(), Exit> {
    load::explained(Some(out), None).map_err(|failure| load::refuse(&failure))?;
    let operations = &model.contract.operations;
    let is_open = |one: &&portcullis_contract::Operation| one.security == Security::NotStated;
    let undecided = operations.iter().filter(is_open).count();
    let count = many(operations.len(), "operation");
    talk::say(&format!("wrote `{}`: {count}", out.display()));
    if operations.is_empty() {
        talk::say(
            "warning: the document has no operation that can be served, so every request will be \
             refused: is it the right document?",
        );
    }
    if undecided > 0 {
        talk::say(&format!(
            "{undecided} of them are closed until you decide who may call them: see `access` there"
        ));
    }
    talk::say(&format!("next: portcullis check -c {}", out.display()));
    Ok(())
}
