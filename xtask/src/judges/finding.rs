//! One form for what three tools find, so that runs compare as sets.

use std::collections::{BTreeMap, BTreeSet};

/// One thing that one tool found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) tool: &'static str,
    /// What the tool calls it.
    pub(crate) check: String,
    /// `GET /orders/{id}`, as the document names it.
    pub(crate) operation: String,
    /// Where, or what: a parameter, a status.
    pub(crate) what: String,
}

/// What a tool found in one run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub(crate) findings: BTreeSet<Finding>,
    /// Who answered what is complained of, and what the tool says of one case of it.
    pub(crate) causes: BTreeMap<Finding, BTreeMap<String, String>>,
    pub(crate) requests: usize,
    /// How often the API ended by itself, and was started again.
    pub(crate) ended: usize,
    /// Whether time or requests ended before the tool did.
    pub(crate) is_cut: bool,
}

impl Found {
    pub(crate) fn add(&mut self, finding: Finding, cause: String, message: String) {
        self.causes.entry(finding.clone()).or_default().entry(cause).or_insert(message);
        self.findings.insert(finding);
    }

    /// With what another run of the same found.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.findings.extend(other.findings);
        self.requests += other.requests;
        self.ended += other.ended;
        self.is_cut |= other.is_cut;
        self
    }
}

/// Two runs of one tool, as sets.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub(crate) fell: BTreeSet<Finding>,
    pub(crate) stayed: BTreeSet<Finding>,
    pub(crate) new: BTreeSet<Finding>,
}

impl Compared {
    pub(crate) fn of(bare: &Found, through: &Found) -> Self {
        Self {
            fell: bare.findings.difference(&through.findings).cloned().collect(),
            stayed: bare.findings.intersection(&through.findings).cloned().collect(),
            new: through.findings.difference(&bare.findings).cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str]) -> Found {
        let one = |name: &&str| Finding {
            tool: "sqlmap",
            check: (*name).to_owned(),
            operation: "GET /orders".to_owned(),
            what: "q".to_owned(),
        };
        Found { findings: names.iter().map(one).collect(), ..Found::default() }
    }

    #[test]
    fn what_only_the_gateway_shows_is_new_and_what_it_hides_fell() {
        let compared = Compared::of(&found(&["a", "b"]), &found(&["b", "c"]));
        let names =
            |set: &BTreeSet<Finding>| set.iter().map(|one| one.check.clone()).collect::<String>();
        assert_eq!(names(&compared.fell), "a");
        assert_eq!(names(&compared.stayed), "b");
        assert_eq!(names(&compared.new), "c");
    }
}
