//! Operations that look like those of administrators, by path, tags and name.

use portcullis_contract::Operation;

use crate::naming::words;

/// Words that say so.
const WORDS: [&str; 13] = [
    "admin",
    "admins",
    "administration",
    "administrator",
    "internal",
    "manage",
    "management",
    "backoffice",
    "debug",
    "actuator",
    "superuser",
    "sysadmin",
    "impersonate",
];

/// Why an operation looks administrative, in words; none where it does not.
pub fn looks_administrative(operation: &Operation) -> Option<String> {
    let Operation { template, id, tags, .. } = operation;
    reads_administrative(template, id.as_deref(), tags)
}

/// The same of what is written of an operation, compiled or not.
pub fn reads_administrative(template: &str, id: Option<&str>, tags: &[String]) -> Option<String> {
    let says = |text: &str| {
        let words = words(text);
        let pairs = words.windows(2).map(<[String]>::concat);
        let mut all = words.iter().cloned().chain(pairs);
        all.find(|word| WORDS.contains(&word.as_str()))
    };
    let segments = template.split('/').filter(|segment| !segment.contains('{'));
    let by_path = segments.filter_map(says).map(|word| format!("its path says `{word}`")).next();
    let by_name = || {
        let word = id.and_then(says)?;
        Some(format!("its name says `{word}`"))
    };
    let by_tag = || {
        let word = tags.iter().find_map(|tag| says(tag))?;
        Some(format!("its tag says `{word}`"))
    };
    by_path.or_else(by_name).or_else(by_tag)
}
