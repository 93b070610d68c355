//! What of a model is compared: an earlier one as it was written, or one that was found now.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::Date;

use crate::answers::State;
use crate::risk::Level;
use crate::stated::Degree;
use crate::system::Reach;

/// What of a model is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// When it was found.
    pub at: String,
    /// The names of the APIs that it is of.
    pub title: String,
    pub(super) has_gateway: bool,
    pub(super) threats: BTreeMap<String, Held>,
    pub(super) entries: BTreeMap<String, Way>,
    /// What people call each element, by its id with its kind before it.
    pub(super) elements: BTreeMap<String, String>,
    pub(super) claims: BTreeMap<Claim, Claimed>,
    pub(super) weighed: Weighed,
}

/// A threat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) rule: String,
    /// The element, by its id with its kind before it.
    pub(super) element: String,
    pub(super) title: String,
    pub(super) state: State,
    pub(super) level: Level,
    pub(super) is_open: bool,
    /// Until when somebody takes it.
    pub(super) accepted: Option<Date>,
    /// Until when somebody says that something answers it.
    pub(super) answered: Option<Date>,
    /// Until when somebody rates it lower than it is derived to be.
    pub(super) lowered: Option<Date>,
    pub(super) answers: Vec<Answer>,
}

/// Something that is to answer a threat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The control; none: the API itself, or people.
    pub(super) control: Option<String>,
    pub(super) state: State,
    pub(super) proofs: Vec<Shown>,
    /// How many attacks speak of it: more than are kept.
    pub(super) proof_count: usize,
}

/// An attack that speaks of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) attack: String,
    /// What is not any more what it was; empty: it holds.
    pub(super) over: Vec<String>,
}

impl Held {
    /// All attacks that speak of it.
    pub(super) fn proofs(&self) -> impl Iterator<Item = &Shown> {
        self.answers.iter().flat_map(|one| &one.proofs)
    }
}

impl Answer {
    /// Attacks that speak of it and are about what was there.
    pub(super) fn holding(&self) -> Vec<&str> {
        let holding = self.proofs.iter().filter(|one| one.over.is_empty());
        holding.map(|one| one.attack.as_str()).collect()
    }
}

/// A way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) title: String,
    pub(super) reach: Reach,
}

/// What people say of a threat that makes it less.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim {
    pub(super) kind: ClaimKind,
    /// The threat, by its rule.
    pub(super) threat: String,
    /// The element, as it was written; none: wherever the threat is found.
    pub(super) of: Option<String>,
}

/// Kinds of such words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ClaimKind {
    Accepted,
    Answered,
    Rated,
}

/// By whom, and how far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claimed {
    pub(super) by: String,
    /// The last day; none: it says nothing that would need one.
    pub(super) until: Option<Date>,
    /// Likelihood and impact, in tenths.
    pub(super) rating: Option<(u8, u8)>,
}

/// What weighs every rating.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Weighed {
    pub(super) weight: Option<Degree>,
    pub(super) regimes: BTreeSet<String>,
    /// By id.
    pub(super) data: BTreeMap<String, Classed>,
    /// By id.
    pub(super) stores: BTreeMap<String, Kept>,
}

/// Data, with its classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Classed {
    pub(super) title: String,
    pub(super) classes: BTreeSet<String>,
    /// Whether people say so.
    pub(super) is_stated: bool,
}

/// A store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) title: String,
    pub(super) is_encrypted: bool,
    /// Whether people say so.
    pub(super) is_stated: bool,
}

impl Baseline {
    /// How many threats are open.
    pub fn open(&self) -> usize {
        self.threats.values().filter(|one| one.is_open).count()
    }

    /// How many threats attacks speak of: what they showed cannot be compared without evidence.
    pub fn shown(&self) -> usize {
        self.threats.values().filter(|one| one.proofs().next().is_some()).count()
    }

    /// Whether a later model can be compared with it.
    ///
    /// # Errors
    /// In words, where it is of another API, or of one with nothing in front.
    pub fn fits(&self, now: &Self) -> Result<(), String> {
        if self.title != now.title {
            return Err(format!(
                "it is of `{}`, and this is `{}`: if that is the API's new name, write it anew",
                self.title, now.title
            ));
        }
        // There everything is open, so that nothing could be worse behind a gateway.
        if now.has_gateway && !self.has_gateway {
            return Err("it is of the API alone, and this is behind the gateway: write it anew \
                        from the same policy"
                .to_owned());
        }
        Ok(())
    }
}

impl Claim {
    pub(super) fn new(kind: ClaimKind, threat: &str, of: Option<&String>) -> Self {
        Self { kind, threat: threat.to_owned(), of: of.cloned() }
    }
}

/// Adds words to those that were read: of two about the same, the longer ones count, or the first.
pub(super) fn claim(all: &mut BTreeMap<Claim, Claimed>, claim: Claim, claimed: Claimed) {
    match all.get_mut(&claim) {
        Some(known) if known.until < claimed.until => *known = claimed,
        Some(_) => {}
        None => _ = all.insert(claim, claimed),
    }
}
