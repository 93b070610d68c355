//! What is counted apart from everything else.

use std::hash::Hasher as _;

use siphasher::sip128::{Hasher128 as _, SipHasher24};

/// A part of the counts with room of its own, so that a flood of keys of one kind (accounts, which
/// a client makes up) takes nothing from another kind (addresses, which it must own).
///
/// Put into one pool only what drains in times of the same order: where a pool overflows, new keys
/// begin with what the least indebted old one owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pool(pub u8);

/// A keyed hash of what is counted, 128 bits, and its pool. It says nothing about its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub(crate) pool: Pool,
    pub(crate) low: u64,
    pub(crate) high: u64,
}

/// Makes keys. Its own key is random for each process, so that nobody outside can make two things
/// fall together, or many into one place (SipHash-2-4-128, Aumasson and Bernstein 2012).
#[derive(Clone)]
pub struct Keys(SipHasher24);

impl Keys {
    /// `chance` comes from the operating system, once per process.
    pub fn new(chance: [u8; 16]) -> Self {
        Self(SipHasher24::new_with_key(&chance))
    }

    /// The key of `parts` for one purpose, such as `login by account`. Parts do not run together:
    /// `["ab", "c"]` is another key than `["a", "bc"]`.
    pub fn key(&self, pool: Pool, purpose: &str, parts: &[&[u8]]) -> Key {
        let mut hasher = self.0;
        for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
            hasher.write_u64(part.len() as u64);
            hasher.write(part);
        }
        let hash = hasher.finish128();
        Key { pool, low: hash.h1, high: hash.h2 }
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purpose_and_parts_do_not_run_together() {
        let keys = Keys::new([7; 16]);
        let made = [
            keys.key(Pool(0), "login", &[b"ab", b"c"]),
            keys.key(Pool(0), "login", &[b"a", b"bc"]),
            keys.key(Pool(0), "login", &[b"abc"]),
            keys.key(Pool(0), "login", &[b"abc", b""]),
            keys.key(Pool(0), "loginabc", &[]),
            keys.key(Pool(1), "login", &[b"abc"]),
        ];
        for (index, one) in made.iter().enumerate() {
            assert!(made.iter().skip(index + 1).all(|other| one != other), "{index}");
        }
    }

    #[test]
    fn another_process_makes_other_keys_and_none_prints_its_own() {
        let (one, other) = (Keys::new([1; 16]), Keys::new([2; 16]));
        assert_ne!(one.key(Pool(0), "p", &[b"a"]), other.key(Pool(0), "p", &[b"a"]));
        assert_eq!(one.key(Pool(0), "p", &[b"a"]), one.clone().key(Pool(0), "p", &[b"a"]));
        assert_eq!(format!("{one:?}"), "Keys(..)");
    }

    #[test]
    fn the_hash_is_that_of_its_authors() {
        // The first vector of the reference: key 00..0f, no input.
        let chance = std::array::from_fn(|index| index as u8);
        let hash = SipHasher24::new_with_key(&chance).finish128();
        assert_eq!(
            hash.as_bytes(),
            [
                0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55,
                0x02, 0x93
            ]
        );
    }
}
