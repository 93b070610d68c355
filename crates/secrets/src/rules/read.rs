//! Reads rules.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::allow::{Allow, Of};
use crate::rules::judged::Judged;
use crate::rules::start::{Start, start};
use crate::rules::{Rule, Rules, RulesFault};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rules: Vec<Written>,
    allow: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    pattern: Option<String>,
    keywords: Vec<String>,
    entropy: Option<f64>,
    group: Option<usize>,
    path: Option<String>,
    #[serde(default)]
    allow: Vec<WrittenAllow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAllow {
    #[serde(default)]
    of: Of,
    #[serde(default)]
    patterns: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    all: bool,
}

pub(super) fn read(text: &str) -> Result<Rules, RulesFault> {
    let file: File = serde_json::from_str(text).map_err(RulesFault::Form)?;
    let all = file.rules.into_iter().map(rule).collect::<Result<_, _>>()?;
    let allow = patterns(&file.allow).ok_or_else(|| RulesFault::Pattern("allow".to_owned()))?;
    Ok(Rules { all, allow })
}

fn rule(written: Written) -> Result<Rule, RulesFault> {
    let Written { id, pattern: source, keywords, entropy, group, path, allow } = written;
    let fault = || RulesFault::Pattern(id.clone());
    let allow = allow.into_iter().map(read_allow).collect::<Option<_>>().ok_or_else(fault)?;
    let path = path.map(|path| pattern(&path).ok_or_else(fault)).transpose()?;
    let start = match &source {
        Some(source) => start(source, &keywords).ok_or_else(fault)?,
        None => Start::Near(0),
    };
    let Judged { kind, severity, cwe, fix } = Judged::of(&id);
    Ok(Rule {
        title: id.replace('-', " "),
        id,
        kind,
        severity,
        cwe,
        fix,
        keywords,
        entropy,
        group,
        path,
        allow,
        start,
        source,
        compiled: OnceLock::new(),
    })
}

fn read_allow(written: WrittenAllow) -> Option<Allow> {
    let WrittenAllow { of, patterns: texts, paths, words, all } = written;
    let words = (!words.is_empty()).then(|| {
        aho_corasick::AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
    });
    let words = match words {
        Some(built) => Some(built?),
        None => None,
    };
    Some(Allow { of, patterns: patterns(&texts)?, paths: patterns(&paths)?, words, needs_all: all })
}

fn patterns(texts: &[String]) -> Option<Vec<Regex>> {
    texts.iter().map(|text| pattern(text)).collect()
}

fn pattern(text: &str) -> Option<Regex> {
    RegexBuilder::new(text).unicode(false).build().ok()
}
