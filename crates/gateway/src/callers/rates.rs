//! How often requests came, over all workers and reloads.

use std::sync::Arc;
use std::time::Instant;

use portcullis_controls::resource_limits::{Counted, POOLS};
use portcullis_counting::{
    Admitted, Ask, Counts, Decision, Key, Keys, LocalCounts, Refused, Ticks,
};

use crate::under_way::{NoPlace, Places, UnderWay};

/// The counts of all entries of `rates`.
pub(crate) struct Rates {
    counts: LocalCounts,
    keys: Keys,
    started: Instant,
    under_way: Arc<UnderWay>,
}

/// What is counted of a request: an entry, and the parts of its key.
pub(crate) type Parts<'a> = (&'a Counted, Vec<Vec<u8>>);

impl std::fmt::Debug for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rates(..)")
    }
}

impl Rates {
    /// `chance` is from the operating system.
    pub(crate) fn new(chance: [u8; 16], started: Instant) -> Self {
        Self {
            counts: LocalCounts::new(&POOLS),
            keys: Keys::new(chance),
            started,
            under_way: Arc::default(),
        }
    }

    /// Counts a request under all of its keys, for so many units each; or under none.
    ///
    /// # Errors
    /// The one that refuses longest.
    pub(crate) fn take(
        &self,
        asked: &[(Parts<'_>, u32)],
        now: Instant,
    ) -> Result<Admitted, Refused> {
        let ask = |(parts, units): &(Parts<'_>, u32)| Ask {
            key: self.key(parts),
            rate: parts.0.rate,
            units: *units,
        };
        let asks: Vec<Ask> = asked.iter().map(ask).collect();
        match self.counts.take(&asks, Ticks::since(self.started, now)) {
            Decision::Admitted(admitted) => Ok(admitted),
            Decision::Refused(refused) => Err(refused),
        }
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use portcullis_policy::{
        InputPlace, Often, RateBound, RateCost, RateKey, RateLimit, RequestPlace,
    };

    use super::*;

    const FLOOD: u32 = 1_000_000;

    fn counted(key: RateKey, text: &str) -> Counted {
        let often = Often { count: 5, per: Duration::from_mins(15), burst: 5 };
        Counted::new(&RateLimit {
            text: text.into(),
            line: None,
            of: None,
            per: vec![key],
            counts_callers: false,
            bound: RateBound::Often(often, RateCost::Fixed(1)),
        })
    }

    #[test]
    fn a_flood_of_a_million_values_lets_nobody_past_a_rate_and_no_caller_pays_for_it() {
        let now = Instant::now();
        let rates = Rates::new([7; 16], now);
        let email = InputPlace::One(RequestPlace::Body("/email".to_owned()));
        let (email, caller) =
            (counted(RateKey::Value(email), "email"), counted(RateKey::Caller, "caller"));
        let ask = |counted: &Counted, name: &str| {
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
