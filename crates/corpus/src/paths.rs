//! Paths to ask for: what fits a template, and what only nearly does.

use std::fmt::Write as _;

use crate::chance::Chance;

/// Values that real paths hold, encoded; and some that try to be something else.
const VALUES: [&str; 14] = [
    "7",
    "abc",
    "a.b",
    "a-b",
    "a_b:c",
    "me",
    "%C3%A9",
    "a%20b",
    "-",
    ".a",
    "a..b",
    "2026-01-31",
    "a,b",
    "A%7Eb",
];

/// A path that fits a template, with values by chance.
pub(crate) fn fitting(template: &str, chance: &mut Chance) -> String {
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        path.push_str(&encoded(before));
        path.push_str(chance.pick(&VALUES).unwrap_or("7"));
        rest = behind.split_once('}').map_or("", |(_, behind)| behind);
    }
    path.push_str(&encoded(rest));
    path
}

/// A path that is not quite one: a word of another template, a segment more or less.
pub(crate) fn near(path: &str, others: &[&str], chance: &mut Chance) -> String {
    let mut segments: Vec<&str> = path.split('/').collect();
    let place = 1 + chance.below(segments.len().saturating_sub(1));
    let other = chance.pick(others).unwrap_or_default();
    let word = other.split('/').nth(place).filter(|word| !word.contains(['{', '}']));
    match chance.below(4) {
        0 => segments.push(""),
        1 => segments.truncate(segments.len().saturating_sub(1).max(2)),
        _ => {
            if let (Some(word), Some(segment)) = (word, segments.get_mut(place)) {
                *segment = word;
            }
        }
    }
    segments.iter().map(|segment| encoded(segment)).collect::<Vec<_>>().join("/")
}

/// Fixed text as a client writes it: what may not stand in a path is escaped.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
