//! How often requests came, over all workers and reloads.

use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis_controls::resource_limits::{Counted, POOLS, Quota};
use portcullis_counting::{
    Ask, Counts, Decision, Key, Keys, LocalCounts, Outlook, Refused, TOGETHER_MAX, Taken, Ticks,
};
use portcullis_policy::RateCounts;

use super::bill::{Bill, Cost};
use super::seen::Seen;
use crate::under_way::{NoPlace, Places, UnderWay};

/// The counts of all entries of `rates`.
pub(crate) struct Rates {
    counts: Arc<LocalCounts>,
    keys: Keys,
    started: Instant,
    under_way: Arc<UnderWay>,
    seen: Seen,
}

/// A request that was counted.
pub(crate) struct Passed {
    /// What is left under each of its keys.
    pub(crate) each: [Outlook; TOGETHER_MAX],
    /// What of it may turn out not to count.
    pub(crate) unsettled: Option<Unsettled>,
    /// What of it costs more, as is known when it is over.
    pub(crate) bill: Option<Bill>,
}

/// What was counted of a request that may turn out not to count: given back when this is dropped, by a refusal, a
/// panic, or an answer that says no; unless it was kept.
pub(crate) struct Unsettled {
    counts: Arc<LocalCounts>,
    started: Instant,
    asks: Vec<Ask>,
    taken: Option<Taken>,
    is_kept: bool,
}

/// What is counted of a request: an entry, and the parts of its key.
pub(crate) type Parts<'a> = (&'a Arc<Counted>, Vec<Vec<u8>>);

impl std::fmt::Debug for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rates(..)")
    }
}

impl Rates {
    /// `chance` is from the operating system.
    pub(crate) fn new(chance: [u8; 16], started: Instant) -> Self {
        Self {
            counts: Arc::new(LocalCounts::new(&POOLS)),
            keys: Keys::new(chance),
            started,
            under_way: Arc::default(),
            seen: Seen::default(),
        }
    }

