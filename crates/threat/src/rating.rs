//! How likely and how bad something is, and the level that makes.

/// A level of OWASP Risk Rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the level of that name")]
pub enum Level {
    Note,
    Low,
    Medium,
    High,
    Critical,
}

impl Level {
    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The level of this word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Note, Self::Low, Self::Medium, Self::High, Self::Critical]
            .into_iter()
            .find(|one| one.name() == name)
    }
}

/// How likely and how bad, in tenths from 0 to 90, and what that makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rating {
    /// Tenths.
    pub likelihood: u8,
    /// Tenths.
    pub impact: u8,
    /// By OWASP's table.
    pub level: Level,
}

impl Rating {
    /// Of both.
    pub const fn of(likelihood: u8, impact: u8) -> Self {
        Self { likelihood, impact, level: level(likelihood, impact) }
    }
}

/// OWASP's table: likelihood and impact, each low (below 3), medium (below 6) or high.
const fn level(likelihood: u8, impact: u8) -> Level {
    const fn band(tenths: u8) -> u8 {
        match tenths {
            0..30 => 0,
            30..60 => 1,
            _ => 2,
        }
    }
    match band(likelihood) + band(impact) {
        0 => Level::Note,
        1 => Level::Low,
        2 => Level::Medium,
        3 => Level::High,
        _ => Level::Critical,
    }
}
