//! `portcullis policy test`: cases that are kept beside a policy, each through a gateway of its own.

mod judge;
mod known;
mod messages;
mod scripted;
mod seen;
mod told;
mod walk;

use std::path::PathBuf;

use portcullis_policy::{Cases, Policy};

use crate::arguments::{Format, PolicyTestOptions};
use crate::exit::Exit;
use crate::report::Places;
use crate::{load, talk};
use judge::Judged;
use walk::Stage;

/// Where cases are, if nobody says.
const FILE: &str = "portcullis-tests.yaml";

pub(crate) fn test(options: &PolicyTestOptions) -> Exit {
    match run(options) {
        Ok(all) => {
            talk::print(&match options.format {
                Format::Text => told::text(&all),
                Format::Json => format!("{:#}\n", told::json(&all)),
            });
            let is_well = all.iter().all(|one| one.judged.differences.is_empty());
            if is_well && !all.is_empty() { Exit::Success } else { Exit::Failure }
        }
        Err(exit) => exit,
    }
}

/// A case, and what became of it.
struct Told {
    name: String,
    at: String,
    judged: Judged,
}

fn run(options: &PolicyTestOptions) -> Result<Vec<Told>, Exit> {
    let policy = load::explained_policy(Some(&options.config), None, None, None);
    let Policy { apis, .. } = policy.map_err(|failure| load::refuse(&failure))?;
    let attributes: Vec<String> = apis
        .iter()
        .flat_map(|api| &api.callers.attributes)
        .map(|rule| rule.name.to_string())
        .collect();
    let attributes: Vec<&str> = attributes.iter().map(String::as_str).collect();
    let mut files = Vec::new();
    for file in paths(options) {
        let cases = Cases::from_file(&file, &attributes);
        files.push(cases.map_err(|failure| load::refuse(&failure))?);
    }
    let stage = Stage::build(apis).map_err(|why| unusable(&why))?;
    let mut all = Vec::new();
    for Cases { all: cases, sources } in &files {
        let mut places = Places::new(sources);
        for case in cases {
            let seen = stage.walk(case).map_err(|why| unusable(&why))?;
            let judged = judge::judge(case, &seen);
            all.push(Told { name: case.name.clone(), at: places.at(case.span), judged });
        }
    }
    if all.is_empty() {
        talk::say("there are no cases");
    }
    Ok(all)
}

fn paths(options: &PolicyTestOptions) -> Vec<PathBuf> {
    if options.files.is_empty() {
        return vec![options.config.with_file_name(FILE)];
    }
    options.files.clone()
}

fn unusable(why: &str) -> Exit {
    talk::say(why);
    Exit::Unusable
}
