//! What is missing? Documents, policy and deployment held against rules, and the checklist answered with evidence.
//!
//! | question | where |
//! |---|---|
//! | what is wrong with a document? | [`contract`] |
//! | what does a policy leave open? | `policy/` |
//! | what are the ten answers? | `checklist/`, a file each |
//! | how is it told? | `report/`, a file for each form |
//!
//! Drills are real, and happen in a store of their own that goes with them:
//! nothing that is in use is written to.

mod answer;
mod asked;
mod checklist;
mod closed;
pub mod contract;
mod deployment;
mod documents;
mod drill;
mod finding;
mod issued;
mod policy;
mod report;
mod scratch;
mod seen;
mod storage;
mod told;

pub use answer::{Answer, Verdict};
pub use asked::{Asked, KnownKeys};
pub use checklist::{answers, is_asked_of_issuers};
pub use closed::ClosedOperations;
pub use deployment::{
    Advisories, Dependency, Listener, Patient, answered, dependencies, deployment_rules, listeners,
    open_files, plain_is_served, way_around,
};
pub use documents::{document_text, may_be_document, says};
pub use finding::{At, Enforced, Finding, Place, Rule, Severity};
pub use issued::{issued, may_all};
pub use policy::{policy_findings, policy_rules};
pub use report::{NotLookedAt, Report};
pub use scratch::Scratch;
pub use seen::{Said, Seen, SeenDocuments, SeenFiles, SeenIssuer, SeenProbe, SeenSecret, Shown};
pub use storage::{
    SIGNED_LINK, STORAGE_GONE, STORAGE_LINK, STORAGE_OPEN, StorageLink, StorageShown, asked_of,
    storage_links, storage_shown,
};
pub use told::{Locate, Part, Spot, SpotAt, Told, ToldEnforced, ToldFix, ToldRule, ToldScore};

/// Every rule that has a page: of documents, policies, deployments and storage.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let storage = [&STORAGE_LINK, &SIGNED_LINK, &STORAGE_OPEN, &STORAGE_GONE];
    contract::rules().chain(policy::own_rules()).chain(deployment::own_rules()).chain(storage)
}
