//! How much the store may take.

use crate::held::bounds::Bounds;

/// Canaries of one store, at a time.
pub const CANARIES_MAX: usize = 64;

/// How much the store may take.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Sessions kept in memory; a few kilobytes each.
    pub sessions_cached_max: usize,
    /// Revocations of other issuers' tokens, all of them in memory: 100 bytes each.
    pub revocations_max: usize,
    /// API keys, all of them in memory: 150 bytes each.
    pub keys_max: usize,
    /// Users with a password, all of them in memory: half a kilobyte each.
    pub users_max: usize,
    /// What the register of ids may hold.
    pub register: Bounds,
    /// The database's file.
    pub bytes_max: u64,
    /// Canaries among the sessions: see [`crate::Store::is_canary`]. 64 at most.
    pub canaries: usize,
    /// Start although the store is an older copy, or nobody can tell whether it is.
    pub accept_older: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sessions_cached_max: 65_536,
            revocations_max: 100_000,
            keys_max: 1_000_000,
            users_max: 100_000,
            register: Bounds::default(),
            bytes_max: 8 << 30,
            canaries: 0,
            accept_older: false,
        }
    }
}
