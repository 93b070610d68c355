//! The kinds of problem of a policy file. Names are stable; `portcullis explain NAME` prints the
//! page, which lies in the folder beside this file.

use portcullis_yaml::FileCodes;

portcullis_model::codes! {
    /// The policy cannot be read as YAML with one meaning.
    NOT_YAML = "policy-not-yaml",
    /// The policy is larger than 1 MiB.
    TOO_LARGE = "policy-too-large",
    /// The file is not UTF-8.
    NOT_UTF8 = "policy-not-utf8",
    /// A file cannot be read.
    UNREADABLE_FILE = "policy-unreadable-file",
    /// A key stands twice in one section.
    DUPLICATE_KEY = "policy-duplicate-key",
    /// A key is not known.
    UNKNOWN_KEY = "policy-unknown-key",
    /// A key belongs to a later version.
    NOT_IN_THIS_VERSION = "policy-not-in-this-version",
    /// A key is missing.
    MISSING_KEY = "policy-missing-key",
    /// A value is of another kind than expected.
    WRONG_KIND = "policy-wrong-kind",
    /// A word has no meaning here.
    UNKNOWN_WORD = "policy-unknown-word",
    /// An address cannot be used.
    BAD_ADDRESS = "policy-bad-address",
    /// A web origin is not one.
    BAD_ORIGIN = "policy-bad-origin",
    /// A value does not say where a secret is.
    BAD_SECRET = "policy-bad-secret",
    /// What shows the API that a request comes through the gateway cannot be meant.
    BAD_PROOF = "policy-bad-proof",
    /// A certificate or its key cannot be used.
    UNUSABLE_CERTIFICATE = "policy-unusable-certificate",
    /// A key, a pepper or another secret cannot be used.
    UNUSABLE_SECRET = "policy-unusable-secret",
    /// A certificate is over, or soon will be.
    CERTIFICATE_ENDS = "policy-certificate-ends",
    /// A certificate is weak, or not for the hosts that are called.
    WEAK_CERTIFICATE = "policy-weak-certificate",
    /// The store of sessions cannot be used.
    UNUSABLE_STORE = "policy-unusable-store",
    /// A digest is none.
    BAD_DIGEST = "policy-bad-digest",
    /// The contract is not the one whose digest the policy holds.
    CONTRACT_CHANGED = "policy-contract-changed",
    /// A bound cannot be meant.
    BAD_LIMIT = "policy-bad-limit",
    /// There is no API, or one too many.
    ONE_API = "policy-one-api",
    /// A contract that is to be shown to clients stands in several files.
    NOT_ONE_DOCUMENT = "policy-not-one-document",
    /// Scripts may read a cookie that is a credential.
    READABLE_CREDENTIAL = "policy-readable-credential",
    /// An operation that is asked who calls answers anybody.
    OPEN_WHOAMI = "policy-open-whoami",
    /// A named page comes in the clear.
    PLAIN_ORIGIN = "policy-plain-origin",
    /// Two APIs claim the same requests.
    SAME_REQUESTS = "policy-same-requests",
    /// A name that cannot be the name of an API.
    BAD_NAME = "policy-bad-name",
    /// A claim or a member is not named by a JSON Pointer.
    BAD_POINTER = "policy-bad-pointer",
    /// A security scheme is not in the contract, or takes no such credential.
    UNKNOWN_SCHEME = "policy-unknown-scheme",
    /// A token for one API opens another one.
    SHARED_AUDIENCE = "policy-shared-audience",
    /// What is said of callers cannot be meant.
    BAD_CALLER = "policy-bad-caller",
    /// A rule of `access` cannot be meant.
    BAD_RULE = "policy-bad-rule",
    /// A flow, or a rule for values, cannot be meant.
    BAD_FLOW = "policy-bad-flow",
    /// What is said of a resource cannot be meant.
    BAD_RESOURCE = "policy-bad-resource",
    /// What everybody is to see cannot be meant.
    BAD_ANSWERS = "policy-bad-answers",
    /// Nothing says what an attribute of a caller is.
    UNKNOWN_ATTRIBUTE = "policy-unknown-attribute",
    /// A role does not exist.
    UNKNOWN_ROLE = "policy-unknown-role",
    /// A resource does not exist.
    UNKNOWN_RESOURCE = "policy-unknown-resource",
    /// An operation is not in the contract.
    UNKNOWN_OPERATION = "policy-unknown-operation",
    /// An operation of this name is in several APIs.
    AMBIGUOUS_OPERATION = "policy-ambiguous-operation",
    /// A control does not exist.
    UNKNOWN_CONTROL = "policy-unknown-control",
    /// A relaxation does not say one thing.
    BAD_RELAXATION = "policy-bad-relaxation",
    /// A date is none.
    BAD_DATE = "policy-bad-date",
    /// Something is decided twice.
    CONFLICT = "policy-conflict",
    /// An answer that can be inspected should stream.
    NOTHING_TO_STREAM = "policy-nothing-to-stream",
    /// There are more problems than are shown.
    MORE_PROBLEMS = "policy-more-problems",
    /// A relaxation is past its end.
    EXPIRED = "policy-relaxation-expired",
    /// A relaxation ends within two weeks.
    ENDS_SOON = "policy-relaxation-ends-soon",
    /// Every control observes.
    OBSERVES_EVERYTHING = "policy-observes-everything",
    /// Requests travel to the API in plain text.
    PLAIN_UPSTREAM = "policy-plain-upstream",
    /// Somebody else can write a file of the model.
    WRITABLE_BY_OTHERS = "policy-writable-by-others",
    /// An entry changes nothing.
    NO_EFFECT = "policy-no-effect",
}

/// What can be wrong with any file, as it is called of this one.
pub(crate) static FILE: FileCodes = FileCodes {
    file: "the policy",
    // A long one has a hundred lines.
    text_bytes_max: 1 << 20,
    too_large_help: "is this the contract? the policy names it under `apis`",
    not_yaml: &NOT_YAML,
    too_large: &TOO_LARGE,
    duplicate_key: &DUPLICATE_KEY,
    unknown_key: &UNKNOWN_KEY,
    not_in_this_version: &NOT_IN_THIS_VERSION,
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
            assert!(code.name.starts_with("policy-"), "{}", code.name);
            assert!(code.page.starts_with(&format!("# {}\n", code.name)), "{}", code.name);
            for part in ["## Example", "## What to do"] {
                assert!(code.page.contains(part), "{}: no `{part}`", code.name);
            }
        }
    }
}
