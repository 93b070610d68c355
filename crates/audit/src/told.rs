//! A finding as it is told: places have lines, rules have words, whatever part of the audit it comes from.

use std::fmt::Write as _;

use portcullis_model::Span;

use crate::contract::Fix;
use crate::finding::{At, Finding, Rule, Severity};

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// OpenAPI documents.
    Contract,
    /// The policy file and its relaxations.
    Policy,
    /// The host and the gateway that runs on it.
    Deployment,
    /// Texts that give access.
    Secrets,
    /// Links to storage of cloud providers.
    Storage,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Contract, Self::Policy, Self::Deployment, Self::Secrets, Self::Storage];

    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Policy => "policy",
            Self::Deployment => "deployment",
            Self::Secrets => "secrets",
            Self::Storage => "storage",
        }
    }
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What was looked at.
    pub part: Part,
    /// What it was held against.
    pub rule: ToldRule,
    /// How bad it is here.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub fix: String,
    /// Where it shows, the root cause first.
    pub places: Vec<Spot>,
    /// Who answers it already.
    pub enforced: Option<ToldEnforced>,
    /// What the score of its document gains when it is mended, in tenths of a point.
    pub regains: Option<u32>,
}

/// What a document is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldScore {
    /// Its file.
    pub document: String,
    /// From 0 to 1,000: tenths of a point.
    pub tenths: u32,
    /// Its operations.
    pub operations: usize,
    /// What mends all findings of one rule in it, what regains most first.
    pub fixes: Vec<ToldFix>,
}

/// What mends all findings of one rule in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldFix {
    /// The rule.
    pub rule: String,
    /// How bad the worst of them is.
    pub severity: Severity,
    /// What to do.
    pub fix: String,
    /// What the score gains, in tenths of a point.
    pub regains: u32,
    /// How many findings there are.
    pub findings: usize,
    /// The operations that they concern.
    pub operations: usize,
}

/// A rule, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldRule {
    /// Its name.
    pub id: String,
    /// What is right.
    pub title: String,
    /// The row of the mission, or of the checklist.
    pub item: String,
    /// CWE numbers.
    pub cwe: Vec<u16>,
    /// How bad it is where nothing else is known.
    pub severity: Severity,
    /// Why, in Markdown.
    pub page: String,
}

/// A place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spot {
    /// A file; or an address that was asked.
    pub at: SpotAt,
    /// Line and column in it, from 1; columns count characters.
    pub line: Option<(usize, usize)>,
    /// The operation that it belongs to.
    pub operation: Option<String>,
}

/// What a place is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpotAt {
    /// A file, or what is in it behind `!/`.
    File(String),
    /// An address.
    Address(String),
}

impl Default for SpotAt {
    fn default() -> Self {
        Self::Address(String::new())
    }
}

/// Who answers a finding already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldEnforced {
    /// The control.
    pub control: String,
    /// Names of the attacks that it was seen to stop.
    pub evidence: Vec<String>,
}

/// Finds file, line and column of a span.
pub type Locate<'l> = dyn FnMut(Span) -> (String, usize, usize) + 'l;

impl Told {
    /// A finding with its places found.
    pub fn of(part: Part, finding: &Finding, locate: &mut Locate<'_>) -> Self {
        let places = finding.places.iter().map(|place| {
            let (at, line) = match &place.at {
                At::Span(span) => {
                    let (file, line, column) = locate(*span);
                    (SpotAt::File(file), Some((line, column)))
                }
                At::File(path) => (SpotAt::File(path.display().to_string()), None),
                At::Address(address) => (SpotAt::Address(address.clone()), None),
            };
            Spot { at, line, operation: place.operation.clone() }
        });
        Self {
            part,
            rule: ToldRule::of(finding.rule),
            severity: finding.severity,
            message: finding.message.clone(),
            fix: finding.fix.clone(),
            places: places.collect(),
            enforced: finding.enforced.as_ref().map(|by| ToldEnforced {
                control: by.control.name().to_owned(),
                evidence: by.evidence.clone(),
            }),
            regains: None,
        }
    }

    /// Whether nobody answers it yet.
    pub const fn is_open(&self) -> bool {
        self.enforced.is_none()
    }
}

impl ToldScore {
    /// What mends faults: what is worth knowing only costs points, too, and may be as it must be.
    pub(crate) fn urgent(&self) -> impl Iterator<Item = &ToldFix> {
        self.fixes.iter().filter(|fix| fix.severity > Severity::Info)
    }
}

impl ToldFix {
    /// As it was weighed.
    pub fn of(fix: &Fix) -> Self {
        Self {
            rule: fix.rule.id.to_owned(),
            severity: fix.severity,
            fix: fix.fix.clone(),
            regains: fix.regains,
            findings: fix.findings,
            operations: fix.operations,
        }
    }
}

impl ToldRule {
    /// A rule of this crate.
    pub fn of(rule: &Rule) -> Self {
        Self {
            id: rule.id.to_owned(),
            title: rule.title.to_owned(),
            item: rule.item.to_owned(),
            cwe: rule.cwe.to_vec(),
            severity: rule.severity,
            page: rule.page.to_owned(),
        }
    }
}

impl Spot {
    /// The file or the address.
    pub fn name(&self) -> &str {
        match &self.at {
            SpotAt::File(name) | SpotAt::Address(name) => name,
        }
    }

    /// The file, without what is in it.
    pub fn file(&self) -> Option<&str> {
        match &self.at {
            SpotAt::File(name) => name.split("!/").next(),
            SpotAt::Address(_) => None,
        }
    }

    /// `file:line:column`, and the operation.
    pub fn told(&self) -> String {
        let mut told = self.name().to_owned();
        if let Some((line, column)) = self.line {
            // Writing to a String cannot fail.
            let _ = write!(told, ":{line}:{column}");
        }
        if let Some(operation) = &self.operation {
            let _ = write!(told, "  {operation}");
        }
        told
    }
}
