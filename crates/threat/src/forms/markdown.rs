//! The model as Markdown, with its diagram as Mermaid: for a repository, a wiki, a pull request.

mod answered;

use std::fmt::Write as _;

use portcullis_model::Date;

use super::Shown;
use super::escaped::Markdown;
use super::grouped::{ByRule, by_rule, by_state, worst_first};
use super::mermaid::mermaid;
use super::unserved::{reasons, sentence};
use super::words;
use crate::answers::State;
use crate::risk::Rating;
use crate::system::{DataSet, Origin};
use crate::threat::Threat;

/// Elements of one rule that are listed; the JSON form has all.
const ELEMENTS_MAX: usize = 20;

/// Rows of a table of elements.
const ROWS_MAX: usize = 200;

/// The model. Writing to a String cannot fail.
pub fn markdown(shown: &Shown<'_>) -> String {
    let mut out = String::with_capacity(32 << 10);
    let groups = by_rule(shown.model);
    head(shown, &mut out);
    let _ = write!(
        out,
        "\n## Data flows\n\nThick arrows are encrypted; parts with thick edges have open threats.\n\n```mermaid\n{}```\n",
        mermaid(shown.model)
    );
    open(shown, &groups, &mut out);
    accepted(shown, &mut out);
    answered::answered(shown, &groups, &mut out);
    all(&groups, &mut out);
    data(shown, &mut out);
    guessed(shown, &mut out);
    questions(shown, &mut out);
    out
}

fn head(shown: &Shown<'_>, out: &mut String) {
    let (scope, found) = (&shown.model.system.scope, shown.model.found());
    let answered = shown.model.threats.iter().filter(|one| !one.state.is_open()).count();
    let _ = writeln!(out, "# Threat model of {}\n", Markdown(&scope.title));
    let _ = writeln!(
        out,
        "**{} threats: {} open, {answered} answered ({} of them proven), {} accepted.** \
         {} operations; derived on {}.\n",
        found.all,
        found.open,
        found.proven,
        found.accepted,
        scope.operations,
        Date::of(shown.at)
    );
    let _ = writeln!(out, "{}", Markdown(&scope.description));
    if !scope.classes.is_empty() {
        let _ = writeln!(out, "\nData: {}.", Markdown(&scope.classes.to_string()));
    }
    let rests = by_state(shown.model.threats.iter().filter(|one| !one.state.is_open()));
    if !rests.is_empty() {
        let _ = writeln!(out, "\nAnswers: {rests}.");
    }
    unserved(shown, out);
}

fn unserved(shown: &Shown<'_>, out: &mut String) {
    let system = &shown.model.system;
    let Some(sentence) = sentence(system) else { return };
    let _ = writeln!(out, "\n{sentence}:\n");
    for one in reasons(system) {
        let more = if one.count > 1 { ", …" } else { "" };
        let (first, why) = (Markdown(one.first), Markdown(one.why));
        let _ = writeln!(out, "- {} ({first}{more}): {why}", one.count);
    }
}

fn open(shown: &Shown<'_>, groups: &[ByRule<'_>], out: &mut String) {
    out.push_str("\n## Open\n");
    if groups.iter().all(|group| group.open() == 0) {
        out.push_str("\nNothing is open.\n");
    }
    for group in groups.iter().filter(|group| group.open() > 0) {
        let rule = group.rule;
        let _ = writeln!(out, "\n### {} (`{}`)\n", Markdown(rule.title), rule.id);
        let stride: Vec<&str> = rule.stride.iter().map(|of| words::stride(*of)).collect();
        let _ = writeln!(
            out,
            "{}.\n\n{}; {}; {}; risk {}.\n",
            capital(rule.text),
            rule.item,
            stride.join(", "),
            weaknesses(group),
            risk(group.inherent, group.residual)
        );
        let mut open: Vec<&&Threat> = group.threats.iter().filter(|one| one.is_open()).collect();
        open.sort_by_key(|one| worst_first(one));
        for threat in open.iter().take(ELEMENTS_MAX) {
            element(shown, threat, out);
        }
        more(open.len(), ELEMENTS_MAX, out);
        let _ = writeln!(out, "\nWhat to do: {}.", Markdown(rule.advice));
        if let Some(how) = words::looked_at(rule) {
            let _ = writeln!(out, "\nHow people look: {}.", Markdown(how));
        }
    }
}

fn element(shown: &Shown<'_>, threat: &Threat, out: &mut String) {
    let title = Markdown(shown.model.system.title(threat.element));
    let _ = write!(out, "- **{title}** ({}): {}", threat.state.name(), Markdown(&threat.why));
    if let Some(one) = threat.mitigations.first() {
        let control =
            one.control.map_or(String::new(), |control| format!("`{}`: ", control.name()));
        let _ = write!(out, "; {control}{}", Markdown(&one.why));
    }
    out.push('\n');
}

