//! The risk of a kind of threat, factor by factor: each rating once, however many elements have it, and what is the same
//! in all ratings once before them.

use std::fmt::Write as _;

use super::super::Shown;
use super::super::escaped::Html;
use super::super::words::{self, Explained};
use crate::answers::State;
use crate::risk::Line;
use crate::threat::Threat;

/// The ratings of one kind of threat.
pub(super) struct Ratings<'s> {
    shown: &'s Shown<'s>,
    /// What their names in the page begin with.
    named: String,
    all: Vec<One>,
}

/// A rating.
#[derive(PartialEq, Eq)]
struct One {
    /// Factors of likelihood, then of impact.
    lines: Vec<Line>,
    /// What they come to.
    sums: String,
}

impl<'s> Ratings<'s> {
    pub(super) fn of(shown: &'s Shown<'s>, named: &str) -> Self {
        Self { shown, named: named.to_owned(), all: Vec::new() }
    }

    /// Which of them is a threat's.
    pub(super) fn number(&mut self, threat: &Threat) -> usize {
        let one = One::of(self.shown, threat);
        let known = self.all.iter().position(|known| *known == one);
        known.unwrap_or_else(|| {
            self.all.push(one);
            self.all.len() - 1
        })
    }

    pub(super) fn link(&self, number: usize) -> String {
        format!("<a href=\"#{}-{1}\">rating {1}</a>", self.named, number + 1)
    }

    pub(super) fn write(&self, out: &mut String) {
        let Some(first) = self.all.first() else { return };
        let count = self.all.len();
        let is_same = |line: &&Line| self.all.iter().all(|one| one.lines.contains(line));
        let same: Vec<&Line> = first.lines.iter().filter(is_same).collect();
        let ratings = if count == 1 { "rating" } else { "ratings" };
        let _ = writeln!(
            out,
            "<details class=\"ratings\">\n<summary>risk, factor by factor ({count} {ratings})</summary>"
        );
        if count > 1 && !same.is_empty() {
            let _ = writeln!(out, "<p>In each: {}.</p>", factors(&same));
        }
        for (at, one) in self.all.iter().enumerate() {
            let lines = one.lines.iter().filter(|line| count == 1 || !same.contains(line));
            let lines: Vec<&Line> = lines.collect();
            let number = at + 1;
            let _ = writeln!(
                out,
                "<p id=\"{}-{number}\"><b>rating {number}</b> {}{}{}</p>",
                self.named,
                factors(&lines),
                if lines.is_empty() { "" } else { ": " },
                one.sums
            );
        }
        out.push_str("</details>\n");
    }
}

impl One {
    fn of(shown: &Shown<'_>, threat: &Threat) -> Self {
        let Explained { likelihood, impact, rated } = Explained::of(shown, threat);
        let mut sums = format!(
            "likelihood {}, impact {}",
            words::tenths(threat.inherent.likelihood),
            words::tenths(threat.inherent.impact)
        );
        if let Some(one) = rated.and_then(|at| shown.model.stated.rated.get(at)) {
            let (by, reason) = (Html(&one.by), Html(&one.reason));
            let _ = write!(sums, "; so {by} rated it, and that counts: {reason}");
        }
        Self { lines: likelihood.into_iter().chain(impact).collect(), sums }
    }
}

/// How bad it is before and after, and what made the difference.
pub(super) fn change(threat: &Threat) -> String {
    let (before, after) = (threat.inherent, threat.residual);
    let mut told = format!(
        "{} → {}: likelihood {}",
        before.level.name(),
        after.level.name(),
        words::tenths(before.likelihood)
    );
    if after.likelihood != before.likelihood {
        let _ = write!(told, " → {}", words::tenths(after.likelihood));
    }
    let _ = write!(told, ", impact {}", words::tenths(before.impact));
    if threat.state == State::ComesThrough {
        told.push_str("; what comes through has a likelihood of 6.0 at least");
    }
    told
}

/// The factors, those with the same reason together.
fn factors(lines: &[&Line]) -> String {
    let mut by_why: Vec<(&str, Vec<String>)> = Vec::new();
    for Line { factor, value, why } in lines {
        let told = format!("{factor} {value}");
        match by_why.iter_mut().find(|(known, _)| known == why) {
            Some((_, factors)) => factors.push(told),
            None => by_why.push((why, vec![told])),
        }
    }
    let told = by_why.into_iter();
    let told = told.map(|(why, factors)| format!("{} ({})", factors.join(", "), Html(why)));
    told.collect::<Vec<_>>().join("; ")
}
