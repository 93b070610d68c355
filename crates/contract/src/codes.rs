//! The kinds of problem that an OpenAPI document can have. Names are stable; `portcullis explain NAME` prints the page,
//! which lies in the folder beside this file.

portcullis_model::codes! {
    /// The document is neither JSON nor YAML with one reading.
    UNREADABLE = "contract-unreadable",
    /// The document is larger than a contract may be.
    TOO_LARGE = "contract-too-large",
    /// The document does not say that it is of a version that is read.
    VERSION = "contract-version",
    /// Something that the OpenAPI specification requires is missing or is of another kind.
    STRUCTURE = "contract-structure",
    /// A `$ref` points to something that is not in the document.
    DANGLING_REFERENCE = "contract-dangling-reference",
    /// A `$ref` points to something that is never read: a URL, or a file outside of the folder.
    FOREIGN_REFERENCE = "contract-foreign-reference",
    /// A file that a `$ref` points to is not read.
    UNREAD_FILE = "contract-unread-file",
    /// A chain of `$ref`s leads back to itself without ever saying anything.
    REFERENCE_CYCLE = "contract-reference-cycle",
    /// The base path of the API is not clear from `servers`.
    SERVER = "contract-server",
    /// No request can match this path, so its operations are not served.
    PATH_TEMPLATE = "contract-path-template",
    /// Two operations have the same method and match the same paths.
    SAME_PATH = "contract-same-path",
    /// Two paths match the same requests, and neither is the more specific one.
    AMBIGUOUS_PATH = "contract-ambiguous-path",
    /// Several values stand in one path segment, and some texts can be split in two ways.
    SPLITTABLE_PATH = "contract-splittable-path",
    /// A parameter does not fit its operation.
    PARAMETER = "contract-parameter",
    /// A parameter is written in a style that gives its value no form.
    PARAMETER_STYLE = "contract-parameter-style",
    /// An object takes every parameter that nothing else declares.
    OPEN_PARAMETER = "contract-open-parameter",
    /// An operation cannot be checked, so it is closed.
    NOT_SERVED = "contract-operation-not-served",
    /// A key under `content` is no media type, or of a type that is not looked into.
    MEDIA_TYPE = "contract-media-type",
    /// What is said of the fields or parts of a body cannot be enforced, or leaves a file open.
    ENCODING = "contract-encoding",
    /// What is said of XML is not understood, or has no single meaning.
    XML_SCHEMA = "contract-xml-schema",
    /// A security requirement or scheme cannot be satisfied as it is written.
    SECURITY = "contract-security",
    /// `x-sunset` is not a date, so it has no effect.
    SUNSET = "contract-sunset",
    /// A pattern cannot be matched in linear time, mostly because it looks around or refers back.
    SLOW_PATTERN = "contract-slow-pattern",
    /// A schema says something that has no meaning, or that is not read in this version.
    SCHEMA = "contract-schema",
    /// A schema has a format that is not known here.
    FORMAT = "contract-format",
    /// Some part of a schema allows any properties, beside others that declare theirs.
    FREE_FORM = "contract-free-form",
    /// An `operationId` names two operations, or cannot be a name.
    OPERATION_ID = "contract-operation-id",
    /// A key stands where OpenAPI does not know it, so it has no effect.
    UNKNOWN_KEY = "contract-unknown-key",
    /// The schemas are combined in so many ways that they cannot be compiled within bounds.
    TOO_COMPLEX = "contract-too-complex",
    /// There are more problems than are shown.
    MORE_PROBLEMS = "contract-more-problems",
    /// No operation can be served.
    NO_OPERATIONS = "contract-no-operations",
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_has_a_name_of_its_own_and_a_page() {
        let mut names = HashSet::new();
        for code in ALL {
            assert!(names.insert(code.name), "{} stands twice", code.name);
            assert!(code.name.starts_with("contract-"), "{}", code.name);
            assert!(
                code.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                "{}",
                code.name
            );
            assert!(code.page.starts_with(&format!("# {}\n", code.name)), "{}", code.name);
            for heading in ["\n## Example\n", "\n## What to do\n"] {
                assert!(code.page.contains(heading), "{} lacks {heading}", code.name);
            }
        }
    }
}
