//! What an operation loses by whom it lets in, whatever rules say of what it takes and gives.
//!
//! | operation | load |
//! |---|---:|
//! | asks for a credential, and nothing is found of that | 0 |
//! | asks for one, and what rules find of it weighs `x` | 16 · x / (16 + x) |
//! | says that everybody may call it, and reads, or is what somebody without a credential needs | 20 |
//! | says so, and changes something | 28 |
//! | says nothing, or nothing that is declared, and reads | 32 |
//! | the same, and changes something | 40 |
//! | lets everybody in and looks like one of administrators | 60 |
//!
//! So whoever asks for a credential never loses as much as who asks for none: a document whose `security` is taken away
//! has no rule left that finds fault with it, and fewer points.

use portcullis_contract::{Contract, SchemePlace, Security};

use super::rules::is_before_login;
use super::score::ONE;
use super::subject::Op;

/// What asking for a credential never loses.
const ASKS: u64 = 16 * ONE;

/// Whom an operation lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exposure {
    /// Everybody; with what that costs.
    Open(u64),
    /// Whoever shows a credential; with the weights of all that is found of that.
    Asks(u64),
}

impl Exposure {
    /// As the document says it.
    pub(super) fn of(one: &Op<'_>, contract: &Contract) -> Self {
        let load = match one.security() {
            Security::Required { .. } if asks_for_something(one, contract) => return Self::Asks(0),
            _ if one.administrative.is_some() => 60,
            Security::Anonymous { .. } if one.is_write() && !is_before_login(one) => 28,
            Security::Anonymous { .. } => 20,
            Security::Required { .. } | Security::NotStated if one.is_write() => 40,
            Security::Required { .. } | Security::NotStated => 32,
        };
        Self::Open(load * ONE)
    }

    /// What it costs.
    pub(super) fn load(self) -> u64 {
        match self {
            Self::Open(load) => load,
            Self::Asks(found) => ASKS * found / (ASKS + found),
        }
    }

    /// With one more finding about its credentials. What lets everybody in has none that could count.
    pub(super) const fn with(self, weight: u64) -> Self {
        match self {
            Self::Open(_) => self,
            Self::Asks(found) => Self::Asks(found + weight),
        }
    }

    /// Without one of them.
    pub(super) const fn without(self, weight: u64) -> Self {
        match self {
            Self::Open(_) => self,
            Self::Asks(found) => Self::Asks(found.saturating_sub(weight)),
        }
    }

    /// What it costs at most if it asks for a credential: which faults that has, only a document that says so shows.
    pub(super) fn guarded(self) -> u64 {
        self.load().min(ASKS)
    }
}

/// Whether each alternative has a credential that somebody declared: what cannot be read, other tools leave out.
fn asks_for_something(one: &Op<'_>, contract: &Contract) -> bool {
    let is_known = |index: &usize| {
        let scheme = contract.schemes.get(*index);
        scheme.is_some_and(|scheme| scheme.place != SchemePlace::NotUnderstood)
    };
    let all = one.alternatives();
    !all.is_empty() && all.iter().all(|asked| asked.schemes.iter().any(is_known))
}

/// How the findings of a rule count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counting {
    /// Each by itself.
    Alone,
    /// As a part of what is found of the credentials of its operations.
    OfCredentials,
    /// As what its operations lose by letting everybody in.
    OfOpenness,
    /// Not at all: it compares what an operation asks for with what others ask, so it would go if they asked for less.
    Never,
}

/// How the findings of the rule of this name count. Whatever is found only where a credential is asked for must not count
/// alone: it would be mended by not asking.
pub(super) fn counting(rule: &str) -> Counting {
    const OF_CREDENTIALS: [&str; 14] = [
        "basic-credentials",
        "cookie-for-writes",
        "error-401-undeclared",
        "error-403-undeclared",
        "key-declared-in-query",
        "oauth-address-plain",
        "oauth-implicit",
        "oauth-password",
        "oauth-without-code-flow",
        "oauth-without-refresh",
        "object-without-owner",
        "old-authentication",
        "owner-from-caller",
        "token-kind-unsaid",
    ];
    const OF_OPENNESS: [&str; 11] = [
        "administration-open",
        "credential-optional",
        "no-security-scheme",
        "operation-public",
        "read-open",
        "root-security-empty",
        "scheme-missing",
        "security-never-asked",
        "version-weaker",
        "write-open",
        "write-public",
    ];
    const NEVER: [&str; 2] = ["administration-same-credential", "scope-for-everything"];
    if OF_CREDENTIALS.contains(&rule) {
        Counting::OfCredentials
    } else if OF_OPENNESS.contains(&rule) {
        Counting::OfOpenness
    } else if NEVER.contains(&rule) {
        Counting::Never
    } else {
        Counting::Alone
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules;
    use super::*;

    #[test]
    fn every_name_is_one_of_a_rule() {
        let counted = rules::all().filter(|one| counting(one.rule.id) != Counting::Alone).count();
        assert_eq!(counted, 14 + 11 + 2);
    }

    #[test]
    fn whoever_asks_for_a_credential_never_loses_as_much_as_who_asks_for_none() {
        let mut asks = Exposure::Asks(0);
        assert_eq!(asks.load(), 0);
        for _ in 0..1_000 {
            let more = asks.with(40 * ONE);
            assert!(more.load() >= asks.load() && more.load() < 20 * ONE);
            assert_eq!(more.without(40 * ONE), asks);
            asks = more;
        }
    }
}
