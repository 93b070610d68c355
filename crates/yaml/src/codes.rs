//! The codes that one kind of file has for what can be wrong with any.

use portcullis_model::Code;

/// What a kind of file is called, how large it may be, and its codes.
#[derive(Debug)]
pub struct FileCodes {
    /// As messages call it: `the policy`.
    pub file: &'static str,
    /// Bytes of its text.
    pub text_bytes_max: usize,
    /// What is said to do about one that is larger.
    pub too_large_help: &'static str,
    /// It cannot be read as YAML with one meaning.
    pub not_yaml: &'static Code,
    /// It is larger than that.
    pub too_large: &'static Code,
    /// A key stands twice in one section.
    pub duplicate_key: &'static Code,
    /// A key is not known.
    pub unknown_key: &'static Code,
    /// A key belongs to a later version.
    pub not_in_this_version: &'static Code,
    /// A key is missing.
    pub missing_key: &'static Code,
    /// A value is of another kind than expected.
    pub wrong_kind: &'static Code,
    /// A word has no meaning here.
    pub unknown_word: &'static Code,
    /// A date is none.
    pub bad_date: &'static Code,
    /// There are more problems than are shown.
    pub more_problems: &'static Code,
}
