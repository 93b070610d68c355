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
    /// Tests of any file, by the end of their description.
    TestsThatEndWith(&'static str),
}

const NETWORK: &str =
    "they refer to a document on a server, and nothing is ever fetched: the operation is closed";
const ANNOTATION: &str = "they say that formats are only annotations unless asked for; here they are \
                          enforced, and the suite's own tests of each are run below";
const IDNA: &str = "host names of other scripts are held to their structure only: the tables of \
                    IDNA 2008 are not carried";
const SPLITTING: &str = "quotes and control characters end or split an address for some readers, so \
                         they are refused on purpose";
const LISTS: &str = "`items` is one schema in OpenAPI 3.0, no list: the operation is closed";
const ADDRESSES: &str = "schemas of OpenAPI 3.0 have no `id`, and references are pointers only";
const KEYWORDS: &str = "the keyword is none of OpenAPI 3.0, which is told";
const NEWER: &str = "host names are held to the rule of the later drafts, which is stricter";

pub(super) const OPENAPI_31: &[Rule] = &[
    Rule { reason: NETWORK, which: Which::Files(&["refRemote"]) },
    Rule {
        reason: NETWORK,
        which: Which::Cases(&[
            ("defs", "validate definition against metaschema"),
            ("dynamicRef", "strict-tree schema, guards against misspelled properties"),
            ("dynamicRef", "tests for implementation dynamic anchor and reference link"),
            ("dynamicRef", "$ref and $dynamicAnchor are independent of order - $defs first"),
            ("dynamicRef", "$ref and $dynamicAnchor are independent of order - $ref first"),
            ("dynamicRef", "$ref to $dynamicRef finds detached $dynamicAnchor"),
            ("ref", "remote ref, containing refs itself"),
            ("vocabulary", "schema that uses custom metaschema with with no validation vocabulary"),
        ]),
    },
    Rule { reason: ANNOTATION, which: Which::TestsThatEndWith("is only an annotation by default") },
];

pub(super) const OPENAPI_31_FORMATS: &[Rule] = &[
    Rule { reason: IDNA, which: Which::Files(&["optional/format/idn-hostname"]) },
    Rule {
        reason: SPLITTING,
        which: Which::TestsThatEndWith("a non-ASCII quoted local part is valid"),
    },
    Rule {
        reason: SPLITTING,
        which: Which::TestsThatEndWith("a C1 control in the local part is valid"),
    },
];

pub(super) const OPENAPI_30: &[Rule] = &[
    Rule { reason: NETWORK, which: Which::Files(&["refRemote", "definitions"]) },
    Rule { reason: NETWORK, which: Which::Cases(&[("ref", "remote ref, containing refs itself")]) },
    Rule { reason: KEYWORDS, which: Which::Files(&["additionalItems", "dependencies"]) },
    Rule { reason: LISTS, which: Which::SchemasWith("\"items\": [") },
    Rule {
        reason: ADDRESSES,
        which: Which::Cases(&[
            ("ref", "$ref prevents a sibling id from changing the base uri"),
            ("ref", "Recursive references between schemas"),
            ("ref", "Location-independent identifier"),
            ("ref", "Location-independent identifier with base URI change in subschema"),
            ("ref", "id must be resolved against nearest parent, not just immediate parent"),
        ]),
    },
    Rule {
        reason: NEWER,
        which: Which::TestsThatEndWith("hostname with consecutive hyphens (RFC1123)"),
    },
    Rule { reason: ANNOTATION, which: Which::TestsThatEndWith("is only an annotation by default") },
];

/// Why a case, or one test of it, does not apply; `None` if it does.
pub(super) fn reason(
    rules: &[Rule],
    file: &str,
    case: &Case<'_>,
    test: Option<&Test<'_>>,
) -> Option<&'static str> {
    let applies = |rule: &&Rule| match (&rule.which, test) {
        (Which::Files(files), None) => files.contains(&file),
        (Which::SchemasWith(part), None) => case.text().contains(part),
        (Which::Cases(cases), None) => cases.contains(&(file, case.description)),
        (Which::TestsThatEndWith(end), Some(test)) => test.description.ends_with(end),
        _ => false,
    };
    rules.iter().find(applies).map(|rule| rule.reason)
}
