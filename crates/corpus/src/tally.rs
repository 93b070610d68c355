//! Counts by name, and a few places of each.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Places that are kept of each name.
const PLACES_MAX: usize = 3;

/// How often what was found, and where.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    counts: BTreeMap<String, (u64, Vec<String>)>,
}

impl Tally {
    /// Counts one, found at this place.
    pub(crate) fn add(&mut self, name: &str, place: impl FnOnce() -> String) {
        let (count, places) = self.counts.entry(name.to_owned()).or_default();
        *count += 1;
        if places.len() < PLACES_MAX {
            places.push(place());
        }
    }

    /// How many of this name.
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.counts.get(name).map_or(0, |(count, _)| *count)
    }

    /// `{"name": 2, ...}`.
    pub(crate) fn counts(&self) -> Value {
        self.counts.iter().map(|(name, (count, _))| (name.clone(), json!(count))).collect()
    }

    /// `{"name": ["place", ...], ...}`.
    pub(crate) fn places(&self) -> Value {
        self.counts.iter().map(|(name, (_, places))| (name.clone(), json!(places))).collect()
    }
}
