//! What a document is worth, from 0 to 100.
//!
//! Every finding has a load: the weight of its severity (critical 40, high 20, medium 8, low 2, info 0), times its
//! reach: one operation counts once, nine or more count three times. A finding that a control in front of the API
//! answers counts half; one that attacks proved to be answered, at each of its operations, counts nothing. Of a
//! document with `n` operations and all loads together `L`,
//!
//! ```text
//! score = 100 · (100 + 4n) / (100 + 4n + L)
//! ```
//!
//! So no finding is worth nothing, no document is below 0, a large one may have more of the same, and a
//! finding that goes, with nothing else changed, never lowers the score. What a finding regains is the score without it, less the score.

use crate::finding::Severity;

/// Reach is counted up to so many operations.
const REACH_MAX: u64 = 9;
/// Loads are counted in eighths.
const EIGHTHS: u64 = 8;

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

/// What a finding weighs, in eighths.
pub(super) fn load(severity: Severity, operations: usize, answer: Answer) -> u64 {
    let weight = match severity {
        Severity::Critical => 40,
        Severity::High => 20,
        Severity::Medium => 8,
        Severity::Low => 2,
        Severity::Info => 0,
    };
    let reach = 3 + (operations as u64).clamp(1, REACH_MAX);
    let open = match answer {
        Answer::Proven => 0,
        Answer::Configured => 1,
        Answer::Open => 2,
    };
    weight * reach * open
}

/// The score of all loads together.
pub(super) fn score(all: u64, operations: usize) -> Score {
    Score(tenths(all, operations))
}

fn tenths(load: u64, operations: usize) -> u32 {
    let whole = EIGHTHS * (100 + 4 * operations as u64);
    // Half is added, so that the nearest is taken.
    let sum = whole + load;
    ((1_000 * whole + sum / 2) / sum) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SEVERITIES: [Severity; 5] =
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    const ANSWERS: [Answer; 3] = [Answer::Proven, Answer::Configured, Answer::Open];

    #[test]
    fn the_formula_is_as_it_is_told() {
        assert_eq!(tenths(0, 0), 1_000);
        let one = load(Severity::High, 1, Answer::Open);
        assert_eq!(one, 20 * EIGHTHS, "one operation counts once");
        assert_eq!(load(Severity::High, 9, Answer::Open), 3 * one);
        assert_eq!(load(Severity::High, 500, Answer::Open), 3 * one);
        assert_eq!(load(Severity::High, 1, Answer::Configured), one / 2);
        assert_eq!(tenths(one, 5), 1_000 * 120 / 140);
    }

    fn some() -> impl Strategy<Value = (usize, usize, usize)> {
        (0..SEVERITIES.len(), 0_usize..80, 0..ANSWERS.len())
    }

    fn weigh((severity, reach, answer): (usize, usize, usize)) -> u64 {
        load(SEVERITIES[severity], reach, ANSWERS[answer])
    }

    proptest! {
        #[test]
        fn mending_never_lowers_the_score(
            findings in prop::collection::vec(some(), 1..60),
            which in any::<prop::sample::Index>(),
            how in 0..4_u8,
            operations in 0_usize..2_000,
        ) {
            let before: u64 = findings.iter().copied().map(weigh).sum();
            let mut after = findings;
            let place = which.index(after.len());
            match how {
                // It is gone; at fewer operations; less bad; answered better.
                0 => { after.remove(place); }
                1 => after[place].1 /= 2,
                2 => after[place].0 = after[place].0.saturating_sub(1),
                _ => after[place].2 = after[place].2.saturating_sub(1),
            }
            let after: u64 = after.into_iter().map(weigh).sum();
            prop_assert!(tenths(after, operations) >= tenths(before, operations));
            prop_assert!(tenths(before, operations) <= 1_000);
        }
    }
}
