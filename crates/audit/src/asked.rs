//! What the answers are about: one deployment, as its policy says and as it lies here.

use std::path::{Path, PathBuf};

use portcullis_controls::Plan;
use portcullis_model::{Diagnostic, UnixMillis};
use portcullis_policy::{Model, StorePlace};

/// One deployment.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The APIs of the policy, compiled; one at least.
    pub plans: &'a [Plan],
    /// What `check` found: in policy, contracts and certificates.
    pub findings: &'a [Diagnostic],
    /// What is known of the keys that were issued.
    pub keys: &'a KnownKeys,
    /// Folders with copies of the store.
    pub backups: &'a [PathBuf],
    /// Where a folder may be made for drills, which goes with them.
    pub scratch: &'a Path,
    /// What time it is.
    pub now: UnixMillis,
}

/// The keys that were issued, as far as somebody could look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownKeys {
    /// The policy issues none.
    NotIssued,
    /// There may be some; why nobody could look.
    Unknown(String),
    /// There are so many.
    Known {
        /// How many were looked at.
        count: usize,
        /// Names of those that nothing but their end restricts.
        unrestricted: Vec<String>,
        /// There are older ones, which were not looked at.
        has_more: bool,
    },
}

impl<'a> Asked<'a> {
    pub(crate) fn models(&self) -> impl Iterator<Item = &'a Model> {
        self.plans.iter().map(|plan| &*plan.model)
    }

    /// Where lasting state is: the same for all APIs of a policy.
    pub(crate) fn store(&self) -> Option<&'a StorePlace> {
        self.models().find_map(|model| model.store.as_ref())
    }

    /// What `check` found of these kinds.
    pub(crate) fn found(&self, codes: &[&str]) -> Vec<&'a Diagnostic> {
        self.findings.iter().filter(|found| codes.contains(&found.code.name)).collect()
    }
}
