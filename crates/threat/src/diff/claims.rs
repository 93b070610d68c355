//! What people say that makes threats less: said anew, or of more, or for longer.
//!
//! It is compared as it is written and as it acts: one line without an element can take threats of operations that were
//! added since.

use std::collections::BTreeMap;

use portcullis_model::Date;

use super::baseline::{Baseline, Claim, ClaimKind, Claimed};
use super::threats::listed;
use super::{Change, Compared, Worse};
use crate::risk::Level;
use crate::said::Said;
use crate::stated::Stated;

/// What one entry acts on.
#[derive(Debug, Default)]
struct Acts<'a> {
    level: Option<Level>,
    count: usize,
    /// Elements of which nobody said that before.
    anew: Vec<&'a str>,
    /// The earliest end that any of the others had.
    until: Option<Date>,
}

/// Each entry that makes more threats less than before, or for longer.
pub(super) fn claims(of: &Compared<'_>) -> Vec<Worse> {
    let acting = acting(of);
    let mut all = Vec::new();
    let nothing = Acts::default();
    for (claim, claimed) in &of.now.claims {
        // What ended, and ratings that only raise, make nothing less.
        let Some(until) = claimed.until.filter(|until| of.at < until.end()) else { continue };
        let acts = acting.get(claim).unwrap_or(&nothing);
        let told = match of.before.claims.get(claim) {
            Some(old) => wider(old, (claimed, until), acts).map(|what| (Change::WiderClaim, what)),
            None => anew(of.before, claim, (claimed, until), acts),
        };
        let Some((change, what)) = told else { continue };
        let (name, title) = named(claim);
        all.push(Worse { change, name, title, level: acts.level, what });
    }
    all.extend(unsaid(of));
    all
}

/// Ratings without an end, which only raise, that nobody says any more.
fn unsaid(of: &Compared<'_>) -> Vec<Worse> {
    let mut all = Vec::new();
    for (claim, old) in &of.before.claims {
        let (None, Some(rated)) = (old.until, old.rating) else { continue };
        let now = of.now.claims.get(claim).and_then(|now| now.rating);
        if now.is_some_and(|now| now.0 >= rated.0 && now.1 >= rated.1) {
            continue;
        }
        let what = format!("{} rated it {}, and nobody does any more", old.by, scores(rated));
        let (name, title) = named(claim);
        all.push(Worse { change: Change::Gone, name, title, level: None, what });
    }
    all
}

fn named(claim: &Claim) -> (String, String) {
    let of = claim.of.as_deref();
    let title = of.unwrap_or("wherever it is found").to_owned();
    (format!("{} {}", claim.threat, of.unwrap_or("*")), title)
}

/// Likelihood and impact, as people write them.
fn scores((likelihood, impact): (u8, u8)) -> String {
    let score = |tenths: u8| format!("{}.{}", tenths / 10, tenths % 10);
    format!("{} and {}", score(likelihood), score(impact))
}

fn acting<'a>(of: &Compared<'a>) -> BTreeMap<Claim, Acts<'a>> {
    let mut all: BTreeMap<Claim, Acts<'_>> = BTreeMap::new();
    for threat in &of.model.threats {
        let said = Said::of(of.model, threat, of.at);
        if said == Said::default() {
            continue;
        }
        let before = of.before.threats.get(&of.model.name(threat));
        for (claim, kind) in written(&of.model.stated, said) {
            let acts = all.entry(claim).or_default();
            acts.count += 1;
            acts.level = acts.level.max(Some(threat.residual.level));
            let until = before.and_then(|one| match kind {
                ClaimKind::Accepted => one.accepted,
                ClaimKind::Answered => one.answered,
                ClaimKind::Rated => one.lowered,
            });
            match until {
                None => acts.anew.push(of.model.system.title(threat.element)),
                Some(until) => acts.until = Some(acts.until.map_or(until, |one| one.min(until))),
            }
        }
    }
    all
}

/// The entries that are about a threat.
fn written(stated: &Stated, said: Said) -> impl Iterator<Item = (Claim, ClaimKind)> {
    let accepted = said.accepted.and_then(|at| stated.accepted.get(at));
    let accepted = accepted.map(|one| (ClaimKind::Accepted, &one.threat, one.of.as_ref()));
    let answered = said.answered.and_then(|at| stated.answered.get(at));
    let answered = answered.map(|one| (ClaimKind::Answered, &one.threat, one.of.as_ref()));
    let lowered = said.lowered.and_then(|at| stated.rated.get(at));
    let lowered = lowered.map(|one| (ClaimKind::Rated, &one.threat, one.of.as_ref()));
    let all = [accepted, answered, lowered].into_iter().flatten();
    all.map(|(kind, threat, of)| (Claim::new(kind, threat, of), kind))
}

/// What an entry that was there says more than it did.
fn wider(old: &Claimed, (now, until): (&Claimed, Date), acts: &Acts<'_>) -> Option<String> {
    let mut more = Vec::new();
    if old.until.is_none_or(|old| old < until) {
        more.push(match old.until {
            Some(old) => format!("until {until}, before until {old}"),
            None => format!("until {until}, before it had no end and did not count"),
        });
    }
    if let (Some(old), Some(now)) = (old.rating, now.rating)
        && (now.0 < old.0 || now.1 < old.1)
    {
        more.push(format!("likelihood and impact {}, before {}", scores(now), scores(old)));
    }
    if !acts.anew.is_empty() {
        more.push(listed("also of ", &acts.anew));
    }
    (!more.is_empty()).then(|| format!("{} says it {}", now.by, more.join("; ")))
}

/// An entry that was not there: wider than another, or new.
fn anew(
    before: &Baseline,
    claim: &Claim,
    (claimed, until): (&Claimed, Date),
    acts: &Acts<'_>,
) -> Option<(Change, String)> {
    // The same was said of all of it under another name of the element, and for as long.
    let is_same = acts.anew.is_empty() && acts.until.is_some_and(|old| until <= old);
    if is_same && claim.of.is_some() {
        return None;
    }
    let what = said(claim.kind, &claimed.by, until);
    let others = before.claims.keys();
    let others = others.filter(|one| one.kind == claim.kind && one.threat == claim.threat);
    let others: Vec<&str> = others.filter_map(|one| one.of.as_deref()).collect();
    if claim.of.is_none() && !others.is_empty() {
        let what = format!("{what}; before only{}", listed(" of ", &others));
        return Some((Change::WiderClaim, what));
    }
    let count = if acts.count > 1 { format!(" ({} threats)", acts.count) } else { String::new() };
    Some((Change::NewClaim, format!("{what}{count}")))
}

fn said(kind: ClaimKind, by: &str, until: Date) -> String {
    match kind {
        ClaimKind::Accepted => format!("{by} takes it until {until}"),
        ClaimKind::Answered => format!("{by} says until {until} that something answers it"),
        ClaimKind::Rated => format!("{by} rates it lower until {until}"),
    }
}
