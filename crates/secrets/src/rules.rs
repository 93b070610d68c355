//! What secrets look like: rules as data.

mod judged;
mod read;
mod start;

use std::fmt;
use std::sync::OnceLock;

use regex::bytes::Regex;
use regex_automata::meta;

use crate::allow::Allow;
use crate::bounds::MATCH_BYTES_MAX;
use crate::finding::{Kind, Severity};
pub(crate) use crate::rules::judged::BY_NAME;
pub(crate) use crate::rules::start::Start;

const GITLEAKS: &str = include_str!("../rules/gitleaks.json");
const OWN: &str = include_str!("../rules/own.json");

/// How one kind of secret is recognised.
#[derive(Debug)]
pub struct Rule {
    /// Its name, for ever.
    pub id: String,
    /// What it is, for people.
    pub title: String,
    /// Whether it may be public.
    pub kind: Kind,
    /// How bad it is where it lies in the open.
    pub severity: Severity,
    /// The weakness (CWE).
    pub cwe: u16,
    /// What to do.
    pub fix: &'static str,
    pub(crate) keywords: Vec<String>,
    /// The least entropy of the secret.
    pub(crate) entropy: Option<f64>,
    /// The group of the pattern that is the secret.
    pub(crate) group: Option<usize>,
    /// Files that it looks at.
    pub(crate) path: Option<Regex>,
    pub(crate) allow: Vec<Allow>,
    /// Where its matches begin.
    pub(crate) start: Start,
    source: Option<String>,
    compiled: OnceLock<Option<meta::Regex>>,
}

/// All rules.
#[derive(Debug)]
pub struct Rules {
    pub(crate) all: Vec<Rule>,
    /// Texts that no rule takes for a secret.
    pub(crate) allow: Vec<Regex>,
}

/// Why rules cannot be used.
#[derive(Debug)]
pub enum RulesFault {
    /// The data does not read.
    Form(serde_json::Error),
    /// A pattern that is none, of this rule.
    Pattern(String),
    /// The keywords cannot be searched for together.
    Keywords,
}

impl Rules {
    /// Those that come with the product.
    pub fn built_in() -> Result<Self, RulesFault> {
        let mut rules = read::read(GITLEAKS)?;
        rules.all.extend(read::read(OWN)?.all);
        rules.all.extend(judged::ours());
        Ok(rules)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.all.iter()
    }
}

impl Rule {
    /// Its pattern. It is compiled when it is first asked for: most never are.
    pub(crate) fn pattern(&self) -> Option<&meta::Regex> {
        self.compiled.get_or_init(|| compiled(self.source.as_deref()?)).as_ref()
    }

    /// The text of its pattern, without what only stands before it.
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// The group of its pattern that is the secret.
    pub fn secret_group(&self) -> usize {
        self.group.unwrap_or(1)
    }

    /// What a file's text must hold for the rule to be asked.
    pub fn keywords(&self) -> &[String] {
        &self.keywords
    }

    /// Whether it looks at a file at all.
    pub(crate) fn looks_at(&self, path: &str) -> bool {
        self.path.as_ref().is_none_or(|pattern| pattern.is_match(path.as_bytes()))
    }

    /// How far around a keyword it looks.
    pub(crate) fn reach(&self) -> usize {
        match self.start {
            Start::Keyword(_) => MATCH_BYTES_MAX,
            Start::Near(reach) => reach,
        }
    }
}

fn compiled(source: &str) -> Option<meta::Regex> {
    let syntax = regex_automata::util::syntax::Config::new().unicode(false).utf8(false);
    meta::Builder::new()
        .configure(meta::Config::new().utf8_empty(false))
        .syntax(syntax)
        .build(source)
        .ok()
}

impl fmt::Display for RulesFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => write!(f, "the rules do not read: {error}"),
            Self::Pattern(id) => write!(f, "a pattern of the rule `{id}` is none"),
            Self::Keywords => {
                f.write_str("the keywords of the rules cannot be searched for together")
            }
        }
    }
}

impl std::error::Error for RulesFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Form(error) => Some(error),
            Self::Pattern(_) | Self::Keywords => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_pattern_that_compiles_and_a_name_of_its_own() {
        let rules = Rules::built_in().unwrap();
        assert!(rules.all.len() > 220);
        let mut names: Vec<&str> = rules.iter().map(|rule| &*rule.id).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), rules.all.len());
        for rule in rules.iter() {
            assert!(rule.source.is_none() || rule.pattern().is_some(), "{}", rule.id);
            assert!(!rule.title.is_empty() && !rule.fix.is_empty() && rule.cwe > 0);
        }
    }

    #[test]
    fn most_rules_are_asked_at_their_keyword_alone() {
        let rules = Rules::built_in().unwrap();
        let near: Vec<&str> = rules
            .iter()
            .filter(|rule| matches!(rule.start, Start::Near(_)) && rule.source.is_some())
            .map(|rule| &*rule.id)
            .collect();
        assert!(near.len() < 30, "{near:?}");
        for id in ["generic-api-key", "github-pat", "jwt", "adafruit-api-key"] {
            assert!(!near.contains(&id), "{id}");
        }
    }
}
