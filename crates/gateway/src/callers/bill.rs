//! What a request costs, as far as that is known only when it is over: bytes, and the API's time.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis_controls::resource_limits::{Counted, Quota};
use portcullis_counting::{Charge, Counts as _, Key, LocalCounts, Ticks};
use portcullis_policy::{BYTES_PER_UNIT, RateCost};

/// Bytes of a stream that are not charged yet, at most: whoever asks meanwhile is judged by what has come.
const UNCHARGED_MAX: u64 = 64 << 10;

/// Parts of a unit of bytes, and of one of time: nanoseconds of a millisecond.
const BYTES: NonZeroU32 = NonZeroU32::new(BYTES_PER_UNIT).expect("more than none");
const NANOS: NonZeroU32 = NonZeroU32::new(1_000_000).expect("more than none");

/// What is charged under one key.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    pub(super) counted: Arc<Counted>,
    pub(super) key: Key,
}

/// Charged as it becomes known, and for the rest when it is dropped: by an answer, a refusal, a panic, a client that
/// left, an API that did not answer. One unit was taken when the request was let in, and is not charged again.
pub(crate) struct Bill {
    counts: Arc<LocalCounts>,
    started: Instant,
    costs: Vec<Cost>,
    /// Bytes that are not charged yet, and those that are paid already.
    bytes: u64,
    paid_bytes: u64,
    /// Since when the API works, and how much of that is paid already.
    asked: Option<Instant>,
    paid_time: Duration,
}

impl Bill {
    pub(super) fn new(counts: Arc<LocalCounts>, started: Instant, costs: Vec<Cost>) -> Self {
        let (paid_bytes, paid_time) = (BYTES_PER_UNIT.into(), Duration::from_millis(1));
        Self { counts, started, costs, bytes: 0, paid_bytes, asked: None, paid_time }
    }

    /// What it charges under.
    pub(crate) fn costs(&self) -> &[Cost] {
        &self.costs
    }

    /// These came, or went.
    pub(crate) fn bytes(&mut self, more: u64) {
        let paid = self.paid_bytes.min(more);
        self.paid_bytes -= paid;
        self.bytes = self.bytes.saturating_add(more - paid);
        if self.bytes >= UNCHARGED_MAX {
            self.charge(Duration::ZERO, Instant::now());
        }
    }

    /// The API works from here on.
    pub(crate) fn asked(&mut self, now: Instant) {
        self.asked = Some(now);
    }

    /// It does not any more: what follows is as fast as the client reads.
    pub(crate) fn answered(&mut self, now: Instant) {
        let since = self.asked.take().map(|asked| now.saturating_duration_since(asked));
        let worked = since.unwrap_or_default();
        let paid = self.paid_time.min(worked);
        self.paid_time = self.paid_time.saturating_sub(paid);
        self.charge(worked.saturating_sub(paid), now);
    }

    fn charge(&mut self, worked: Duration, now: Instant) {
        let bytes = std::mem::take(&mut self.bytes);
        if bytes == 0 && worked.is_zero() {
            return;
        }
        let nanos = u64::try_from(worked.as_nanos()).unwrap_or(u64::MAX);
        let charge = |cost: &Cost| {
            let (parts, parts_per_unit) = match cost.counted.cost {
                RateCost::Bytes => (bytes, BYTES),
                _ => (nanos, NANOS),
            };
            Charge { key: cost.key, rate: cost.counted.rate, parts, parts_per_unit }
        };
        let charges: Vec<Charge> = self.costs.iter().map(charge).collect();
        self.counts.charge(&charges, Ticks::since(self.started, now));
    }
}

impl Cost {
    /// What is left, as its caller is told.
    pub(super) fn told(&self, counts: &LocalCounts, now: Ticks) -> Option<Quota> {
        let Self { counted, key } = self;
        let look = Charge { key: *key, rate: counted.rate, parts: 0, parts_per_unit: BYTES };
        let [left, ..] = counts.charge(&[look], now);
        counted.quota(left.available, left.reset_in)
    }
}

impl Drop for Bill {
    fn drop(&mut self) {
        self.answered(Instant::now());
    }
}

impl std::fmt::Debug for Bill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bill(..)")
    }
}
