//! What reading as two callers showed.

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) given_away: Vec<GivenAway>,
    /// Operations that keep both apart.
    pub(super) apart: Vec<String>,
    /// Operations that answer anybody the same, token or not.
    pub(super) open: Vec<String>,
    /// What could not be judged, and why.
    pub(super) not_judged: Vec<(String, String)>,
    pub(super) asked: usize,
    pub(super) seconds: u64,
}

/// An operation that gives one caller what belongs to the other.
#[derive(Debug)]
pub(super) struct GivenAway {
    pub(super) operation: String,
    pub(super) reader: String,
    pub(super) owner: String,
    pub(super) path: String,
    /// What shows that.
    pub(super) proof: String,
    pub(super) curl: String,
}

/// Both directions: who owns, who reads.
pub(super) const PAIRS: [(usize, usize); 2] = [(0, 1), (1, 0)];
