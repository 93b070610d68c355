//! Texts and rules that many keys share, each kept once.

use std::borrow::Borrow;
use std::hash::{BuildHasher as _, Hash, RandomState};

use crate::index::Index;

/// Numbers for values: `H` is how one is held.
pub(crate) struct Interned<H> {
    /// Nothing in a place that is free.
    all: Vec<Option<H>>,
    /// How many keys have it.
    counts: Vec<u32>,
    free: Vec<u32>,
    places: Index,
    hasher: RandomState,
}

impl<H> Interned<H> {
    pub(crate) fn new() -> Self {
        Self {
            all: Vec::new(),
            counts: Vec::new(),
            free: Vec::new(),
            places: Index::new(),
            hasher: RandomState::new(),
        }
    }

    pub(crate) fn get(&self, number: u32) -> Option<&H> {
        self.all.get(number as usize)?.as_ref()
    }

    /// The number of a value that somebody has.
    pub(crate) fn find<Q>(&self, value: &Q) -> Option<u32>
    where
        H: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let is = |number| self.get(number).is_some_and(|known: &H| known.borrow() == value);
        self.places.find(self.hasher.hash_one(value), is)
    }

    /// One more key has it: its number, a new one where nobody had it.
    pub(crate) fn take<Q>(&mut self, value: H) -> u32
    where
        H: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hasher.hash_one(value.borrow());
        let is = |number| self.get(number).is_some_and(|known| known.borrow() == value.borrow());
        if let Some(number) = self.places.find(hash, is) {
            if let Some(count) = self.counts.get_mut(number as usize) {
                *count += 1;
            }
            return number;
        }
        let number = self.free.pop().unwrap_or_else(|| {
            self.all.push(None);
            self.counts.push(0);
            self.all.len() as u32 - 1
        });
        let places = (self.all.get_mut(number as usize), self.counts.get_mut(number as usize));
        if let (Some(place), Some(count)) = places {
            (*place, *count) = (Some(value), 1);
        }
        let (all, hasher) = (&self.all, &self.hasher);
        self.places.insert(hash, number, |number| hash_of::<H, Q>(all, hasher, number));
        number
    }

    /// One key fewer has it. After the last one it is gone.
    pub(crate) fn release<Q>(&mut self, number: u32)
    where
        H: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let Some(count) = self.counts.get_mut(number as usize) else { return };
        *count = count.saturating_sub(1);
        if *count > 0 {
            return;
        }
        let (all, hasher) = (&self.all, &self.hasher);
        let hash = hash_of::<H, Q>(all, hasher, number);
        self.places.remove(hash, number, |number| hash_of::<H, Q>(all, hasher, number));
        if self.all.get_mut(number as usize).and_then(Option::take).is_some() {
            self.free.push(number);
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.all.iter().flatten().count()
    }
}

fn hash_of<H, Q>(all: &[Option<H>], hasher: &RandomState, number: u32) -> u64
where
    H: Borrow<Q>,
    Q: Hash + ?Sized,
{
    let held = all.get(number as usize).and_then(Option::as_ref);
    held.map_or(0, |held| hasher.hash_one(held.borrow()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_value_is_there_as_long_as_anybody_has_it(
            steps in proptest::collection::vec((any::<bool>(), 0_u8..20), 0..300)
        ) {
            let (mut all, mut exact) = (Interned::<Box<str>>::new(), BTreeMap::new());
            for (is_taken, value) in steps {
                let text = value.to_string();
                if is_taken {
                    let number = all.take::<str>(text.as_str().into());
                    let known = exact.entry(text).or_insert((number, 0));
                    prop_assert_eq!(known.0, number);
                    known.1 += 1;
                } else if let Some((number, count)) = exact.get_mut(&text) {
                    all.release::<str>(*number);
                    *count -= 1;
                    if *count == 0 {
                        exact.remove(&text);
                    }
                }
                prop_assert_eq!(all.len(), exact.len());
                for (text, (number, _)) in &exact {
                    prop_assert_eq!(all.find(text.as_str()), Some(*number));
                    prop_assert_eq!(all.get(*number).map(|text| &**text), Some(text.as_str()));
                }
            }
        }
    }
}
