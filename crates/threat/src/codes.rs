//! The kinds of problem of a threat file. Names are stable; `portcullis explain NAME` prints the page, which lies in the
//! folder beside this file.

use portcullis_yaml::FileCodes;

portcullis_model::codes! {
    /// It cannot be read as YAML with one meaning.
    NOT_YAML = "threats-not-yaml",
    /// It is larger than it can mean.
    TOO_LARGE = "threats-too-large",
    /// It is not UTF-8.
    NOT_UTF8 = "threats-not-utf8",
    /// It cannot be read.
    UNREADABLE_FILE = "threats-unreadable-file",
    /// It is of a newer version.
    NEWER_VERSION = "threats-newer-version",
    /// A key stands twice in one section.
    DUPLICATE_KEY = "threats-duplicate-key",
    /// A key is not known.
    UNKNOWN_KEY = "threats-unknown-key",
    /// A key is missing.
    MISSING_KEY = "threats-missing-key",
    /// A value is of another kind than expected.
    WRONG_KIND = "threats-wrong-kind",
    /// A word has no meaning here.
    UNKNOWN_WORD = "threats-unknown-word",
    /// A date is none.
    BAD_DATE = "threats-bad-date",
    /// An end is too far away.
    TOO_FAR = "threats-too-far",
    /// A number cannot be meant.
    BAD_NUMBER = "threats-bad-number",
    /// There are more problems than are shown.
    MORE_PROBLEMS = "threats-more-problems",
    /// There is no threat of this name.
    UNKNOWN_THREAT = "threats-unknown-threat",
    /// There is no element of this name.
    UNKNOWN_ELEMENT = "threats-unknown-element",
    /// There is no zone of this name.
    UNKNOWN_ZONE = "threats-unknown-zone",
    /// There is no data of this name.
    UNKNOWN_DATA = "threats-unknown-data",
    /// The threat is not found there.
    NOTHING_THERE = "threats-nothing-there",
    /// A rating is lower than derived and has no end.
    NO_END = "threats-no-end",
    /// What somebody said ended.
    EXPIRED = "threats-expired",
    /// What somebody said ends within two weeks.
    ENDS_SOON = "threats-ends-soon",
}

/// Bytes of a threat file. A long one has two hundred lines.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// What can be wrong with any file, as it is called of this one.
pub(crate) static FILE: FileCodes = FileCodes {
    file: "the threat file",
    text_bytes_max: TEXT_BYTES_MAX,
    too_large_help: "it holds what people say; everything else is derived each time",
    not_yaml: &NOT_YAML,
    too_large: &TOO_LARGE,
    duplicate_key: &DUPLICATE_KEY,
    unknown_key: &UNKNOWN_KEY,
    not_in_this_version: &NEWER_VERSION,
    missing_key: &MISSING_KEY,
    wrong_kind: &WRONG_KIND,
    unknown_word: &UNKNOWN_WORD,
    bad_date: &BAD_DATE,
    more_problems: &MORE_PROBLEMS,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_name_and_a_page() {
        let mut names: Vec<_> = ALL.iter().map(|code| code.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        for code in ALL {
            assert!(code.name.starts_with("threats-"), "{}", code.name);
            assert!(code.page.starts_with(&format!("# {}\n", code.name)), "{}", code.name);
            for part in ["## Example", "## What to do"] {
                assert!(code.page.contains(part), "{}: no `{part}`", code.name);
            }
        }
    }
}
