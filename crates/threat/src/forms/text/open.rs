//! What is open, by kind, the worst first: all of it, or some in full and some in a line.

use std::fmt::Write as _;

use super::super::escaped::Short;
use super::super::grouped::{ByRule, worst_first};
use super::super::{Shown, keys, words};
use super::ink::{BOLD, Painted, TextOptions, level};
use crate::answers::State;
use crate::risk::Rating;
use crate::threat::Threat;

/// Kinds that are shown in full, and in a line, unless all are asked for.
const FULL_MAX: usize = 5;
const LINES_MAX: usize = 12;

/// Elements of one kind.
const ELEMENTS_MAX: usize = 3;

pub(super) fn open(
    shown: &Shown<'_>,
    groups: &[ByRule<'_>],
    options: TextOptions,
    out: &mut String,
) {
    let open: Vec<&ByRule<'_>> = groups.iter().filter(|group| group.open() > 0).collect();
    let (full, lines) = if options.is_verbose { (open.len(), 0) } else { (FULL_MAX, LINES_MAX) };
    for group in open.iter().take(full) {
        kind(shown, group, options, out);
    }
    let rest = open.iter().skip(full);
    if rest.len() == 0 {
        return;
    }
    let kinds = if rest.len() == 1 { "kind of threats is" } else { "kinds of threats are" };
    let _ = writeln!(out, "\nand {} more {kinds} open:", rest.len());
    for group in rest.clone().take(lines) {
        line(shown, group, options, out);
    }
    if rest.len() > lines {
        let _ = writeln!(out, "  and {} more (`--verbose` shows all)", rest.len() - lines);
    }
}

fn kind(shown: &Shown<'_>, group: &ByRule<'_>, options: TextOptions, out: &mut String) {
    let rule = group.rule;
    let _ = writeln!(
        out,
        "\n{}  {} ({}, {})",
        level(group.residual, options),
        Painted(rule.title, BOLD, options.has_colour),
        rule.id,
        rule.item
    );
    let _ = writeln!(out, "  {}", rule.text);
    let open = of(group);
    let max = if options.is_verbose { open.len() } else { ELEMENTS_MAX };
    for threat in open.iter().take(max) {
        element(shown, threat, options, out);
    }
    if open.len() > max {
        let _ = writeln!(out, "  and {} more (`--verbose` shows all)", open.len() - max);
    }
    if options.is_verbose {
        let _ = writeln!(out, "  risk: {}", risk(group.inherent, group.residual));
        factors(shown, group, out);
        if let Some(how) = words::looked_at(rule) {
            let _ = writeln!(out, "  how people look: {how}");
        }
    }
    let _ = writeln!(out, "  what to do: {}", rule.advice);
    for keys in keys::missing(shown, group) {
        let _ = writeln!(out, "  in the policy: {keys}");
    }
}

/// What the rating of a kind is made of, where it is worst before anything answers it.
fn factors(shown: &Shown<'_>, group: &ByRule<'_>, out: &mut String) {
    let worst = group.threats.iter().find(|one| one.inherent == group.inherent);
    let Some(worst) = worst else { return };
    let explained = words::Explained::of(shown, worst);
    for (name, lines) in
        [("likelihood", &explained.likelihood[..]), ("impact", &explained.impact[..])]
    {
        for line in lines {
            let why = Short::new(&line.why);
            let _ = writeln!(out, "    {name}: {} {} ({why})", line.factor, line.value);
        }
    }
    if let Some(said) = explained.rated.and_then(|at| shown.model.stated.rated.get(at)) {
        let _ = writeln!(out, "    set by {}", Short::new(&said.by));
    }
}

fn of<'a>(group: &ByRule<'a>) -> Vec<&'a Threat> {
    let mut open: Vec<&Threat> =
        group.threats.iter().copied().filter(|one| one.is_open()).collect();
    open.sort_by_key(|one| worst_first(one));
    open
}

fn element(shown: &Shown<'_>, threat: &Threat, options: TextOptions, out: &mut String) {
    let title = Short::new(shown.model.system.title(threat.element));
    let place = words::place(shown, threat.element);
    let place = place.map_or_else(String::new, |place| format!(" ({})", Short::new(&place)));
    let state = match threat.state {
        State::Missing => "open",
        other => other.name(),
    };
    let _ = writeln!(out, "  - {title}{place}, {state}: {}", Short::new(&threat.why));
    let answers = threat.mitigations.len();
    let max = if options.is_verbose { answers } else { 1 };
    for one in threat.mitigations.iter().take(max) {
        let Some(control) = one.control else { continue };
        let _ = writeln!(out, "    {}: {}", control.name(), Short::new(&one.why));
    }
}

/// A kind in a line: where it is worst, and at how many places.
fn line(shown: &Shown<'_>, group: &ByRule<'_>, options: TextOptions, out: &mut String) {
    let open = of(group);
    let Some(first) = open.first() else { return };
    let more = match open.len() {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let _ = writeln!(
        out,
        "  {}  {} ({}): {}{more}",
        level(group.residual, options),
        group.rule.title,
        group.rule.id,
        Short::new(shown.model.system.title(first.element))
    );
}

/// Level with likelihood and impact, before and after.
pub(super) fn risk(before: Rating, after: Rating) -> String {
    let told = |one: Rating| {
        format!(
            "{} (likelihood {}, impact {})",
            one.level.name(),
            words::tenths(one.likelihood),
            words::tenths(one.impact)
        )
    };
    if before == after { told(after) } else { format!("{} -> {}", told(before), told(after)) }
}
