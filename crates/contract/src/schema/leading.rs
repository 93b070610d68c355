//! Patterns that look ahead from the beginning of a text and nowhere else: `^(?!admin)(?=.*\d)\w+$`. They are
//! several patterns without looks, of which some must match and others must not: all in linear time.

use regex::{Regex, RegexBuilder};

/// Bytes of one compiled part.
const PART_BYTES_MAX: usize = 10 << 20;
/// Bytes that matching one part may keep.
const MATCHING_BYTES_MAX: usize = 2 << 20;
/// Looks of one pattern.
const LOOKS_MAX: usize = 16;

/// The parts of such a pattern.
#[derive(Debug)]
pub(super) struct Leading {
    /// Each begins with `^`, and whether it must match.
    parts: Vec<(Regex, bool)>,
}

impl Leading {
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.parts.iter().all(|(part, must)| part.is_match(text) == *must)
    }
}

/// The parts of a pattern, compiled; `None` if it looks around elsewhere, or refers back.
pub(super) fn compile(pattern: &str) -> Option<Leading> {
    let mut rest = pattern.strip_prefix('^')?;
    let mut parts = Vec::new();
    while let Some((look, must)) = [("(?=", true), ("(?!", false)]
        .into_iter()
        .find_map(|(look, must)| Some((rest.strip_prefix(look)?, must)))
    {
        if parts.len() >= LOOKS_MAX {
            return None;
        }
        let end = closing(look)?;
        parts.push((part(look.get(..end)?)?, must));
        rest = look.get(end + 1..)?;
        // A look that is repeated, or left out.
        if rest.starts_with(['*', '+', '?', '{']) {
            return None;
        }
    }
    // With an alternative at its top, `^` and the looks belong to the first only.
    if parts.is_empty() || has_alternative(rest) {
        return None;
    }
    parts.push((part(rest)?, true));
    Some(Leading { parts })
}

/// What must stand at the beginning. What still looks around, or refers back, is no pattern to this engine.
fn part(pattern: &str) -> Option<Regex> {
    let anchored = format!("^(?:{pattern})");
    let mut builder = RegexBuilder::new(&anchored);
    builder.size_limit(PART_BYTES_MAX).dfa_size_limit(MATCHING_BYTES_MAX).build().ok()
}

/// Where the parenthesis ends that was opened before this text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    walk(text, |place, one| {
        match one {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(place),
            ')' => depth -= 1,
            _ => {}
        }
        None
    })
}

fn has_alternative(text: &str) -> bool {
    let mut depth = 0_usize;
    let found = walk(text, |place, one| {
        match one {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => return Some(place),
            _ => {}
        }
        None
    });
    found.is_some()
}

/// Shows what is no escape and in no class, until something is found.
fn walk(text: &str, mut see: impl FnMut(usize, char) -> Option<usize>) -> Option<usize> {
    let (mut is_escaped, mut in_class) = (false, false);
    for (place, one) in text.char_indices() {
        match one {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => in_class = true,
            ']' if in_class => in_class = false,
            _ if in_class => {}
            _ => {
                if let Some(found) = see(place, one) {
                    return Some(found);
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_ahead_from_the_beginning_is_several_patterns() {
        for (pattern, matching, others) in [
            (r"^(?!\s*$).+$", ["a", " a"], [" ", ""]),
            (r"^(?=.*[0-9])(?=.*[A-Z]).{4,}$", ["abC1", "1aaC"], ["abcd", "C1"]),
            (r"^(?!(?:a|b)$)[a-z]+$", ["ab", "c"], ["a", "b"]),
            (r"^(?![)(])x?(?:y|z)$", ["xy", "z"], ["(", ")"]),
            (r"^(?!a)", ["b", ""], ["a", "ab"]),
        ] {
            let leading = compile(pattern).unwrap();
            for text in matching {
                assert!(leading.is_match(text), "{pattern} and {text:?}");
            }
            for text in others {
                assert!(!leading.is_match(text), "{pattern} and {text:?}");
            }
        }
    }

    #[test]
    fn other_looks_are_not_taken_apart() {
        for pattern in [
            "^[a-z]+$",
            "(?!a)b",
            "^(?!a)b|c",
            "^(?!a)*b",
            r"^(?=(a))\1$",
            "^(?!a)b(?=c)",
            "^(?:(?=a)a)*$",
            "^(?=(?!a)b)b",
            "^(?<=a)b",
            "^(?!a",
        ] {
            assert!(compile(pattern).is_none(), "{pattern}");
        }
    }
}
