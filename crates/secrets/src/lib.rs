//! Which secrets lie in this tree, archive, history or client artefact?
//!
//! | question | where |
//! |---|---|
//! | what does a secret look like? | [`Rule`], `rules/*.json` |
//! | does this text hold one? | [`Scanner`] |
//! | what is in this file, and in what is in it? | [`Reader`] |
//! | which files are there? | [`tree`], [`git`] |
//! | what was found before, and decided about? | [`Baseline`] |
//! | how is it told? | [`Finding`], [`Report`] |
//!
//! Patterns, keywords and entropies of `rules/gitleaks.json` are those of gitleaks (MIT, `rules/LICENSE-gitleaks`);
//! the engine is ours. No secret that was found is kept, printed or written: a keyed digest and its length are.

mod allow;
mod baseline;
mod bounds;
mod digest;
mod disguise;
mod engine;
mod entropy;
mod finding;
pub mod git;
mod matched;
mod meant;
mod ours;
mod place;
mod reader;
mod report;
mod rules;
mod sarif;
pub mod tree;

pub use crate::baseline::{Baseline, BaselineFault};
pub use crate::bounds::Bounds;
pub use crate::digest::Salt;
pub use crate::engine::Scanner;
pub use crate::finding::{Finding, Kind, NotRead, Severity};
pub use crate::place::{Place, Position};
pub use crate::reader::Reader;
pub use crate::report::{Judged, Report};
pub use crate::rules::{Rule, Rules, RulesFault};
