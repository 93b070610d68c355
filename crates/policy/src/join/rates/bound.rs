//! What an entry of `rates` allows: so many in a time, so many at a time, or one, ever.

use std::time::Duration;

use portcullis_model::{Diagnostic, Span};
use portcullis_yaml::{Notes, Spanned};

use crate::codes;
use crate::file::{Amount, Frequency, RateSection, Unit};
use crate::quantity::Count;
use crate::rates::{Often, RateBound, RateCost};
use crate::word::CountsWord;

/// Requests under way at a time that one entry may allow.
const AT_ONCE_MAX: u64 = 100_000;
/// A burst of requests that nobody chose.
const BURST_DEFAULT_MAX: u32 = 1_000;
/// What may come back in a second: requests, KiB, milliseconds. Beyond it the time in which one does, in whole
/// nanoseconds, is no longer exact to a thousandth.
const PER_SECOND_MAX: u64 = 1_000_000;
/// A burst comes back within this time.
const COMES_BACK_MAX: Duration = Duration::from_hours(10 * 365 * 24);

pub(super) fn bound(section: &RateSection, span: Span, notes: &mut Notes) -> Option<RateBound> {
    let once = section.once.as_ref().filter(|once| once.value);
    match (&section.rate, &section.at_once) {
        _ if let Some(once) = once => ever(section, once.span, notes),
        (Some(rate), None) => often(section, rate.0.as_ref()?, notes),
        (None, Some(at_once)) => at_a_time(section, at_once.0.as_ref()?, notes),
        (rate, _) => {
            let message = match rate {
                Some(_) => "`rate` and `at_once` are two entries",
                None => "this entry allows nothing and forbids nothing",
            };
            notes.push(|| {
                Diagnostic::error(&codes::BAD_LIMIT, message)
                    .at(span)
                    .help("write `rate: 100/s`, `at_once: 2` or `once: true`")
            });
            None
        }
    }
}

fn often(section: &RateSection, rate: &Spanned<Frequency>, notes: &mut Notes) -> Option<RateBound> {
    let Frequency { amount, per } = rate.value;
    if amount.count == 0 {
        notes.push(|| {
            Diagnostic::warning(&codes::BAD_LIMIT, "a rate of nothing lets nothing through")
                .at(rate.span)
                .help("take the operation out of `access` instead, so that it is closed")
        });
    }
    let cost = section.cost.as_ref().map_or(RateCost::Fixed(1), |cost| cost.value.0.clone());
    same_unit(section, rate, &cost, notes)?;
    let burst = match (&section.burst, amount.unit) {
        (Some(burst), _) => burst.0.as_ref()?.value.count,
        (None, Unit::Requests) => amount.count.clamp(1, BURST_DEFAULT_MAX),
        (None, Unit::Bytes | Unit::Time) => amount.count.max(1),
    };
    let often = Often { count: amount.count, per, burst };
    can_be_counted(often, rate.span, notes)?;
    distinct_alone(section, notes);
    known_before(section, &cost, notes);
    if let (RateCost::Fixed(units), Some(written)) = (&cost, &section.cost)
        && *units > burst
    {
        notes.push(|| {
            let message = format!("one request costs {units}, and {burst} fit at once");
            Diagnostic::error(&codes::BAD_LIMIT, message)
                .at(written.span)
                .label("so none ever passes")
                .help(format!("write `burst: {units}` or more"))
        });
    }
    Some(RateBound::Often(often, cost))
}

fn burst(section: &RateSection) -> Option<&Spanned<Amount>> {
    section.burst.as_ref()?.0.as_ref()
}

/// Who reads `rate: 100/h, cost: bytes` may think of a hundred requests.
fn same_unit(
    section: &RateSection,
    rate: &Spanned<Frequency>,
    cost: &RateCost,
    notes: &mut Notes,
) -> Option<()> {
    let unit = match cost {
        RateCost::Bytes => Unit::Bytes,
        RateCost::Time => Unit::Time,
        RateCost::Fixed(_) | RateCost::Of(_) => Unit::Requests,
    };
    let written = [
        (rate.value.amount.unit, rate.span),
        burst(section).map_or((unit, rate.span), |burst| (burst.value.unit, burst.span)),
    ];
    let Some((other, span)) = written.into_iter().find(|(written, _)| *written != unit) else {
        return Some(());
    };
    let (message, help) = match (unit, other) {
        (Unit::Bytes, _) => ("bytes are no requests", "write `rate: 100MiB/h`, and `burst: 10MiB`"),
        (Unit::Time, _) => ("time is no requests", "write `rate: 60s/min`, and `burst: 30s`"),
        (Unit::Requests, Unit::Bytes) => ("requests have no bytes", "add `cost: bytes`"),
        (Unit::Requests, _) => ("requests have no time", "add `cost: time`"),
    };
    notes.push(|| Diagnostic::error(&codes::BAD_LIMIT, message).at(span).help(help));
    None
}

