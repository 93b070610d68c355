//! Findings that stay, or that only the gateway shows, each with its cause.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::records::OF_THE_API;

/// Whether no answer of the gateway's own is among what is complained of.
pub(crate) fn is_of_the_api(causes: Option<&BTreeMap<String, String>>) -> bool {
    causes.is_none_or(|causes| causes.keys().any(|cause| cause == OF_THE_API))
}

/// Why this is found through the gateway, if that is known.
pub(crate) fn cause(_api: &str, _finding: &Finding, _causes: Option<&BTreeMap<String, String>>) -> Option<&'static str> {
    None
}
