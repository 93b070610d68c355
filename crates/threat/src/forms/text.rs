//! The model on a terminal: what is open first, grouped by threat, with what to do.

use std::fmt::{self, Write as _};

use portcullis_model::Date;

use super::escaped::Short;
use super::grouped::{ByRule, by_rule};
use super::{Shown, words};
use crate::answers::State;
use crate::risk::{Level, Rating};
use crate::threat::Threat;

/// Elements of one threat that are listed, unless all are asked for.
const ELEMENTS_MAX: usize = 5;

/// How it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextOptions {
    /// With colours of a terminal; all of it can be read without.
    pub has_colour: bool,
    /// With every element, and with what is answered.
    pub is_verbose: bool,
}

/// The model. Writing to a String cannot fail.
pub fn text(shown: &Shown<'_>, options: TextOptions) -> String {
    let mut out = String::with_capacity(16 << 10);
    let groups = by_rule(shown.model);
    head(shown, options, &mut out);
    for group in groups.iter().filter(|group| group.open() > 0) {
        open(shown, group, options, &mut out);
    }
    answered(&groups, options, &mut out);
    accepted(shown, &mut out);
    questions(shown, &mut out);
    out
}

/// A word in a colour, where there are colours.
struct Painted<'a>(&'a str, &'static str, bool);

const RED: &str = "31";
const YELLOW: &str = "33";
const GREEN: &str = "32";
const BOLD: &str = "1";

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(word, colour, has_colour) = self;
        if *has_colour { write!(f, "\u{1b}[{colour}m{word}\u{1b}[0m") } else { f.write_str(word) }
    }
}

fn head(shown: &Shown<'_>, options: TextOptions, out: &mut String) {
    let (scope, found) = (&shown.model.system.scope, shown.model.found());
    let answered = shown.model.threats.iter().filter(|one| !one.state.is_open()).count();
    let _ = writeln!(
        out,
        "threat model of {}: {} operations, {}",
        Short::new(&scope.title),
        scope.operations,
        Date::of(shown.at)
    );
    let open = format!("{} open", found.open);
    let colour = if found.open > 0 { RED } else { GREEN };
    let _ = writeln!(
        out,
        "{} threats: {}, {answered} answered ({} proven), {} accepted",
        found.all,
        Painted(&open, colour, options.has_colour),
        found.proven,
        found.accepted
    );
}

fn open(shown: &Shown<'_>, group: &ByRule<'_>, options: TextOptions, out: &mut String) {
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
    let open: Vec<&&Threat> = group.threats.iter().filter(|one| one.is_open()).collect();
    let max = if options.is_verbose { open.len() } else { ELEMENTS_MAX };
    for threat in open.iter().take(max) {
        element(shown, threat, options, out);
    }
    if open.len() > max {
        let _ = writeln!(out, "  and {} more (`--verbose` shows all)", open.len() - max);
    }
    let _ = writeln!(out, "  risk: {}", risk(group.inherent, group.residual));
    let _ = writeln!(out, "  what to do: {}", rule.advice);
}

fn element(shown: &Shown<'_>, threat: &Threat, options: TextOptions, out: &mut String) {
    let title = Short::new(shown.model.system.title(threat.element));
    let place = words::place(shown, threat.element);
    let place = place.map_or_else(String::new, |place| format!(" ({})", Short::new(&place)));
    let _ =
        writeln!(out, "  - {title}{place}: {}, {}", threat.state.name(), Short::new(&threat.why));
    let answers = threat.mitigations.len();
    let max = if options.is_verbose { answers } else { 1 };
    for one in threat.mitigations.iter().take(max) {
        let Some(control) = one.control else { continue };
        let _ = writeln!(out, "    {}: {}", control.name(), Short::new(&one.why));
    }
}

/// What has an answer: a line for each threat.
fn answered(groups: &[ByRule<'_>], options: TextOptions, out: &mut String) {
    let rest: Vec<&ByRule<'_>> = groups
        .iter()
        .filter(|one| one.threats.iter().any(|threat| !threat.state.is_open()))
        .collect();
    if rest.is_empty() {
        return;
    }
    if !options.is_verbose {
        let _ =
            writeln!(out, "\nanswered: {} kinds of threats (`--verbose` lists them)", rest.len());
        return;
    }
    out.push_str("\nanswered:\n");
    for group in rest {
        let counts = State::ALL.into_iter().rev().filter(|state| !state.is_open());
        let counts = counts.map(|state| (state, group.of(state))).filter(|(_, count)| *count > 0);
        let counts: Vec<String> =
            counts.map(|(state, count)| format!("{count} {}", state.name())).collect();
        let _ = writeln!(
            out,
            "  {} ({}): {}; risk {}",
            group.rule.title,
            group.rule.id,
            counts.join(", "),
            risk(group.inherent, group.residual)
        );
    }
}

fn accepted(shown: &Shown<'_>, out: &mut String) {
    let all = &shown.model.stated.accepted;
    let taken =
        |at: usize| shown.model.threats.iter().filter(move |one| one.accepted == Some(at)).count();
    for (at, one) in all.iter().enumerate().filter(|(at, _)| taken(*at) > 0) {
        let before = if at == 0 { "\n" } else { "" };
        let _ = writeln!(
            out,
            "{before}accepted: {} ({} threats) by {} until {}: {}",
            Short::new(&one.threat),
            taken(at),
            Short::new(&one.by),
            one.until,
            Short::new(&one.reason)
        );
    }
}

fn questions(shown: &Shown<'_>, out: &mut String) {
    if shown.questions.is_empty() {
        return;
    }
    out.push_str("\nquestions, for `threats.yaml`:\n");
    for (at, one) in shown.questions.iter().enumerate() {
        let _ = writeln!(out, "  {}. {}", at + 1, Short::new(&one.text));
        let _ =
            writeln!(out, "     taken: {} ({})", Short::new(&one.taken), Short::new(&one.because));
        let _ = writeln!(out, "     {}", Short::new(&one.line));
    }
}

fn level(rating: Rating, options: TextOptions) -> Painted<'static> {
    let colour = match rating.level {
        Level::Critical | Level::High => RED,
        Level::Medium => YELLOW,
        Level::Low | Level::Note => GREEN,
    };
    Painted(rating.level.name(), colour, options.has_colour)
}

/// Level with likelihood and impact, before and after.
fn risk(before: Rating, after: Rating) -> String {
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
