//! Long runs of the characters that base64 and hex are written with.

/// A run, by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Characters of a run that may hide something.
pub(super) const RUN_MIN: usize = 24;

/// Each run of at least [`RUN_MIN`] characters. Where the text is other text it looks at every 24th byte alone.
pub(crate) fn runs(text: &[u8], mut each: impl FnMut(&Run)) {
    let is_in = |at: usize| text.get(at).is_some_and(|byte| is_of_run(*byte));
    let mut start = 0;
    while start + RUN_MIN <= text.len() {
        let mut at = start + RUN_MIN;
        while at > start && is_in(at - 1) {
            at -= 1;
        }
        if at > start {
            start = at;
            continue;
        }
        let mut end = start + RUN_MIN;
        while is_in(end) {
            end += 1;
        }
        each(&Run { start, end });
        start = end + 1;
    }
}

const fn is_of_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_run_is_found_and_nothing_else(text in "[a ]{0,20}([a]{0,60} ?){0,6}") {
            let mut found = Vec::new();
            runs(text.as_bytes(), |run| found.push(text[run.start..run.end].to_owned()));
            let expected: Vec<&str> = text.split(' ').filter(|run| run.len() >= RUN_MIN).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
