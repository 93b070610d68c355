//! What looks like a secret and is none: places to fill in, examples, names.

use aho_corasick::AhoCorasick;
use regex::bytes::Regex;
use serde::Deserialize;

use crate::matched::Match;

/// When a rule does not mean what it matches.
#[derive(Debug)]
pub(crate) struct Allow {
    pub(crate) of: Of,
    pub(crate) patterns: Vec<Regex>,
    pub(crate) paths: Vec<Regex>,
    pub(crate) words: Option<AhoCorasick>,
    /// Whether file and text must both be as it says.
    pub(crate) needs_all: bool,
}

/// What an [`Allow`] looks at.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Of {
    #[default]
    Secret,
    Match,
    Line,
}

/// Words that nobody's secret has, and everybody's example does.
const EXAMPLES: [&str; 19] = [
    "example",
    "placeholder",
    "changeme",
    "change-me",
    "change_me",
    "redacted",
    "obviouslyfake",
    "obviously-fake",
    "obviously_fake",
    "your-api",
    "your_api",
    "yourapi",
    "your-secret",
    "your_secret",
    "your-token",
    "your_token",
    "insert-your",
    "insert_your",
    "replaceme",
];
/// The system of Clear Key in media players (DASH-IF's register): a name.
const CLEAR_KEY_SYSTEM: &str = "e2719d58a985b3c9781ab030af78d30e";
/// Runs that people type, not generators.
const TYPED: [&str; 7] = [
    CLEAR_KEY_SYSTEM,
    "abcdefghijkl",
    "1234567890",
    "0123456789",
    "xxxxxxxx",
    "00000000000000",
    "deadbeefdeadbeef",
];
/// Of so many characters, one that makes up this share of a secret was typed.
const SAME_SHARE: f64 = 0.6;

impl Allow {
    /// Whether a match is none, in this file.
    pub(crate) fn allows(&self, found: &Match<'_>, path: &str) -> bool {
        let text = match self.of {
            Of::Secret => found.secret,
            Of::Match => found.whole(),
            Of::Line => found.line(),
        };
        let is_file = self.paths.iter().any(|pattern| pattern.is_match(path.as_bytes()));
        let is_text = self.patterns.iter().any(|pattern| pattern.is_match(text))
            || self.words.as_ref().is_some_and(|words| words.is_match(found.secret));
        if self.needs_all { is_file && is_text } else { is_file || is_text }
    }
}

/// Whether a text says of itself that it is none, or was typed by somebody who filled a place.
pub(crate) fn is_example(secret: &[u8]) -> bool {
    let lower = secret.to_ascii_lowercase();
    let holds = |word: &str| memchr::memmem::find(&lower, word.as_bytes()).is_some();
    if EXAMPLES.iter().any(|word| holds(word)) || TYPED.iter().any(|word| holds(word)) {
        return true;
    }
    let mut counts = [0_usize; 256];
    for byte in &lower {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    lower.len() >= 8 && most as f64 >= SAME_SHARE * lower.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_that_it_is_none_is_none() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "your_api_key_here",
            "xxxxxxxxxxxxxxxx",
            "aaaaaaaaaab1",
            "sk-CHANGEME-now",
        ] {
            assert!(is_example(text.as_bytes()), "{text}");
        }
        for text in ["Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB", "hunter2", "", "aab"] {
            assert!(!is_example(text.as_bytes()), "{text}");
        }
    }
}
