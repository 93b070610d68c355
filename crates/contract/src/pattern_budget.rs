//! What all patterns of a document may cost together: each is bounded by itself, and thousands of
//! the largest would compile for minutes and fill the memory.

use regex_automata::nfa::thompson::{Compiler, Config};

/// Bytes of the automata of all patterns that requests are checked with. Hundreds of ordinary
/// patterns need a tenth of it.
pub(crate) const CHECKED_BYTES_MAX: usize = 96 << 20;
/// The same for names of properties, which are matched in answers, too.
pub(crate) const NAMES_BYTES_MAX: usize = 32 << 20;

/// What is left for the patterns of one document.
#[derive(Debug)]
pub(crate) struct PatternBudget {
    left: usize,
}

/// Why a pattern is not to be compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Uncompiled {
    /// It is no pattern of this engine.
    Unread,
    /// It is too large, by itself or beside the others.
    TooLarge,
}

impl PatternBudget {
    pub(crate) const fn new(left: usize) -> Self {
        Self { left }
    }

    /// Whether there is place for a pattern of at most this size, which then is taken. What turns
    /// out to be too large has cost its work, too.
    pub(crate) fn take(&mut self, pattern: &str, bytes_max: usize) -> Result<(), Uncompiled> {
        let bytes_max = bytes_max.min(self.left);
        let config = Config::new().nfa_size_limit(Some(bytes_max));
        let cost = match Compiler::new().configure(config).build(pattern) {
            Ok(automaton) => Ok(automaton.memory_usage()),
            Err(error) if error.size_limit().is_some() => Err(Uncompiled::TooLarge),
            Err(_) => return Err(Uncompiled::Unread),
        };
        self.left = self.left.saturating_sub(cost.unwrap_or(bytes_max));
        cost.map(|_| ())
    }

    /// Takes the place of a pattern whose size is not known; `None` if there is none left.
    pub(crate) fn take_whole(&mut self, bytes_max: usize) -> Option<()> {
        self.left = self.left.checked_sub(bytes_max)?;
        Some(())
    }
}

/// A pattern that looks around or refers back, without that: what is left of it is as large as all
/// that an engine which steps back compiles of it.
pub(crate) fn without_looks(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        let look =
            ["(?<=", "(?<!", "(?=", "(?!", "(?>"].into_iter().find(|it| rest.starts_with(it));
        let behind = rest.get(1..).unwrap_or_default();
        let length = if let Some(look) = look {
            out.push_str("(?:");
            look.len()
        } else if character == '\\' && behind.starts_with(|one: char| one.is_ascii_digit()) {
            let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
            out.push_str("(?:)");
            1 + digits
        } else if character == '\\' && behind.starts_with("k<") {
            out.push_str("(?:)");
            rest.find('>').map_or(rest.len(), |end| end + 1)
        } else {
            // What an escape means is of no interest, but the next character is its own.
            let escaped = (character == '\\').then(|| behind.chars().next()).flatten();
            let length = character.len_utf8() + escaped.map_or(0, char::len_utf8);
            out.push_str(rest.get(..length).unwrap_or_default());
            length
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_take_from_one_budget_until_it_is_empty() {
        let mut budget = PatternBudget::new(NAMES_BYTES_MAX);
        assert_eq!(budget.take("(", 1 << 20), Err(Uncompiled::Unread));
        assert_eq!(budget.take("(?=a)", 1 << 20), Err(Uncompiled::Unread));
        assert_eq!(budget.left, NAMES_BYTES_MAX, "what is no pattern costs nothing");
        assert_eq!(budget.take("^[a-z]{1,64}$", 1 << 20), Ok(()));
        assert!(NAMES_BYTES_MAX - budget.left < 20_000);
        let large = |count: usize| format!(r"^\p{{L}}{{0,{count}}}$");
        assert_eq!(budget.take(&large(1_000), 1 << 20), Err(Uncompiled::TooLarge));
        let taken =
            (30..60).cycle().take(1_000).filter(|n| budget.take(&large(*n), 1 << 20).is_ok());
        assert!((30..100).contains(&taken.count()));
        assert_eq!(budget.take("a{1,1000}", 1 << 20), Err(Uncompiled::TooLarge));
    }

    #[test]
    fn what_is_looked_at_is_as_large_as_what_is_compiled() {
        for (pattern, without) in [
            (r"^(?!x)a(?<=b)(?<n>c)\k<n>$", "^(?:x)a(?:b)(?<n>c)(?:)$"),
            (r"(a)\12[\x{5c}]", r"(a)(?:)[\x{5c}]"),
            (r"\\(?=é)", r"\\(?:é)"),
            ("a\\", "a\\"),
        ] {
            assert_eq!(without_looks(pattern), without, "{pattern}");
        }
    }
}
