//! A reload in words.

use portcullis_controls::{Change, Changes, Reach};
use portcullis_gateway::Site;
use portcullis_model::{Severity, Sources, Span};
use portcullis_policy::Failure;

use crate::report::many;
use crate::talk;

/// Changes that are said on standard error; the ledger has more.
const SAID_MAX: usize = 20;

/// Changes, each with whether more passes, and the line that says so.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) lines: Vec<(&'static str, String, Option<String>)>,
    pub(super) more: usize,
}

/// The versions of all APIs.
pub(super) fn version(site: &Site) -> String {
    let mut versions: Vec<&str> = site.plans().map(|plan| &*plan.version).collect();
    versions.dedup();
    versions.join("+")
}

pub(super) fn changes(changes: &Changes, after: &Site) -> Lines {
    let sources = after.plans().next().map(|plan| &plan.model.sources);
    let line = |change: &Change| Some(place(sources?, change.span?));
    let lines = changes.iter().map(|one| (one.reach.name(), one.to_string(), line(one)));
    Lines { lines: lines.collect(), more: changes.count().1 }
}

fn place(sources: &Sources, span: Span) -> String {
    let (line, column) = sources.line_column(span);
    format!("{}:{line}:{column}", talk::clean(sources.name(span.source)))
}

/// The errors of a failure, each with its place.
pub(super) fn problems(failure: &Failure) -> Vec<String> {
    let errors = failure.diagnostics.iter().filter(|one| one.severity == Severity::Error);
    let told = errors.map(|error| match error.span {
        Some(span) => format!("{}: {}", place(&failure.sources, span), error.message),
        None => error.message.clone(),
    });
    told.take(SAID_MAX).collect()
}

pub(super) fn loaded(was: &str, is: &str, changes: &Changes, lines: &Lines) {
    if was == is {
        talk::say(&format!("model {is} stays in force; its files were read again"));
        return;
    }
    let count = |reach| changes.iter().filter(|one| one.reach == reach).count();
    let (wider, narrower) = (count(Reach::Wider), count(Reach::Narrower));
    let told = match (wider, narrower) {
        (0, 0) => "the same passes as before".to_owned(),
        (wider, narrower) => format!("{} more through, {} less", lets(wider), lets(narrower)),
    };
    talk::say(&format!("reloaded: model {was} -> {is}; {told}"));
    say_changes(lines);
}

fn lets(count: usize) -> String {
    format!("{} {}", many(count, "change"), if count == 1 { "lets" } else { "let" })
}

pub(super) fn say_changes(lines: &Lines) {
    for (reach, what, line) in lines.lines.iter().take(SAID_MAX) {
        let line = line.as_deref().map(|line| format!(" ({line})")).unwrap_or_default();
        talk::say(&format!("  {reach}: {}{line}", talk::clean(what)));
    }
    let more = lines.lines.len().saturating_sub(SAID_MAX) + lines.more;
    if more > 0 {
        talk::say(&format!("  and {more} more, in the ledger as far as they fit"));
    }
}
