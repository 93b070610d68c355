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
