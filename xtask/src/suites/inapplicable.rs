//! Which tests of the JSON Schema suite say nothing about OpenAPI documents, and why.

use super::cases::{Case, Test};

/// Tests that do not apply.
pub(super) struct Rule {
    /// Why.
    reason: &'static str,
    which: Which,
}

enum Which {
    /// All of these files.
    Files(&'static [&'static str]),
    /// All cases whose schema holds this text.
    SchemasWith(&'static str),
    /// Cases, by file and description.
    Cases(&'static [(&'static str, &'static str)]),
}

const NETWORK: &str = "refers to another document on a server: nothing is ever fetched";

pub(super) const OPENAPI_31: &[Rule] =
    &[Rule { reason: NETWORK, which: Which::Files(&["refRemote"]) }];

pub(super) const OPENAPI_31_FORMATS: &[Rule] = &[];

pub(super) const OPENAPI_30: &[Rule] =
    &[Rule { reason: NETWORK, which: Which::Files(&["refRemote"]) }];

/// Why a case, or one test of it, does not apply; `None` if it does.
pub(super) fn reason(
    rules: &[Rule],
    file: &str,
    case: &Case<'_>,
    test: Option<&Test<'_>>,
) -> Option<&'static str> {
    let applies = |rule: &&Rule| match rule.which {
        Which::Files(files) => test.is_none() && files.contains(&file),
        Which::SchemasWith(text) => test.is_none() && case.text().contains(text),
        Which::Cases(cases) => test.is_none() && cases.contains(&(file, case.description)),
    };
    rules.iter().find(applies).map(|rule| rule.reason)
}
