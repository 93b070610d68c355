//! Whether what became of a request is what its case says.

use portcullis_policy::{Case, CaseVerdict};
use serde_json::Value;

use super::seen::Seen;

/// What became of a case.
pub(super) struct Judged {
    /// In a word; none: the case does not say enough to know.
    pub(super) verdict: Option<CaseVerdict>,
    /// Which control refused, why, and what it says of that.
    pub(super) refusal: Option<(String, String, String)>,
    /// What the caller reads; none where it would be what the case does not say.
    pub(super) status: Option<u16>,
    /// What is otherwise than the case says.
    pub(super) differences: Vec<Difference>,
}

/// One thing that is otherwise.
pub(super) struct Difference {
    pub(super) what: &'static str,
    pub(super) expected: String,
    pub(super) found: String,
}

pub(super) fn judge(case: &Case, seen: &Seen) -> Judged {
    let expected = &case.expected;
    let verdict = verdict(seen);
    let refusal = seen.walked.refusal.as_ref().map(|refusal| {
        let control = refusal.control.name().to_owned();
        (control, refusal.reason.to_owned(), refusal.detail.clone())
    });
    let mut differences = Vec::new();
    let mut differ = |what, expected: &str, found: &str| {
        if expected != found {
            let (expected, found) = (expected.to_owned(), found.to_owned());
            differences.push(Difference { what, expected, found });
        }
    };
    let asks_more = expected.body.is_some() || expected.status.is_some();
    let reached = seen.walked.itself();
    let mut judged = verdict;
    match (verdict, reached) {
        (Some(verdict), _) => differ("verdict", expected.verdict.name(), verdict.name()),
        // A write that reaches the API is allowed, whatever that answers.
        (None, Some((line, _))) if !asks_more && !is_read(line) => {
            judged = Some(CaseVerdict::Allowed);
            differ("verdict", expected.verdict.name(), CaseVerdict::Allowed.name());
        }
        (None, _) => {
            let line = reached.map(|(line, _)| line.as_str()).unwrap_or_default();
            differ(
                "the API's answer",
                &format!("`api: {{ {line}: ... }}`"),
                "the case does not say",
            );
        }
    }
    let (control, reason) =
        refusal.as_ref().map_or(("none", "none"), |(control, reason, _)| (control, reason));
    if let Some(expected) = &expected.control {
        differ("control", expected, control);
    }
    if let Some(expected) = &expected.reason {
        differ("reason", expected, reason);
    }
    if let Some(expected) = expected.status {
        differ("status", &expected.to_string(), &seen.status.to_string());
    }
    // As values: the order of members says nothing.
    let mut differ_json = |what, expected: &Value, found: Option<&str>| {
        if found.map(json).as_ref() != Some(expected) {
            let nothing = || "nothing reached the API".to_owned();
            let found = found.map_or_else(nothing, |found| json(found).to_string());
            differences.push(Difference { what, expected: expected.to_string(), found });
        }
    };
    if let Some(expected) = &expected.body {
        differ_json("body", expected, Some(&seen.body));
    }
    if let Some(expected) = &expected.sent {
        differ_json("sent", expected, reached.map(|(_, body)| body.as_str()));
    }
    let status = verdict.map(|_| seen.status);
    Judged { verdict: judged, refusal, status, differences }
}

/// None: the request reached the API, and the case does not say what that answers.
fn verdict(seen: &Seen) -> Option<CaseVerdict> {
    let walked = &seen.walked;
    if walked.refusal.is_none()
        && let Some((line, _)) = walked.itself()
        && walked.unscripted.contains(line)
    {
        return None;
    }
    Some(match (seen.status, &walked.refusal, &walked.failure) {
        (404, ..) => CaseVerdict::NotFound,
        (_, None, None) => CaseVerdict::Allowed,
        _ => CaseVerdict::Refused,
    })
}

fn is_read(line: &str) -> bool {
    line.starts_with("GET ") || line.starts_with("HEAD ")
}

/// A body as a case writes it: JSON, else its text.
fn json(body: &str) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()))
}
