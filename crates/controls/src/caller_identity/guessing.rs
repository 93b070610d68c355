//! How often a wrong credential may be shown: so often that no honest person meets it, and so seldom
//! that guessing leads nowhere.

use std::time::Duration;

use portcullis_counting::Rate;
use portcullis_model::{ControlId, Refusal, Status};

/// What is counted apart: what clients make up, and what they must own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    /// An address, or what one client owns of IPv6.
    Address,
    /// The network around it.
    Network,
    /// All clients together.
    Everybody,
    /// An account, from places that never worked.
    Account,
    /// An account, from a place that did.
    KnownAccount,
    /// A secret, whatever account it is tried on.
    Secret,
    /// Attempts of an address that were refused already: beyond them it is not listened to.
    Refused,
}

impl Counted {
    /// The word in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Address | Self::Refused => "address",
            Self::Network => "network",
            Self::Everybody => "everybody",
            Self::Account | Self::KnownAccount => "account",
            Self::Secret => "secret",
        }
    }
}

/// What is guessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guessed {
    /// A token: 128 bits at least, so that guessing is hopeless, and costs us what it takes to verify.
    Token,
    /// A password.
    Password,
    /// A short code: a million possibilities, or ten thousand.
    Code,
}

/// Seconds after which a client whose password was not compared may try again.
const BUSY_S: u64 = 2;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// How many wrong ones, in which time; several bounds hold together.
///
/// Three typing errors lock nobody out, nor do those of fifty people behind one address.
pub fn rates(guessed: Guessed, counted: Counted) -> Vec<Rate> {
    let bounds: &[(u32, Duration)] = match (guessed, counted) {
        (_, Counted::Refused) => &[(3_000, MINUTE)],
        (Guessed::Token, Counted::Address) => &[(600, MINUTE)],
        (Guessed::Token, Counted::Network) => &[(6_000, MINUTE)],
        (Guessed::Token, Counted::Everybody) => &[(120_000, MINUTE)],
        (_, Counted::Address) => &[(150, MINUTE.saturating_mul(15))],
        (_, Counted::Network) => &[(1_500, MINUTE.saturating_mul(15))],
        (Guessed::Password, Counted::Account | Counted::KnownAccount) => {
            &[(10, MINUTE.saturating_mul(15)), (100, DAY)]
        }
        (Guessed::Code, Counted::Account | Counted::KnownAccount) => {
            &[(5, MINUTE.saturating_mul(15)), (20, DAY)]
        }
        (Guessed::Password, Counted::Secret) => &[(30, HOUR)],
        // Tokens are no accounts' alone; short codes repeat by chance.
        (Guessed::Token, _) | (_, Counted::Everybody) | (Guessed::Code, Counted::Secret) => &[],
    };
    // These numbers make rates: a test says so.
    let rate = |(count, per): &(u32, Duration)| Rate::new(*count, *per, *count).ok();
    bounds.iter().filter_map(rate).collect()
}

/// The refusal of one guess too many. It says neither what was counted nor whether the account exists.
pub fn too_many(counted: Counted, retry_in: Option<Duration>) -> Refusal {
    let detail = format!("too many wrong credentials of this {}", counted.name());
    let seconds = retry_in.map_or(DAY.as_secs(), |retry| retry.as_secs() + 1);
    Refusal::new(ControlId::CallerIdentity, Status(429), "too_many_guesses", detail)
        .with_field("Retry-After", seconds.to_string())
}

/// The refusal of a password that nobody has the time to compare.
pub fn too_busy() -> Refusal {
    let detail = "too many passwords wait to be compared";
    Refusal::new(ControlId::CallerIdentity, Status::UNAVAILABLE, "passwords_busy", detail)
        .with_field("Retry-After", BUSY_S.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bound_is_a_rate_that_lets_honest_errors_pass() {
        for guessed in [Guessed::Token, Guessed::Password, Guessed::Code] {
            let rates = |counted| super::rates(guessed, counted);
            let all = [
                Counted::Address,
                Counted::Network,
                Counted::Everybody,
                Counted::Account,
                Counted::KnownAccount,
                Counted::Secret,
            ];
            assert!(all.iter().flat_map(|counted| rates(*counted)).all(|rate| rate.burst() > 3));
            assert!(!rates(Counted::Address).is_empty() && !rates(Counted::Network).is_empty());
        }
        assert_eq!(rates(Guessed::Code, Counted::Account).len(), 2);
    }
}
