//! Findings that stay, or that only the gateway shows, each with its cause.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::records::OF_THE_API;

/// Who answered, with what the tool says of one case.
type Causes = BTreeMap<String, String>;

const PROBLEM: &str = "An answer of the gateway's own is a problem document (RFC 9457), a type that this document does not list for the operation.";
const STATUS: &str =
    "The gateway refuses with a status that this document does not list for the operation.";
const WITHHELD: &str = "The API's answer is not what its document says, or none came: nothing of it leaves, and 502 is answered.";
const ERROR: &str = "An error of the API stays an error: its status is kept, its body is replaced by one that tells nothing.";
const KEPT_STATUS: &str = "The API answers with a status that its own document does not list. Statuses are kept: clients depend on them.";
const API_REFUSES: &str = "The API itself refuses what its document permits; the gateway refuses some of it before that, on purpose.";
const ON_PURPOSE: &str = "The gateway refuses on purpose what this document permits: what has two readings, or no bound.";
const NOT_JUDGED: &str = "The API answers with values of another type or form than its document says. What is not declared is taken out; values of declared members are not judged.";
const OTHER_BODY: &str = "The document describes another body for this status than the gateway's refusal, or what was taken out is required by it.";
const OWN_TYPE: &str = "The API answers an error in a type that its document does not list; its status and fields are kept.";

const TAKEN_OUT: &str = "What is not declared (a header field, a cookie, a property of an open schema) is taken out, and what remains is good.";
const TOTALS: &str = "Lists from which objects of others were taken out lose their totals, which would tell how many there are; the document requires them.";
const ANY_PAIR: &str = "Kinto's `basicauth` takes any name with any password for a user: to it there is no wrong credential.";
const NOBODY: &str = "Kinto's `server_info` answers anybody, without a name where the credential is none. The gateway asks it who calls, cannot tell that from a failure, and answers 503.";

const REFUSALS_DIFFER: &str = "Wapiti takes answers that differ for a sign. They are refusals for different reasons (400) and the API's 422: no request with its payload reached the API.";
const ECHO: &str = "httpbin answers the text that it is sent, as it is meant to; Wapiti takes the difference for a sign.";
const NO_CONTENT: &str = "An honest answer is lost: httpbin's document names types (`produces`) and describes no answer, which Swagger 2.0 reads as no content. JSON passes all the same; text, pages and pictures are withheld until a `schema` stands there.";
const NO_STATE: &str =
    "httpbin keeps nothing: what is deleted was never there, and is answered again.";
const ALLOW: &str = "The gateway serves no `TRACE`, whatever the document declares, and lists in `Allow` what it serves.";

/// Whether no answer of the gateway's own is among what is complained of.
pub(crate) fn is_of_the_api(causes: Option<&Causes>) -> bool {
    causes.is_none_or(|causes| causes.contains_key(OF_THE_API))
}

/// Why this is found through the gateway, if that is known.
pub(crate) fn cause(api: &str, finding: &Finding, causes: Option<&Causes>) -> Option<&'static str> {
    let none = Causes::new();
    let causes = causes.unwrap_or(&none);
    if let Some(cause) = of_one(api, finding, causes) {
        return Some(cause);
    }
    match finding.tool {
        "Schemathesis" => of_the_document(finding, causes),
        "Wapiti" if finding.check == "Internal Server Error" => failure(causes),
        _ => None,
    }
}

/// What Schemathesis holds against the document.
fn of_the_document(finding: &Finding, causes: &Causes) -> Option<&'static str> {
    let is_by_api = causes.contains_key(OF_THE_API);
    let is_by_gateway = causes.keys().any(|cause| cause != OF_THE_API);
    let is_problem = causes.values().any(|message| message.contains("application/problem+json"));
    let is_total = causes.values().any(|message| message.starts_with("\"total\" is a required"));
    match finding.check.as_str() {
        "negative_data_rejection" => Some(TAKEN_OUT),
        "response_schema_conformance" if is_total => Some(TOTALS),
        "content_type_conformance" if is_by_gateway || is_problem => Some(PROBLEM),
        "content_type_conformance" => Some(OWN_TYPE),
        "not_a_server_error" => failure(causes),
        "status_code_conformance" if finding.what.starts_with('5') => failure(causes),
        "status_code_conformance" if is_by_gateway => Some(STATUS),
        "status_code_conformance" => Some(KEPT_STATUS),
        "positive_data_acceptance" if is_by_api => Some(API_REFUSES),
        "positive_data_acceptance" => Some(ON_PURPOSE),
        "response_schema_conformance" if is_by_api => Some(NOT_JUDGED),
        "response_schema_conformance" => Some(OTHER_BODY),
        _ => None,
    }
}

/// An answer above 499.
fn failure(causes: &Causes) -> Option<&'static str> {
    let is = |begin: &str| causes.keys().any(|cause| cause.starts_with(begin));
    if is("failed") || is("refused by response_shape") || is("refused by upstream_answer") {
        return Some(WITHHELD);
    }
    is("edited by").then_some(ERROR)
}

/// What one API is known for.
fn of_one(api: &str, finding: &Finding, causes: &Causes) -> Option<&'static str> {
    let asks = causes.keys().any(|cause| cause.starts_with("failed: `server_info`"));
    let is_undescribed = causes.contains_key("refused by response_shape (undeclared_media_type)");
    match (api, finding.check.as_str()) {
        ("sample", "LDAP Injection") => Some(REFUSALS_DIFFER),
        ("httpbin", "LDAP Injection") => Some(ECHO),
        ("httpbin", "not_a_server_error" | "status_code_conformance") if is_undescribed => {
            Some(NO_CONTENT)
        }
        ("httpbin", "use_after_free") => Some(NO_STATE),
        (_, "allow_header_conformance") => Some(ALLOW),
        ("kinto", "ignored_auth") => Some(ANY_PAIR),
        ("kinto", "not_a_server_error" | "status_code_conformance") if asks => Some(NOBODY),
        _ => None,
    }
}
