//! What three scanners find in APIs, directly and through the gateway.
//!
//! Schemathesis (with two callers), sqlmap and Wapiti are let at each API twice. What they find is brought into one
//! form and compared as sets. `--only API` runs one of them anew and keeps what is known of the others, `--judge NAME` likewise;
//! `--gateway FILE` takes a binary that is built already, `--page` writes the page of what is known.

mod bounded;
mod document;
mod finding;
mod kept;
mod known;
mod page;
mod place;
mod records;
mod relay;
mod schemathesis;
mod sqlmap;
mod subjects;
mod tools;
mod wapiti;

use std::path::PathBuf;

use crate::shell;
use finding::{Compared, Found};
use kept::{Judged, Kept};
use place::{Place, Way};
use subjects::{ENDED, SUBJECTS, Subject};
use tools::Tools;

/// Requests that one judge may send to one place.
const REQUESTS_MAX: usize = 60_000;
const SEED: u64 = 7;
/// The judges, in the order of the page.
const JUDGES: [&str; 3] = ["Schemathesis", "sqlmap", "Wapiti"];

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let said = |name: &str| {
        let at = arguments.iter().position(|one| one == name)?;
        arguments.get(at + 1).cloned()
    };
    let (only, asked) = (said("--only"), said("--judge"));
    let gateway = said("--gateway").map(PathBuf::from);
    if !arguments.iter().any(|one| one == "--page") {
        let tools = Tools::install(gateway)?;
        let chosen = |subject: &&Subject| only.as_ref().is_none_or(|only| only == subject.name);
        for subject in SUBJECTS.iter().filter(chosen) {
            for judge in
                JUDGES.into_iter().filter(|judge| asked.as_ref().is_none_or(|one| one == judge))
            {
                let judged = judged(subject, &tools, judge)?;
                // Another run may have judged another API meanwhile.
                let mut kept = Kept::read(&tools.folder)?;
                kept.set(subject.name, judge, judged);
                kept.write(&tools.folder)?;
            }
        }
    }
    let (page, unexplained) = page::page(&Kept::read(&tools::folder())?);
    let path = shell::root().join("docs/src/judges.md");
    std::fs::write(&path, &page).map_err(|error| format!("docs/src/judges.md: {error}"))?;
    shell::say("wrote docs/src/judges.md");
    if unexplained > 0 {
        return Err(format!("{unexplained} findings are not explained: see docs/src/judges.md"));
    }
    Ok(())
}

/// One judge at one API, both ways.
fn judged(subject: &Subject, tools: &Tools, judge: &str) -> Result<Judged, String> {
    let mut bare = one(subject, tools, judge, Way::Bare, SEED)?;
    let through = one(subject, tools, judge, Way::Through, SEED)?;
    // What seems new, and is not the gateway's answer, may be chance: then it is there with another seed, too.
    let is_of_the_api = |finding| known::is_of_the_api(through.causes.get(finding));
    if judge == "Schemathesis" && Compared::of(&bare, &through).new.iter().any(is_of_the_api) {
        bare = bare.and(one(subject, tools, judge, Way::Bare, SEED + 1)?);
    }
    let compared = Compared::of(&bare, &through);
    shell::say(&format!(
        "{}, {judge}: {} found, {} fell, {} stayed, {} new",
        subject.name,
        bare.findings.len(),
        compared.fell.len(),
        compared.stayed.len(),
        compared.new.len()
    ));
    Ok(Judged { bare, through })
}

fn one(
    subject: &Subject,
    tools: &Tools,
    judge: &str,
    way: Way,
    seed: u64,
) -> Result<Found, String> {
    let folder = subject.folder(tools, &format!("{judge}-{way:?}-{seed}").to_lowercase())?;
    let place = Place::start(subject, tools, &folder, way, REQUESTS_MAX)?;
    let found = match judge {
        "Schemathesis" => schemathesis::judge(subject, tools, &place, &folder, seed),
        "sqlmap" => sqlmap::judge(subject, tools, &place, &folder),
        _ => wapiti::judge(subject, tools, &place, &folder),
    };
    let ended = std::fs::read_to_string(folder.join(ENDED)).unwrap_or_default().lines().count();
    found.map(|found| Found { ended, ..found })
}
