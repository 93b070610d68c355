//! A probe: one attack on one of our own doors, and what came of it.

use super::lab::Lab;

/// Where somebody could come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Admin,
    Http,
    Tls,
    Health,
    Reports,
    Files,
    Command,
}

impl Door {
    pub(crate) const ALL: [Self; 7] = [
        Self::Admin,
        Self::Http,
        Self::Tls,
        Self::Health,
        Self::Reports,
        Self::Files,
        Self::Command,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Admin => "The administrative socket",
            Self::Http => "The gateway's listener, HTTP/1.1",
            Self::Tls => "The gateway's listener, TLS and HTTP/2",
            Self::Health => "Liveness and readiness",
            Self::Reports => "Reports of leaked keys",
            Self::Files => "Files",
            Self::Command => "The command line",
        }
    }
}

/// What came of a probe, with a few words on what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds(String),
    Broken(String),
    NotTried(String),
}

impl Verdict {
    /// It holds if nothing is wrong.
    pub(crate) fn of(wrong: Vec<String>, seen: impl Into<String>) -> Self {
        let wrong = wrong.into_iter().reduce(|all, one| format!("{all}; {one}"));
        wrong.map_or_else(|| Self::Holds(seen.into()), Self::Broken)
    }

    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Holds(_) => "holds",
            Self::Broken(_) => "**broken**",
            Self::NotTried(_) => "not tried",
        }
    }

    pub(crate) fn words(&self) -> &str {
        let (Self::Holds(words) | Self::Broken(words) | Self::NotTried(words)) = self;
        words
    }
}

/// One attack. An error of its judgement is a set-up that failed: nothing is known then.
pub(crate) struct Probe {
    pub(crate) id: &'static str,
    pub(crate) door: Door,
    pub(crate) what: &'static str,
    /// Of the weakness that it looks for.
    pub(crate) cwe: u16,
    /// Whether it is quick, needs no rights, and runs in `check`.
    pub(crate) is_smoke: bool,
    pub(crate) judge: fn(&Lab) -> Result<Verdict, String>,
}