    /// Counts a request under all of its keys, for so many units each; or under none. What counts only if the API
    /// does what it is asked comes back beside it, and so does what is charged when it is over.
    ///
    /// # Errors
    /// The one that refuses longest.
    pub(crate) fn take(&self, asked: &[(Parts<'_>, u32)], now: Instant) -> Result<Passed, Refused> {
        let ask = |(parts, units): &(Parts<'_>, u32)| Ask {
            key: self.key(parts),
            rate: parts.0.rate,
            units: *units,
        };
        let asks: Vec<Ask> = asked.iter().map(ask).collect();
        match self.counts.take(&asks, Ticks::since(self.started, now)) {
            Decision::Admitted(admitted) => {
                let is_meant =
                    |(asked, _): &(&(Parts<'_>, u32), _)| asked.0.0.counts == RateCounts::Success;
                let of_success = asked.iter().zip(&asks).filter(is_meant);
                let of_success: Vec<Ask> = of_success.map(|(_, ask)| *ask).collect();
                let unsettled = (!of_success.is_empty()).then(|| Unsettled {
                    counts: Arc::clone(&self.counts),
                    started: self.started,
                    asks: of_success,
                    taken: Some(admitted.taken),
                    is_kept: false,
                });
                let bill = self.bill(asked, &asks);
                Ok(Passed { each: admitted.each, unsettled, bill })
            }
            Decision::Refused(refused) => Err(refused),
        }
    }

    fn bill(&self, asked: &[(Parts<'_>, u32)], asks: &[Ask]) -> Option<Bill> {
        let costs = asked.iter().zip(asks).filter(|(asked, _)| asked.0.0.cost.is_afterwards());
        let costs: Vec<Cost> = costs
            .map(|(asked, ask)| Cost { counted: Arc::clone(asked.0.0), key: ask.key })
            .collect();
        (!costs.is_empty()).then(|| Bill::new(Arc::clone(&self.counts), self.started, costs))
    }

    /// What is left of what a request costs, as its caller is told: of several, the tightest.
    pub(crate) fn told(&self, costs: &[Cost], now: Instant) -> Option<Quota> {
        let now = Ticks::since(self.started, now);
        let all = costs.iter().filter_map(|cost| cost.told(&self.counts, now));
        all.min_by_key(|quota| quota.left)
    }

    /// A value that a key of an entry shows, where each counts once.
    pub(crate) fn value(&self, (counted, parts): &Parts<'_>, value: &[u8]) -> Key {
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).chain([value]).collect();
        self.keys.key(counted.pool, &format!("value of {}", counted.text), &parts)
    }

    /// Whether it was counted lately.
    pub(crate) fn has_seen(&self, value: Key, now: Instant) -> bool {
        self.seen.has(value, now)
    }

    /// These were counted now.
    pub(crate) fn saw(&self, values: &[(Key, Duration)], now: Instant) {
        values.iter().for_each(|(value, time)| self.seen.add(*value, now, *time));
    }

    /// A place for a request under all of its keys, or under none.
    pub(crate) fn stay(&self, asked: &[Parts<'_>]) -> Result<Places, NoPlace> {
        let most = |parts: &Parts<'_>| (self.key(parts), parts.0.at_once.unwrap_or(0));
        self.under_way.take(&asked.iter().map(most).collect::<Vec<_>>())
    }

    /// Entries that say the same are one count, whatever their place in the policy and after each reload.
    fn key(&self, (counted, parts): &Parts<'_>) -> Key {
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        self.keys.key(counted.pool, &counted.text, &parts)
    }
}

impl Unsettled {
    /// Whether it stays counted when it is dropped.
    pub(crate) const fn keep(&mut self, is_kept: bool) {
        self.is_kept = is_kept;
    }
}

impl std::fmt::Debug for Unsettled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unsettled(..)")
    }
}

impl Drop for Unsettled {
    fn drop(&mut self) {
        if let Some(taken) = self.taken.take().filter(|_| !self.is_kept) {
            self.counts.give_back(&self.asks, taken, Ticks::since(self.started, Instant::now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use portcullis_policy::{
        InputPlace, Often, RateBound, RateCost, RateCounts, RateKey, RateLimit, RequestPlace,
    };

    use super::*;

    const FLOOD: u32 = 1_000_000;

    fn counted(key: RateKey, text: &str) -> Arc<Counted> {
        let often = Often { count: 5, per: Duration::from_mins(15), burst: 5 };
        Arc::new(Counted::new(&RateLimit {
            text: text.into(),
            line: None,
            of: None,
            per: vec![key],
            counts_callers: false,
            counts: RateCounts::Every,
            distinct: None,
            bound: RateBound::Often(often, RateCost::Fixed(1)),
        }))
    }

    #[test]
    fn a_flood_of_a_million_values_lets_nobody_past_a_rate_and_no_caller_pays_for_it() {
        let now = Instant::now();
        let rates = Rates::new([7; 16], now);
        let email = InputPlace::One(RequestPlace::Body("/email".to_owned()));
        let (email, caller) =
            (counted(RateKey::Value(email), "email"), counted(RateKey::Caller, "caller"));
        let ask = |counted: &Arc<Counted>, name: &str| {
            let parts = vec![name.as_bytes().to_vec()];
            rates.take(&[((counted, parts), 1)], now).is_ok()
        };
        let victim = || (0..9).filter(|_| ask(&email, "victim")).count();
        assert_eq!(victim(), 5);
        (0..FLOOD).for_each(|number| {
            ask(&email, &number.to_string());
        });
        assert!(rates.counts.rounded_up() > 100_000, "there was room for all of them");
        assert_eq!(victim(), 0, "what was owed is not forgotten");
        assert!((0..9).filter(|_| ask(&email, "new")).count() <= 5, "full is not unlimited");
        assert_eq!(
            (0..9).filter(|_| ask(&caller, "alice")).count(),
            5,
            "callers have their own room"
        );
    }
}
