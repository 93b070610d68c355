//! Proofs that were used: each holds once (RFC 9449 section 11.1).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use portcullis_model::UnixMillis;

/// Proofs that are remembered; each is for two minutes at most.
const PROOFS_MAX: usize = 200_000;

/// The proofs of the last minutes, by their digest.
#[derive(Debug, Default)]
pub(crate) struct Proofs {
    seen: Mutex<HashMap<[u8; 32], UnixMillis>>,
}

/// What a proof is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It was not seen before.
    First,
    /// It was.
    Again,
    /// More proofs than can be remembered: whether it was seen cannot be known.
    Unknown,
}

impl Proofs {
    /// Uses one up, until it is worth nothing anyway.
    pub(crate) fn use_up(&self, id: [u8; 32], forget_at: UnixMillis, now: UnixMillis) -> Use {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.get(&id).is_some_and(|until| now < *until) {
            return Use::Again;
        }
        if seen.len() >= PROOFS_MAX {
            seen.retain(|_, until| now < *until);
        }
        if seen.len() >= PROOFS_MAX {
            return Use::Unknown;
        }
        seen.insert(id, forget_at);
        Use::First
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_holds_once_and_is_forgotten_when_it_is_too_old() {
        let proofs = Proofs::default();
        let (now, end) = (UnixMillis(1_000), UnixMillis(61_000));
        assert_eq!(proofs.use_up([1; 32], end, now), Use::First);
        assert_eq!(proofs.use_up([1; 32], end, UnixMillis(60_999)), Use::Again);
        assert_eq!(proofs.use_up([2; 32], end, now), Use::First);
        assert_eq!(proofs.use_up([1; 32], UnixMillis(99_000), end), Use::First);
    }
}
