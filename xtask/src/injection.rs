//! What `crates/injection` finds in suites that nobody here wrote, and what it costs, beside the OWASP Core
//! Rule Set in the same run.
//!
//! The suites are data of others and no part of a clone: `--data FOLDER` says where they lie. Honest texts
//! and the peer come from npm, PyPI and Debian, unpacked below `target/injection`. Each text is judged by a
//! process: ours is `crates/injection/examples/judge.rs`, the peer's is `injection/peer.py`. With
//! `--verdicts FILE` ours alone is asked, and what it says of each text is compared with what it said before.

mod bodies;
mod case;
mod cost;
mod encode;
mod fetch;
mod gotestwaf;
mod judges;
mod lists;
mod page;
mod regression;
mod tally;
mod verdicts;

use std::path::{Path, PathBuf};

use crate::injection::case::Row;
use crate::injection::judges::Judges;
use crate::injection::tally::Tally;
use crate::shell;

/// The page that is written.
const PAGE: &str = "docs/src/injection.md";
/// All that is told of every case, for whoever looks for causes.
const DETAILS: &str = "target/injection/details.jsonl";

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let data = match arguments {
        [flag, folder] if flag == "--data" => PathBuf::from(folder),
        [flag, folder, verdicts, file] if flag == "--data" && verdicts == "--verdicts" => {
            return ours_alone(Path::new(folder), Path::new(file));
        }
        _ => return Err("usage: cargo xtask injection --data FOLDER [--verdicts FILE]".to_owned()),
    };
    let judges = Judges::install()?;
    let mut tallies = Vec::new();
    let mut details = Vec::new();
    for row in rows(&data)? {
        let tally = Tally::of(&row, &judges)?;
        shell::say(&tally.line());
        details.extend(tally.details());
        tallies.push(tally);
    }
    let cost = cost::measure(&data, &judges)?;
    let page = page::page(&tallies, &cost, &judges);
    for (path, text) in [(PAGE, page), (DETAILS, details.join("\n"))] {
        std::fs::write(shell::root().join(path), text)
            .map_err(|error| format!("`{path}`: {error}"))?;
    }
    shell::say(&format!("wrote {PAGE}, details in {DETAILS}"));
    Ok(())
}

/// What ours says of each text beside what it said before, and what it costs.
fn ours_alone(data: &Path, file: &Path) -> Result<(), String> {
    let judges = Judges::ours_alone()?;
    verdicts::say_costs(&cost::measure(data, &judges)?);
    verdicts::keep_or_compare(&rows(data)?, &judges, file)
}

/// All suites, the attacks first.
fn rows(data: &Path) -> Result<Vec<Row>, String> {
    let mut rows = gotestwaf::attacks(&data.join("gotestwaf/testcases"))?;
    rows.extend(lists::libinjection(&data.join("libinjection/data"))?);
    rows.extend(lists::payloads(&data.join("payloads-all-the-things"))?);
    let (positive, negative) = regression::read(&data.join("crs-regression"))?;
    rows.push(positive);
    rows.push(gotestwaf::honest(&data.join("gotestwaf/testcases"))?);
    rows.push(lists::false_positives(&data.join("libinjection/data"))?);
    rows.push(negative);
    rows.push(lists::fortunes(&fetch::fortunes()?)?);
    let webhooks = fetch::webhooks()?;
    rows.extend(bodies::webhooks(&webhooks)?);
    rows.push(bodies::naughty(&data.join("naughty-strings"))?);
    Ok(rows)
}
