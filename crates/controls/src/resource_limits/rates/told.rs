//! What is said of rates: how much is left, and why a request is refused.

use std::time::Duration;

use portcullis_model::{ControlId, Refusal, Status};
use portcullis_policy::{BYTES_PER_UNIT, RateCost, RateKey};

use super::super::key_quota::{Quota, QuotaUnit};
use super::Counted;

/// Seconds after which whoever can never pass is told to come again.
pub(super) const NEVER_S: u64 = 86_400;

impl Counted {
    /// Whether what is left tells a caller of nobody else.
    fn is_own(&self) -> bool {
        self.per.iter().any(|key| matches!(key, RateKey::Caller | RateKey::Key))
    }

    /// What a caller is told is left; none where it would tell of others.
    pub fn quota(&self, left: u32, reset_in: Duration) -> Option<Quota> {
        self.told(left, reset_in).filter(|_| self.is_own())
    }

    /// A full burst in the time in which one drains: it is the rate, and what is left is never more. Of time nothing is
    /// told: the fields have no unit for it, and whoever reads a number without one takes it for requests.
    fn told(&self, left: u32, reset_in: Duration) -> Option<Quota> {
        let (name, unit, size) = match (&self.cost, self.is_own()) {
            (RateCost::Time, _) => return None,
            (RateCost::Bytes, true) => ("caller-bytes", QuotaUnit::Bytes, BYTES_PER_UNIT),
            (RateCost::Bytes, false) => ("shared-bytes", QuotaUnit::Bytes, BYTES_PER_UNIT),
            (_, true) => ("caller", QuotaUnit::Requests, 1),
            (_, false) => ("shared", QuotaUnit::Requests, 1),
        };
        Some(Quota {
            name,
            unit,
            limit: u64::from(self.rate.burst()) * u64::from(size),
            window_s: seconds(self.rate.window()).max(1),
            left: u64::from(left) * u64::from(size),
            reset_s: seconds(reset_in),
        })
    }

    /// What whoever came too often is told: of a rate that is shared, too, because the refusal says so already.
    pub fn used_up(&self, retry_in: Option<Duration>) -> Option<Quota> {
        self.told(0, Duration::from_secs(wait_s(retry_in)))
    }

    /// The refusal of one request too many.
    pub fn too_often(&self, retry_in: Option<Duration>) -> Refusal {
        Refusal::new(ControlId::ResourceLimits, Status(429), "rate", self.detail())
            .with_field("Retry-After", wait_s(retry_in).to_string())
    }

    /// The refusal of one request too many at a time.
    pub fn too_many_at_once(&self) -> Refusal {
        Refusal::new(ControlId::ResourceLimits, Status(429), "at_once", self.detail())
            .with_field("Retry-After", "1")
    }

    /// The refusal of what was done before. No 429: that says later, and here no time comes.
    pub fn done_before(&self) -> Refusal {
        Refusal::new(ControlId::ResourceLimits, Status(409), "once", self.detail())
    }

    /// The refusal of a request that does not say one value where an entry lets each pass once.
    pub fn not_one_value(&self) -> Refusal {
        let detail = format!("not one value for `rates: {{ {} }}`", self.text);
        Refusal::new(ControlId::ResourceLimits, Status::BAD_REQUEST, "once_of_nothing", detail)
    }

    /// Which entry, and never of whom: the record of the request says that as far as it may be said.
    fn detail(&self) -> String {
        format!("above `rates: {{ {} }}`", self.text)
    }
}

/// The refusal where nothing more can be counted at a time.
pub fn too_many_under_way() -> Refusal {
    let detail = "as many keys of `at_once` are under way as may be";
    Refusal::new(ControlId::ResourceLimits, Status::UNAVAILABLE, "too_many_values", detail)
        .with_field("Retry-After", "1")
}

/// Seconds that whoever came too often is told to wait.
fn wait_s(retry_in: Option<Duration>) -> u64 {
    retry_in.map_or(NEVER_S, |wait| seconds(wait).max(1))
}

fn seconds(time: Duration) -> u64 {
    time.as_nanos().div_ceil(1_000_000_000) as u64
}
