//! How much the store may take.

/// How much the store may take.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Sessions kept in memory; a few kilobytes each.
    pub sessions_cached_max: usize,
    /// Revocations of other issuers' tokens, all of them in memory: 100 bytes each.
    pub revocations_max: usize,
    /// The database's file.
    pub bytes_max: u64,
    /// Start although the store is an older copy, or nobody can tell whether it is.
    pub accept_older: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sessions_cached_max: 65_536,
            revocations_max: 100_000,
            bytes_max: 8 << 30,
            accept_older: false,
        }
    }
}
