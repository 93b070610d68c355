//! Generated APIs that never ask whose anything is, behind the gateway: callers try everything, and an oracle
//! judges. The same at length, with figures: `cargo xtask objects`.

/// Seeds of the small run.
const FIRST: u64 = 1;
const APIS: u64 = 30;
const REQUESTS: u64 = 300;

#[test]
fn nobody_gets_or_changes_what_is_not_theirs_and_everybody_gets_what_is() {
    let tally = crate::support::generated::run(FIRST, APIS, REQUESTS, &|_, _| {});
    assert!(tally.is_clean(), "{}", tally.failures());
    // A run in which nearly nothing is permitted would prove nothing.
    assert!(tally.allowed * 5 > tally.requests, "{} of {}", tally.allowed, tally.requests);
}
