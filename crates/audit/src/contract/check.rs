//! A rule with the code that looks for what is against it.

use super::control::Answered;
use super::raised::{Draft, Raising};
use super::subject::Subject;
use crate::finding::Rule;

/// A rule, and how it is asked.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) rule: Rule,
    /// What to do.
    pub(super) fix: &'static str,
    /// What answers it in front of the API, if anything can.
    pub(super) answered: Option<Answered>,
    pub(super) look: fn(&Subject<'_>, &mut Raising<'_>),
}

impl Check {
    /// Asks it.
    pub(super) fn ask(&'static self, subject: &Subject<'_>, drafts: &mut Vec<Draft>) {
        let Self { rule, fix, answered, look } = self;
        look(subject, &mut Raising::new(rule, fix, *answered, drafts));
    }
}
