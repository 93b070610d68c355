//! What `check` says that is a question of security: each code with how bad it is.

use portcullis_model::{Code, Diagnostic};

use super::at;
use crate::finding::Severity::{High, Info, Low, Medium};
use crate::finding::{Finding, Rule, Severity};
use crate::told::ToldRule;

/// A code of `check`, as a rule.
const fn known(
    id: &'static str,
    item: &'static str,
    cwe: &'static [u16],
    severity: Severity,
    title: &'static str,
) -> Rule {
    Rule { id, title, item, cwe, severity, page: "" }
}

#[rustfmt::skip]
static KNOWN: [Rule; 27] = [
    known("policy-observes-everything", "A8", &[693], High, "controls enforce"),
    known("policy-relaxation-ends-soon", "A8", &[693], Info, "the end of a relaxation is known before"),
    known("policy-writable-by-others", "A8", &[732], High, "nobody else can change policy and contract"),
    known("policy-plain-upstream", "C6", &[319], High, "hops to the API are inside TLS"),
    known("policy-plain-origin", "A8", &[319], Medium, "pages that may call come by HTTPS"),
    known("policy-weak-certificate", "C6", &[326], High, "certificates are strong"),
    known("policy-certificate-ends", "C6", &[298], Medium, "certificates are renewed in time"),
    known("policy-readable-credential", "A2", &[1004], Medium, "scripts of pages cannot read credentials"),
    known("policy-shared-audience", "A2", &[345], Medium, "a token is meant for one API"),
    known("policy-open-whoami", "A2", &[306], Medium, "who calls is answered to callers alone"),
    known("caller-not-verified", "A2", &[287], High, "credentials are verified"),
    known("basic-passwords", "A2", &[522], Low, "passwords are not sent with each request"),
    known("function-administrative", "A5", &[285], Medium, "administrative functions have their own callers"),
    known("graphql-uninspected", "A9", &[1059], Medium, "what GraphQL queries ask for is looked into"),
    known("no-rate", "A4", &[770], Medium, "how often somebody may ask is bounded"),
    known("undecided-proxies", "A4", &[348], Low, "it is decided whose word about clients is believed"),
    known("no-flow", "A6", &[841], Low, "business flows have an order"),
    known("points-anywhere", "A7", &[918], Medium, "URLs in requests point where they may"),
    known("redirects-unsaid", "A7", &[601], Low, "it is decided where answers lead"),
    known("sensitive-answer", "A3", &[200], Medium, "sensitive properties leave only where somebody decided it"),
    known("script-answer", "A8", &[79], Medium, "answers are no scripts of pages"),
    known("response-not-described", "A3", &[213], Low, "answers are described"),
    known("response-not-inspected", "A3", &[213], Low, "answers can be read"),
    known("writable-body-not-described", "A3", &[915], Medium, "bodies are described"),
    known("key-in-query", "C7", &[598], Medium, "no document asks for a key in a URL"),
    known("secret-parameter", "C7", &[598], Medium, "no document asks for a secret in a URL"),
    known("inventory-deprecated-without-sunset", "A9", &[1059], Low, "what is deprecated ends"),
];

/// The rules, with the titles that are given here: the page of a code is known where it was found.
pub(super) fn rules() -> impl Iterator<Item = ToldRule> {
    KNOWN.iter().map(ToldRule::of)
}

/// The diagnostics that a rule is known for. Others are about what cannot be enforced: `check` tells them.
pub(super) fn findings(diagnostics: &[Diagnostic]) -> Vec<Finding> {
    let of = |one: &Diagnostic| {
        let known = KNOWN.iter().find(|known| known.id == one.code.name)?;
        Some(finding(one, known))
    };
    diagnostics.iter().filter_map(of).collect()
}

fn finding(one: &Diagnostic, rule: &'static Rule) -> Finding {
    Finding {
        rule,
        severity: rule.severity,
        message: one.message.clone(),
        fix: one.help.clone().unwrap_or_else(|| explained(one.code)),
        places: at(one.span, None),
        enforced: None,
    }
}

fn explained(code: &Code) -> String {
    format!("`portcullis explain {}` says what it means and what to do", code.name)
}
