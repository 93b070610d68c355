//! What was found before and decided about: digests, never secrets.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::Salt;
use crate::finding::Finding;
use crate::place::bare;

/// A baseline.
#[derive(Debug)]
pub struct Baseline {
    salt: Salt,
    known: BTreeSet<Known>,
}

/// A finding that stays: where it stood is for whoever reads the file, and decides nothing but for the file's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    path: String,
    rule: String,
    digest: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    salt: String,
    findings: Vec<Known>,
}

/// The form that is written.
const VERSION: u32 = 1;

/// Why a baseline cannot be used.
#[derive(Debug)]
pub enum BaselineFault {
    /// It does not read.
    Form(serde_json::Error),
    /// It is of another version.
    Version(u32),
    /// Its salt is none.
    Salt,
}

impl Baseline {
    /// Reads one.
    pub fn read(text: &[u8]) -> Result<Self, BaselineFault> {
        let written: Written = serde_json::from_slice(text).map_err(BaselineFault::Form)?;
        if written.version != VERSION {
            return Err(BaselineFault::Version(written.version));
        }
        let salt = Salt::parse(&written.salt).ok_or(BaselineFault::Salt)?;
        let known = written.findings.into_iter();
        let known = known.map(|one| Known { path: bare(&one.path).to_owned(), ..one });
        Ok(Self { salt, known: known.collect() })
    }

    /// One of these findings, whose digests are of this salt.
    pub fn of<'f>(salt: Salt, findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        Self { salt, known: findings.into_iter().map(known).collect() }
    }

    /// What digests are made with, so that they can be compared.
    pub const fn salt(&self) -> Salt {
        self.salt
    }

    /// Whether it has a finding: the same secret in the same file, in whatever line.
    pub fn has(&self, finding: &Finding) -> bool {
        self.known.contains(&known(finding))
    }

    /// As it is written, the same for the same findings.
    pub fn write(&self) -> String {
        let findings = self.known.iter().cloned().collect();
        let written = Written { version: VERSION, salt: self.salt.hex(), findings };
        let mut text = serde_json::to_string_pretty(&written).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn known(finding: &Finding) -> Known {
    Known {
        path: finding.place.path.clone(),
        rule: finding.rule.clone(),
        digest: finding.digest.clone(),
    }
}

impl fmt::Display for BaselineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => write!(f, "it is no baseline: {error}"),
            Self::Version(version) => {
                write!(f, "it is of version {version}, and this command reads {VERSION}")
            }
            Self::Salt => f.write_str("its `salt` is none: 32 hex digits"),
        }
    }
}

impl std::error::Error for BaselineFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Form(error) => Some(error),
            Self::Version(_) | Self::Salt => None,
        }
    }
}
