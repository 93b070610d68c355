//! The audit of an API document: what it declares, held against rules, told by root causes, scored, and mended.
//!
//! Each family of rules is a file in `contract/rules/`. A rule reads the compiled contract and the outline of the
//! document, so it is one for all versions of OpenAPI.

mod answered;
mod check;
mod control;
mod exposure;
mod group;
mod overlay;
mod page;
mod raised;
mod rules;
mod score;
mod scored;
mod subject;
mod tally;
mod weigh;

use portcullis_contract::Contract;
use portcullis_contract::outline::Outline;
use portcullis_controls::Plan;
use portcullis_evidence::Standing;
use portcullis_model::{Diagnostic, SourceId, Sources, UnixMillis};
use portcullis_policy::Model;

use crate::finding::{Finding, Rule};
use subject::Subject;
use weigh::{Weighed, weighed};

pub use overlay::{ACTIONS_MAX, Action, Change, Overlay};
pub use page::{rule_page, rules_page};
pub use score::{Answer, Score};
pub use scored::{PLACES_MAX, Scored};
pub use tally::Fix;

/// Findings that are told; what is worse comes first, and all of them count in the score.
pub const FINDINGS_MAX: usize = 5_000;

/// A document, and what is known of the gateway in front of it.
#[derive(Debug, Clone, Copy)]
pub struct Audited<'a> {
    /// The document, compiled.
    pub contract: &'a Contract,
    /// The files that it was read from.
    pub sources: &'a Sources,
    /// The document itself, among them.
    pub main: SourceId,
    /// What reading it told: joined with a policy, a contract has none of its own.
    pub warnings: &'a [Diagnostic],
    /// What a gateway enforces, if there is a policy.
    pub plan: Option<&'a Plan>,
    /// What attacks showed of it; none: nobody kept any.
    pub evidence: Option<&'a Standing>,
    /// What time it is: relaxations end.
    pub now: UnixMillis,
}

/// What was found.
#[derive(Debug)]
pub struct DocumentAudit {
    /// Root causes, the worst that nothing answers first.
    pub findings: Vec<Scored>,
    /// How many more there are.
    pub untold: usize,
    /// What the document is worth; none: no operation was read, and there is nothing to score.
    pub score: Option<Score>,
    /// Its operations, also those that cannot be served.
    pub operations: usize,
    /// What regains most when all findings of one rule are mended.
    pub fixes: Vec<Fix>,
    /// What mends it.
    pub overlay: Overlay,
    /// Whether all of it was looked at; else it is larger than the bounds of the audit.
    pub is_whole: bool,
}

impl<'a> Audited<'a> {
    /// A document that a gateway stands in front of.
    pub fn of(plan: &'a Plan, evidence: Option<&'a Standing>, now: UnixMillis) -> Self {
        let model = &plan.model;
        let Model { contract, sources, main, warnings, .. } = &**model;
        Self { contract, sources, main: *main, warnings, plan: Some(plan), evidence, now }
    }
}

/// Holds a document against all rules.
///
/// # Errors
/// Where the text is no document, which a compiled contract of it rules out.
pub fn audit(audited: &Audited<'_>) -> Result<DocumentAudit, Diagnostic> {
    let Audited { contract, sources, main, .. } = *audited;
    let outline = Outline::read(contract, sources, main)?;
    let subject = Subject::new(audited, &outline);
    let mut drafts = Vec::new();
    for check in rules::all() {
        check.ask(&subject, &mut drafts);
    }
    let operations = outline.operations.len();
    let overlay = Overlay::of(&drafts, &outline, &contract.title);
    let Weighed { mut findings, score, fixes } = weighed(drafts, &subject, audited.evidence);
    let untold = findings.len().saturating_sub(FINDINGS_MAX);
    findings.truncate(FINDINGS_MAX);
    let is_whole = outline.is_whole;
    Ok(DocumentAudit { findings, untold, score, operations, fixes, overlay, is_whole })
}

/// Every rule, by family.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::all().map(|check| &check.rule)
}

/// The rule of this name.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

impl DocumentAudit {
    /// The findings without their weights.
    pub fn plain(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().map(|scored| &scored.finding)
    }
}

#[cfg(test)]
mod tests;