/// Counts keep times in nanoseconds.
fn can_be_counted(often: Often, span: Span, notes: &mut Notes) -> Option<()> {
    let Often { count, per, burst } = often;
    let (count, burst) = (u64::from(count), u64::from(burst));
    let (message, help) = if count > per.as_secs().saturating_mul(PER_SECOND_MAX) {
        ("more than can be counted comes back in a second", "name less than 976MiB for each second")
    } else if count > 0
        && u128::from(burst) * u128::from(per.as_secs())
            > u128::from(count) * u128::from(COMES_BACK_MAX.as_secs())
    {
        ("a burst would not come back within ten years", "choose a smaller `burst`")
    } else {
        return Some(());
    };
    notes.push(|| Diagnostic::error(&codes::BAD_LIMIT, message).at(span).help(help));
    None
}

/// What a request has cost, it has cost whatever the API says.
fn known_before(section: &RateSection, cost: &RateCost, notes: &mut Notes) {
    let counts = section.counts.as_ref().filter(|_| counts_success(section));
    if let Some(counts) = counts.filter(|_| cost.is_afterwards()) {
        notes.push(|| {
            let message = "`counts: success` does not go with `cost: bytes` and `cost: time`";
            Diagnostic::error(&codes::CONFLICT, message)
                .at(counts.span)
                .help("remove it: what the API sends and works for is charged, whatever it says")
        });
    }
}

/// A value that is given back, or costs more at another time, would not be free when it comes again.
fn distinct_alone(section: &RateSection, notes: &mut Notes) {
    if section.distinct.is_none() {
        return;
    }
    let counts = section.counts.as_ref().filter(|_| counts_success(section));
    let others = [
        section.cost.as_ref().map(|cost| ("cost", cost.span)),
        counts.map(|counts| ("counts: success", counts.span)),
    ];
    for (word, span) in others.into_iter().flatten() {
        notes.push(|| {
            Diagnostic::error(&codes::CONFLICT, format!("`{word}` does not go with `distinct`"))
                .at(span)
                .help("write two entries: each new value is one, whatever becomes of it")
        });
    }
}

fn at_a_time(
    section: &RateSection,
    at_once: &Spanned<Count>,
    notes: &mut Notes,
) -> Option<RateBound> {
    let others = [
        burst(section).map(|burst| ("burst", burst.span)),
        section.cost.as_ref().map(|cost| ("cost", cost.span)),
        section.counts.as_ref().map(|counts| ("counts", counts.span)),
        section.distinct.as_ref().map(|place| ("distinct", place.span)),
    ];
    for (word, span) in others.into_iter().flatten() {
        notes.push(|| {
            Diagnostic::error(&codes::CONFLICT, format!("`{word}` belongs to `rate`"))
                .at(span)
                .help("remove it: of what is under way at a time, each request is one")
        });
    }
    amount(at_once, AT_ONCE_MAX, notes).map(RateBound::AtOnce)
}

/// One, ever.
fn ever(section: &RateSection, span: Span, notes: &mut Notes) -> Option<RateBound> {
    let others = [
        section.rate.as_ref().and_then(|rate| Some(("rate", rate.0.as_ref()?.span))),
        section.at_once.as_ref().and_then(|most| Some(("at_once", most.0.as_ref()?.span))),
        burst(section).map(|burst| ("burst", burst.span)),
        section.cost.as_ref().map(|cost| ("cost", cost.span)),
        section.counts.as_ref().map(|counts| ("counts", counts.span)),
        section.distinct.as_ref().map(|place| ("distinct", place.span)),
    ];
    let mut is_good = true;
    for (word, at) in others.into_iter().flatten() {
        is_good = false;
        notes.push(|| {
            Diagnostic::error(&codes::CONFLICT, format!("`{word}` and `once` are two entries"))
                .at(at)
                .help("remove it: one request passes, ever, and counts if the API did it")
        });
    }
    if section.of.is_none() {
        is_good = false;
        notes.push(|| {
            Diagnostic::error(&codes::BAD_LIMIT, "of all requests together one would pass, ever")
                .at(span)
                .help("say in `of` which operations it is about: `of: applyCoupon`")
        });
    }
    is_good.then_some(RateBound::Once)
}

pub(super) fn counts_success(section: &RateSection) -> bool {
    section.counts.as_ref().is_some_and(|word| word.value == CountsWord::Success)
}

/// A count of at least one.
fn amount(count: &Spanned<Count>, max: u64, notes: &mut Notes) -> Option<u32> {
    if (1..=max).contains(&count.value.0) {
        return u32::try_from(count.value.0).ok();
    }
    notes.push(|| {
        Diagnostic::error(&codes::BAD_LIMIT, format!("{} cannot be meant here", count.value.0))
            .at(count.span)
            .help(format!("choose from 1 to {max}"))
    });
    None
}
