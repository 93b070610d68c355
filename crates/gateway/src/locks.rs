//! Values that one request at a time may hold; others of the same value wait in line.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Requests that wait for one value. Whoever has more under way at once repeats what was not answered.
const WAITING_MAX: usize = 16;
/// Values that are held at a time; each takes about 100 bytes.
const VALUES_MAX: usize = 100_000;

/// What stands for a value: a digest.
pub type Key = [u8; 32];

/// All values that are held, over all workers and reloads, and who waits for them.
#[derive(Debug)]
pub struct Locks {
    /// By value: who waits, in the order in which they came.
    held: Mutex<HashMap<Key, Line>>,
    values_max: usize,
}

type Line = VecDeque<oneshot::Sender<Lock>>;

/// What becomes of a request that asks for a value.
#[derive(Debug)]
pub enum Asked {
    /// It has it.
    Held(Lock),
    /// It stands in line.
    Waiting(Waiting),
    /// The line is full.
    TooManyWait,
    /// So many values are held that no other can be.
    TooManyValues,
}

/// A value that is held. When this is dropped, it is the next one's.
#[derive(Debug)]
pub struct Lock {
    locks: Arc<Locks>,
    key: Key,
}

/// A place in line. When this is dropped, it is given up.
#[derive(Debug)]
pub struct Waiting {
    turn: oneshot::Receiver<Lock>,
}

impl Default for Locks {
    fn default() -> Self {
        Self { held: Mutex::default(), values_max: VALUES_MAX }
    }
}

impl Locks {
    /// Asks for a value.
    pub fn ask(self: &Arc<Self>, key: Key) -> Asked {
        let mut held = self.lines();
        if let Some(line) = held.get_mut(&key) {
            // Whoever has left makes room for whoever is here.
            line.retain(|waiting| !waiting.is_closed());
            if line.len() >= WAITING_MAX {
                return Asked::TooManyWait;
            }
            let (sender, turn) = oneshot::channel();
            line.push_back(sender);
            return Asked::Waiting(Waiting { turn });
        }
        if held.len() >= self.values_max {
            return Asked::TooManyValues;
        }
        held.insert(key, Line::new());
        Asked::Held(Lock { locks: self.clone(), key })
    }

    /// Nothing panics while it is locked; whatever did, the lines are whole.
    fn lines(&self) -> MutexGuard<'_, HashMap<Key, Line>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is next; if nobody is, the value is free.
    fn next(&self, key: &Key) -> Option<oneshot::Sender<Lock>> {
        let mut held = self.lines();
        let next = held.get_mut(key).and_then(VecDeque::pop_front);
        if next.is_none() {
            held.remove(key);
        }
        next
    }
}

impl Waiting {
    /// Waits for the turn.
    pub async fn turn(self) -> Option<Lock> {
        self.turn.await.ok()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(next) = self.locks.next(&self.key) {
            // INVARIANT: the value stays held until it is handed over. If the next one has left, or
            // leaves before it looks, this drops what it was handed, and so the one behind it is next.
            let _ = next.send(Self { locks: self.locks.clone(), key: self.key });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What somebody does.
    #[derive(Debug, Clone, Copy)]
    enum Act {
        /// Asks for a value.
        Ask(u8),
        /// Whoever is at this place of all who are there looks whether it is their turn.
        Look(usize),
        /// Leaves: gives back what they hold, or gives up waiting.
        Leave(usize),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            3 => (0_u8..4).prop_map(Act::Ask),
            1 => any::<usize>().prop_map(Act::Look),
            2 => any::<usize>().prop_map(Act::Leave),
        ];
        prop::collection::vec(act, 0..200)
    }

    enum Here {
        Holds(#[expect(dead_code, reason = "held until it is dropped")] Lock),
        Waits(Waiting),
    }

    impl Here {
        fn look(self) -> Self {
            match self {
                Self::Waits(mut waiting) => match waiting.turn.try_recv() {
                    Ok(lock) => Self::Holds(lock),
                    Err(_) => Self::Waits(waiting),
                },
                holds @ Self::Holds(_) => holds,
            }
        }
    }

    proptest! {
        /// The model: for each value, who asked and has not left, in order; the first one has it.
        #[test]
        fn the_first_of_each_line_holds_and_nobody_else(acts in acts()) {
            const VALUES: usize = 3;
            let locks = Arc::new(Locks { values_max: VALUES, ..Locks::default() });
            let mut model: HashMap<u8, VecDeque<usize>> = HashMap::new();
            let mut here: Vec<(usize, u8, Here)> = Vec::new();
            for (name, act) in acts.into_iter().enumerate() {
                match act {
                    Act::Ask(value) => {
                        let line = model.get(&value).map_or(0, VecDeque::len);
                        let values = model.len();
                        let came = match locks.ask([value; 32]) {
                            Asked::Held(lock) => {
                                prop_assert_eq!(line, 0);
                                Some(Here::Holds(lock))
                            }
                            Asked::Waiting(waiting) => {
                                prop_assert!(line > 0 && line <= WAITING_MAX);
                                Some(Here::Waits(waiting))
                            }
                            Asked::TooManyWait => {
                                prop_assert_eq!(line, WAITING_MAX + 1);
                                None
                            }
                            Asked::TooManyValues => {
                                prop_assert_eq!((line, values), (0, VALUES));
                                None
                            }
                        };
                        if let Some(came) = came {
                            here.push((name, value, came));
                            model.entry(value).or_default().push_back(name);
                        }
                    }
                    Act::Look(at) if !here.is_empty() => {
                        let (name, value, who) = here.remove(at % here.len());
                        here.push((name, value, who.look()));
                    }
                    Act::Leave(at) if !here.is_empty() => {
                        let (name, value, who) = here.remove(at % here.len());
                        drop(who);
                        let line = model.get_mut(&value).unwrap();
                        line.retain(|one| *one != name);
                        if line.is_empty() {
                            model.remove(&value);
                        }
                    }
                    Act::Look(_) | Act::Leave(_) => {}
                }
                prop_assert_eq!(locks.lines().len(), model.len());
            }
            for (name, value, who) in here {
                let is_first = model.get(&value).and_then(VecDeque::front) == Some(&name);
                let who = who.look();
                prop_assert_eq!(matches!(who, Here::Holds(_)), is_first);
                // Whoever comes behind must not be let in by this one's end.
                std::mem::forget(who);
            }
        }
    }

    #[test]
    fn what_was_handed_to_somebody_who_leaves_is_the_next_ones() {
        let locks = Arc::new(Locks::default());
        let Asked::Held(first) = locks.ask([0; 32]) else { panic!("it is free") };
        let Asked::Waiting(second) = locks.ask([0; 32]) else { panic!("it is held") };
        let Asked::Waiting(mut third) = locks.ask([0; 32]) else { panic!("it is held") };
        drop(first);
        assert!(third.turn.try_recv().is_err(), "the second one has it, and has not looked");
        drop(second);
        assert!(third.turn.try_recv().is_ok());
        assert!(locks.lines().is_empty());
    }
}
