//! Of which threats a record of an attack speaks.

use portcullis_evidence::{Kind, Record};

use crate::rules::{Probe, RULES, Rule, rule};

/// The threats of which a record speaks.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    /// Of which it shows that something answers them.
    certain: Vec<&'static str>,
    /// Of which it shows that somebody comes in: those, and all that it may be about where it does not say it.
    possible: Vec<&'static str>,
}

impl Spoken {
    /// The attack itself names them. A record from before attacks did, or of an attack that names none that there is,
    /// is about a threat that has its row and its weakness; where several have both, nobody knows about which: what it
    /// stopped shows nothing then, and what came through may be each of them.
    pub(super) fn of(record: &Record) -> Self {
        let Kind::Attack { item, cwe, threats, .. } = &record.kind else { return Self::default() };
        let named = threats.iter().filter_map(|name| rule(name)).filter(|one| is_shown(one));
        let named: Vec<&str> = named.map(|one| one.id).collect();
        if !named.is_empty() && named.len() == threats.len() {
            return Self { certain: named.clone(), possible: named };
        }
        let alike = RULES.iter().filter(|one| one.item == item && one.cwe.contains(cwe));
        let alike: Vec<&str> = alike.filter(|one| is_shown(one)).map(|one| one.id).collect();
        let certain = match (named.as_slice(), alike.as_slice()) {
            ([], [one]) => vec![*one],
            _ => named.clone(),
        };
        Self { certain, possible: named.into_iter().chain(alike).collect() }
    }

    /// Whether it shows that something answers a threat, where it was stopped or failed.
    pub(super) fn is_proof_of(&self, rule: &Rule) -> bool {
        self.certain.contains(&rule.id)
    }

    /// Whether it shows that somebody comes in, where it succeeded.
    pub(super) fn may_be(&self, rule: &Rule) -> bool {
        self.possible.contains(&rule.id)
    }
}

/// What people look at has no attack of its own, though one may share row and weakness with it.
fn is_shown(rule: &Rule) -> bool {
    rule.probe == Probe::Attacks
}
