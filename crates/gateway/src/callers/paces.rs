//! How fast keys are used, over all workers.

use std::time::{Duration, Instant};

use portcullis_controls::resource_limits::{Quota, QuotaUnit};
use portcullis_counting::{Ask, Counts, Decision, Keys, LocalCounts, Pool, Rate, Taken, Ticks};
use portcullis_model::{KeyId, KeyQuota};

/// Keys that are counted at a time; where there are more, new ones begin with what others owe.
const KEYS_MAX: usize = 200_000;

/// The counts of keys that have a rate.
pub(crate) struct Paces {
    counts: LocalCounts,
    keys: Keys,
    started: Instant,
}

/// A use that was counted.
pub(crate) struct Paced {
    asks: Vec<Ask>,
    taken: Taken,
    /// What is left, where anything was counted.
    pub(crate) quota: Option<Quota>,
}

impl std::fmt::Debug for Paces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Paces(..)")
    }
}

impl Paces {
    pub(crate) fn new(chance: [u8; 16], started: Instant) -> Self {
        Self { counts: LocalCounts::new(&[KEYS_MAX]), keys: Keys::new(chance), started }
    }

    /// Counts a use of a key and of all above it, or of none of them.
    ///
    /// # Errors
    /// The rate that refuses longest.
    pub(crate) fn take(&self, line: &[(KeyId, KeyQuota)], now: Instant) -> Result<Paced, Quota> {
        let rates: Vec<(u32, u32)> = line.iter().filter_map(|(_, quota)| quota.rate).collect();
        let ask = |(id, quota): &(KeyId, KeyQuota)| {
            let (count, per_s) = quota.rate?;
            let rate = Rate::new(count, Duration::from_secs(u64::from(per_s)), count);
            let key = self.keys.key(Pool(0), "key", &[id.as_bytes()]);
            // What makes no rate was refused when the key was issued.
            Some(Ask::one(key, rate.unwrap_or(Rate::NEVER)))
        };
        let asks: Vec<Ask> = line.iter().filter_map(ask).collect();
        let quota = |(count, per_s): (u32, u32), left: u32, reset: Duration| Quota {
            name: "rate",
            unit: QuotaUnit::Requests,
            limit: count.into(),
            window_s: per_s.into(),
            left: left.into(),
            reset_s: reset.as_millis().div_ceil(1000) as u64,
        };
        match self.counts.take(&asks, Ticks::since(self.started, now)) {
            Decision::Admitted(admitted) => {
                let slowest = rates.into_iter().min_by_key(|(count, per_s)| {
                    u64::from(*count).saturating_mul(1_000_000) / u64::from(*per_s).max(1)
                });
                let quota = slowest.map(|rate| quota(rate, admitted.remaining, admitted.reset_in));
                Ok(Paced { asks, taken: admitted.taken, quota })
            }
            Decision::Refused(refused) => {
                let rate = rates.get(refused.which).copied().unwrap_or((0, 1));
                Err(quota(rate, 0, refused.retry_in.unwrap_or(Duration::from_hours(24))))
            }
        }
    }

    /// It did not come to a use.
    pub(crate) fn give_back(&self, paced: Paced, now: Instant) {
        let Paced { asks, taken, .. } = paced;
        self.counts.give_back(&asks, taken, Ticks::since(self.started, now));
    }
}
