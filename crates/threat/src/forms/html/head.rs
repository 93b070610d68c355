//! The first screen of the page: how much is open, what is worst, and what was not looked at.

use std::fmt::Write as _;

use portcullis_model::Date;

use super::super::Shown;
use super::super::escaped::Html;
use super::super::grouped::{ByRule, by_level, by_state, worst_first};
use super::super::marks::{Mark, drawn};
use super::super::unserved::{reasons, sentence};
use crate::answers::State;
use crate::system::Origin;

/// Kinds of threats that the first screen names.
const WORST_MAX: usize = 8;

pub(super) fn head(shown: &Shown<'_>, groups: &[ByRule<'_>], out: &mut String) {
    numbers(shown, out);
    facts(shown, out);
    worst(shown, groups, out);
}

fn numbers(shown: &Shown<'_>, out: &mut String) {
    let of = |is_it: &dyn Fn(State) -> bool| {
        shown.model.threats.iter().filter(|one| is_it(one.state)).count()
    };
    let found = shown.model.found();
    let configured = of(&|state| Mark::of_answer(state) == Mark::Answered && state != State::Stale);
    out.push_str("<ul class=\"numbers\">\n");
    for (count, mark, text) in [
        (found.open, Some(Mark::Open), "open"),
        (found.accepted, Some(Mark::Accepted), "accepted"),
        (configured, Some(Mark::Answered), "answered, not shown"),
        (of(&|state| state == State::Stale), Some(Mark::Answered), "stale"),
        (of(&|state| state > State::Seen), Some(Mark::Proven), "shown by attacks"),
        (found.all, None, "threats in all"),
    ] {
        let class = mark.filter(|_| count > 0).map_or("", Mark::name);
        let mark = mark.map_or_else(String::new, drawn);
        let _ = writeln!(out, "<li class=\"{class}\"><b>{count}</b> {mark} {text}</li>");
    }
    out.push_str("</ul>\n");
}

fn facts(shown: &Shown<'_>, out: &mut String) {
    let scope = &shown.model.system.scope;
    out.push_str("<dl>\n");
    let mut row = |term: &str, text: &str| {
        let _ = writeln!(out, "<dt>{term}</dt><dd>{}</dd>", Html(text));
    };
    row("What it is", &scope.description);
    row("Data", &scope.classes.to_string());
    let reach = if scope.is_external { "others than this host" } else { "programs of this host" };
    // With nothing in front, nobody but the document can say it.
    let taken = shown.model.system.zones.first().filter(|zone| zone.known.from == Origin::Guessed);
    let why = taken.map_or_else(String::new, |zone| format!(" ({})", zone.known.why));
    row("Reached by", &format!("{reach}{why}"));
    row("Derived on", &Date::of(shown.at).to_string());
    let open = by_level(shown.model.threats.iter().filter(|one| one.is_open()));
    if !open.is_empty() {
        row("Open", &open);
    }
    let answers = by_state(shown.model.threats.iter().filter(|one| !one.state.is_open()));
    if !answers.is_empty() {
        row("Answers", &answers);
    }
    if scope.operations == 0 {
        row(
            "Operations",
            "no operation of a document is read: the rest is of what stands around it",
        );
    }
    if let Some(behind) = &shown.behind {
        let text = format!(
            "nothing stands in front; the gateway would be set against {} of the open ones (configured, not proven)",
            behind.answered
        );
        row("Gateway", &text);
    }
    if let Some(sentence) = sentence(&shown.model.system) {
        let reasons = reasons(&shown.model.system);
        let why: Vec<String> =
            reasons.iter().map(|one| format!("{}: {}", one.count, one.why)).collect();
        row("Not served", &format!("{sentence} ({})", why.join("; ")));
    }
    out.push_str("</dl>\n");
}

/// The worst kinds, each with how many are open and where the first is.
fn worst(shown: &Shown<'_>, groups: &[ByRule<'_>], out: &mut String) {
    let open: Vec<&ByRule<'_>> = groups.iter().filter(|group| group.open() > 0).collect();
    if open.is_empty() {
        return;
    }
    out.push_str("<h2 id=\"worst\">Worst of what is open</h2>\n<ol class=\"worst\">\n");
    for group in open.iter().take(WORST_MAX) {
        let open = group.threats.iter().filter(|one| one.is_open());
        let Some(first) = open.min_by_key(|one| worst_first(one)) else { continue };
        let title = Html(shown.model.system.title(first.element));
        let more = match group.open() {
            0 | 1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        let _ = writeln!(
            out,
            "<li>{} <a href=\"#{}\">{}</a> <span class=\"risk\">{}</span><br/><span class=\"at\">{title}{more}</span></li>",
            drawn(Mark::Open),
            group.rule.id,
            Html(group.rule.title),
            group.residual.level.name()
        );
    }
    out.push_str("</ol>\n");
    if open.len() > WORST_MAX {
        let _ = writeln!(
            out,
            "<p class=\"name\">and {} more kinds: <a href=\"#open\">all that is open</a></p>",
            open.len() - WORST_MAX
        );
    }
}
