//! The report for a terminal: what is worst comes first.

use std::fmt::Write as _;

use portcullis_controls::coverage::Extent;

use super::facts::{CLOSED, Facts, OperationFacts, Warning};
use crate::talk::clean;

/// Operations that are shown in full; the others are counted.
const OPERATIONS_MAX: usize = 200;
/// Bodies and answers from which something is removed that a schema lets in.
const REMOVED_MAX: usize = 50;
/// Names on one line of those that need nothing.
const NAMES_MAX: usize = 50;

/// The report. Writing to a String cannot fail.
pub(super) fn write(facts: &Facts) -> String {
    let mut out = String::new();
    head(facts, &mut out);
    not_served(facts, &mut out);
    operations(facts, &mut out);
    removed(facts, &mut out);
    kinds(facts, &mut out);
    out
}

fn head(facts: &Facts, out: &mut String) {
    let all = facts.operations.len();
    let base = if facts.base_path.is_empty() { "/" } else { &facts.base_path };
    let base_at = facts.base_path_at.as_deref().unwrap_or("no `servers`");
    let (title, version) = (clean(&facts.title), clean(&facts.version));
    let _ = writeln!(out, "{title} {version}\n");
    let _ = writeln!(out, "document    {} ({})", facts.file, clean(&facts.kind));
    let _ = writeln!(out, "digest      sha256:{}", facts.digest);
    let _ = writeln!(out, "base path   {base} ({base_at})");
    for scheme in &facts.schemes {
        let at = scheme.at.as_deref().map(|at| format!(" ({at})")).unwrap_or_default();
        let _ = writeln!(out, "credential  {}: {}{at}", clean(&scheme.name), clean(&scheme.place));
    }
    let undecided = facts.undecided_count();
    let _ = writeln!(
        out,
        "operations  {all}: {} wholly enforced, {undecided} without a word on who may call; {} \
         declared and not served",
        facts.enforced_count(),
        facts.not_served().count()
    );
    let _ = writeln!(out, "warnings    {}", facts.warning_count);
    if undecided > 0 {
        let _ = writeln!(out, "\n{CLOSED}");
    }
}

fn not_served(facts: &Facts, out: &mut String) {
    if facts.not_served().next().is_none() {
        return;
    }
    out.push_str("\nNot served\n\n");
    for Warning { at, text, .. } in facts.not_served() {
        let _ = writeln!(out, "  {at}  {}", clean(text));
    }
}

fn operations(facts: &Facts, out: &mut String) {
    let worst = facts.worst_first();
    let (done, open): (Vec<_>, Vec<_>) = worst.into_iter().partition(|one| one.is_enforced());
    if !open.is_empty() {
        out.push_str("\nNot wholly enforced, worst first\n\n");
        open.iter().take(OPERATIONS_MAX).for_each(|one| operation(one, out));
        if let Some(more) = open.len().checked_sub(OPERATIONS_MAX).filter(|more| *more > 0) {
            let _ = writeln!(out, "  and {more} more; `--format json` or `html` has them all");
        }
    }
    if !done.is_empty() {
        out.push_str("\nWholly enforced\n\n");
        done.iter().take(NAMES_MAX).for_each(|one| {
            let _ = writeln!(out, "  {}{}", title(one), ending(one));
        });
        if let Some(more) = done.len().checked_sub(NAMES_MAX).filter(|more| *more > 0) {
            let _ = writeln!(out, "  and {more} more");
        }
    }
}

fn operation(one: &OperationFacts, out: &mut String) {
    let _ = writeln!(out, "  {}{}", title(one), ending(one));
    if !one.caller.is_stated {
        let _ = writeln!(out, "      caller: {}", one.caller.text);
    }
    for part in &one.parts {
        let word = match &part.extent {
            Extent::Enforced => continue,
            Extent::Partly(_) => "partly enforced",
            Extent::Not(_) => "not enforced",
            Extent::Refused(_) => "refused",
        };
        let why = clean(part.extent.why().unwrap_or_default());
        let _ = writeln!(out, "      {}: {word}: {why} ({})", clean(&part.what), part.at);
    }
}

/// What is removed although a schema lets it in: nobody expects that who has written it.
fn removed(facts: &Facts, out: &mut String) {
    let parts =
        facts.operations.iter().flat_map(|one| one.parts.iter().map(move |part| (one, part)));
    let mut removed =
        parts.filter_map(|(one, part)| Some((one, part, part.removed.as_ref()?))).peekable();
    if removed.peek().is_none() {
        return;
    }
    out.push_str("\nRemoved, though a schema lets it in\n\n");
    for (one, part, why) in removed.by_ref().take(REMOVED_MAX) {
        let (name, what) = (clean(&one.name), clean(&part.what));
        let _ = writeln!(out, "  {name}  {what}: {} ({})", clean(why), part.at);
    }
    let more = removed.count();
    if more > 0 {
        let _ = writeln!(out, "  and {more} more; `--format json` or `html` has them all");
    }
}

fn title(one: &OperationFacts) -> String {
    let title = format!("{} {}", one.method, clean(&one.path));
    let name = clean(&one.name);
    if name == title {
        format!("{title}  {}", one.at)
    } else {
        format!("{name}  {title}  {}", one.at)
    }
}

fn ending(one: &OperationFacts) -> String {
    match (&one.sunset, one.is_deprecated) {
        (Some(day), _) => format!("  ends on {day}"),
        (None, true) => "  deprecated".to_owned(),
        (None, false) => String::new(),
    }
}

fn kinds(facts: &Facts, out: &mut String) {
    if facts.warnings.is_empty() {
        return;
    }
    out.push_str("\nWarnings by kind\n\n");
    for (count, Warning { code, at, .. }) in facts.kinds() {
        let _ = writeln!(out, "  {count:>5}  {code}, first at {at}");
    }
    let _ = writeln!(
        out,
        "\n`portcullis check --contract {}` shows each at its place, `portcullis explain CODE` what \
         it means.",
        facts.file
    );
}
