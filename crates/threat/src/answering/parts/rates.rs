//! Which rate of the policy answers that something is done too often, twice, or by two at once.

use std::borrow::Cow;
use std::time::Duration;

use portcullis_controls::Plan;
use portcullis_controls::caller_identity::Expected as Caller;
use portcullis_policy::{
    InputPlace, Often, RateBound, RateCost, RateCounts, RateKey, RateLimit, RequestPlace, naming,
};

use super::part::Part;
use super::said::{Said, found};

/// What people do in a day, who mistype, forget and look around: whoever may do more of it is a program. No more at
/// once, either.
const A_DAY_MAX: u128 = 1_440;
const DAY: Duration = Duration::from_hours(24);
/// What somebody reads in a day, of bytes that rates count: for each of those requests 64 KiB, a long page.
const READ_A_DAY_MAX: u128 = A_DAY_MAX * 64;
/// What one count may let through in a second, in the long run, and be called a bound: a page that asks for a hundred
/// things at once, all day. In a day that is 6,000 times what people do.
const A_SECOND_MAX: u128 = 100;
/// And at once: what a minute of that lets through.
const AT_ONCE_MAX: u128 = A_SECOND_MAX * 60;
const SECOND: Duration = Duration::from_secs(1);
/// Words of a value that says whose account is meant, in its name.
const ACCOUNTS: [&str; 7] = ["account", "email", "login", "mail", "phone", "user", "username"];

/// Of the rates that concern an operation, or every request.
pub(super) fn said(part: Part, plan: &Plan, operation: Option<usize>) -> Said {
    let concerned = |rate: &&RateLimit| match operation {
        Some(at) => rate.concerns(operation) && counts_its_callers(rate, plan, at),
        None => rate.of.is_none(),
    };
    // What holds where nobody wrote a rate keeps the gateway alive, and is above what any program needs.
    let is_meant = |rate: &&RateLimit| match part {
        Part::Rate | Part::SlowRate | Part::SlowReading => {
            rate.line.is_some() && counts_every_request(rate) && !rate.per.iter().any(is_chosen)
        }
        Part::SlowGuesses => {
            let is_evaded = |key: &RateKey| is_chosen(key) && !is_account(key, plan);
            rate.line.is_some() && counts_every_request(rate) && !rate.per.iter().any(is_evaded)
        }
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
        Part::SlowReading => found(
            first(|bound| is_slow(bound) || reads_little(bound)),
            "no rate of the policy is so slow that a program reads no more than a person: `rates`",
        ),
        Part::SlowGuesses => found(
            first(is_slow),
            "no rate of the policy gives a program as few guesses as a person, by account, address or caller: `rates`",
        ),
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
            first(is_bound),
            "no rate of the policy bounds it, to 100 a second or less, by what callers cannot choose: `rates`",
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

/// Whether each new value begins a count of its own: then the count bounds nothing but one value.
const fn is_chosen(key: &RateKey) -> bool {
    matches!(key, RateKey::Value(_) | RateKey::Object(_))
}

/// Whether it says whose account is meant: so the policy says, or its name does.
fn is_account(key: &RateKey, plan: &Plan) -> bool {
    let RateKey::Value(InputPlace::One(place)) = key else { return false };
    let callers = &plan.model.callers;
    let logins = callers.logins.iter().map(|one| (&one.account, &one.secret));
    let guesses = callers.guesses.iter().map(|one| (&one.account, &one.secret));
    let logins = logins.chain(guesses);
    let is_it = |said: &Option<RequestPlace>| said.as_ref() == Some(place);
    if logins.clone().any(|(_, secret)| is_it(secret)) {
        return false;
    }
    let (RequestPlace::Body(name) | RequestPlace::Path(name) | RequestPlace::Query(name)) = place
    else {
        return false;
    };
    let last = name.rsplit('/').next().unwrap_or(name);
    let words = naming::words(last);
    let is_named = words.last().is_some_and(|word| ACCOUNTS.contains(&word.as_str()));
    is_named || logins.into_iter().any(|(account, _)| is_it(account))
}

/// Whether a program that goes on all day gets no further than a person. A request costs one unit at least, whatever
/// is counted.
fn is_slow(bound: &RateBound) -> bool {
    match bound {
        RateBound::Once => true,
        RateBound::Often(often, cost) => passes(often, cost, DAY, (A_DAY_MAX, A_DAY_MAX)),
        RateBound::AtOnce(_) => false,
    }
}

/// Whether what is read in a day is no more than people read.
fn reads_little(bound: &RateBound) -> bool {
    let RateBound::Often(often, cost @ RateCost::Bytes) = bound else { return false };
    passes(often, cost, DAY, (READ_A_DAY_MAX, READ_A_DAY_MAX))
}

/// Whether it bounds anything.
fn is_bound(bound: &RateBound) -> bool {
    match bound {
        RateBound::Once => true,
        RateBound::Often(often, cost) => passes(often, cost, SECOND, (A_SECOND_MAX, AT_ONCE_MAX)),
        RateBound::AtOnce(_) => false,
    }
}

/// Whether no more passes in a time, nor at once.
fn passes(often: &Often, cost: &RateCost, within: Duration, (most, at_once): (u128, u128)) -> bool {
    let Often { count, per, burst } = *often;
    let each = match cost {
        RateCost::Fixed(units) => u128::from(*units).max(1),
        RateCost::Of(_) | RateCost::Bytes | RateCost::Time => 1,
    };
    u128::from(count) * within.as_millis() <= most * each * per.as_millis()
        && u128::from(burst) <= at_once * each
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_that_lets_a_program_try_all_day_is_not_slow() {
        let of = |count, per, burst, cost| {
            is_slow(&RateBound::Often(Often { count, per: Duration::from_secs(per), burst }, cost))
        };
        let often = |count, per| of(count, per, 1, RateCost::Fixed(1));
        assert!(often(5, 900) && often(10, 900) && often(1, 60) && often(0, 60));
        assert!(!often(100, 1) && !often(2, 60) && !often(1, 1));
        assert!(!is_slow(&RateBound::AtOnce(1)) && is_slow(&RateBound::Once));
        assert!(!of(1, 60, 1_000_000, RateCost::Fixed(1)), "a million at once");
        assert!(of(100, 60, 100, RateCost::Fixed(100)) && !of(100, 60, 100, RateCost::Fixed(99)));
        assert!(!of(900 << 10, 1, 1, RateCost::Bytes) && !of(60_000, 60, 1, RateCost::Time));
    }
}
