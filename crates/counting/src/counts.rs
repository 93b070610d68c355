//! What is asked of counts, and what they answer.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::key::Key;
use crate::rate::{Rate, Ticks};

/// Keys that one request asks for together, at most.
pub const TOGETHER_MAX: usize = 8;

/// Units of `rate` under `key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Under what it is counted.
    pub key: Key,
    /// How often it may happen. One key is always asked with the same rate.
    pub rate: Rate,
    /// For how many it counts. More than a burst never fit.
    pub units: u32,
}

impl Ask {
    /// One unit.
    pub const fn one(key: Key, rate: Rate) -> Self {
        Self { key, rate, units: 1 }
    }
}

/// What something turned out to cost, under `key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// Under what it is counted.
    pub key: Key,
    /// The rate that the key is asked with.
    pub rate: Rate,
    /// How much it cost, in parts of a unit.
    pub parts: u64,
    /// So many parts are a unit.
    pub parts_per_unit: NonZeroU32,
}

/// Whether something may happen once more.
#[derive(Debug)]
pub enum Decision {
    /// It may, under every key.
    Admitted(Admitted),
    /// It may not, under at least one; then nothing was taken from any.
    Refused(Refused),
}

/// What is left where it may.
#[derive(Debug)]
pub struct Admitted {
    /// So many more at once, under the key with the least.
    pub remaining: u32,
    /// So long until nothing is owed any more, under the key with the most.
    pub reset_in: Duration,
    /// The same under each key, in the order in which they were asked; what is behind them says nothing.
    pub each: [Outlook; TOGETHER_MAX],
    /// What was taken. Dropped, it counts.
    pub taken: Taken,
}

/// Who refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The place of the key among those asked; of several, the one that refuses longest.
    pub which: usize,
    /// So long until it fits, if nobody else takes anything; `None`: never.
    pub retry_in: Option<Duration>,
}

/// What may be given back, once.
#[derive(Debug)]
pub struct Taken {
    pub(crate) at: Ticks,
}

/// Counts, in this process or shared among several.
///
/// Calls do not wait for a network: what is shared decides by what it knows and exchanges the rest
/// beside it.
pub trait Counts: Send + Sync {
    /// Takes the units under each key, or none at all. More than [`TOGETHER_MAX`] are refused.
    ///
    /// A clock that stands still is fine, one that goes back counts as standing still.
    fn take(&self, asks: &[Ask], now: Ticks) -> Decision;

    /// What [`Counts::take`] would say, without taking.
    fn peek(&self, asks: &[Ask], now: Ticks) -> Result<Outlook, Refused>;

    /// Gives back what was taken under these keys, all of those that were asked or some: the attempt
    /// turned out not to count. What has drained since stays: for each unit, the time since it
    /// was taken is not given back, so that a slow answer buys nothing.
    fn give_back(&self, asks: &[Ask], taken: Taken, now: Ticks);

    /// Charges what was known only afterwards, whether there is room or not, and says what is then left under each
    /// key; what costs nothing is only looked at. Nobody is refused by it, but whoever asks next may be: what is owed
    /// beyond a burst must drain first, and nobody waits for longer than [`Rate::overdraft_max`].
    ///
    /// Under each key the sum is exact, whatever else is taken or charged at the same moment, and all keys of one call
    /// are charged at once: nobody sees some of them charged and others not.
    fn charge(&self, charges: &[Charge], now: Ticks) -> [Outlook; TOGETHER_MAX];
}

/// What is left: of several keys, the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outlook {
    /// So many more at once, under the key with the least.
    pub available: u32,
    /// So long until nothing is owed any more, under the key with the most.
    pub reset_in: Duration,
}
