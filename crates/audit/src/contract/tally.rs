//! What all findings of a document come to, and what each of them takes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::answered::{Proofs, answer};
use super::exposure::{Counting, Exposure};
use super::raised::Draft;
use super::rules::OPERATION_PUBLIC;
use super::score::{Loads, Ranks, Score};
use super::scored::Scored;
use super::subject::Subject;
use crate::finding::{Rule, Severity};

/// All findings of one rule, which are mended in the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What they were held against.
    pub rule: &'static Rule,
    /// How bad the worst of them is.
    pub severity: Severity,
    /// What to do.
    pub fix: String,
    /// What the score gains when all of them are mended, in tenths of a point; at least so much, where that brings other
    /// rules.
    pub regains: u32,
    /// How many there are.
    pub findings: usize,
    /// The operations that they concern.
    pub operations: usize,
}

/// The loads of a document.
#[derive(Debug)]
pub(super) struct Tally {
    ranks: Ranks,
    /// Of findings that count by themselves, by their rules; with what each comes to.
    by_rule: HashMap<&'static str, (Loads, u64)>,
    operations: Vec<Exposure>,
    /// Of these.
    exposed: Loads,
    /// What all of it comes to.
    all: u64,
}

impl Tally {
    pub(super) fn of(findings: &[Scored], subject: &Subject<'_>, proofs: &mut Proofs<'_>) -> Self {
        let mut operations = exposures(subject, proofs);
        let mut by_rule: HashMap<&'static str, (Loads, u64)> = HashMap::new();
        for one in findings {
            match one.counting {
                Counting::Alone => by_rule.entry(one.finding.rule.id).or_default().0.add(one.load),
                Counting::OfCredentials => {
                    for number in &one.concerns {
                        if let Some(exposure) = operations.get_mut(*number as usize) {
                            *exposure = exposure.with(one.load);
                        }
                    }
                }
                Counting::OfOpenness | Counting::Never => {}
            }
        }
        let mut exposed = Loads::default();
        operations.iter().for_each(|one| exposed.add(one.load()));
        let ranks = Ranks::of(findings.len().max(operations.len()));
        let mut all = exposed.sum(&ranks);
        for (loads, sum) in by_rule.values_mut() {
            *sum = loads.sum(&ranks);
            all = all.saturating_add(*sum);
        }
        Self { ranks, by_rule, operations, exposed, all }
    }

    pub(super) fn score(&self) -> Score {
        Score::of(self.all)
    }

    /// What the score gains without these findings, in tenths of a point.
    pub(super) fn regained<'f>(&self, mended: impl IntoIterator<Item = &'f Scored>) -> u32 {
        let mut changed: BTreeMap<usize, Exposure> = BTreeMap::new();
        let mut by_rule: BTreeMap<&str, Loads> = BTreeMap::new();
        for one in mended {
            let id = one.finding.rule.id;
            match one.counting {
                Counting::Alone => {
                    let Some((loads, _)) = self.by_rule.get(id) else { continue };
                    by_rule.entry(id).or_insert_with(|| loads.clone()).take(one.load);
                }
                Counting::Never => {}
                Counting::OfCredentials | Counting::OfOpenness => {
                    for number in one.concerns.iter().map(|number| *number as usize) {
                        let Some(known) = self.operations.get(number) else { continue };
                        let exposure = changed.entry(number).or_insert(*known);
                        *exposure = match (one.counting, *exposure) {
                            // It asks for a credential, and has at most the faults that one can have.
                            (Counting::OfOpenness, Exposure::Open(_)) => {
                                Exposure::Open(exposure.guarded())
                            }
                            (Counting::OfOpenness, asks @ Exposure::Asks(_)) => asks,
                            _ => exposure.without(one.load),
                        };
                    }
                }
            }
        }
        let mut all = self.all;
        for (id, loads) in by_rule {
            let before = self.by_rule.get(id).map(|(_, sum)| *sum).unwrap_or_default();
            all = all.saturating_sub(before).saturating_add(loads.sum(&self.ranks));
        }
        if !changed.is_empty() {
            let mut exposed = self.exposed.clone();
            for (number, after) in changed {
                let before = self.operations.get(number).map(|one| one.load());
                exposed.take(before.unwrap_or_default());
                exposed.add(after.load());
            }
            all = all.saturating_sub(self.exposed.sum(&self.ranks));
            all = all.saturating_add(exposed.sum(&self.ranks));
        }
        Score::of(all).tenths().saturating_sub(self.score().tenths())
    }

    /// What mends all findings of a rule, what regains most first; what regains nothing is none.
    pub(super) fn fixes(&self, findings: &[Scored]) -> Vec<Fix> {
        let mut by_rule: BTreeMap<&str, Vec<&Scored>> = BTreeMap::new();
        findings.iter().for_each(|one| by_rule.entry(one.finding.rule.id).or_default().push(one));
        let fixes = by_rule.into_values().filter_map(|of_rule| {
            let first = of_rule.first()?;
            let mut operations: Vec<u32> =
                of_rule.iter().flat_map(|one| &one.concerns).copied().collect();
            operations.sort_unstable();
            operations.dedup();
            Some(Fix {
                rule: first.finding.rule,
                severity: of_rule.iter().map(|one| one.finding.severity).max()?,
                fix: first.finding.fix.clone(),
                regains: self.regained(of_rule.iter().copied()),
                findings: of_rule.len(),
                operations: operations.len(),
            })
        });
        let mut fixes: Vec<Fix> = fixes.filter(|one| one.regains > 0).collect();
        fixes.sort_by_key(|one| (Reverse(one.regains), one.rule.id));
        fixes
    }
}

/// Whom each operation lets in, and what is left of that where a gateway asks for a credential.
fn exposures(subject: &Subject<'_>, proofs: &mut Proofs<'_>) -> Vec<Exposure> {
    let check = &OPERATION_PUBLIC;
    let of = |one| match Exposure::of(one, subject.contract) {
        Exposure::Open(load) if subject.plan.is_some() => {
            let draft = Draft::of(&check.rule, check.fix, check.answered, [one.number]);
            Exposure::Open(answer(&draft, subject, proofs).0.leaves(load))
        }
        exposure => exposure,
    };
    subject.operations().map(of).collect()
}
