//! How often requests may come, and how many at a time, as the policy decided.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use portcullis_model::Span;

use crate::authorization::InputPlace;
use crate::login::RequestPlace;

/// Rates that concern one request at the same moment, at most.
pub const RATES_TOGETHER_MAX: usize = 8;

/// Bytes that a rate of bytes counts as one unit: 1 KiB.
pub const BYTES_PER_UNIT: u32 = 1 << 10;

/// One entry of `rates`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimit {
    /// As people write it: `per: caller, rate: 100/s, burst: 200`. Entries that say the same are one count.
    pub text: Arc<str>,
    /// Where it stands; none: it is a default.
    pub line: Option<Span>,
    /// The operations that it counts together, by index; none: every request.
    pub of: Option<Vec<usize>>,
    /// What each count is of: the combination of these.
    pub per: Vec<RateKey>,
    /// Whether requests of verified callers count where only addresses are named.
    pub counts_callers: bool,
    /// Which of the requests count.
    pub counts: RateCounts,
    /// Only values there that were not shown lately count.
    pub distinct: Option<InputPlace>,
    /// What it allows.
    pub bound: RateBound,
}

/// What an entry of `rates` allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RateBound {
    /// So many in a time.
    Often(Often, RateCost),
    /// So many at a time.
    AtOnce(u32),
    /// One, ever.
    Once,
}

/// Which requests count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RateCounts {
    /// All of them, whatever became of them.
    #[default]
    Every,
    /// Those that the API answered with success: a status below 400.
    Success,
}

/// So many in a time: requests, or what they cost, of bytes so many [`BYTES_PER_UNIT`], of time so many milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Often {
    /// How many; none may pass where it is 0.
    pub count: u32,
    /// In which time.
    pub per: Duration,
    /// So many of them at once.
    pub burst: u32,
}

/// For how many a request counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RateCost {
    /// Always for so many.
    Fixed(u32),
    /// For the number that stands there.
    Of(InputPlace),
    /// For the bytes of its body and of the answer's: known when it is over.
    Bytes,
    /// For the time that the API took: known when it is over.
    Time,
}

impl RateCost {
    /// Whether it is known only when a request is over.
    pub const fn is_afterwards(&self) -> bool {
        matches!(self, Self::Bytes | Self::Time)
    }
}

/// What a count is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RateKey {
    /// A verified caller.
    Caller,
    /// An address, or what one client owns of IPv6.
    Address,
    /// The network around it.
    Network,
    /// An API key of the gateway's.
    Key,
    /// The roles of a verified caller.
    Role,
    /// An operation.
    Operation,
    /// All requests together.
    Everybody,
    /// An attribute of a verified caller.
    Attribute(Arc<str>),
    /// A value of the request.
    Value(InputPlace),
    /// An object of this resource, wherever the request names it.
    Object(Arc<str>),
}

impl RateLimit {
    /// Whether it can be asked only when the body was read.
    pub fn needs_body(&self) -> bool {
        let is_body = |place: &InputPlace| {
            matches!(place, InputPlace::One(RequestPlace::Body(_)) | InputPlace::Names(_))
        };
        let is_of_body = |key: &RateKey| matches!(key, RateKey::Value(place) if is_body(place));
        let has_cost =
            matches!(&self.bound, RateBound::Often(_, RateCost::Of(place)) if is_body(place));
        let is_of_values = self.distinct.as_ref().is_some_and(is_body);
        // An object counts for who may touch it: nobody uses up what is another's.
        let is_object = |key: &RateKey| matches!(key, RateKey::Object(_));
        has_cost || is_of_values || self.per.iter().any(|key| is_of_body(key) || is_object(key))
    }

    /// Whether it forbids all that another entry forbids, of the same operations.
    pub fn is_as_strict_as(&self, other: &Self) -> bool {
        let is_no_looser = match (&self.bound, &other.bound) {
            (RateBound::Often(one, cost), RateBound::Often(two, other)) => {
                cost == other
                    && one.per == two.per
                    && one.count <= two.count
                    && one.burst <= two.burst
            }
            (RateBound::AtOnce(one), RateBound::AtOnce(two)) => one <= two,
            (RateBound::Once, RateBound::Once) => true,
            _ => false,
        };
        let counts_all = (self.counts_callers || !other.counts_callers)
            && (self.counts == RateCounts::Every || self.counts == other.counts)
            && (self.distinct.is_none() || self.distinct == other.distinct);
        is_no_looser && counts_all && self.per == other.per
    }

    /// Whether it concerns this operation; none: one that the contract does not declare.
    pub fn concerns(&self, operation: Option<usize>) -> bool {
        match (&self.of, operation) {
            (None, _) => true,
            (Some(of), Some(index)) => of.contains(&index),
            (Some(_), None) => false,
        }
    }
}

impl RateKey {
    /// Whether only requests of verified callers have it.
    pub const fn is_of_callers(&self) -> bool {
        matches!(self, Self::Caller | Self::Key | Self::Role | Self::Attribute(_))
    }
}

impl fmt::Display for RateKey {
    /// As the policy file writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(name) => write!(f, "caller.{name}"),
            Self::Value(place) => place.fmt(f),
            Self::Object(resource) => f.write_str(resource),
            Self::Caller => f.write_str("caller"),
            Self::Address => f.write_str("address"),
            Self::Network => f.write_str("network"),
            Self::Key => f.write_str("key"),
            Self::Role => f.write_str("role"),
            Self::Operation => f.write_str("operation"),
            Self::Everybody => f.write_str("everybody"),
        }
    }
}
