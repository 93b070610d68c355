//! What answers a threat, and how far that is shown: from the plan, from evidence, from traffic.

use std::borrow::Cow;

use portcullis_controls::Plan;
use portcullis_evidence::Record;
use portcullis_model::{ControlId, UnixMillis};

/// How far something answers a threat, from the worst to the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// An attack of ours came through.
    ComesThrough,
    /// Nothing answers it.
    Missing,
    /// It was proven, and what was proven is not what is there now.
    Stale,
    /// People say that something answers it.
    Stated,
    /// A control is to answer it, and nothing showed that it does.
    Configured,
    /// A control was seen to refuse in traffic.
    Seen,
    /// Attacks failed at the API itself.
    Withstands,
    /// An attack succeeds directly, is stopped, and succeeds again without the control.
    Proven,
}

impl State {
    /// All of them, from the worst to the best.
    pub const ALL: [Self; 8] = [
        Self::ComesThrough,
        Self::Missing,
        Self::Stale,
        Self::Stated,
        Self::Configured,
        Self::Seen,
        Self::Withstands,
        Self::Proven,
    ];

    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ComesThrough => "comes through",
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::Stated => "stated",
            Self::Configured => "configured",
            Self::Seen => "seen in traffic",
            Self::Withstands => "withstands",
            Self::Proven => "proven",
        }
    }

    /// The state of this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Whether the threat is open.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::ComesThrough | Self::Missing)
    }
}

/// What may answer threats.
#[derive(Debug, Clone, Copy)]
pub struct Answers<'a> {
    /// The plans of the gateway.
    pub plans: &'a [Plan],
    /// Whether it stands in front: without it, only what the API does counts.
    pub is_in_front: bool,
    /// The last record of each attack, with what is not any more what it was (`stand`).
    pub evidence: &'a [(Record, Vec<&'static str>)],
    /// What was seen in traffic.
    pub seen: &'a [Seen],
    /// What time it is.
    pub now: UnixMillis,
}

/// Refusals of a control that were recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The control.
    pub control: ControlId,
    /// The operation, by its name; none: what is of no operation.
    pub operation: Option<String>,
    /// How many.
    pub count: u64,
    /// The last of them.
    pub last: UnixMillis,
}

/// One control, as it answers a threat at an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mitigation {
    /// The control; none: the API itself, people, or what the element is.
    pub control: Option<ControlId>,
    /// How far.
    pub state: State,
    /// Why, in words: what the control expects, or why it does not.
    pub why: Cow<'static, str>,
    /// Attacks that speak of it, at most [`Self::PROOFS_MAX`]; the best first.
    pub proofs: Vec<Proof>,
    /// How many attacks speak of it.
    pub proof_count: usize,
    /// Refusals in traffic.
    pub seen: u64,
}

impl Mitigation {
    /// How many proofs are kept of one mitigation.
    pub const PROOFS_MAX: usize = 4;
}

/// An attack that speaks of a mitigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The attack.
    pub attack: String,
    /// When it was made.
    pub at: UnixMillis,
    /// Until when it says something.
    pub expires: UnixMillis,
    /// Whether it succeeds again without the control: none where nothing stopped it.
    pub knock_out: Option<bool>,
    /// What is not any more what it was; empty: it holds.
    pub over: Vec<&'static str>,
}

impl Mitigation {
    pub(crate) fn without_proof(
        control: Option<ControlId>,
        state: State,
        why: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { control, state, why: why.into(), proofs: Vec::new(), proof_count: 0, seen: 0 }
    }
}
