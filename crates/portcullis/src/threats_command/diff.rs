//! `portcullis threats diff`: what is worse than in an earlier model?

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use portcullis_threat::diff::{BASELINE_BYTES_MAX, Baseline, Compared, Worse, diff as compare};
use serde_json::json;

use super::derived::Derived;
use crate::exit::Exit;
use crate::format::Format;
use crate::report::many;
use crate::talk;
use crate::threats_arguments::ThreatsDiffOptions;

pub(super) fn diff(options: &ThreatsDiffOptions) -> Result<Exit, Exit> {
    let before = baseline(&options.against)?;
    let derived = Derived::of(&options.derived)?;
    let (model, at, tried) = (&derived.model, derived.at, &derived.tried);
    let now = Baseline::of(model, at);
    before.fits(&now).map_err(|why| unusable(&options.against, &why))?;
    derived.say_problems();
    say_unshown(options, &before);
    let worse = compare(&Compared { before: &before, now: &now, model, at, tried });
    let stops = |one: &Worse| !options.allow.iter().any(|allowed| allowed.0 == one.change);
    let stopping = worse.iter().filter(|one| stops(one)).count();
    match options.format {
        Format::Json => print_json(&before, &now, &worse, stops),
        Format::Text => print_text(&before, &now, &worse, stops),
    }
    Ok(if stopping == 0 { Exit::Success } else { Exit::Failure })
}

fn unusable(path: &Path, why: &dyn std::fmt::Display) -> Exit {
    talk::say(&talk::clean(&format!("`{}`: {why}", path.display())));
    talk::say("help: `portcullis threats --format json --output FILE` writes such a file");
    Exit::Unusable
}

/// An earlier model that knows of attacks cannot be compared as far as those go where nobody shows any.
fn say_unshown(options: &ThreatsDiffOptions, before: &Baseline) {
    let shown = before.shown();
    if shown > 0 && options.derived.evidence.is_none() {
        let of = many(shown, "threat");
        talk::say(&format!(
            "note: the earlier model knows of attacks on {of}, and no evidence is given: what they showed counts as lost"
        ));
        talk::say(
            "help: name the file of `portcullis attack --evidence` with --evidence and --evidence-key",
        );
    }
}

fn baseline(path: &Path) -> Result<Baseline, Exit> {
    let unusable = |why: &dyn std::fmt::Display| unusable(path, why);
    portcullis_yaml::ordinary::file(path).map_err(|error| unusable(&error))?;
    let mut bytes = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(BASELINE_BYTES_MAX + 1).read_to_end(&mut bytes));
    read.map_err(|error| unusable(&error))?;
    if bytes.len() as u64 > BASELINE_BYTES_MAX {
        return Err(unusable(&format!("it has more than {BASELINE_BYTES_MAX} bytes")));
    }
    Baseline::from_json(&bytes).map_err(|why| unusable(&why))
}

fn print_text(before: &Baseline, now: &Baseline, worse: &[Worse], stops: impl Fn(&Worse) -> bool) {
    for one in worse {
        let level = one.level.map_or("-", portcullis_threat::risk::Level::name);
        let allowed = if stops(one) { "" } else { " (allowed)" };
        let line = format!(
            "{:<15} {level:<8} {}  {}: {}{allowed}",
            one.change.name(),
            one.title,
            one.name,
            one.what
        );
        talk::print(&format!("{}\n", talk::clean(&line)));
    }
    let stopping = worse.iter().filter(|one| stops(one)).count();
    talk::print(&talk::clean(&format!(
        "{} worse than at {}, {stopping} of them stop a build; open threats {} -> {}",
        many(worse.len(), "thing"),
        before.at,
        before.open(),
        now.open()
    )));
    talk::print("\n");
}

fn print_json(before: &Baseline, now: &Baseline, worse: &[Worse], stops: impl Fn(&Worse) -> bool) {
    let each = worse.iter().map(|one| {
        json!({
            "kind": one.change.name(),
            "name": one.name,
            "title": one.title,
            "level": one.level.map(portcullis_threat::risk::Level::name),
            "what": one.what,
            "stops": stops(one),
        })
    });
    let report = json!({
        "against": before.at,
        "at": now.at,
        "open": { "before": before.open(), "now": now.open() },
        "worse": each.collect::<Vec<_>>(),
    });
    talk::print(&format!("{report:#}\n"));
}
