//! What a document is worth, from 0 to 100.
//!
//! Every finding has a load: the weight of its severity (critical 40, high 20, medium 8, low 2, info 0), times its
//! reach: one operation counts once, nine or more count three times. Each operation has a load besides, by whom it lets
//! in ([`super::exposure`]). A load that a control in front of the API answers counts half; one that attacks proved to
//! be answered counts nothing. Of several loads of one kind (of one rule, or of operations) the largest counts whole,
//! the second half, the third a third. With `L` for what they all come to,
//!
//! ```text
//! score = 100 · 100 / (100 + L)
//! ```
//!
//! The number of operations is not in it: so no operation that is added lifts a score, and no document is too large for a
//! finding to count. A load that goes, or becomes less, never lowers it, also where it goes because the
//! document says less.

use std::collections::BTreeMap;

use crate::finding::Severity;

/// Reach is counted up to so many operations.
const REACH_MAX: u64 = 9;
/// Loads are counted in thousandths: what is a whole one.
pub(super) const ONE: u64 = 1_000;
/// The load that halves a score.
const HALVES: u64 = 100 * ONE;
/// What the largest load of a kind counts; the second counts half of it.
const WHOLE: u64 = 1_000_000_000;

/// A score, in tenths of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(u32);

impl Score {
    /// From 0 to 1,000.
    pub const fn tenths(self) -> u32 {
        self.0
    }

    /// From 0 to 100.
    pub const fn points(self) -> u32 {
        self.0 / 10
    }

    /// The score of all loads together, as [`Loads::sum`] has them.
    pub(super) fn of(all: u64) -> Self {
        let whole = HALVES * WHOLE;
        // Half is added, so that the nearest is taken.
        let sum = whole.saturating_add(all);
        Self(((1_000 * whole).saturating_add(sum / 2) / sum) as u32)
    }
}

/// How far a finding is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Attacks proved it, at each operation.
    Proven,
    /// A control is configured.
    Configured,
    /// Nothing answers it.
    Open,
}

impl Answer {
    /// What is left of a load.
    pub(super) const fn leaves(self, load: u64) -> u64 {
        match self {
            Self::Proven => 0,
            Self::Configured => load / 2,
            Self::Open => load,
        }
    }
}

/// What a finding of this severity weighs at one operation.
pub(super) const fn weight(severity: Severity) -> u64 {
    ONE * match severity {
        Severity::Critical => 40,
        Severity::High => 20,
        Severity::Medium => 8,
        Severity::Low => 2,
        Severity::Info => 0,
    }
}

/// What a finding weighs at so many operations.
pub(super) fn load(severity: Severity, operations: usize, answer: Answer) -> u64 {
    let reach = 3 + (operations as u64).clamp(1, REACH_MAX);
    answer.leaves(weight(severity) * reach / 4)
}

/// Loads of one kind, each with how often there is one of it: there are few different ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Loads(BTreeMap<u64, usize>);

impl Loads {
    pub(super) fn add(&mut self, load: u64) {
        if load > 0 {
            *self.0.entry(load).or_default() += 1;
        }
    }

    /// Takes one of this size away.
    pub(super) fn take(&mut self, load: u64) {
        if let Some(count) = self.0.get_mut(&load) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&load);
            }
        }
    }

    /// What they come to: the largest counts whole, the second half, the third a third.
    pub(super) fn sum(&self, ranks: &Ranks) -> u64 {
        let mut from = 0;
        let of_size = self.0.iter().rev().map(|(load, count)| {
            let to = from + count;
            let all = load.saturating_mul(ranks.up_to(to) - ranks.up_to(from));
            from = to;
            all
        });
        of_size.fold(0, u64::saturating_add)
    }
}

/// What the largest so many of several loads count, were each of them one.
#[derive(Debug)]
pub(super) struct Ranks(Vec<u64>);

impl Ranks {
    /// For up to so many loads.
    pub(super) fn of(count: usize) -> Self {
        let mut all = vec![0];
        let mut sum = 0;
        for rank in 1..=count as u64 {
            sum += WHOLE / rank;
            all.push(sum);
        }
        Self(all)
    }

    fn up_to(&self, count: usize) -> u64 {
        // INVARIANT: there are no more loads than they were made for.
        self.0.get(count).or(self.0.last()).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SEVERITIES: [Severity; 5] =
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    const ANSWERS: [Answer; 3] = [Answer::Proven, Answer::Configured, Answer::Open];

    fn tenths(loads: &[u64]) -> u32 {
        let mut all = Loads::default();
        loads.iter().for_each(|load| all.add(*load));
        Score::of(all.sum(&Ranks::of(loads.len()))).tenths()
    }

    #[test]
    fn the_formula_is_as_it_is_told() {
        assert_eq!(tenths(&[]), 1_000);
        let one = load(Severity::High, 1, Answer::Open);
        assert_eq!(one, 20 * ONE, "one operation counts once");
        assert_eq!(load(Severity::High, 9, Answer::Open), 3 * one);
        assert_eq!(load(Severity::High, 500, Answer::Open), 3 * one);
        assert_eq!(load(Severity::High, 1, Answer::Configured), one / 2);
        assert_eq!(tenths(&[one]), 833, "100 / 120");
        assert_eq!(tenths(&[one, one]), 769, "100 / 130");
        assert_eq!(tenths(&[one, 2 * one]), 667, "100 / 150");
    }

    fn some() -> impl Strategy<Value = (usize, usize, usize)> {
        (0..SEVERITIES.len(), 0_usize..80, 0..ANSWERS.len())
    }

    fn weigh(all: &[(usize, usize, usize)]) -> Vec<u64> {
        let all = all.iter();
        all.map(|(severity, reach, answer)| load(SEVERITIES[*severity], *reach, ANSWERS[*answer]))
            .collect()
    }

    proptest! {
        #[test]
        fn mending_never_lowers_the_score(
            findings in prop::collection::vec(some(), 1..60),
            which in any::<prop::sample::Index>(),
            how in 0..4_u8,
        ) {
            let before = tenths(&weigh(&findings));
            let mut after = findings;
            let place = which.index(after.len());
            match how {
                // It is gone; at fewer operations; less bad; answered better.
                0 => { after.remove(place); }
                1 => after[place].1 /= 2,
                2 => after[place].0 = after[place].0.saturating_sub(1),
                _ => after[place].2 = after[place].2.saturating_sub(1),
            }
            prop_assert!(tenths(&weigh(&after)) >= before);
            prop_assert!(before <= 1_000);
        }
    }
}
