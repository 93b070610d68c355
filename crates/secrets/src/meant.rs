//! Whether a rule means what it matched.

use crate::allow::is_example;
use crate::matched::Match;
use crate::rules::{BY_NAME, Rule, Rules};

/// Whether a match is none after all.
pub(crate) fn is_allowed(rules: &Rules, rule: &Rule, found: &Match<'_>, path: &str) -> bool {
    is_example(found.secret)
        || rule.id == BY_NAME && is_name_in_code(found, path)
        || rules.allow.iter().any(|pattern| pattern.is_match(found.secret))
        || rule.allow.iter().any(|allow| allow.allows(found, path))
}

/// Files of languages in which a text stands in quotes: what stands without is a name or a number of the program.
const CODE: [&str; 26] = [
    "c", "cc", "cjs", "cpp", "cs", "dart", "go", "h", "java", "js", "jsx", "kt", "lua", "m", "mjs",
    "mts", "php", "py", "rb", "rs", "scala", "svelte", "swift", "ts", "tsx", "vue",
];

/// Whether what a name made look like a secret is itself a name, of a program.
fn is_name_in_code(found: &Match<'_>, path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    let before = found.at.checked_sub(1).and_then(|at| found.text.get(at));
    CODE.contains(&ending) && !before.is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`'))
}
