//! What only people can say of an application: `threats.yaml`, read.

mod ends;
mod file;
mod read;
mod words;

use portcullis_model::{Date, Span};

use crate::rating::Rating;
use crate::system::{DataClasses, StoreKind};

pub(crate) use ends::proposed_day;
pub use ends::{DAYS_MAX, last_day};
pub use read::{json_schema, reference_page};
pub(crate) use words::tenths;

/// All that people said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stated {
    /// What must not happen.
    pub goals: Vec<Goal>,
    /// Regimes that hold for it: `gdpr`, `pci-dss`.
    pub regimes: Vec<String>,
    /// What it is worth to the business.
    pub weight: Option<Degree>,
    /// What stands still without it.
    pub tier: Option<Tier>,
    /// What has no file.
    pub assets: Vec<StatedAsset>,
    /// Zones behind the API, and corrections of derived ones.
    pub zones: Vec<StatedZone>,
    /// Stores behind the API.
    pub stores: Vec<StatedStore>,
    /// Of what classes data is, where the names do not say it.
    pub data: Vec<StatedData>,
    /// Risks that somebody takes.
    pub accepted: Vec<Acceptance>,
    /// Threats that something answers which Portcullis cannot see.
    pub answered: Vec<Answered>,
    /// Ratings that people set.
    pub rated: Vec<Rated>,
}

/// A goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// In a sentence.
    pub text: String,
    /// Classes of data that it protects.
    pub protects: DataClasses,
    /// Where it is said.
    pub span: Option<Span>,
}

/// How much (words of TM-BOM 1.0.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the degree of that name")]
pub enum Degree {
    Minimal,
    Low,
    Moderate,
    High,
    Maximal,
}

impl Degree {
    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::Maximal => "maximal",
        }
    }

    /// The degree of this word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Minimal, Self::Low, Self::Moderate, Self::High, Self::Maximal]
            .into_iter()
            .find(|one| one.name() == name)
    }

    /// From 1 to 9.
    pub(crate) const fn value(self) -> u16 {
        match self {
            Self::Minimal => 1,
            Self::Low => 3,
            Self::Moderate => 5,
            Self::High => 7,
            Self::Maximal => 9,
        }
    }
}

/// What stands still without it (words of TM-BOM 1.0.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the tier of that name")]
pub enum Tier {
    MissionCritical,
    BusinessCritical,
    Important,
    NonCritical,
}

impl Tier {
    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissionCritical => "mission_critical",
            Self::BusinessCritical => "business_critical",
            Self::Important => "important",
            Self::NonCritical => "non_critical",
        }
    }
}

/// What has no file, and is worth protecting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedAsset {
    /// What people call it.
    pub name: String,
    /// Why.
    pub why: String,
    /// Where it is said.
    pub span: Option<Span>,
}

/// A zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedZone {
    /// What people call it; that of a derived one corrects it.
    pub name: String,
    /// What is in it.
    pub description: Option<String>,
    /// From 0 to 100.
    pub trust: Option<u8>,
    /// Where it is said.
    pub span: Option<Span>,
}

/// A store behind the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedStore {
    /// What people call it.
    pub name: String,
    /// Of which kind.
    pub kind: StoreKind,
    /// The zone, by its name; none: that of the API.
    pub zone: Option<String>,
    /// Names of data sets that lie in it; none: all of the API's.
    pub holds: Vec<String>,
    /// Whether it is encrypted there.
    pub is_encrypted: Option<bool>,
    /// `PostgreSQL 17`.
    pub product: Option<String>,
    /// Where it is said.
    pub span: Option<Span>,
}

/// Of what classes data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedData {
    /// The name of a data set: `Order`.
    pub name: String,
    /// The classes, in the place of the guessed ones.
    pub classes: DataClasses,
    /// Where it is said.
    pub span: Option<Span>,
}

/// A risk that somebody takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The threat, by its rule.
    pub threat: String,
    /// The element, by its title or stable id; none: wherever it is found.
    pub of: Option<String>,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Until which day, that one included.
    pub until: Date,
    /// Where it is said.
    pub span: Option<Span>,
}

/// That something answers a threat which Portcullis cannot see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The threat, by its rule.
    pub threat: String,
    /// The element, as in [`Acceptance::of`].
    pub of: Option<String>,
    /// What.
    pub how: String,
    /// Who says so.
    pub by: String,
    /// Until which day that is believed, that one included.
    pub until: Date,
    /// Where it is said.
    pub span: Option<Span>,
}

/// A rating that people set in the place of the derived one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rated {
    /// The threat, by its rule.
    pub threat: String,
    /// The element, as in [`Acceptance::of`].
    pub of: Option<String>,
    /// Before anything answers it.
    pub rating: Rating,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// Until which day a number below the derived one counts, that day included. One above it needs no end.
    pub until: Option<Date>,
    /// Where it is said.
    pub span: Option<Span>,
}
