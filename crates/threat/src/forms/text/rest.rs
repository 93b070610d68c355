//! What is answered and taken, what people are asked, and where more is to be seen.

use std::fmt::Write as _;

use super::super::Shown;
use super::super::escaped::Short;
use super::super::grouped::{ByRule, by_state, worst_of};
use super::ink::TextOptions;
use super::open::risk;

/// What has an answer: a line for each kind.
pub(super) fn answered(groups: &[ByRule<'_>], options: TextOptions, out: &mut String) {
    if !options.is_verbose {
        return;
    }
    let is_answered = |one: &&ByRule<'_>| one.threats.iter().any(|one| !one.state.is_open());
    for (at, group) in groups.iter().filter(is_answered).enumerate() {
        if at == 0 {
            out.push_str("\nanswered:\n");
        }
        let answered = group.threats.iter().copied().filter(|one| !one.state.is_open());
        let Some((before, after)) = worst_of(answered.clone()) else { continue };
        let _ = writeln!(
            out,
            "  {} ({}): {}; risk {}",
            group.rule.title,
            group.rule.id,
            by_state(answered),
            risk(before, after)
        );
    }
}

pub(super) fn accepted(shown: &Shown<'_>, out: &mut String) {
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

pub(super) fn questions(shown: &Shown<'_>, options: TextOptions, out: &mut String) {
    if shown.questions.is_empty() || !options.is_verbose {
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

/// Where the rest is to be seen.
pub(super) fn more(shown: &Shown<'_>, options: TextOptions, out: &mut String) {
    if options.is_verbose {
        return;
    }
    let named = shown.named;
    out.push_str("\nmore:\n");
    let _ = writeln!(
        out,
        "  portcullis threats {named} --verbose  # every threat, with what answers it"
    );
    let _ = writeln!(
        out,
        "  portcullis threats {named} --format html --output threats.html  # a page with a picture of the data flows"
    );
    let asked = match shown.questions.len() {
        0 => return,
        1 => "1 question".to_owned(),
        count => format!("{count} questions"),
    };
    let _ = writeln!(
        out,
        "  portcullis threats init {named}  # {asked} that only people can answer, each with what is assumed"
    );
}
