//! How much is read of what comes from outside.

/// What one file may cost.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// How deep archives and encodings lie in one another.
    pub depth_max: u8,
    /// Files of one archive, with those of the archives in it.
    pub entries_max: u64,
    /// Bytes that come out of one file with all its archives, where it is small.
    pub inflated_bytes_free: u64,
    /// How many bytes come out for each that lies there, above that.
    pub inflated_ratio_max: u64,
    /// Bytes of an archive in another that cannot be read in one go: ZIP, asar, a source map.
    pub held_bytes_max: u64,
    /// Bytes that are looked through at a time.
    pub window_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            depth_max: 8,
            entries_max: 200_000,
            inflated_bytes_free: 512 << 20,
            inflated_ratio_max: 100,
            held_bytes_max: 256 << 20,
            window_bytes: 8 << 20,
        }
    }
}

/// Bytes of one secret with what must stand around it: what two windows have in common.
pub(crate) const MATCH_BYTES_MAX: usize = 16 << 10;
/// Findings of one run; more are counted.
pub(crate) const FINDINGS_MAX: usize = 10_000;
/// What could not be read, as far as it is said one by one.
pub(crate) const NOT_READ_MAX: usize = 1_000;
