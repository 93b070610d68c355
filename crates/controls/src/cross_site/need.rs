//! How sure it must be that no other site made a request: by what browsers would have sent along.

/// How sure it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Something must say that a page asks that may.
    Proof,
    /// Nothing may say that another page asks: programs say nothing of pages.
    NoContradiction,
}

/// Which credentials a request shows, by who adds them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SentAlong {
    /// A cookie: every browser adds it, and few programs.
    pub cookie: bool,
    /// What browsers keep beside cookies: the password of `Basic`, a client certificate. Programs
    /// show it far more often.
    pub kept: bool,
    /// One in a header field: a page can add it only after a preflight, which the gateway answers.
    pub header: bool,
}

impl SentAlong {
    /// How sure it must be; none: no browser could be led to it.
    pub const fn need(self) -> Option<Need> {
        match self {
            Self { cookie: true, header: false, .. } => Some(Need::Proof),
            Self { cookie: true, .. } | Self { kept: true, .. } => Some(Need::NoContradiction),
            _ => None,
        }
    }
}

/// Whether browsers keep what stands behind this auth-scheme, and send it again by themselves.
pub fn is_kept_by_browsers(scheme: &str) -> bool {
    ["basic", "digest", "negotiate", "ntlm"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}
