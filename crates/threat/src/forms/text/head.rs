//! The first lines: how much is open, how bad, what the answers rest on, and what was not looked at.

use std::fmt::Write as _;

use portcullis_model::Date;

use super::super::escaped::Short;
use super::super::grouped::{by_level, by_state};
use super::super::unserved::{reasons, sentence};
use super::super::{Behind, Shown, words};
use super::ink::{GREEN, Painted, RED, TextOptions};
use crate::answers::State;

pub(super) fn head(shown: &Shown<'_>, options: TextOptions, out: &mut String) {
    let (scope, found) = (&shown.model.system.scope, shown.model.found());
    let _ = writeln!(
        out,
        "threat model of {}: {} operations, {}",
        Short::new(&scope.title),
        scope.operations,
        Date::of(shown.at)
    );
    if scope.operations == 0 {
        out.push_str(
            "  no operation of a document is read: what follows is of what stands around it\n",
        );
    }
    let open = format!("{} open", found.open);
    let colour = if found.open > 0 { RED } else { GREEN };
    let levels = by_level(shown.model.threats.iter().filter(|one| one.is_open()));
    let levels = if levels.is_empty() { levels } else { format!(" ({levels})") };
    let answered = shown.model.threats.iter().filter(|one| !one.state.is_open()).count();
    let _ = writeln!(
        out,
        "{} threats: {}{levels}, {} accepted, {answered} answered",
        found.all,
        Painted(&open, colour, options.has_colour),
        found.accepted,
    );
    people(shown, out);
    if answered > 0 {
        answers(shown, out);
    }
    if let Some(behind) = &shown.behind {
        gateway(behind, found.open, out);
    }
    unserved(shown, out);
}

/// What is open because nobody said otherwise.
fn people(shown: &Shown<'_>, out: &mut String) {
    let open = shown.model.threats.iter().filter(|one| one.is_open());
    let count = open.filter(|one| words::looked_at(one.rule).is_some()).count();
    if count > 0 {
        let _ = writeln!(
            out,
            "  {count} of the open are shown by no attack: people look (`--verbose` says how), and say it in `threats.yaml`"
        );
    }
}

/// What the answers rest on: what is stale is told, too.
fn answers(shown: &Shown<'_>, out: &mut String) {
    let answered = shown.model.threats.iter().filter(|one| !one.state.is_open());
    let _ = writeln!(out, "  answers: {}", by_state(answered));
    let is_shown = |state: State| shown.model.threats.iter().any(|one| one.state == state);
    if !is_shown(State::Proven) && !is_shown(State::Withstands) {
        out.push_str(
            "  nothing is shown by an attack: `portcullis attack --evidence FILE` tries, and `--evidence FILE` reads it\n",
        );
    }
    if is_shown(State::Stale) {
        out.push_str(
            "  stale: shown before document, policy, attack or program changed, or too long ago; attack anew\n",
        );
    }
}

/// What the gateway would answer. It is what its controls are configured to do, and nothing showed it.
fn gateway(Behind { answered, how }: &Behind, open: usize, out: &mut String) {
    let _ = writeln!(
        out,
        "  nothing stands in front; the gateway would be set against {answered} of these {open} (configured, not \
         proven): {how}"
    );
}

fn unserved(shown: &Shown<'_>, out: &mut String) {
    let system = &shown.model.system;
    let Some(sentence) = sentence(system) else { return };
    let _ = writeln!(out, "  {sentence}:");
    for one in reasons(system) {
        let more = if one.count > 1 { ", ..." } else { "" };
        let first = Short::new(one.first);
        let _ = writeln!(out, "    {} ({first}{more}): {}", one.count, Short::new(one.why));
    }
}
