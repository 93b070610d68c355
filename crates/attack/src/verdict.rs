//! What was found about one attack, and what follows from it.

pub use portcullis_evidence::{Outcome, Passage, State};
use portcullis_model::ControlId;

/// Everything that was found about one attack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Directly at the API.
    pub direct: Outcome,
    /// Through the gateway.
    pub through: Outcome,
    /// The controls without which it succeeds again, as few as were found; empty if none stopped
    /// it or the evidence did not hold.
    pub stopped_by: Vec<ControlId>,
    /// Whether the attack succeeded again without them; none where nothing stopped it.
    pub knock_out: Option<bool>,
    /// The same attack at the safe operation, directly.
    pub twin: Option<Outcome>,
    /// Why something is not as clear as it should be.
    pub why: Option<String>,
}

impl Verdict {
    /// Nothing can be said, and why.
    pub(crate) fn inconclusive(why: impl Into<String>) -> Self {
        Self {
            direct: Outcome::Inconclusive,
            through: Outcome::Inconclusive,
            stopped_by: Vec::new(),
            knock_out: None,
            twin: None,
            why: Some(why.into()),
        }
    }

    /// What follows from it.
    pub fn state(&self) -> State {
        if !matches!(self.twin, None | Some(Outcome::Failed)) {
            // A harm that is seen where none can be shows nothing.
            return State::Inconclusive;
        }
        match (self.direct, self.through) {
            (Outcome::Succeeded, Outcome::Stopped) if self.knock_out == Some(true) => State::Closed,
            (Outcome::Succeeded, Outcome::Succeeded) => State::Open,
            (Outcome::Failed, Outcome::Succeeded) => State::OpenedByGateway,
            (Outcome::Failed, Outcome::Stopped | Outcome::Failed) => State::AlreadySafe,
            _ => State::Inconclusive,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(direct: Outcome, through: Outcome, knock_out: Option<bool>) -> Verdict {
        Verdict { direct, through, knock_out, ..Verdict::inconclusive("") }
    }

    #[test]
    fn the_state_follows_from_both_ways() {
        use Outcome::{Failed, Inconclusive, Stopped, Succeeded};
        for (direct, through, knock_out, state) in [
            (Succeeded, Stopped, Some(true), State::Closed),
            (Succeeded, Stopped, Some(false), State::Inconclusive),
            (Succeeded, Stopped, None, State::Inconclusive),
            (Succeeded, Succeeded, None, State::Open),
            (Succeeded, Failed, None, State::Inconclusive),
            (Failed, Failed, None, State::AlreadySafe),
            (Failed, Stopped, None, State::AlreadySafe),
            (Failed, Succeeded, None, State::OpenedByGateway),
            (Failed, Inconclusive, None, State::Inconclusive),
            (Inconclusive, Stopped, Some(true), State::Inconclusive),
        ] {
            let verdict = verdict(direct, through, knock_out);
            assert_eq!(verdict.state(), state, "{verdict:?}");
        }
    }

    #[test]
    fn a_twin_that_is_harmed_voids_the_evidence() {
        let mut verdict = verdict(Outcome::Succeeded, Outcome::Stopped, Some(true));
        verdict.twin = Some(Outcome::Failed);
        assert_eq!(verdict.state(), State::Closed);
        verdict.twin = Some(Outcome::Succeeded);
        assert_eq!(verdict.state(), State::Inconclusive);
    }
}
