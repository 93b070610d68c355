//! How much the register holds, and for how long.

/// How much the register holds, and for how long. Names are bounded to 2 KiB for each part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How long a fact holds after it was last confirmed: never longer, and up to a thirty-second part
    /// of it less, because what was confirmed just before is not written anew.
    pub lasts_ms: u64,
    /// Objects of one caller; those that were confirmed first of all leave.
    pub objects_max: u32,
    /// Pairs of a caller and an object in all, some 50 bytes of memory each.
    pub pairs_max: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { lasts_ms: 30 * 86_400_000, objects_max: 10_000, pairs_max: 1_000_000 }
    }
}