fn weaknesses(group: &ByRule<'_>) -> String {
    let numbers = group.rule.cwe.iter().map(|id| format!("CWE-{id}"));
    numbers.collect::<Vec<_>>().join(", ")
}

fn accepted(shown: &Shown<'_>, out: &mut String) {
    let all = &shown.model.stated.accepted;
    let count =
        |at: usize| shown.model.threats.iter().filter(|threat| threat.accepted == Some(at)).count();
    if all.is_empty() {
        return;
    }
    out.push_str("\n## Accepted\n\n| Threat | Of | By | Why | Until | Threats now |\n|---|---|---|---|---|---|\n");
    for (at, one) in all.iter().enumerate() {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            Markdown(&one.threat),
            Markdown(one.of.as_deref().unwrap_or("wherever it is")),
            Markdown(&one.by),
            Markdown(&one.reason),
            one.until,
            count(at)
        );
    }
}

fn all(groups: &[ByRule<'_>], out: &mut String) {
    out.push_str(
        "\n## All threats\n\n| Threat | Row | Found | Open | Accepted | Configured | Seen | Proven | Risk |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for group in groups {
        let configured =
            group.of(State::Configured) + group.of(State::Stale) + group.of(State::Stated);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {configured} | {} | {} | {} |",
            Markdown(group.rule.title),
            group.rule.item,
            group.threats.len(),
            group.open(),
            group.accepted(),
            group.of(State::Seen),
            group.of(State::Proven) + group.of(State::Withstands),
            risk(group.inherent, group.residual)
        );
    }
    out.push_str(
        "\nConfigured: a control is to answer it, or people say that something does, or what was proven is stale. \
         Proven: an attack succeeds directly, is stopped, and succeeds again without the control; or attacks failed \
         at the API itself. Risk: the worst, before and after.\n",
    );
}

fn data(shown: &Shown<'_>, out: &mut String) {
    let sets = &shown.model.system.data;
    if sets.is_empty() {
        return;
    }
    out.push_str("\n## Data\n\n| Data | Classes | Because of | Shown by | Written by |\n|---|---|---|---|---|\n");
    for DataSet { title, classes, witnesses, shown_by, written_by, .. } in
        sets.iter().take(ROWS_MAX)
    {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            Markdown(title),
            Markdown(&classes.to_string()),
            Markdown(&witnesses.join(", ")),
            shown_by.len(),
            written_by.len()
        );
    }
    more(sets.len(), ROWS_MAX, out);
}

/// What nothing says, and is taken to be so.
fn guessed(shown: &Shown<'_>, out: &mut String) {
    let system = &shown.model.system;
    let zones = system.zones.iter().map(|one| (&one.title, &one.known));
    let actors = system.actors.iter().map(|one| (&one.title, &one.known));
    let components = system.components.iter().map(|one| (&one.title, &one.known));
    let stores = system.stores.iter().map(|one| (&one.title, &one.known));
    let flows = system.flows.iter().map(|one| (&one.title, &one.known));
    let all = zones.chain(actors).chain(components).chain(stores).chain(flows);
    let guessed: Vec<_> = all.filter(|(_, known)| known.from == Origin::Guessed).collect();
    if guessed.is_empty() {
        return;
    }
    out.push_str("\n## Guessed\n\nNothing says these; correct them in `threats.yaml`.\n\n");
    for (title, known) in guessed.iter().take(ROWS_MAX) {
        let _ = writeln!(out, "- {}: {}", Markdown(title), Markdown(&known.why));
    }
    more(guessed.len(), ROWS_MAX, out);
}

fn questions(shown: &Shown<'_>, out: &mut String) {
    if shown.questions.is_empty() {
        return;
    }
    out.push_str("\n## Questions\n\n");
    for (at, one) in shown.questions.iter().enumerate() {
        let _ = writeln!(
            out,
            "{}. {} Taken: {} ({}). In `threats.yaml`: {}",
            at + 1,
            Markdown(&one.text),
            Markdown(&one.taken),
            Markdown(&one.because),
            Markdown(&format!("`{}`", one.line))
        );
    }
}

fn more(count: usize, max: usize, out: &mut String) {
    if count > max {
        let _ = writeln!(out, "\nand {} more (`--format json` has all)", count - max);
    }
}

fn risk(before: Rating, after: Rating) -> String {
    format!("{} → {}", before.level.name(), after.level.name())
}

/// With a capital letter.
fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|one| one.to_uppercase().to_string()).unwrap_or_default();
    Markdown(&format!("{first}{}", characters.as_str())).to_string()
}
