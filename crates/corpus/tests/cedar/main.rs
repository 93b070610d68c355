//! The rules of a policy and what is printed of them as Cedar decide the same: Cedar's own validator and
//! authorizer are asked (`cargo xtask cedar`; decision 0113).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where its promise breaks"
)]

mod asked;
mod cases;
mod judged;
mod odd;
mod policy;

use judged::Judges;
use portcullis_corpus::Chance;

/// Cases of one policy.
const CASES_EACH: usize = 100;

/// Runs so many cases; gives how many of them were permitted, and how many forbidden by a rule.
fn run(seed: u64, cases: usize) -> (usize, usize) {
    let mut chance = Chance::new(seed);
    let (mut permitted, mut refused) = (0, 0);
    for _ in 0..cases / CASES_EACH {
        let policy = policy::by_chance(&mut chance);
        let model = policy::model(&policy::contract(), &policy)
            .unwrap_or_else(|problems| panic!("{policy:#}\n{problems}"));
        let models = [model];
        let judges = Judges::of(&models);
        for _ in 0..CASES_EACH {
            let case = cases::by_chance(&mut chance, &judges);
            if judges.agree(&case, &policy) { permitted += 1 } else { refused += 1 }
        }
    }
    (permitted, refused)
}

#[test]
fn rules_and_their_cedar_decide_the_same() {
    let (permitted, refused) = run(113, 20_000);
    assert!(permitted > 2_000 && refused > 2_000, "{permitted} permitted, {refused} refused");
}

#[test]
#[ignore = "takes minutes: cargo xtask cedar --all"]
fn rules_and_their_cedar_decide_the_same_in_a_million_cases() {
    let (permitted, refused) = run(2_026, 1_000_000);
    assert!(permitted > 100_000 && refused > 100_000, "{permitted} permitted, {refused} refused");
}
