//! Where people stand in flows, over all workers and reloads. In memory: after a restart a flow begins anew.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portcullis_controls::business_flow::{Begun, Ended, NoStep, Outcome, Step, Told, Walk};
use portcullis_counting::{Key, Keys, Pool};

/// Walks, and values that they remember, together; a walk with one value takes about 370 bytes. Beyond it the one goes
/// that nobody touched for longest: whoever walked it begins anew.
const WEIGHT_MAX: usize = 400_000;

/// Where everybody stands.
pub(crate) struct Walks {
    table: Mutex<Table>,
    keys: Keys,
    started: Instant,
}

impl std::fmt::Debug for Walks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Walks(..)")
    }
}

#[derive(Default)]
struct Table {
    walks: HashMap<Key, Entry>,
    /// Every touch, in order; of one walk, only the last counts.
    touched: VecDeque<(u64, Key)>,
    weight: usize,
    next: u64,
}

struct Entry {
    /// Which walk it is: another one of the same key is another one.
    id: u64,
    touch: u64,
    walk: Walk,
}

/// A step that was let through, until it is known what became of it. Dropped, it failed where nothing was sent, and
/// else nobody knows.
pub(crate) struct Walking {
    walks: Arc<Walks>,
    step: Step,
    /// Whose walk; none: the answer says it.
    key: Option<Key>,
    begun: Option<(u64, Begun)>,
    /// Whose walk it will be, where the answer says of what.
    of: Vec<Vec<u8>>,
    told: Vec<(usize, Told)>,
    is_sent: bool,
    is_clean: bool,
    is_over: bool,
}

impl Walks {
    /// `chance` is from the operating system.
    pub(crate) fn new(chance: [u8; 16], started: Instant) -> Self {
        Self { table: Mutex::default(), keys: Keys::new(chance), started }
    }

    /// What stands for a walk of a flow.
    pub(crate) fn key(&self, step: &Step, parts: &[Vec<u8>]) -> Key {
        let parts: Vec<&[u8]> = std::iter::once(step.flow.name.as_bytes())
            .chain(parts.iter().map(Vec::as_slice))
            .collect();
        self.keys.key(Pool(0), &step.flow.text, &parts)
    }

    /// Lets a step come, or says why not. Without a key its answer says what walks: only a first step has none.
    pub(crate) fn begin(
        self: &Arc<Self>,
        step: &Step,
        key: Option<Key>,
        brings: &[Option<Vec<Told>>],
        now: Instant,
    ) -> Result<Walking, NoStep> {
        let now = self.since(now);
        let begun = match key {
            Some(key) => Some(self.table().begin(key, step, now, brings)?),
            None if step.index == 0 => None,
            None => return Err(NoStep::Unnamed),
        };
        Ok(Walking {
            walks: Arc::clone(self),
            step: step.clone(),
            key,
            begun,
            of: Vec::new(),
            told: Vec::new(),
            is_sent: false,
            is_clean: true,
            is_over: false,
        })
    }

