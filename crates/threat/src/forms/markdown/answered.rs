//! What answers threats, as Markdown: by which control, on what that rests, or in whose words; and how people look.

use std::fmt::Write as _;

use super::super::Shown;
use super::super::escaped::Markdown;
use super::super::grouped::{ByRule, by_state};
use super::super::words;
use crate::answers::{Mitigation, State};
use crate::threat::Threat;

/// Different answers to one kind of threat that are listed, and elements that one of them names.
const ANSWERS_MAX: usize = 8;
const NAMED_MAX: usize = 3;

/// An answer, and at which elements it is.
struct Answer<'a> {
    given: &'a Mitigation,
    titles: Vec<&'a str>,
}

pub(super) fn answered(shown: &Shown<'_>, groups: &[ByRule<'_>], out: &mut String) {
    let is_answered = |one: &&ByRule<'_>| one.threats.iter().any(|one| !one.state.is_open());
    for (at, group) in groups.iter().filter(is_answered).enumerate() {
        if at == 0 {
            out.push_str("\n## Answered\n");
        }
        kind(shown, group, out);
    }
}

fn kind(shown: &Shown<'_>, group: &ByRule<'_>, out: &mut String) {
    let rule = group.rule;
    let threats: Vec<&Threat> =
        group.threats.iter().copied().filter(|one| !one.state.is_open()).collect();
    let _ = writeln!(
        out,
        "\n**{}** (`{}`): {}\n",
        Markdown(rule.title),
        rule.id,
        by_state(threats.iter().copied())
    );
    let answers = answers(shown, &threats);
    for one in answers.iter().take(ANSWERS_MAX) {
        answer(one, out);
    }
    if answers.len() > ANSWERS_MAX {
        let rest = answers.len() - ANSWERS_MAX;
        let _ = writeln!(out, "- and {rest} more answers (`--format json` has all)");
    }
    if let Some(how) = words::looked_at(rule) {
        let _ = writeln!(out, "- how people look: {}", Markdown(how));
    }
}

/// The different answers, in the order of elements. What does not answer is told where the threat is open.
fn answers<'a>(shown: &Shown<'a>, threats: &[&'a Threat]) -> Vec<Answer<'a>> {
    let mut all: Vec<Answer<'a>> = Vec::new();
    for threat in threats {
        let title = shown.model.system.title(threat.element);
        for given in threat.mitigations.iter().filter(|one| !one.state.is_open()) {
            match all.iter_mut().find(|one| one.given == given) {
                Some(known) => known.titles.push(title),
                None => all.push(Answer { given, titles: vec![title] }),
            }
        }
    }
    all
}

fn answer(Answer { given, titles }: &Answer<'_>, out: &mut String) {
    let Mitigation { control, state, why, proofs, seen, .. } = given;
    let control = control.map_or_else(String::new, |control| format!("`{}`, ", control.name()));
    let named: Vec<String> =
        titles.iter().take(NAMED_MAX).map(|one| Markdown(one).to_string()).collect();
    let _ = write!(out, "- {control}{}: {}; at {}", state.name(), Markdown(why), named.join(", "));
    if titles.len() > NAMED_MAX {
        let _ = write!(out, " and {} more", titles.len() - NAMED_MAX);
    }
    if let Some(proof) = proofs.first() {
        let _ = write!(out, "; shown by {}", words::proof(proof, Markdown(&proof.attack)));
    }
    if *seen > 0 && *state == State::Seen {
        let _ = write!(out, "; {seen} refusals in traffic");
    }
    out.push('\n');
}
