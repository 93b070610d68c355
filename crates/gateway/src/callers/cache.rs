//! Tokens that were judged already, by their digest: of one worker, bounded, in two halves of which the
//! older one is let go when the newer one is full.

use std::collections::HashMap;

/// What is known of a token is found by its SHA-256: the token itself is not kept.
pub(crate) type TokenDigest = [u8; 32];

/// A bounded map from tokens to what is known of them.
#[derive(Debug)]
pub(crate) struct TokenCache<T> {
    half_max: usize,
    newer: HashMap<TokenDigest, T>,
    older: HashMap<TokenDigest, T>,
}

impl<T: Clone> TokenCache<T> {
    /// At most `max` entries.
    pub(crate) fn new(max: usize) -> Self {
        Self { half_max: max / 2, newer: HashMap::new(), older: HashMap::new() }
    }

    /// What is known of a token.
    pub(crate) fn get(&mut self, digest: &TokenDigest) -> Option<T> {
        if let Some(known) = self.newer.get(digest) {
            return Some(known.clone());
        }
        let known = self.older.remove(digest)?;
        self.insert(*digest, known.clone());
        Some(known)
    }

    /// Forgets a token.
    pub(crate) fn remove(&mut self, digest: &TokenDigest) {
        self.newer.remove(digest);
        self.older.remove(digest);
    }

    pub(crate) fn insert(&mut self, digest: TokenDigest, known: T) {
        if self.newer.len() >= self.half_max {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(digest, known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: u32) -> TokenDigest {
        let mut digest = [0; 32];
        for (place, byte) in digest.iter_mut().zip(number.to_le_bytes()) {
            *place = byte;
        }
        digest
    }

    #[test]
    fn it_never_holds_more_and_keeps_what_is_used() {
        let mut cache = TokenCache::new(100);
        cache.insert(digest(0), 0);
        for number in 1..10_000 {
            cache.insert(digest(number), number);
            assert_eq!(cache.get(&digest(0)), Some(0), "{number}");
            assert!(cache.newer.len() + cache.older.len() <= 100);
        }
        assert_eq!(cache.get(&digest(5)), None);
    }
}
