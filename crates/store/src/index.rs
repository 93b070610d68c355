//! From a name to a number: an index of four bytes an entry, for names that are kept elsewhere.
//!
//! Open addressing with linear probing, and deletion by shifting back (Knuth, volume 3, 6.4, algorithm
//! R). It grows in parts, so that nobody waits for all of it. Names are spread evenly already, by a
//! key that nobody knows.

/// Parts, each of which grows alone.
const PARTS: usize = 64;

/// Places of a part that has any.
const PLACES_MIN: usize = 8;

/// A free place.
const FREE: u32 = 0;

pub(crate) struct Index(Vec<Part>);

#[derive(Clone, Default)]
struct Part {
    /// One more than the number, or [`FREE`]. As many as a power of two.
    places: Vec<u32>,
    used: usize,
}

impl Index {
    pub(crate) fn new() -> Self {
        Self(vec![Part::default(); PARTS])
    }

    /// The number that `is` says is the one, of those whose hash may be this.
    pub(crate) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        let part = self.0.get(part_of(hash))?;
        let place = part.place(hash, is)?;
        part.at(place)
    }

    /// Adds a number that is not in it. `hash_of` knows the hash of each that is.
    pub(crate) fn insert(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        let Some(part) = self.0.get_mut(part_of(hash)) else { return };
        if part.used * 4 >= part.places.len() * 3 {
            part.grow(&hash_of);
        }
        part.put(hash, number);
    }

    /// Puts another number in the place of one. Both have this hash.
    pub(crate) fn replace(&mut self, hash: u64, number: u32, by: u32) {
        let Some(part) = self.0.get_mut(part_of(hash)) else { return };
        let place = part.place(hash, |other| other == number);
        if let Some(place) = place.and_then(|place| part.places.get_mut(place)) {
            *place = by + 1;
        }
    }

    pub(crate) fn remove(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        let Some(part) = self.0.get_mut(part_of(hash)) else { return };
        if let Some(place) = part.place(hash, |other| other == number) {
            part.free(place, hash_of);
        }
    }
}

/// The highest bits choose the part, the lowest the place in it.
const fn part_of(hash: u64) -> usize {
    (hash >> 58) as usize
}

impl Part {
    fn at(&self, place: usize) -> Option<u32> {
        self.places.get(place)?.checked_sub(FREE + 1)
    }

    fn mask(&self) -> usize {
        self.places.len().wrapping_sub(1)
    }

    /// There is a free place always, so this ends.
    fn place(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<usize> {
        let mut place = hash as usize & self.mask();
        loop {
            if is(self.at(place)?) {
                return Some(place);
            }
            place = (place + 1) & self.mask();
        }
    }

    fn put(&mut self, hash: u64, number: u32) {
        let mut place = hash as usize & self.mask();
        while self.at(place).is_some() {
            place = (place + 1) & self.mask();
        }
        if let Some(free) = self.places.get_mut(place) {
            *free = number + 1;
            self.used += 1;
        }
    }

    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let room = (self.places.len() * 2).max(PLACES_MIN);
        let before = std::mem::replace(&mut self.places, vec![FREE; room]);
        self.used = 0;
        for number in before.into_iter().filter_map(|place| place.checked_sub(FREE + 1)) {
            self.put(hash_of(number), number);
        }
    }

    /// Whoever was pushed beyond a place moves back to it.
    fn free(&mut self, mut hole: usize, hash_of: impl Fn(u32) -> u64) {
        let mask = self.mask();
        let mut place = hole;
        loop {
            place = (place + 1) & mask;
            let Some(number) = self.at(place) else { break };
            let from_home = place.wrapping_sub(hash_of(number) as usize) & mask;
            if from_home >= place.wrapping_sub(hole) & mask {
                if let Some(free) = self.places.get_mut(hole) {
                    *free = number + 1;
                }
                hole = place;
            }
        }
        if let Some(last) = self.places.get_mut(hole) {
            *last = FREE;
            self.used -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Few homes, so that many meet.
    fn hash_of(number: u32) -> u64 {
        u64::from(number % 13) * 3
    }

    proptest! {
        #[test]
        fn it_finds_what_is_in_it_and_nothing_else(
            steps in proptest::collection::vec((0_u8..4, 0_u32..60), 0..300)
        ) {
            let (mut index, mut exact) = (Index::new(), BTreeSet::new());
            for (turn, (step, number)) in steps.into_iter().enumerate() {
                let hash = hash_of(number);
                if step < 2 && exact.insert(number) {
                    index.insert(hash, number, hash_of);
                } else if step == 2 && exact.remove(&number) {
                    index.remove(hash, number, hash_of);
                } else if exact.contains(&number) && exact.insert(number + 1300) {
                    exact.remove(&number);
                    index.replace(hash, number, number + 1300);
                }
                if turn % 8 != 0 {
                    continue;
                }
                for number in (0..60).chain(1300..1360) {
                    let found = index.find(hash_of(number), |other| other == number);
                    prop_assert_eq!(found.is_some(), exact.contains(&number), "{}", number);
                }
            }
        }
    }
}