    fn since(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.started)
    }

    /// Nothing panics while it is locked.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn begin(
        &mut self,
        key: Key,
        step: &Step,
        now: Duration,
        brings: &[Option<Vec<Told>>],
    ) -> Result<(u64, Begun), NoStep> {
        if let Some(entry) = self.walks.get_mut(&key) {
            return Ok((entry.id, entry.walk.begin(step, now, brings)?));
        }
        if step.index > 0 {
            return Err(NoStep::OutOfOrder(0));
        }
        // Known from now on, so that nobody passes it by while it is in the API.
        let mut walk = Walk::default();
        let begun = walk.begin(step, now, brings)?;
        let id = self.add(key, walk);
        self.make_room();
        Ok((id, begun))
    }

    fn add(&mut self, key: Key, walk: Walk) -> u64 {
        self.next += 1;
        let id = self.next;
        self.weight += walk.weight();
        let old = self.walks.insert(key, Entry { id, touch: 0, walk });
        self.weight -= old.map_or(0, |old| old.walk.weight());
        self.touch(key);
        id
    }

    fn end(&mut self, walking: &Walking, outcome: Outcome, now: Duration) {
        let Some(key) = walking.key else { return };
        let step = &walking.step;
        let entry = self.walks.get_mut(&key);
        if let (Some((id, begun)), Some(entry)) = (walking.begun, entry) {
            if entry.id != id {
                return;
            }
            let before = entry.walk.weight();
            let ended = entry.walk.end(step, begun, (outcome, now), &walking.told);
            self.weight = self.weight.saturating_sub(before);
            match ended {
                Ended::Over => {
                    self.walks.remove(&key);
                }
                Ended::GoesOn => {
                    self.weight += entry.walk.weight();
                    self.touch(key);
                }
            }
        } else if step.index == 0 && outcome == Outcome::Done {
            // The answer said whose it is. What is in the API for it ends as it must.
            match self.walks.get_mut(&key).filter(|known| known.walk.is_under_way()) {
                Some(known) => known.walk.begins_anew(),
                None => {
                    self.add(key, Walk::first(step, now, &walking.told));
                }
            }
        }
        self.make_room();
    }

    fn touch(&mut self, key: Key) {
        self.next += 1;
        if let Some(entry) = self.walks.get_mut(&key) {
            entry.touch = self.next;
        }
        self.touched.push_back((self.next, key));
        if self.touched.len() > 2 * self.walks.len() + 64 {
            let walks = &self.walks;
            self.touched
                .retain(|(touch, key)| walks.get(key).is_some_and(|entry| entry.touch == *touch));
        }
    }

    fn make_room(&mut self) {
        for _ in 0..self.touched.len() {
            if self.weight <= WEIGHT_MAX {
                return;
            }
            let Some((touch, key)) = self.touched.pop_front() else { return };
            let Some(entry) = self.walks.get(&key).filter(|entry| entry.touch == touch) else {
                continue;
            };
            if entry.walk.is_under_way() {
                // As many as may be in the API at a time.
                self.touched.push_back((touch, key));
            } else if let Some(gone) = self.walks.remove(&key) {
                self.weight = self.weight.saturating_sub(gone.walk.weight());
            }
        }
    }
}

impl Walking {
    pub(crate) const fn step(&self) -> &Step {
        &self.step
    }

    /// Whether nothing of it passes only because nobody enforces.
    pub(crate) const fn is_clean(&self) -> bool {
        self.is_clean
    }

    pub(crate) const fn clean(&mut self, is_clean: bool) {
        self.is_clean = is_clean;
    }

    /// Whose walk it is, but for what an answer says.
    pub(crate) fn of(&mut self, parts: Vec<Vec<u8>>) {
        self.of = parts;
    }

    /// The answer says what walks.
    pub(crate) fn named(&mut self, name: &str) {
        let mut parts = self.of.clone();
        parts.push(name.as_bytes().to_vec());
        self.key = Some(self.walks.key(&self.step, &parts));
    }

    /// What the answer tells, by the place of its name in the step.
    pub(crate) fn tells(&mut self, which: usize, told: Told) {
        self.told.push((which, told));
    }

    /// From now on the API may do it; or it is certain that it never heard of it.
    pub(crate) const fn sent(&mut self, is_sent: bool) {
        self.is_sent = is_sent;
    }

    /// What became of it.
    pub(crate) fn end(mut self, outcome: Outcome, now: Instant) {
        self.ended(outcome, now);
    }

    fn ended(&mut self, outcome: Outcome, now: Instant) {
        if !std::mem::replace(&mut self.is_over, true) {
            let now = self.walks.since(now);
            let walks = Arc::clone(&self.walks);
            walks.table().end(self, outcome, now);
        }
    }
}

impl Drop for Walking {
    fn drop(&mut self) {
        let outcome = if self.is_sent { Outcome::Unknown } else { Outcome::Failed };
        self.ended(outcome, Instant::now());
    }
}

#[cfg(test)]
mod tests;
