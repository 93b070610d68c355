//! Which rate of the policy answers that something is done too often, twice, or by two at once.

use std::borrow::Cow;
use std::time::Duration;

use portcullis_controls::Plan;
use portcullis_controls::caller_identity::Expected as Caller;
use portcullis_policy::{Often, RateBound, RateCost, RateCounts, RateKey, RateLimit};

use super::part::Part;
use super::said::{Said, found};

/// What people do in a day, who mistype, forget and look around: whoever may do more of it is a program.
const A_DAY_MAX: u128 = 1_440;
const DAY: Duration = Duration::from_hours(24);

/// Of the rates that concern an operation, or every request.
pub(super) fn said(part: Part, plan: &Plan, operation: Option<usize>) -> Said {
    let concerned = |rate: &&RateLimit| match operation {
        Some(at) => rate.concerns(operation) && counts_its_callers(rate, plan, at),
        None => rate.of.is_none(),
    };
    // What holds where nobody wrote a rate keeps the gateway alive, and is above what any program needs.
    let is_meant = |rate: &&RateLimit| match part {
        Part::Rate | Part::SlowRate => rate.line.is_some() && counts_every_request(rate),
        _ => true,
    };
    let rates = || plan.model.rates.iter().filter(concerned).filter(is_meant);
    let first = |is_it: fn(&RateBound) -> bool| {
        let rate = rates().find(|rate| is_it(&rate.bound))?;
        Some(Cow::Owned(format!("`{}` of the policy", rate.text)))
    };
    let serialized = || {
        let by = operation.and_then(|at| plan.model.serialized.get(at)).and_then(Option::as_ref);
        by.map(|_| Cow::Borrowed("`serialize` of the policy"))
    };
    match part {
        Part::SlowRate => found(
            first(is_slow),
            "no rate of the policy is so slow that a program gets no further than a person: `rates`",
        ),
        Part::Once => found(
            first(|bound| matches!(bound, RateBound::Once)),
            "nothing says that it is done once: `once: true` in `rates`",
        ),
        Part::OneAtATime => found(
            serialized()
                .or_else(|| first(|bound| matches!(bound, RateBound::Once | RateBound::AtOnce(1)))),
            "nothing has one wait for the other: `serialize`",
        ),
        _ => found(
            first(|bound| matches!(bound, RateBound::Often(..) | RateBound::Once)),
            "no rate of the policy speaks of it: `rates`",
        ),
    }
}

/// Whether what fails counts, too, and so does what was sent before.
fn counts_every_request(rate: &RateLimit) -> bool {
    rate.counts == RateCounts::Every && rate.distinct.is_none()
}

/// Whether requests of those for whom an operation is have what is counted: an address counts strangers alone, unless it
/// says something else, and a stranger is no caller.
fn counts_its_callers(rate: &RateLimit, plan: &Plan, operation: usize) -> bool {
    let is_address = |key: &RateKey| matches!(key, RateKey::Address | RateKey::Network);
    match plan.operations.get(operation).map(|one| &one.caller) {
        Some(Caller::Anyone) => !rate.per.iter().any(RateKey::is_of_callers),
        Some(Caller::Callers(_)) => rate.counts_callers || !rate.per.iter().all(is_address),
        Some(Caller::Closed(_)) | None => true,
    }
}

/// Whether a program that goes on all day gets no further than a person; what is counted by what it gives says so
/// itself.
fn is_slow(bound: &RateBound) -> bool {
    match bound {
        RateBound::Often(_, RateCost::Of(_) | RateCost::Bytes) | RateBound::Once => true,
        RateBound::Often(Often { count, per, .. }, _) => {
            let in_a_day = u128::from(*count) * DAY.as_millis();
            in_a_day <= A_DAY_MAX * per.as_millis()
        }
        RateBound::AtOnce(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_that_lets_a_program_try_all_day_is_not_slow() {
        let often = |count, per| {
            let often = Often { count, per: Duration::from_secs(per), burst: 1 };
            is_slow(&RateBound::Often(often, RateCost::Fixed(1)))
        };
        assert!(often(5, 900) && often(10, 900) && often(1, 60) && often(0, 60));
        assert!(!often(100, 1) && !often(2, 60) && !often(1, 1));
        assert!(!is_slow(&RateBound::AtOnce(1)) && is_slow(&RateBound::Once));
    }
}
